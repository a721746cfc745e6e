internal import ReferenceNumerics

/// What a test of a hypothesis about one sample came to.
public struct TestOutcome: Sendable, Hashable {
  /// The test statistic: a z, a t, a χ², a count.
  public let statistic: Double
  /// The probability, under the hypothesis, of a statistic at least as far out on either side.
  public let probability: Double

  public init(statistic: Double, probability: Double) {
    self.statistic = statistic
    self.probability = probability
  }

  /// Whether the hypothesis is rejected at the level `alpha`.
  public func isRejected(at alpha: Double) -> Bool { probability <= alpha }
}

/// Two-sided tests of a hypothesis about one sample.
public enum OneSampleTest {
  /// Whether a mean is the stated one, where the variance of a value is known: `z = (x̄ − μ)√n/σ`.
  ///
  /// Exact for normal values; for others by the central limit theorem.
  ///
  /// - Throws: ``StatisticsError`` for an empty sample, or one with a value that is not finite.
  /// - Precondition: the deviation is finite and above 0.
  public static func mean(
    of values: [Double], equals mean: Double, knownDeviation deviation: Double
  ) throws(StatisticsError) -> TestOutcome {
    precondition(
      deviation > 0 && deviation.isFinite, "a deviation is finite and above 0, got \(deviation)")
    let summary = try SampleSummary(values)
    let z = (summary.mean - mean) / deviation * Double(summary.count).squareRoot()
    return TestOutcome(
      statistic: z, probability: min(1, 2 * (try Distribution.normal.above(z.magnitude))))
  }

  /// Whether a mean is the stated one: Student's t.
  ///
  /// Values that are all equal reject every mean but their own.
  ///
  /// - Throws: ``StatisticsError`` for fewer than two values, or one that is not finite.
  public static func mean(
    of values: [Double], equals mean: Double
  ) throws(StatisticsError) -> TestOutcome {
    let summary = try SampleSummary(values)
    guard let error = summary.standardError else {
      throw .tooFewValues(needed: 2, count: summary.count)
    }
    guard error > 0 else {
      let isEqual = summary.mean == mean
      return TestOutcome(
        statistic: isEqual ? 0 : (summary.mean < mean ? -.infinity : .infinity),
        probability: isEqual ? 1 : 0)
    }
    let t = (summary.mean - mean) / error
    let student = Distribution.studentT(degreesOfFreedom: Double(summary.count - 1))
    return TestOutcome(
      statistic: t, probability: min(1, 2 * (try student.above(t.magnitude))))
  }

  /// Whether the variance of normal values is the stated one, about a mean that is known:
  /// `χ² = Σ(x − μ)²/σ²` with n degrees of freedom.
  ///
  /// - Throws: ``StatisticsError`` for an empty sample, or one with a value that is not finite.
  /// - Precondition: the variance is finite and above 0.
  public static func variance(
    of values: [Double], equals variance: Double, knownMean mean: Double
  ) throws(StatisticsError) -> TestOutcome {
    precondition(
      variance > 0 && variance.isFinite, "a variance is finite and above 0, got \(variance)")
    let summary = try SampleSummary(values)
    let offset = summary.mean - mean
    let sum = summary.sumOfSquares + Double(summary.count) * offset * offset
    return try chiSquared(sum / variance, degreesOfFreedom: summary.count)
  }

  /// Whether the variance of normal values is the stated one: `χ² = Σ(x − x̄)²/σ²` with n − 1 degrees of
  /// freedom.
  ///
  /// - Throws: ``StatisticsError`` for fewer than two values, or one that is not finite.
  /// - Precondition: the variance is finite and above 0.
  public static func variance(
    of values: [Double], equals variance: Double
  ) throws(StatisticsError) -> TestOutcome {
    precondition(
      variance > 0 && variance.isFinite, "a variance is finite and above 0, got \(variance)")
    let summary = try SampleSummary(values)
    guard summary.count >= 2 else { throw .tooFewValues(needed: 2, count: summary.count) }
    return try chiSquared(summary.sumOfSquares / variance, degreesOfFreedom: summary.count - 1)
  }

  /// Whether a probability is the stated one, from `successes` in `trials`: exact, twice the smaller tail.
  ///
  /// - Precondition: `0 ≤ successes ≤ trials < 2³²`, `0 ≤ probability ≤ 1`.
  public static func proportion(
    successes: Int, trials: Int, equals probability: Double
  ) throws(StatisticsError) -> TestOutcome {
    precondition(
      0 <= successes && successes <= trials, "\(successes) successes in \(trials) trials")
    precondition(
      0 <= probability && probability <= 1, "a probability lies in 0 ... 1, got \(probability)")
    let binomial = Distribution.binomial(trials: trials, probability: probability)
    let atMost = try binomial.below(Double(successes))
    let atLeast = successes == 0 ? 1 : try binomial.above(Double(successes - 1))
    return TestOutcome(
      statistic: Double(successes), probability: min(1, 2 * min(atMost, atLeast)))
  }

  private static func chiSquared(
    _ statistic: Double, degreesOfFreedom: Int
  ) throws(StatisticsError) -> TestOutcome {
    let distribution = Distribution.chiSquared(degreesOfFreedom: Double(degreesOfFreedom))
    let tail = min(try distribution.below(statistic), try distribution.above(statistic))
    return TestOutcome(statistic: statistic, probability: min(1, 2 * tail))
  }
}

/// How small an effect a two-sided test finds.
public enum Power {
  /// The shift of a mean, in units of the deviation of one value, that a z test of `count` values at the
  /// level `alpha` finds with the stated power: `(z(1 − α/2) + z(power))/√n`.
  ///
  /// - Precondition: `count` is at least 1; `alpha` and `power` lie in (0, 1).
  public static func detectableShift(
    count: Int, alpha: Double, power: Double
  ) throws(StatisticsError) -> Double {
    precondition(count >= 1, "a test needs a value, got \(count)")
    checkLevel(alpha)
    checkLevel(power)
    let outer = -(try Distribution.normal.point(alpha / 2))
    return (outer + (try Distribution.normal.point(power))) / Double(count).squareRoot()
  }

  /// The factor above 1 on a variance that a χ² test of `degreesOfFreedom` at the level `alpha` finds with
  /// the stated power.
  ///
  /// - Precondition: `degreesOfFreedom` is at least 1; `alpha` and `power` lie in (0, 1).
  public static func detectableVarianceFactor(
    degreesOfFreedom: Int, alpha: Double, power: Double
  ) throws(StatisticsError) -> Double {
    precondition(degreesOfFreedom >= 1, "a χ² has a degree of freedom, got \(degreesOfFreedom)")
    checkLevel(alpha)
    checkLevel(power)
    let distribution = Distribution.chiSquared(degreesOfFreedom: Double(degreesOfFreedom))
    // Rejected above the upper critical value, which the larger variance exceeds with the stated power.
    return try distribution.point(1 - alpha / 2) / (try distribution.point(1 - power))
  }
}
