internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties
internal import Proving

extension BlackBox {
  static let rateCovariance = Behaviour<MarkedScenario>(
    description: PropertyDescription(
      id: "rule.rate-covariance",
      statement: "the rate doubled before a step doubles that step",
      source: "the algorithms' formulas; known bugs 23 and 79 of the audit's corpus",
      domain: "no weight decay",
      excludes: [.holdsRateInState, .parameterBounds, .updateClip, .boundedRate, .slowWeights],
      evidence: [.smt, .generated]),
    cases: { context throws(Exclusion) in
      try demandFamily(context.subject)
      guard context.subject.domains["learningRate"] != nil else {
        throw Exclusion("it has no learning rate that may change")
      }
      var shape = ScenarioShape.scalar
      shape.fixed = RuleProperties.withoutDecay(context.subject)
      return marked(context.subject.scenarios(shape)) { 0...max(0, $0.steps.count - 1) }
    },
    examination: { value, executor, context in
      let own = value.scenario.groups[0].hyperparameters["learningRate"]
      guard value.scenario.steps.indices.contains(value.mark),
        let rate = own ?? context.subject.value(of: "learningRate")
      else { return .outsidePremise("there is no such step") }
      return try examining {
        var other = value.scenario
        other.steps[value.mark].changes[0, default: [:]]["learningRate"] = rate * Rational(2)
        let run = try executor.run(value.scenario)
        let faster = try executor.run(other)
        func at(_ trajectory: Trajectory<Double>, _ step: Int) -> Double {
          step < 0
            ? value.scenario.groups[0].parameters[0][0] : trajectory.parameters[step][0][0][0]
        }
        let before = at(run, value.mark - 1)
        let change = at(run, value.mark) - before
        let doubled = at(faster, value.mark) - before
        guard change.isFinite, doubled.isFinite else {
          return .outsidePremise("a step is not finite")
        }
        let unit = unitRoundoff(executor)
        // θ is rounded twice in each run; the rate in the step a few times.
        let allowance =
          4 * unit * (before.magnitude + at(run, value.mark).magnitude)
          + 4 * unit * at(faster, value.mark).magnitude + 64 * unit * doubled.magnitude
          + 4
          * executor.arithmetic.smallestNormal
        guard abs(doubled - 2 * change) <= allowance else {
          return Examination(
            holds: false,
            summary: "step \(value.mark + 1): \(change) at the rate, \(doubled) at twice the rate",
            lines: RuleProperties.comparisonLines(faster, run),
            trajectories: ["subject": faster.json, "expected": run.json])
        }
        return Examination(holds: true, summary: "the step doubles with the rate")
      }
    },
    claims: { context, rule in
      guard context.subject.domains["learningRate"] != nil else { return [] }
      let fixed = RuleProperties.symbols(
        of: RuleProperties.withoutDecay(context.subject), among: rule)
      let trace = RuleTrace(rule, replacing: fixed)
      guard let rate = trace.hyperparameters["learningRate"] else { return [] }
      let s = trace.arena.symbol("c")
      let image = RuleTrace(
        rule, in: trace.arena,
        replacing: fixed.merging(["learningRate": s * rate], uniquingKeysWith: { $1 }))
      return [
        Claim(
          "rate-covariance",
          assuming: await context.assumptions(for: trace) + [Relation(0, .less, s)],
          proving: [Relation(image.change, .equal, s * trace.change)], stepSymbols: ["t"])
      ]
    })

  static let descent = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "rule.descent", statement: "the first step, without decay, never climbs: g·Δθ ≤ 0",
      source: "the algorithms at t = 1, from zero state", domain: "no weight decay",
      requires: [.descent], evidence: [.smt, .generated]),
    cases: { context in
      var shape = ScenarioShape.scalar
      shape.steps = 1...1
      shape.drawsHyperparameters = true
      shape.fixed = RuleProperties.withoutDecay(context.subject)
      return context.subject.scenarios(shape)
    },
    examination: { scenario, executor, context in
      try examining {
        let run = try executor.run(scenario)
        guard let gradient = scenario.steps[0].gradients[0][0]?[0] else {
          return .outsidePremise("there is no gradient")
        }
        let change = run.parameters[0][0][0][0] - scenario.groups[0].parameters[0][0]
        let climbs = direction(of: context.subject) * (gradient > 0 ? change : -change)
        guard gradient != 0, climbs > 0 else {
          return Examination(holds: true, summary: "the step does not climb")
        }
        return Examination(
          holds: false, summary: "the first step, on a gradient of \(gradient), is \(change)",
          trajectories: ["subject": run.json, "expected": nil])
      }
    },
    claims: { context, rule in
      let fixed = RuleProperties.symbols(
        of: RuleProperties.withoutDecay(context.subject), among: rule)
      let trace = RuleTrace(
        rule, isFresh: true, replacing: fixed.merging(["t": 1], uniquingKeysWith: { $1 }))
      let product = trace.gradient * trace.change
      let signed = direction(of: context.subject) > 0 ? product : -product
      return [
        Claim(
          "descent", assuming: await context.assumptions(for: trace),
          proving: [Relation(signed, .lessOrEqual, 0)])
      ]
    })

  /// 1 where the steps descend, −1 where they climb.
  private static func direction(of subject: AuditSubject) -> Double { subject.maximizes ? -1 : 1 }
}

extension AuditSubject {
  /// Whether its steps climb, by its own setting.
  var maximizes: Bool {
    let optimizer = optimizer ?? (reference as? OptimizerRule)?.optimizer
    return optimizer?.maximizes ?? false
  }
}
