internal import Diagnostics
internal import Formulas
internal import Numbers
internal import PropertyTesting
internal import Properties
internal import Proving

extension RuleProperties {
  static let firstStep = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "rule.first-step",
      statement: "the first step is the one that the family's paper implies in closed form",
      source: "the declared family's algorithm at t = 1, from zero state",
      domain: "any gradient, any hyper-parameters of the domain", evidence: [.smt, .generated]),
    cases: { context throws(Exclusion) in
      guard closedForms(of: context.subject)?.firstStep != nil else {
        throw Exclusion("no closed form of the first step is known for it")
      }
      var shape = ScenarioShape.scalar
      shape.steps = 1...1
      shape.drawsHyperparameters = true
      return context.subject.scenarios(shape)
    },
    examination: { scenario, executor, context in
      guard let form = closedForms(of: context.subject)?.firstStep else {
        throw CaseError(message: "no closed form of the first step is known for the subject")
      }
      return try examine(scenario, executor, closedForm: form, context)
    },
    claims: { context, rule in
      guard let form = closedForms(of: context.subject)?.firstStep else { return [] }
      let trace = RuleTrace(rule, isFresh: true, replacing: ["t": 1])
      // What is written into its formulas has the value of what it is held to.
      let hidden = (context.subject.reference?.hyperparameters ?? []).filter {
        rule.value(of: $0.name) == nil
      }
      let formula = try trace.formula(form).substituting(
        Dictionary(
          hidden.map { (RuleTrace.symbolName(of: $0.name), Formula($0.value)) },
          uniquingKeysWith: { $1 }))
      return [
        Claim(
          "first-step", assuming: await context.assumptions(for: trace),
          proving: [Relation(trace.change, .equal, formula)])
      ]
    })

  static let constantGradient = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "rule.constant-gradient",
      statement: "under a constant gradient every step is the closed form of the family",
      source: "the declared family's algorithm, its moving averages summed as geometric series",
      domain: "no weight decay, up to 300 steps", arithmetic: .float64, evidence: [.generated]),
    cases: { context throws(Exclusion) in
      guard closedForms(of: context.subject)?.constantGradientStep != nil else {
        throw Exclusion("no closed form under a constant gradient is known for it")
      }
      var shape = ScenarioShape.scalar
      shape.steps = 1...12
      shape.repeatsSteps = true
      shape.isConstant = true
      shape.fixed = withoutDecay(context.subject)
      shape.drawsHyperparameters = true
      let needsLoss = context.subject.requiresLoss
      return context.subject.scenarios(shape).map { scenario in
        guard needsLoss else { return scenario }
        // The transform's factor is part of the gradient: one loss for all steps.
        var result = scenario
        for index in result.steps.indices { result.steps[index].loss = scenario.steps[0].loss }
        return result
      }
    },
    examination: { scenario, executor, context in
      guard let form = closedForms(of: context.subject)?.constantGradientStep else {
        throw CaseError(
          message: "no closed form under a constant gradient is known for the subject")
      }
      return try examine(scenario, executor, closedForm: form, context)
    })

  static let impulse = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "rule.impulse",
      statement:
        "after a first gradient, and none since, every step is the closed form of the family",
      source: "the declared family's algorithm on one pulse, its moments decaying",
      domain: "no weight decay, up to 12 steps", arithmetic: .float64, evidence: [.generated]),
    cases: { context throws(Exclusion) in
      guard closedForms(of: context.subject)?.impulseStep != nil else {
        throw Exclusion("no closed form after an impulse is known for it")
      }
      var shape = ScenarioShape.scalar
      shape.steps = 1...12
      shape.fixed = withoutDecay(context.subject)
      shape.drawsHyperparameters = true
      return context.subject.scenarios(shape).map(\.pulse)
    },
    examination: { scenario, executor, context in
      guard let form = closedForms(of: context.subject)?.impulseStep else {
        throw CaseError(message: "no closed form after an impulse is known for the subject")
      }
      return try examine(scenario.pulse, executor, closedForm: form, isImpulse: true, context)
    })

  /// The closed forms of a subject's family, in the conventions that the subject declares.
  static func closedForms(of subject: AuditSubject) -> ClosedForms? {
    guard let family = subject.family, let rule = subject.reference ?? subject.rule,
      !subject.hasInnerStages
    else {
      return nil
    }
    return ClosedForms(
      conventions: subject.conventions, hyperparameters: Set(rule.hyperparameters.map(\.name)),
      family: family, maximizes: subject.maximizes)
  }

  /// Holds every step of one coordinate to a closed form of it.
  private static func examine(
    _ scenario: Scenario, _ executor: any SubjectExecutor, closedForm text: String,
    isImpulse: Bool = false, _ context: AuditContext
  ) throws -> Examination {
    let trajectory: Trajectory<Double>
    do {
      trajectory = try executor.run(scenario)
    } catch let fault as SubjectFault {
      return .outsidePremise(fault.reason)
    }
    let formula = try Formula(parsing: text, variables: nil, in: FormulaArena())
    // Each named, so that the code is compiled for each.
    switch executor.arithmetic {
    case .float32:
      return hold(trajectory, of: scenario, to: formula, isImpulse, context, format: Binary32.self)
    case .bfloat16:
      return hold(trajectory, of: scenario, to: formula, isImpulse, context, format: BFloat16.self)
    case .float16:
      return hold(trajectory, of: scenario, to: formula, isImpulse, context, format: Binary16.self)
    case .float64, .real, .rational:
      return hold(trajectory, of: scenario, to: formula, isImpulse, context, format: Binary64.self)
    }
  }

  private static func hold<Format: RoundingFormat>(
    _ trajectory: Trajectory<Double>, of scenario: Scenario, to formula: Formula,
    _ isImpulse: Bool, _ context: AuditContext, format: Format.Type
  ) -> Examination {
    typealias Number = RunningError<Format>
    let names = formula.symbols
    let program = FormulaProgram(outputs: [formula], inputs: names)
    let hyperparameters = (context.subject.reference ?? context.subject.rule)?.hyperparameters ?? []
    var decays: [Double] = []
    var values: [String: Number] = [:]
    for (name, value) in hyperparameters {
      let own = scenario.groups[0].hyperparameters[name] ?? value
      values[RuleTrace.symbolName(of: name)] = Number(own)
      if name.hasPrefix("beta") { decays.append(Double(1 - own)) }
    }
    var lines: [String] = []
    var previous = scenario.groups[0].parameters[0][0]
    var comparisons = 0
    for (index, step) in scenario.steps.enumerated() {
      // A run that has left the numbers has no enclosure to go on from.
      guard previous.isFinite else { break }
      // A pulse is the first gradient, and a loss's weight on it is that of its step.
      let origin = isImpulse ? scenario.steps[0] : step
      values["g"] = Number(given: origin.gradients[0][0]?[0] ?? 0)
      values["theta"] = Number(given: previous)
      values["t"] = Number(given: Double(index + 1))
      values["loss"] = Number(given: origin.loss ?? 0)
      let change = program.run(names.map { values[$0] ?? 0 })[0]
      let computed = trajectory.parameters[index][0][0][0]
      let exact = change.exact + Interval(previous, previous)
      // The rule's own roundings, which the closed form does not have: fewer than 64 a step, those of
      // weights 1 − β relative to them, and of the moving averages' sums; then that of θ itself.
      let rounds = 64 + decays.reduce(0) { $0 + 4 / max($1, Format.unitRoundoff) }
      let unit = Format.unitRoundoff
      let size = max(change.exact.lower.magnitude, change.exact.upper.magnitude)
      let allowance =
        change.error + rounds * unit * size
        + unit * (previous.magnitude + computed.magnitude) + Format.smallestNormal
      if change.isBounded, allowance.isFinite {
        comparisons += 1
        lines.append("step \(index + 1): subject \(computed); closed form \(exact)")
        let isHeld =
          (exact.lower - allowance).nextDown <= computed
          && computed <= (exact.upper + allowance).nextUp
        if !isHeld {
          let distance = max(exact.lower - computed, computed - exact.upper)
          return Examination(
            holds: false,
            summary:
              "step \(index + 1): \(computed), where the closed form gives \(exact); rounding"
              + " explains a distance of \(shortened(allowance)), not one of \(shortened(distance))",
            lines: lines,
            trajectories: [
              "subject": trajectory.json, "expected": JSONValue([exact.lower, exact.upper]),
            ])
        }
      }
      previous = computed
    }
    guard comparisons > 0 else { return .outsidePremise("rounding errors have no bound here") }
    return Examination(holds: true, summary: "every step is the closed form", lines: lines)
  }
}

extension Scenario {
  /// The same run with no gradient but the first.
  fileprivate var pulse: Scenario {
    var result = self
    for index in result.steps.indices.dropFirst() {
      result.steps[index].gradients = result.steps[index].gradients.map { group in
        group.map { $0.map { $0.map { _ in 0 } } }
      }
    }
    return result
  }
}
