import Numbers
import Statistics
import Testing

@Suite("Bootstrap")
struct BootstrapTests {
  /// Twenty-six children's scores in a test of spatial thinking: Efron & Tibshirani, table 14.1.
  static let spatial: [Double] = [
    48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30,
    41,
  ]

  static func variance(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
  }

  @Test("the intervals of Efron and Tibshirani's example, up to the luck of 20,000 draws")
  func textbook() throws {
    let bootstrap = try Bootstrap(
      Self.spatial, resamples: 20_000, seed: 0, name: "spatial", statistic: Self.variance)
    // Their tables 14.2: (100.8, 233.9) and (115.8, 259.6), from 2,000 resamples: the 5 % points there
    // have a standard error of about 1.5 and 3.
    let percentile = bootstrap.percentileInterval(level: 0.9)
    #expect(abs(percentile.lower - 100.8) < 6 && abs(percentile.upper - 233.9) < 6, "\(percentile)")
    let accelerated = try bootstrap.acceleratedInterval(level: 0.9)
    #expect(
      abs(accelerated.lower - 115.8) < 6 && abs(accelerated.upper - 259.6) < 9, "\(accelerated)")
    #expect(abs(bootstrap.estimate - 171.5) < 0.1)
  }

  @Test("the same resamples give SciPy's intervals")
  func sciPy() throws {
    // SciPy 1.17.1's `bootstrap`, given the statistics of resamples drawn by another Philox.
    let scores = try Bootstrap(
      Self.spatial, resamples: 2_000, seed: 3, name: "spatial", statistic: Self.variance)
    let means = try Bootstrap(sample, resamples: 999, seed: 3, name: "mean") {
      $0.reduce(0, +) / Double($0.count)
    }
    let cases = [
      (scores, 0.9, 97.19201183431952, 235.97337278106508, 112.27875544975444, 256.69188409236006),
      (scores, 0.95, 87.68258136094676, 249.85802514792903, 103.51374962650243, 271.6006238790717),
      (means, 0.9, -0.40621428571428564, 2.230714285714286, -0.3544342393152625, 2.281096543542541),
      (
        means, 0.95, -0.7196964285714282, 2.510035714285713, -0.6219058633253165, 2.593232695436081
      ),
    ]
    for (bootstrap, level, low, high, correctedLow, correctedHigh) in cases {
      let percentile = bootstrap.percentileInterval(level: level)
      let accelerated = try bootstrap.acceleratedInterval(level: level)
      for (value, reference) in [
        (percentile.lower, low), (percentile.upper, high), (accelerated.lower, correctedLow),
        (accelerated.upper, correctedHigh),
      ] { #expect(publishedTolerance.allows(value, reference: reference)) }
    }
  }

  @Test("a seed repeats the resamples, another seed or name draws others")
  func repeats() throws {
    func draw(_ seed: UInt64, _ name: String) throws -> Bootstrap {
      try Bootstrap(sample, resamples: 50, seed: seed, name: name) { $0.reduce(0, +) }
    }
    #expect(try draw(1, "a") == draw(1, "a"))
    #expect(try draw(1, "a").distribution != draw(2, "a").distribution)
    #expect(try draw(1, "a").distribution != draw(1, "b").distribution)
  }

  @Test("whole runs are drawn as one element")
  func runs() throws {
    let runs = [[1.0, 2, 3], [2, 4, 6], [1, 1, 1], [0, 3, 6]]
    let slopes = try Bootstrap(runs, resamples: 200, seed: 0, name: "slope") { runs in
      runs.reduce(0) { $0 + ($1[2] - $1[0]) / 2 } / Double(runs.count)
    }
    #expect(slopes.estimate == 1.5)
    // No resample is steeper than the steepest run, nor flatter than the flattest.
    #expect(slopes.distribution.allSatisfy { 0 <= $0 && $0 <= 3 })
    #expect(slopes.jackknife == [5.0 / 3, 4.0 / 3, 2, 1])
  }

  @Test("equal values have a point for an interval")
  func constant() throws {
    let bootstrap = try Bootstrap([3.0, 3, 3], resamples: 20, seed: 0, name: "same") { $0[0] }
    let interval = try bootstrap.acceleratedInterval()
    #expect(interval.lower == 3 && interval.upper == 3)
    #expect(bootstrap.percentileInterval().width == 0)
  }

  @Test("too few values, a statistic that is not finite, and one beyond all resamples are errors")
  func errors() throws {
    #expect(throws: StatisticsError.tooFewValues(needed: 2, count: 1)) {
      try Bootstrap([1.0], seed: 0, name: "one") { $0[0] }
    }
    #expect(throws: StatisticsError.self) {
      try Bootstrap([1.0, 2], seed: 0, name: "ratio") { 1 / ($0[0] - $0[1]) }
    }
    // How many distinct values there are is never as large in a resample with one value twice.
    let distinct = try Bootstrap([1.0, 2, 3, 4, 5, 6, 7, 8], resamples: 50, seed: 0, name: "set") {
      Double(Set($0).count)
    }
    #expect(throws: StatisticsError.self) { try distinct.acceleratedInterval() }
  }
}
