public import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import PropertyTesting
public import Properties
internal import Proving

/// The lattice of optimizers: what each becomes at the ends of its hyper-parameters.
public struct ReductionProperty: AuditableProperty {
  /// What an identity transform's wrapper is taken from, instead of the shipped one.
  private let transform: (any LossTransform)?

  /// - Parameter transform: one to look at in the place of the one that is part of a subject.
  public init(examining transform: (any LossTransform)? = nil) { self.transform = transform }

  public var description: PropertyDescription {
    PropertyDescription(
      id: "rule.reductions",
      statement:
        "with some hyper-parameters at 0, or a part off, the rule is the simpler one it contains",
      source:
        "the papers' formulas; for AMO and AMVT derived in the specification, sections 2 and 3",
      domain: "no weight decay; every reduction of the declared family",
      evidence: [.smt, .generated])
  }

  public func check(_ context: AuditContext) async throws -> Finding {
    let reductions = Reduction.all(of: context.subject, examining: transform)
    guard !reductions.isEmpty, let rule = context.subject.rule else {
      return .notApplicable("the declared family contains no simpler rule at these settings")
    }
    var finding = Finding()
    finding.detail = reductions.map(\.name).joined(separator: "; ")
    for reduction in reductions {
      if let claim = await reduction.claim(context, rule) {
        await context.prove(claim, about: rule, into: &finding)
      }
    }
    let generator = scenarios(of: reductions, context.subject)
    for executor in context.subject.executors {
      context.generate(generator, property: id, on: executor, into: &finding) { value in
        try examine(value, reductions, executor, context)
      }
      if finding.candidate != nil { break }
    }
    return finding
  }

  public func examine(_ json: JSONValue, _ context: AuditContext) async throws -> Examination {
    let reductions = Reduction.all(of: context.subject, examining: transform)
    if let name = json["claim"]?.string, let rule = context.subject.rule {
      guard let reduction = reductions.first(where: { $0.name == name }),
        let claim = await reduction.claim(context, rule)
      else { throw CaseError(message: "the property makes no claim \(name)") }
      return try examination(of: claim, at: json["point"])
    }
    let name = json["arithmetic"]?.string
    guard
      let executor = context.subject.executors.first(where: { $0.arithmetic.rawValue == name })
    else { throw CaseError(message: "the subject does not run in \(name ?? "no arithmetic")") }
    let value = try ReducedScenario(json: json["case"] ?? .null)
    return try examine(value, reductions, executor, context)
  }

  private func scenarios(
    of reductions: [Reduction], _ subject: AuditSubject
  ) -> Generator<ReducedScenario> {
    let alternatives = reductions.map { reduction in
      var shape = ScenarioShape.vector
      shape.fixed = RuleProperties.withoutDecay(subject)
      shape.fixed.merge(reduction.fixed, uniquingKeysWith: { $1 })
      return subject.scenarios(shape).map {
        ReducedScenario(reduction: reduction.name, scenario: $0)
      }
    }
    return .oneOf(alternatives)
  }

  private func examine(
    _ value: ReducedScenario, _ reductions: [Reduction], _ executor: any SubjectExecutor,
    _ context: AuditContext
  ) throws -> Examination {
    guard let reduction = reductions.first(where: { $0.name == value.reduction }) else {
      throw CaseError(message: "the subject has no reduction `\(value.reduction)`")
    }
    return try reduction.examine(value.scenario, executor, context)
  }
}

/// A scenario, and the reduction that it is run under.
struct ReducedScenario: AuditCase {
  var reduction: String
  var scenario: Scenario

  init(reduction: String, scenario: Scenario) {
    self.reduction = reduction
    self.scenario = scenario
  }

  var json: JSONValue { ["reduction": .string(reduction), "scenario": scenario.json] }

  init(json: JSONValue) throws(CaseError) {
    reduction = json["reduction"]?.string ?? ""
    scenario = try Scenario(json: json["scenario"] ?? .null)
  }

  var scalarCount: Int { scenario.scalarCount }
  var stepCount: Int { scenario.stepCount }
}
