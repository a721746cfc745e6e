import Foundation
import Numbers
import Statistics
import Testing

/// SciPy 1.17.1's figures, from the same numbers.
let publishedTolerance = Tolerance<Double>.relative(
  1e-10, because: "GSL's inverses are kept where the cumulative is within 1e-9 of p's tail")

let sample = [0.37, -2.385, 1.25, 4.125, 0.0625, -0.75, 3.5]

@Suite("Confidence intervals")
struct ConfidenceIntervalTests {
  @Test("of a mean, as SciPy's ttest_1samp gives it")
  func mean() throws {
    for (level, lower, upper) in [
      (0.95, -1.2465934135393901, 3.010164842110819), (0.99, -2.343018814250658, 4.106590242822087),
    ] {
      let interval = try ConfidenceInterval.mean(of: sample, level: level)
      #expect(publishedTolerance.allows(interval.lower, reference: lower))
      #expect(publishedTolerance.allows(interval.upper, reference: upper))
      #expect(interval.contains(interval.estimate) && interval.level == level)
    }
  }

  @Test(
    "of a probability, as SciPy's binomtest gives it",
    arguments: [
      (0, 20, 0.95, 0.0, 0.16843347098308548),
      (3, 20, 0.95, 0.03207093718554477, 0.37892682654529564),
      (20, 20, 0.99, 0.7672704990114109, 1.0),
      (81, 263, 0.95, 0.25273674558504267, 0.36762192260134746),
      // Solved with 40 digits: SciPy loses 5 of them here.
      (1, 1_000_000, 0.99, 5.0125418109814943e-09, 7.430105611978526e-06),
      (7, 12, 0.999999, 0.05007574970677891, 0.9852924984861074),
    ])
  func proportion(successes: Int, trials: Int, level: Double, lower: Double, upper: Double) throws {
    let interval = try ConfidenceInterval.proportion(
      successes: successes, trials: trials, level: level)
    let tolerance = Tolerance<Double>.relative(
      1e-9, because: "1 − level is known to 1e-16 of 1, 1e-10 of itself at 0.999999")
    #expect(tolerance.allows(interval.lower, reference: lower), "\(interval)")
    #expect(tolerance.allows(interval.upper, reference: upper), "\(interval)")
  }

  @Test("of a probability covers it in at least the stated share of all outcomes, exactly counted")
  func coverage() throws {
    // Every outcome of n trials, weighed by its exact probability.
    let n = 12
    for p in [0.003, 0.1, 0.37, 0.5, 0.91] {
      var covered = 0.0
      var binomial = pow(1 - p, Double(n))
      for k in 0...n {
        if try ConfidenceInterval.proportion(successes: k, trials: n, level: 0.9).contains(p) {
          covered += binomial
        }
        binomial *= Double(n - k) / Double(k + 1) * p / (1 - p)
      }
      #expect(covered >= 0.9, "p = \(p): \(covered)")
    }
  }

  @Test("with no trials a probability is anything")
  func noTrials() throws {
    let interval = try ConfidenceInterval.proportion(successes: 0, trials: 0)
    #expect(interval.lower == 0 && interval.upper == 1)
  }

  @Test("one value has no interval, NaN no mean: errors that name the value")
  func errors() {
    #expect(throws: StatisticsError.tooFewValues(needed: 2, count: 1)) {
      try ConfidenceInterval.mean(of: [3])
    }
    #expect(throws: StatisticsError.tooFewValues(needed: 1, count: 0)) {
      try ConfidenceInterval.mean(of: [])
    }
    #expect(
      throws: StatisticsError.notFinite(what: "value 1 of the sample", value: .infinity)
    ) {
      try ConfidenceInterval.mean(of: [1, .infinity])
    }
  }

  @Test("a level outside (0, 1) and more successes than trials trap")
  func traps() async {
    await #expect(processExitsWith: .failure) {
      _ = try ConfidenceInterval.mean(of: [1, 2], level: 1)
    }
    await #expect(processExitsWith: .failure) {
      _ = try ConfidenceInterval.proportion(successes: 3, trials: 2)
    }
  }
}

@Suite("Summaries")
struct SummaryTests {
  @Test("mean and variance lose nothing to an offset")
  func offset() throws {
    // On a grid of 2⁻²⁰ about 2³⁰ every value is exact, and so are its distances from the mean.
    let values = [0.25, 0.5, 0.75, 1.5].map { $0 + 0x1p30 }
    let summary = try SampleSummary(values)
    #expect(summary.mean == 0x1p30 + 0.75)
    #expect(summary.variance == 0.875 / 3)
  }

  @Test("the largest numbers have a mean, and no sum of squares")
  func huge() {
    #expect(throws: StatisticsError.self) {
      try SampleSummary([.greatestFiniteMagnitude, -.greatestFiniteMagnitude])
    }
  }

  @Test("one value has a mean and no variance")
  func single() throws {
    let summary = try SampleSummary([0.37])
    #expect(summary.mean == 0.37 && summary.variance == nil && summary.standardError == nil)
  }

  @Test("quantiles are NumPy's, the median the middle")
  func quantiles() throws {
    let values = [1.0, 2, 4, 8]
    #expect(quantile(0, ofSorted: values) == 1 && quantile(1, ofSorted: values) == 8)
    #expect(quantile(0.25, ofSorted: values) == 1.75)
    #expect(publishedTolerance.allows(quantile(0.9, ofSorted: values), reference: 6.8))
    #expect(try median([4, 1, 8, 2]) == 3 && median([0.37]) == 0.37)
    #expect(throws: StatisticsError.self) { try median([]) }
    #expect(throws: StatisticsError.self) { try median([1, .nan]) }
  }
}
