internal import Diagnostics
internal import Numbers
internal import PropertyTesting
internal import Properties

extension BlackBox {
  static let decayAdditive = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "rule.decay-additive",
      statement: "weight decay adds −αλθ to every step, and nothing else",
      source: "Loshchilov & Hutter, Decoupled weight decay regularization, ICLR 2019, Algorithm 2",
      domain: "decoupled decay", arithmetic: .float64, requires: [.decoupledDecay],
      excludes: [.slowWeights, .parameterBounds, .updateClip, .curvature, .accumulation],
      evidence: [.generated]),
    cases: { context throws(Exclusion) in try decayScenarios(context.subject) { $0 } },
    examination: { scenario, executor, context in
      guard let decay = decay(of: context.subject, in: scenario) else {
        return .outsidePremise("it has no decay")
      }
      return try examining {
        var plain = scenario
        plain.groups[0].hyperparameters["weightDecay"] = 0
        let run = try executor.run(scenario)
        let without = try executor.run(plain)
        let start = scenario.groups[0].parameters[0][0]
        var (decayed, undecayed) = (start, start)
        for step in scenario.steps.indices {
          let next = run.parameters[step][0][0][0]
          let other = without.parameters[step][0][0][0]
          let difference = (next - decayed) - (other - undecayed)
          let expected = -decay * decayed
          let size =
            next.magnitude + decayed.magnitude + other.magnitude + undecayed.magnitude
            + expected.magnitude
          guard size.isFinite else { return .outsidePremise("a parameter is not finite") }
          guard abs(difference - expected) <= 16 * unitRoundoff(executor) * size else {
            return Examination(
              holds: false,
              summary: "step \(step + 1): decay changed the step by \(difference), not by"
                + " −αλθ = \(expected)",
              lines: RuleProperties.comparisonLines(run, without),
              trajectories: ["subject": run.json, "expected": without.json])
          }
          (decayed, undecayed) = (next, other)
        }
        return Examination(holds: true, summary: "decay adds −αλθ")
      }
    })

  static let decayGeometric = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "rule.decay-geometric",
      statement: "from a fresh state, zero gradients leave θ₀(1 − αλ)ᵗ",
      source: "Loshchilov & Hutter, Decoupled weight decay regularization, ICLR 2019, Algorithm 2",
      domain: "decoupled decay, ε > 0", arithmetic: .float64, requires: [.decoupledDecay],
      excludes: [.slowWeights, .parameterBounds, .updateClip, .curvature, .accumulation],
      evidence: [.generated]),
    cases: { context throws(Exclusion) in
      try decayScenarios(context.subject) { $0.mappingGradients { _ in 0 } }
    },
    examination: { scenario, executor, context in
      guard let decay = decay(of: context.subject, in: scenario) else {
        return .outsidePremise("it has no decay")
      }
      return try examining {
        let run = try executor.run(scenario)
        var expected = Trajectory<Double>()
        var value = scenario.groups[0].parameters[0][0]
        for _ in scenario.steps {
          value -= decay * value
          expected.parameters.append([[[value]]])
        }
        return hold(run, to: expected, roundoffs: 16, executor, "θ₀(1 − αλ)ᵗ")
      }
    })

  /// One coordinate, its hyper-parameters drawn.
  private static func decayScenarios(
    _ subject: AuditSubject, _ body: @escaping @Sendable (Scenario) -> Scenario
  ) throws(Exclusion) -> Generator<Scenario> {
    guard subject.value(of: "weightDecay") != nil, subject.domains["weightDecay"] != nil else {
      throw Exclusion("it has no weight decay that may change")
    }
    var shape = ScenarioShape.scalar
    shape.drawsHyperparameters = true
    return subject.scenarios(shape).map(body)
  }

  /// What a step takes off θ, relative to it: αλ, or λ where the card reads the decay as unscaled.
  private static func decay(of subject: AuditSubject, in scenario: Scenario) -> Double? {
    func value(_ name: String) -> Rational? {
      scenario.groups[0].hyperparameters[name] ?? subject.value(of: name)
    }
    guard let decay = value("weightDecay"), let rate = value("learningRate") else { return nil }
    let isScaled = subject.conventions["decayForm", default: "decoupled"] == "decoupled"
    return Double(isScaled ? decay * rate : decay)
  }
}
