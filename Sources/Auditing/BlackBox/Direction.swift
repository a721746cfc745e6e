internal import Diagnostics
internal import Numbers
internal import PropertyTesting
internal import Properties

/// What is asked of every optimizer, of whatever family it is: that it keeps to the numbers, and goes down.
///
/// Where no family is declared these are information: nobody has said that the subject is an optimizer as
/// others are.
extension BlackBox {
  static let finite = FamilyFree(
    law: Behaviour<Scenario>(
      description: PropertyDescription(
        id: "rule.finite",
        statement: "gradients and parameters of ordinary size leave finite parameters",
        source:
          "every optimizer's algorithm; ε keeps a denominator from 0, a square a root defined",
        domain: "ε > 0, gradients up to 16, up to 12 steps, hyper-parameters drawn",
        arithmetic: .float64, evidence: [.generated]),
      cases: { context in
        var shape = ScenarioShape.scalar
        shape.steps = 1...12
        shape.drawsHyperparameters = true
        return context.subject.scenarios(shape).map {
          $0.mappingGradients { $0.magnitude <= 16 ? $0 : 16 * $0 / $0.magnitude }
        }
      },
      examination: { scenario, executor, _ in
        try examining {
          let run = try executor.run(scenario)
          for (step, parameters) in run.parameters.enumerated() {
            for value in parameters.joined().joined() where !value.isFinite {
              return Examination(
                holds: false, summary: "step \(step + 1) leaves \(value)",
                trajectories: ["subject": run.json, "expected": nil])
            }
          }
          return Examination(holds: true, summary: "every parameter is finite")
        }
      }))

  static let downhill = FamilyFree(
    law: Behaviour<Scenario>(
      description: PropertyDescription(
        id: "rule.downhill",
        statement:
          "on a constant slope a run never stands above its start, and neither a steeper slope nor a"
          + " larger rate makes its first step shorter",
        source: "every optimizer's algorithm, whatever its moments, on g constant, from θ = 0",
        domain:
          "θ₀ = 0, no weight decay; |g| ≥ 1, losses of 0 and above; up to 12 steps,"
          + " hyper-parameters drawn; steeper slopes where no loss is taken",
        arithmetic: .float64, excludes: [.parameterBounds, .startsInMotion],
        evidence: [.generated]),
      cases: { context in
        var shape = ScenarioShape.scalar
        shape.steps = 1...12
        shape.isConstant = true
        shape.fixed = RuleProperties.withoutDecay(context.subject)
        shape.drawsHyperparameters = true
        // What a sum starts at is compared with g², which a steeper slope passes.
        if context.subject.kind != .process,
          let start = context.subject.value(of: "initialAccumulator")
        {
          shape.fixed["initialAccumulator"] = start
        }
        return context.subject.scenarios(shape).map { scenario in
          // Slopes that stand out from noise, where a rule adds some; and no loss below the least.
          var slope = scenario.mappingParameters { _ in 0 }
            .mappingGradients { 0 < $0.magnitude && $0.magnitude < 1 ? $0 / $0.magnitude : $0 }
          for step in slope.steps.indices {
            slope.steps[step].loss = slope.steps[step].loss?.magnitude
          }
          return slope
        }
      },
      examination: { scenario, executor, context in
        guard let gradient = scenario.steps[0].gradients[0][0]?[0], gradient != 0 else {
          return .outsidePremise("there is no slope")
        }
        return try examining {
          let run = try executor.run(scenario)
          let way = (context.subject.climbs ? 1.0 : -1.0) * (gradient > 0 ? 1 : -1)
          for (step, parameters) in run.parameters.enumerated()
          where way * parameters[0][0][0] < 0 {
            return Examination(
              holds: false,
              summary: "on a slope of \(gradient) step \(step + 1) leads from 0 to"
                + " \(parameters[0][0][0])",
              lines: run.parameters.enumerated().map { "step \($0 + 1): \($1[0][0][0])" },
              trajectories: ["subject": run.json, "expected": nil])
          }
          var others: [(String, Scenario)] = []
          if !context.subject.requiresLoss, gradient.magnitude <= 1_000_000 {
            others.append(("twice the slope", scenario.mappingGradients { 2 * $0 }))
          }
          let own = scenario.groups[0].hyperparameters["learningRate"]
          if context.subject.domains["learningRate"] != nil,
            let rate = own ?? context.subject.value(of: "learningRate")
          {
            var faster = scenario
            faster.groups[0].hyperparameters["learningRate"] = rate * Rational(2)
            others.append(("twice the rate", faster))
          }
          let length = run.parameters[0][0][0][0].magnitude
          for (change, other) in others {
            let changed = try executor.run(other)
            let now = changed.parameters[0][0][0][0].magnitude
            // A start that is not 0, as Yogi's of 1e-6, is a smaller part of a steeper slope.
            guard now < length * (1 - 1 / 1024) else { continue }
            return Examination(
              holds: false,
              summary: "on a slope of \(gradient) the first step is \(length), at \(change) \(now)",
              trajectories: ["subject": changed.json, "expected": run.json])
          }
          return Examination(holds: true, summary: "the run goes down")
        }
      }))
}

/// A law that no family has to be declared for, and that is information where none is.
struct FamilyFree: AuditableProperty {
  let law: Behaviour<Scenario>
  var description: PropertyDescription { law.description }

  func check(_ context: AuditContext) async throws -> Finding {
    var finding = try await law.check(context)
    finding.isInformation = context.subject.kind != .builtIn && context.subject.family == nil
    return finding
  }

  func examine(_ json: JSONValue, _ context: AuditContext) async throws -> Examination {
    try await law.examine(json, context)
  }
}

extension AuditSubject {
  /// Whether its steps climb, as far as it says so.
  fileprivate var climbs: Bool {
    if maximizes { return true }
    guard case .success(let greeting)? = process?.greeting else { return false }
    return greeting.hyperparameters["maximize"]?.bool == true
  }
}
