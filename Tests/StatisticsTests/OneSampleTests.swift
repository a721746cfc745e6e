import Diagnostics
import Foundation
import Numbers
import ReferenceNumerics
import Statistics
import Testing

@Suite("Tests of one sample")
struct OneSampleTests {
  @Test("agree with SciPy")
  func published() throws {
    let t = try OneSampleTest.mean(of: sample, equals: 0.5)
    let z = try OneSampleTest.mean(of: sample, equals: 0.5, knownDeviation: 1.5)
    let variance = try OneSampleTest.variance(of: sample, equals: 4)
    let about = try OneSampleTest.variance(of: sample, equals: 4, knownMean: 0.5)
    let count = try OneSampleTest.proportion(successes: 3, trials: 20, equals: 0.4)
    for (outcome, statistic, probability) in [
      (t, 0.43892367514343095, 0.6760815401844325), (z, 0.6734067027447732, 0.5006885855564391),
      (variance, 7.944208482142856, 0.484438612025303), (about, 8.1992890625, 0.6306988035057624),
      (count, 3, 0.0319223255800165),
    ] {
      #expect(publishedTolerance.allows(outcome.statistic, reference: statistic))
      #expect(publishedTolerance.allows(outcome.probability, reference: probability))
    }
    let shift = try Power.detectableShift(count: 400, alpha: 0.001, power: 0.9)
    #expect(publishedTolerance.allows(shift, reference: 0.2286039148518247))
    let factor = try Power.detectableVarianceFactor(degreesOfFreedom: 400, alpha: 0.001, power: 0.9)
    #expect(publishedTolerance.allows(factor, reference: 1.3719282498487444))
  }

  /// Normal values, by Box and Muller.
  static func normals(_ count: Int, run: Int) -> [Double] {
    var source = Philox(seed: 5, property: Philox.number(of: "normals"), case: UInt64(run))
    return (0..<count).map { _ in
      (-2 * log(1 - source.unit())).squareRoot() * cos(2 * .pi * source.unit())
    }
  }

  @Test(
    "reject a true hypothesis no more often than at their level, in 1000 runs",
    arguments: ["t", "z", "χ²", "χ² about the mean", "binomial"])
  func typeOneErrors(test: String) throws {
    let alpha = 0.05
    var rejections = 0
    for run in 0..<1_000 {
      let values = Self.normals(15, run: run)
      let outcome =
        switch test {
        case "t": try OneSampleTest.mean(of: values, equals: 0)
        case "z": try OneSampleTest.mean(of: values, equals: 0, knownDeviation: 1)
        case "χ²": try OneSampleTest.variance(of: values, equals: 1)
        case "χ² about the mean":
          try OneSampleTest.variance(of: values, equals: 1, knownMean: 0)
        default:
          try OneSampleTest.proportion(
            successes: values.count { $0 > 0 }, trials: values.count, equals: 0.5)
        }
      if outcome.isRejected(at: alpha) { rejections += 1 }
    }
    let least = try ConfidenceInterval.lowerProportionLimit(
      successes: rejections, trials: 1_000, level: 0.99)
    #expect(least <= alpha, "\(rejections) of 1000 rejected")
    // Nor do they hold everything: the discrete test alone stays well under its level.
    if test != "binomial" {
      let most = try ConfidenceInterval.upperProportionLimit(
        successes: rejections, trials: 1_000, level: 0.99)
      #expect(most >= alpha, "\(rejections) of 1000 rejected")
    }
  }

  @Test("find the effect that their power promises")
  func power() throws {
    let (count, alpha) = (40, 0.01)
    let shift = try Power.detectableShift(count: count, alpha: alpha, power: 0.9)
    let factor = try Power.detectableVarianceFactor(
      degreesOfFreedom: count, alpha: alpha, power: 0.9)
    var (shifted, widened) = (0, 0)
    for run in 0..<500 {
      let values = Self.normals(count, run: run)
      if try OneSampleTest.mean(of: values.map { $0 + shift }, equals: 0, knownDeviation: 1)
        .isRejected(at: alpha)
      {
        shifted += 1
      }
      let wide = values.map { $0 * factor.squareRoot() }
      if try OneSampleTest.variance(of: wide, equals: 1, knownMean: 0).isRejected(at: alpha) {
        widened += 1
      }
    }
    for found in [shifted, widened] {
      let interval = try ConfidenceInterval.proportion(
        successes: found, trials: 500, level: 0.999)
      #expect(interval.contains(0.9), "\(found) of 500")
    }
  }

