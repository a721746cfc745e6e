internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties
internal import Proving

extension MomentProperties {
  static let boundedRate = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "moment.adabound",
      statement:
        "the bounds α*(1 − 1/(γt + 1)) and α*(1 + 1/(γt)) close on α* from either side, and |Δθ|/|m| lies"
        + " between them",
      source:
        "Luo et al., Adaptive gradient methods with dynamic bound of learning rate, ICLR 2019,"
        + " Algorithm 2",
      domain: "α* > 0, γ > 0, every t; no weight decay", requires: [.boundedRate],
      excludes: [
        .slowWeights, .lossTransform, .globalNormClip, .parameterBounds, .gradientMap,
        .normalization, .curvature, .updateClip, .accumulation,
      ],
      evidence: [.smt, .generated]),
    cases: { context throws(Exclusion) in
      guard let text = context.subject.text, text.value(of: "finalRate") != nil,
        text.value(of: "boundSpeed") != nil, text.value(of: "beta1") != nil
      else { throw Exclusion("its bounds are not known by their hyper-parameters") }
      var shape = ScenarioShape.scalar
      shape.steps = 1...12
      shape.repeatsSteps = true
      shape.fixed = RuleProperties.withoutDecay(context.subject)
      return context.subject.scenarios(shape)
    },
    examination: { scenario, executor, context in try examineRate(scenario, executor, context) },
    claims: { context, rule in
      let trace = RuleTrace(rule)
      guard let final = trace.hyperparameters["finalRate"],
        let speed = trace.hyperparameters["boundSpeed"], let lower = trace.quantities["lowerRate"],
        let upper = trace.quantities["upperRate"]
      else { return [] }
      let next: [String: Formula] = ["t": trace.step + 1]
      return [
        Claim(
          "adabound-bounds",
          assuming: await context.assumptions(for: trace) + [
            Relation(1, .lessOrEqual, trace.step), Relation(0, .less, final),
            Relation(0, .less, speed),
          ],
          proving: [
            Relation(lower, .less, lower.substituting(next)), Relation(lower, .less, final),
            Relation(upper.substituting(next), .less, upper), Relation(final, .less, upper),
            // At most α*/(γt) away, so they tend to it.
            Relation((final - lower) * speed * trace.step, .lessOrEqual, final),
            Relation((upper - final) * speed * trace.step, .lessOrEqual, final),
          ])
      ]
    })

  private static func examineRate(
    _ scenario: Scenario, _ executor: any SubjectExecutor, _ context: AuditContext
  ) throws -> Examination {
    let subject = context.subject
    func value(_ name: String) -> Rational? {
      scenario.groups[0].hyperparameters[name] ?? subject.text?.value(of: name)
    }
    guard let final = value("finalRate"), let speed = value("boundSpeed"),
      let beta1 = value("beta1")
    else { return .outsidePremise("its bounds are not known by their hyper-parameters") }
    let dividesByRoot = subject.conventions["correction"] == "paper"
    return try BlackBox.examining {
      let trajectory = try executor.run(scenario)
      let comparison = StepComparison(executor, decays: scenario.decays(of: subject))
      let decay = Interval(beta1)
      var mean: Interval = 0
      var size = 0.0
      var previous = scenario.groups[0].parameters[0][0]
      var lines: [String] = []
      for (index, step) in scenario.steps.enumerated() {
        let gradient = step.gradients[0][0]?[0] ?? 0
        mean = decay * mean + (1 - decay) * Interval(gradient)
        size = max(size, gradient.magnitude)
        let t = Interval(Double(index + 1))
        let closing = Interval(speed) * t
        let factor: Interval = dividesByRoot ? 1 / .root(t) : 1
        let least = factor * Interval(final) * (1 - 1 / (closing + 1)) * mean.magnitude
        let most = factor * Interval(final) * (1 + 1 / closing) * mean.magnitude
        let computed = trajectory.parameters[index][0][0][0]
        let change = (computed - previous).magnitude
        // The mean's terms may cancel: its roundings are relative to the largest gradient.
        let reach = factor * Interval(final) * (1 + 1 / closing) * Interval(size)
        let allowance = comparison.allowance(
          change: most, size: reach.upper, from: previous, to: computed)
        guard change.isFinite, allowance.isFinite else {
          return .outsidePremise("a step is not finite")
        }
        lines.append("step \(index + 1): |Δθ| = \(change), bounds \(least.lower) and \(most.upper)")
        guard least.lower - allowance <= change, change <= most.upper + allowance else {
          return Examination(
            holds: false,
            summary:
              "step \(index + 1): |Δθ| = \(change) for |m| in \(mean.magnitude), where the bounds allow"
              + " \(shortened(least.lower)) to \(shortened(most.upper))",
            lines: lines, trajectories: ["subject": trajectory.json, "expected": nil])
        }
        previous = computed
      }
      return Examination(holds: true, summary: "every rate lies within the bounds", lines: lines)
    }
  }
}
