/// What came of a check.
public struct CheckResult<Value> {
  public enum Outcome {
    /// No case failed.
    case passed
    /// A case fails, shrunk.
    case failed(SmallestFailure<Value>)
    /// The premise was met in too few cases to say anything.
    case vacuous(String)
    /// A label had a significantly smaller share of the cases than required.
    case insufficient(String)
    /// The body does not always do the same with the same case.
    case flaky(SmallestFailure<Value>, String)
    /// The generator is unfit: its filters refuse too much, it is too slow, its values are too large.
    case gaveUp(String)
    /// The time limit ended the check.
    case inconclusive(String)
    /// The generator can make no value.
    case invalid(String)
  }

  public var property: String
  public var seed: UInt64
  public var outcome: Outcome
  /// How many cases met the premise and were run.
  public var cases: Int
  /// How many cases were made, those that did not meet the premise and those that were refused included.
  public var attempts: Int
  public var statistics: Statistics
  /// What is worth knowing but changes nothing: failure files set aside, a folder that cannot be written.
  public var warnings: [String] = []
  /// How often the body ran between the first failure and the end of shrinking.
  public var shrinkExecutions = 0
  /// How many of these each pass of the shrinker took.
  public var executionsOfPass: [String: Int] = [:]

  /// The share of the made cases that met the premise, in 0 ... 1.
  public var premiseShare: Double { attempts == 0 ? 0 : Double(cases) / Double(attempts) }

  public var hasPassed: Bool { if case .passed = outcome { true } else { false } }
  public var failure: SmallestFailure<Value>? {
    switch outcome {
    case .failed(let failure), .flaky(let failure, _): failure
    default: nil
    }
  }
}

extension CheckResult: Sendable where Value: Sendable {}
extension CheckResult.Outcome: Sendable where Value: Sendable {}

/// The smallest failing case that was found.
public struct SmallestFailure<Value> {
  public var value: Value
  public var violation: Violation
  /// The choices that make the value again.
  public var choices: [Choice]
  /// The number of the case that failed first; nil for one from a failure file.
  public var `case`: Int?
  /// Whether shrinking ended because there was nothing smaller, not because of a limit.
  public var isMinimal: Bool
  /// What the body noted.
  public var notes: [String]
  /// Which choices matter.
  public var explanation: Explanation?
  /// The ID of its failure file, if it was kept.
  public var id: String?
}

extension SmallestFailure: Sendable where Value: Sendable {}

/// What the cases of a check were like.
public struct Statistics: Sendable, Hashable {
  /// How many of the cases had each label.
  public var labels: [String: Int] = [:]
  /// The shares that labels must have.
  public var requirements: [String: Double] = [:]
  /// The highest score of each label.
  public var scores: [String: Double] = [:]
  /// Why cases were not run, and how many for each reason.
  public var refusals: [String: Int] = [:]
  /// How many of the attempts the search for higher scores made.
  public var searched = 0

  public init() {}

  /// The first label that has significantly too small a share: even the upper end of its 99.9 % Wilson
  /// interval lies below what is required.
  func shortage(of cases: Int) -> String? {
    for (label, share) in requirements.sorted(by: { $0.key < $1.key }) {
      let (n, z) = (Double(max(cases, 1)), 3.0902)
      let p = Double(labels[label, default: 0]) / n
      let centre = p + z * z / (2 * n)
      let spread = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
      let upper = (centre + spread) / (1 + z * z / n)
      if upper < share {
        return "“\(label)” holds in \(labels[label, default: 0]) of \(cases) cases,"
          + " and \(share) of them are required"
      }
    }
    return nil
  }
}
