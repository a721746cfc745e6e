public import Diagnostics

/// A case in which a property fails, as small as it could be made.
public struct Counterexample: Sendable, Hashable {
  /// How many coordinates it takes.
  public var scalars: Int
  /// How many steps it takes.
  public var steps: Int
  /// The case itself, readable.
  public var `case`: JSONValue
  /// Its failure's ID, by which `assay replay` runs it again.
  public var replay: String?
  /// The command that repeats it.
  public var command: String
  /// A short program in the subject's own language that shows it; nil where there is none.
  public var reproduction: String?
  /// The subject's run in it, and the expected one, by `subject` and `expected`; null for none.
  public var trajectories: JSONValue

  public init(
    scalars: Int, steps: Int, case: JSONValue, replay: String? = nil, command: String = "",
    trajectories: JSONValue = .null
  ) {
    self.scalars = scalars
    self.steps = steps
    self.case = `case`
    self.replay = replay
    self.command = command
    self.trajectories = trajectories
  }
}

/// What a property states, where it is from, and of which subjects it is asked.
public struct PropertyDescription: Sendable, Hashable {
  /// The name in the catalogue, `moment.bias-identity`.
  public let id: String
  public let statement: String
  public let source: String
  /// The inputs that the statement is about, in words.
  public let domain: String
  public let arithmetic: Arithmetic
  /// The property is asked of subjects that have all of these.
  public let requires: Set<Trait>
  /// The property is asked of no subject that has one of these.
  public let excludes: Set<Trait>
  /// Whether this is a statement of the literature, tested beside the others as information: never
  /// declared, so its refutation is no failure of the subject.
  public let isInformation: Bool
  /// The evidence that can be had for it, strongest first.
  public let evidence: [EvidenceKind]

  public init(
    id: String, statement: String, source: String, domain: String,
    arithmetic: Arithmetic = .real, requires: Set<Trait> = [], excludes: Set<Trait> = [],
    isInformation: Bool = false, evidence: [EvidenceKind]
  ) {
    self.id = id
    self.statement = statement
    self.source = source
    self.domain = domain
    self.arithmetic = arithmetic
    self.requires = requires
    self.excludes = excludes
    self.isInformation = isInformation
    self.evidence = evidence
  }
}

/// One row of an audit's report.
public struct PropertyResult: Sendable, Hashable {
  public var property: PropertyDescription
  /// Whether the subject's card, family or claims say it.
  public var isDeclared: Bool
  public var verdict: Verdict
  /// What was tried, strongest first.
  public var evidence: [Evidence]
  /// What the verdict rests on without having proved it here.
  public var assumptions: [String]
  /// The machine-checked theorem about this very rule, if there is one.
  public var theorem: String?
  /// How many cases were run.
  public var cases: Int
  /// The share of generated cases that met the premise, in 0 ... 1; nil where none were generated.
  public var premiseShare: Double?
  public var counterexample: Counterexample?
  public var detail: String?
  public var seconds: Double

  public init(
    _ property: PropertyDescription, isDeclared: Bool, evidence: [Evidence],
    assumptions: [String] = [], theorem: String? = nil, cases: Int = 0,
    premiseShare: Double? = nil, counterexample: Counterexample? = nil, detail: String? = nil,
    seconds: Double = 0
  ) {
    self.property = property
    self.isDeclared = isDeclared
    self.verdict = Verdict.strongest(of: evidence.map(\.verdict))
    self.evidence = evidence
    self.assumptions = assumptions
    self.theorem = theorem
    self.cases = cases
    self.premiseShare = premiseShare
    self.counterexample = counterexample
    self.detail = detail
    self.seconds = seconds
  }
}
