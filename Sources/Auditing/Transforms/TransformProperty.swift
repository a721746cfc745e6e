internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties
internal import Proving

/// A property of a loss transform: exact arithmetic on whole regions of losses, generated cases in
/// enclosures, and GSL as a witness that decides nothing.
struct TransformProperty: AuditableProperty {
  let description: PropertyDescription
  /// The transform that is looked at instead of the subject's.
  var replacement: (any LossTransform)?
  /// What is decided for all losses at once.
  var exact: @Sendable (TransformSetting) throws -> ExactAnswer = { _ in ExactAnswer() }
  /// What the solvers are asked.
  var claims: @Sendable () -> [Claim] = { [] }
  /// GSL's opinion, and what else is computed at fixed points.
  var witnesses: @Sendable (TransformSetting) throws -> [Evidence] = { _ in [] }
  let cases: @Sendable (any LossTransform) -> Generator<TransformCase>
  let examination: @Sendable (TransformCase, TransformSetting) throws -> Examination
  var detail: @Sendable (any LossTransform) -> String? = { _ in nil }

  func check(_ context: AuditContext) async throws -> Finding {
    guard let transform = replacement ?? context.subject.transform else {
      return .notApplicable("the subject's transform is not known")
    }
    let setting = try TransformSetting(transform, witnesses: context.effort == .quick ? 4 : 24)
    var finding = Finding()
    finding.detail = detail(transform)
    let answer: ExactAnswer
    do {
      answer = try exact(setting)
    } catch let failure as PowerSum.Failure {
      answer = ExactAnswer(
        [
          Evidence(
            .exact, tool: "assay powers", verdict: .inconclusive, detail: failure.reason)
        ], nil)
    }
    finding.evidence += answer.evidence
    if let value = answer.candidate {
      finding.candidate = Candidate(
        scalars: value.scalarCount, steps: value.stepCount,
        case: ["arithmetic": "float64", "case": value.json])
    }
    // What is claimed is claimed of Adam, whatever the transform is part of.
    let rule = context.subject.rule ?? OptimizerRule(optimizer: Optimizer(Adam()))
    for claim in claims() { await context.prove(claim, about: rule, into: &finding) }
    finding.evidence += try witnesses(setting)
    let found = finding.candidate
    let arithmetic = context.subject.executors.first?.arithmetic ?? .float64
    context.generate(cases(transform), property: id, arithmetic: arithmetic, into: &finding) {
      value in
      try examination(value, setting)
    }
    finding.candidate = finding.candidate ?? found
    return finding
  }

  func examine(_ json: JSONValue, _ context: AuditContext) async throws -> Examination {
    guard let transform = replacement ?? context.subject.transform else {
      throw CaseError(message: "the subject's transform is not known")
    }
    if let name = json["claim"]?.string {
      guard let claim = claims().first(where: { $0.name == name }) else {
        throw CaseError(message: "the property makes no claim \(name)")
      }
      return try Auditing.examination(of: claim, at: json["point"])
    }
    let value = try TransformCase(json: json["case"] ?? .null)
    return try examination(value, try TransformSetting(transform, witnesses: 0))
  }

  func examining(_ transform: (any LossTransform)?) -> TransformProperty {
    var property = self
    property.replacement = transform
    return property
  }
}

/// What exact arithmetic says of a property.
struct ExactAnswer {
  var evidence: [Evidence] = []
  /// A case in which the property seems to fail.
  var candidate: TransformCase?

  init(_ evidence: [Evidence] = [], _ candidate: TransformCase? = nil) {
    self.evidence = evidence
    self.candidate = candidate
  }

  /// An answer to a list of exact questions: proved where each has the right answer.
  ///
  /// - Parameter domain: what is covered; reads after "by assay powers, …".
  init(
    _ questions: [ExactQuestion], domain: String,
    candidate: (ExactQuestion) -> TransformCase
  ) {
    guard let wrong = questions.first(where: { !$0.holds }) else {
      evidence = [
        Evidence(.exact, tool: "assay powers", verdict: .proved, domain: domain)
      ]
      return
    }
    if wrong.isUndecided {
      evidence = [
        Evidence(.exact, tool: "assay powers", verdict: .inconclusive, detail: wrong.text)
      ]
      return
    }
    evidence = [Evidence(.exact, tool: "assay powers", verdict: .refuted, detail: wrong.text)]
    self.candidate = candidate(wrong)
  }
}

/// Whether two exact expressions agree in a region.
struct ExactQuestion {
  var region: LossRegion
  var text: String
  var holds: Bool
  var isUndecided = false

  init(_ what: String, in region: LossRegion, _ computed: PowerSum, _ expected: PowerSum) {
    self.region = region
    holds = computed.isIdentical(to: expected)
    isUndecided = computed.isUndecided || expected.isUndecided
    text = "\(region.text), s = |l|: \(what) is \(computed), not \(expected)"
  }

  init(_ text: String, in region: LossRegion, holds: Bool) {
    self.region = region
    self.text = "\(region.text): \(text)"
    self.holds = holds
  }
}

/// The properties of loss transforms.
public enum TransformProperties {
  static let properties: [TransformProperty] = [
    chainRule, monotone, criticalPoints, inertia, weyl, join, algebra, rescaledStep, stability,
    epsilonInflation,
  ]

  /// The properties, asked of the transform that is part of a subject.
  public static let all: [any AuditableProperty] = properties

  /// The properties, asked of another transform in the subject's place.
  public static func examining(_ transform: any LossTransform) -> [any AuditableProperty] {
    properties.map { $0.examining(transform) }
  }

  /// The first failure, or that there is none.
  static func examination(
    failing reason: String?, _ lines: [String] = []
  ) -> Examination {
    Examination(holds: reason == nil, summary: reason ?? "the statement holds", lines: lines)
  }
}
