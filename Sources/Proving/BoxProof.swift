import Formulas
public import Properties

/// What came of trying to prove a claim on a box by intervals.
public struct BoxProof: Sendable, Hashable {
  public enum Conclusion: Sendable, Hashable {
    /// Every goal holds at every point of the box at which the assumptions do.
    case proved
    /// The claim fails at a point of the box, as exact arithmetic confirms.
    case refuted(Refutation)
    /// Not all of the box could be decided; `remaining` is the undecided share of its volume.
    case inconclusive(reason: String, remaining: Double)
    /// The assumptions hold nowhere in the box.
    case vacuous
  }

  public let claim: Claim
  public let box: RealBox
  public let conclusion: Conclusion
  /// How many boxes were looked at.
  public let boxes: Int
  public let seconds: Double

  public var verdict: Verdict {
    switch conclusion {
    case .proved: .proved
    case .refuted: .refuted
    case .inconclusive: .inconclusive
    case .vacuous: .vacuous
    }
  }

  /// The entry for a report. What is proved here is proved on the box: the caller says so where the declared
  /// domain is larger.
  public var evidence: Evidence {
    let detail: String =
      switch conclusion {
      case .proved: "\(boxes) boxes"
      case .refuted(let refutation): refutation.description
      case .inconclusive(let reason, let remaining):
        "\(reason) after \(boxes) boxes; undecided: \(Self.percentage(remaining)) of the volume"
      case .vacuous: "the assumptions hold nowhere in the box"
      }
    return Evidence(
      .interval, tool: "assay intervals", verdict: verdict, domain: box.description,
      detail: detail, seconds: seconds)
  }

  /// `12.5 %`, and never 0 for what is not nothing.
  private static func percentage(_ share: Double) -> String {
    let tenths = (share * 1000).rounded()
    return tenths < 1 && share > 0 ? "less than 0.1 %" : "\(tenths / 10) %"
  }
}

extension BoxProof: CustomStringConvertible {
  public var description: String { evidence.line(named: claim.name) }
}
