/// What an audit says of a property. The cases stand in the order in which the first that applies wins.
public enum Verdict: String, Sendable, Hashable, Codable, CaseIterable {
  /// A counterexample, shrunk, that one command repeats.
  case refuted
  /// A known, documented convention other than the declared one.
  case variant
  /// Holds for all real inputs of the stated domain.
  case proved
  /// Holds for the floating-point code over a stated box.
  case enclosed
  /// No counterexample in the stated number of cases.
  case tested
  /// Not rejected at a stated level with a stated power.
  case statistical
  /// The premise was met in too few cases to say anything.
  case vacuous
  /// Every method gave up.
  case inconclusive
  /// The declared family excludes the property.
  case notApplicable
  /// Data or a tool is absent, and nothing weaker could be tried.
  case untested

  /// The verdict of a row whose evidence has these: the first in the order of the cases, `untested` if
  /// there is none.
  public static func strongest(of verdicts: some Sequence<Verdict>) -> Verdict {
    let present = Set(verdicts)
    return allCases.first(where: present.contains) ?? .untested
  }
}

/// How a verdict was reached.
public enum EvidenceKind: String, Sendable, Hashable, Codable, CaseIterable {
  /// A solver over the reals, on the traced rule.
  case smt
  /// Exact rational execution.
  case exact
  /// Interval or running-error enclosure.
  case interval
  /// GSL as an independent witness.
  case gsl
  /// Generated cases, shrunk on failure.
  case generated
  /// A search that maximises a score.
  case search
  /// A test within the report's budget of α.
  case statistics
  /// A machine-checked theorem about the very rule.
  case theorem
  /// A dual certificate checked in rational arithmetic.
  case certificate
}

/// One method that was tried on a property, and what came of it.
public struct Evidence: Sendable, Hashable {
  public var kind: EvidenceKind
  /// The program or method, with its version where it has one: `z3 4.8.12`, `assay exact`.
  public var tool: String
  public var verdict: Verdict
  /// Where the verdict holds, if that is not the whole domain of the property.
  public var domain: String?
  /// What there is to add: why it gave up, which package to install, what was assumed.
  public var detail: String?
  public var seconds: Double

  public init(
    _ kind: EvidenceKind, tool: String, verdict: Verdict, domain: String? = nil,
    detail: String? = nil, seconds: Double = 0
  ) {
    self.kind = kind
    self.tool = tool
    self.verdict = verdict
    self.domain = domain
    self.detail = detail
    self.seconds = seconds
  }
}

/// The numbers that a statement is about.
public enum Arithmetic: String, Sendable, Hashable, Codable {
  case real, rational, float64, float32, bfloat16, float16
}