  @Test("equal values reject every mean but their own")
  func constant() throws {
    #expect(try OneSampleTest.mean(of: [2, 2, 2], equals: 2).probability == 1)
    let outcome = try OneSampleTest.mean(of: [2, 2, 2], equals: 3)
    #expect(outcome.probability == 0 && outcome.statistic == -.infinity)
  }

  @Test("no value, one value, NaN: errors; a deviation of zero traps")
  func errors() async {
    #expect(throws: StatisticsError.tooFewValues(needed: 2, count: 1)) {
      try OneSampleTest.mean(of: [1], equals: 0)
    }
    #expect(throws: StatisticsError.tooFewValues(needed: 1, count: 0)) {
      try OneSampleTest.mean(of: [], equals: 0, knownDeviation: 1)
    }
    #expect(throws: StatisticsError.tooFewValues(needed: 2, count: 1)) {
      try OneSampleTest.variance(of: [1], equals: 1)
    }
    #expect(throws: StatisticsError.self) {
      try OneSampleTest.variance(of: [1, .nan], equals: 1)
    }
    await #expect(processExitsWith: .failure) {
      _ = try OneSampleTest.mean(of: [1], equals: 0, knownDeviation: 0)
    }
  }

  @Test("an error of GSL keeps its words, and is no fault of the sample")
  func numerical() {
    let error = StatisticsError.numerical(
      Result { () throws(GSLError) -> Double in try Distribution.normal.quantile(2) }.failure!)
    #expect(error.message.contains("a probability lies in 0 ... 1, got 2"))
    #expect(error.exitCode == .software)
  }
}

extension Result {
  var failure: Failure? {
    if case .failure(let failure) = self { failure } else { nil }
  }
}

@Suite("Budget of α")
struct AlphaBudgetTests {
  @Test("equal shares add up to the total, and never to more")
  func equal() {
    for count in [1, 3, 7, 10] {
      let rows = (0..<count).map { "row\($0)" }
      let budget = AlphaBudget(total: 0.01, rows: rows)
      let sum = rows.reduce(0) { $0 + budget.level(of: $1) }
      #expect(sum <= 0.01 && sum > 0.01 * (1 - 1e-12))
      #expect(budget.level(of: "row0", tests: 4) * 4 <= budget.level(of: "row0"))
    }
  }

  @Test("weights share it out, and the statement says how much")
  func weighted() {
    let budget = AlphaBudget(total: 0.001, weightedRows: [("a", 3), ("b", 1)])
    #expect(abs(budget.level(of: "a") - 0.00075) < 1e-18)
    #expect(budget.rows == ["a", "b"])
    #expect(budget.statement(of: "b") == "α = 0.00025 of the report's 0.001")
    #expect(
      budget.statement(of: "b", tests: 2) == "α = 0.00025 of the report's 0.001, over 2 tests")
  }

  @Test("over 1000 null reports of three rows, false alarms stay within the budget")
  func nullReports() throws {
    let budget = AlphaBudget(total: 0.05, rows: ["mean", "variance", "sign"])
    var alarms = 0
    for run in 0..<1_000 {
      let values = OneSampleTests.normals(12, run: run)
      let outcomes = [
        ("mean", try OneSampleTest.mean(of: values, equals: 0)),
        ("variance", try OneSampleTest.variance(of: values, equals: 1)),
        (
          "sign",
          try OneSampleTest.proportion(
            successes: values.count { $0 > 0 }, trials: 12, equals: 0.5)
        ),
      ]
      if outcomes.contains(where: { $0.1.isRejected(at: budget.level(of: $0.0)) }) { alarms += 1 }
    }
    let least = try ConfidenceInterval.lowerProportionLimit(
      successes: alarms, trials: 1_000, level: 0.99)
    #expect(least <= 0.05, "\(alarms) of 1000")
  }

  @Test("a row without a share, two rows of one name, and a weight of zero trap")
  func traps() async {
    await #expect(processExitsWith: .failure) { _ = AlphaBudget(rows: ["a"]).level(of: "b") }
    await #expect(processExitsWith: .failure) { _ = AlphaBudget(rows: ["a", "a"]) }
    await #expect(processExitsWith: .failure) {
      _ = AlphaBudget(weightedRows: [("a", 0)])
    }
  }
}
