internal import ReferenceNumerics

/// An interval that covers the quantity in at least a stated share of samples.
public struct ConfidenceInterval: Sendable, Hashable {
  public let estimate: Double
  public let lower: Double
  public let upper: Double
  /// The share of samples whose interval covers the quantity, in (0, 1).
  public let level: Double

  public init(estimate: Double, lower: Double, upper: Double, level: Double) {
    self.estimate = estimate
    self.lower = lower
    self.upper = upper
    self.level = level
  }

  public var width: Double { upper - lower }

  public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }
}

extension ConfidenceInterval {
  /// Student's interval for the mean of a normal population, `x̄ ± t·s/√n`.
  ///
  /// - Throws: ``StatisticsError`` for fewer than two values, or one that is not finite.
  /// - Precondition: `0 < level < 1`.
  public static func mean(
    of values: [Double], level: Double = 0.95
  ) throws(StatisticsError) -> ConfidenceInterval {
    checkLevel(level)
    let summary = try SampleSummary(values)
    guard let error = summary.standardError else {
      throw .tooFewValues(needed: 2, count: summary.count)
    }
    let student = Distribution.studentT(degreesOfFreedom: Double(summary.count - 1))
    // The lower tail keeps the digits of a level near 1.
    let half = -(try student.point((1 - level) / 2)) * error
    return ConfidenceInterval(
      estimate: summary.mean, lower: summary.mean - half, upper: summary.mean + half, level: level)
  }

  /// Clopper and Pearson's interval for a probability, from `successes` in `trials`: it covers at least in
  /// the stated share of samples, whatever the probability.
  ///
  /// With no trials it is all of `0 ... 1`, about the estimate ½.
  ///
  /// - Precondition: `0 ≤ successes ≤ trials`, `0 < level < 1`.
  ///
  /// Source: Clopper & Pearson, *The use of confidence or fiducial limits*, Biometrika 26 (1934).
  public static func proportion(
    successes: Int, trials: Int, level: Double = 0.95
  ) throws(StatisticsError) -> ConfidenceInterval {
    checkLevel(level)
    let outside = (1 - level) / 2
    return ConfidenceInterval(
      estimate: trials == 0 ? 0.5 : Double(successes) / Double(trials),
      lower: try lowerProportionLimit(successes: successes, trials: trials, level: 1 - outside),
      upper: try upperProportionLimit(successes: successes, trials: trials, level: 1 - outside),
      level: level)
  }

  /// The one-sided limit that lies at or below the probability in the stated share of samples.
  public static func lowerProportionLimit(
    successes: Int, trials: Int, level: Double
  ) throws(StatisticsError) -> Double {
    checkLevel(level)
    checkCounts(successes, trials)
    guard successes > 0 else { return 0 }
    return try Distribution.beta(
      alpha: Double(successes), beta: Double(trials - successes + 1)
    ).point(1 - level)
  }

  /// The one-sided limit that lies at or above the probability in the stated share of samples.
  public static func upperProportionLimit(
    successes: Int, trials: Int, level: Double
  ) throws(StatisticsError) -> Double {
    checkLevel(level)
    checkCounts(successes, trials)
    guard successes < trials else { return 1 }
    return try Distribution.beta(
      alpha: Double(successes + 1), beta: Double(trials - successes)
    ).point(level)
  }

  private static func checkCounts(_ successes: Int, _ trials: Int) {
    precondition(
      0 <= successes && successes <= trials, "\(successes) successes in \(trials) trials")
  }
}
