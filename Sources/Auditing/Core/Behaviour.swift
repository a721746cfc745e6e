public import Diagnostics
internal import PropertyTesting
public import Properties
internal import Proving

/// A property of a subject's behaviour: cases are generated, run through the subject's code and looked at;
/// and for a subject whose text is there, claims about its trace go to the provers.
struct Behaviour<Case: AuditCase>: AuditableProperty {
  let description: PropertyDescription
  /// The cases, or nil with the reason why there are none for this subject.
  let cases: @Sendable (AuditContext) throws(Exclusion) -> Generator<Case>
  /// What shows that a case holds or fails, on one of the subject's executors.
  let examination: @Sendable (Case, any SubjectExecutor, AuditContext) throws -> Examination
  /// What there is to prove about the text.
  var claims: @Sendable (AuditContext, any TransparentRule) async throws -> [Claim] = { _, _ in [] }
  /// What the claims rest on that other properties prove.
  var assumptions: @Sendable (AuditContext, any TransparentRule) -> [String] = { _, _ in [] }
  /// Evidence from what the audit has proved elsewhere.
  var evidence: @Sendable (AuditContext) async throws -> [Evidence] = { _ in [] }

  func check(_ context: AuditContext) async throws -> Finding {
    let generator: Generator<Case>
    do {
      generator = try cases(context)
    } catch {
      return .notApplicable(error.reason)
    }
    var finding = Finding(try await evidence(context))
    if let rule = context.subject.rule {
      for claim in try await claims(context, rule) {
        await context.prove(claim, about: rule, into: &finding)
      }
      finding.assumptions += assumptions(context, rule)
    }
    for executor in context.subject.executors {
      context.generate(generator, property: id, on: executor, into: &finding) { value in
        try examination(value, executor, context)
      }
      if finding.candidate != nil { break }
    }
    return finding
  }

  func examine(_ json: JSONValue, _ context: AuditContext) async throws -> Examination {
    if let name = json["claim"]?.string, let rule = context.subject.rule {
      guard let claim = try await claims(context, rule).first(where: { $0.name == name }) else {
        throw CaseError(message: "the property makes no claim \(name)")
      }
      return try Auditing.examination(of: claim, at: json["point"])
    }
    let name = json["arithmetic"]?.string
    let value = try Case(json: json["case"] ?? .null)
    if let run = value as? any ScenarioCase { try run.scenario.check(for: context.subject) }
    guard
      let executor = context.subject.executors.first(where: { $0.arithmetic.rawValue == name })
    else { throw CaseError(message: "the subject does not run in \(name ?? "no arithmetic")") }
    return try examination(value, executor, context)
  }
}

/// Why a property has nothing to say of a subject.
struct Exclusion: Error {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}
