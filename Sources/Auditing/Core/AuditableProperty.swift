public import Diagnostics
public import PropertyTesting
public import Properties

/// A property of the catalogue: what it states, how it is tried, and how one case of it is looked at.
public protocol AuditableProperty: Sendable {
  var description: PropertyDescription { get }

  /// Tries the property on a subject by every method that there is for it.
  ///
  /// A method that gives up says so in its evidence. A candidate for a refutation is returned as a case;
  /// the runner examines it once more, and only then calls the property refuted.
  func check(_ context: AuditContext) async throws -> Finding

  /// Looks at one case, step by step: what confirms a candidate, and what `replay` runs again.
  func examine(_ case: JSONValue, _ context: AuditContext) async throws -> Examination
}

extension AuditableProperty {
  public var id: String { description.id }
}

/// What trying a property gave.
public struct Finding: Sendable {
  /// Every method that was tried, strongest first. A method that found a candidate says `refuted`.
  public var evidence: [Evidence]
  /// The case in which the property fails, if one was found.
  public var candidate: Candidate?
  public var assumptions: [String] = []
  public var cases = 0
  /// The share of generated cases that met the premise.
  public var premiseShare: Double?
  public var detail: String?
  /// Whether the statement is information about this very subject, and nothing that it declares.
  public var isInformation = false
  /// The documents behind the evidence, by file name: SMT-LIB queries, for one.
  public var documents: [String: String] = [:]

  public init(_ evidence: [Evidence] = []) { self.evidence = evidence }

  /// A property that has nothing to say of this subject, and why.
  public static func notApplicable(_ reason: String) -> Finding {
    var finding = Finding()
    finding.exclusion = reason
    return finding
  }

  /// Why the property has nothing to say of this subject, if it has not.
  public internal(set) var exclusion: String?
}

extension Finding {
  /// Takes what was proved of a vector of one coordinate for that: a test of vectors.
  mutating func limitToOneCoordinate() {
    for index in evidence.indices where evidence[index].verdict == .proved {
      evidence[index].verdict = .tested
      let domain = evidence[index].domain
      evidence[index].domain =
        "proved for vectors of one coordinate" + (domain.map { "; \($0)" } ?? "")
    }
  }
}

/// A case in which a property seems to fail.
public struct Candidate: Sendable {
  /// How many coordinates the case takes.
  public var scalars: Int
  /// How many steps it takes.
  public var steps: Int
  /// The case, in the form that `examine` reads.
  public var `case`: JSONValue
  /// The choices that generate it; empty where it was not generated.
  public var choices: [Choice]

  public init(scalars: Int, steps: Int, case: JSONValue, choices: [Choice] = []) {
    self.scalars = scalars
    self.steps = steps
    self.case = `case`
    self.choices = choices
  }
}

/// What became of one case.
public struct Examination: Sendable {
  /// Whether the property holds in it.
  public var holds: Bool
  /// Whether the statement speaks of the case at all.
  public var meetsPremise = true
  /// What happened, in a sentence.
  public var summary: String
  /// What happened, a line a step.
  public var lines: [String]
  /// The subject's trajectory and the expected one, where the case has such.
  public var trajectories: JSONValue

  public init(
    holds: Bool, summary: String, lines: [String] = [], trajectories: JSONValue = nil
  ) {
    self.holds = holds
    self.summary = summary
    self.lines = lines
    self.trajectories = trajectories
  }
}

extension Examination {
  /// A case that the statement does not speak of.
  static func outsidePremise(_ reason: String) -> Examination {
    var examination = Examination(holds: true, summary: reason)
    examination.meetsPremise = false
    return examination
  }
}
