internal import Diagnostics
internal import Numbers
internal import PropertyTesting
internal import Properties

extension RuleProperties {
  static let scheduledDecay = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "rule.decay-scheduled",
      statement:
        "from a fresh state, zero gradients leave θ₀∏(1 − αᵢλ): decay follows the rate of each step",
      source:
        "Loshchilov & Hutter, Decoupled weight decay regularization, ICLR 2019, Algorithm 2, whose"
        + " schedule multiplies both",
      domain: "decoupled decay, another rate in every step", arithmetic: .float64,
      requires: [.decoupledDecay],
      excludes: [.slowWeights, .parameterBounds, .updateClip, .curvature, .accumulation],
      evidence: [.generated]),
    cases: { context throws(Exclusion) in
      let subject = context.subject
      guard subject.value(of: "weightDecay") != nil, let domain = subject.domains["weightDecay"],
        let rates = subject.domains["learningRate"]
      else { throw Exclusion("it has no weight decay or no rate that may change") }
      let decay = Generator.element(
        of: ([0.5, 0.01, 0.1] as [Rational]).map(subject.representable).filter(domain.contains))
      let rate = Generator.element(
        of: ([0.5, 0.1, 0.25, 0.01, 1] as [Rational]).map(subject.representable)
          .filter(rates.contains))
      let scenarios = subject.scenarios(.scalar)
      return Generator { source throws(Rejection) in
        var scenario = try scenarios.make(source).mappingGradients { _ in 0 }
        scenario.groups[0].hyperparameters["weightDecay"] = try decay.make(source)
        for index in scenario.steps.indices {
          scenario.steps[index].changes[0] = ["learningRate": try rate.make(source)]
        }
        return scenario
      }
    },
    examination: { scenario, executor, context in
      let subject = context.subject
      guard
        let decay = scenario.groups[0].hyperparameters["weightDecay"]
          ?? subject.value(of: "weightDecay")
      else { return .outsidePremise("it has no decay") }
      let isScaled = subject.conventions["decayForm", default: "decoupled"] == "decoupled"
      return try BlackBox.examining {
        let run = try executor.run(scenario)
        var rate = subject.value(of: "learningRate") ?? 0
        var value = scenario.groups[0].parameters[0][0]
        var expected = Trajectory<Double>()
        for step in scenario.steps {
          rate = step.changes[0]?["learningRate"] ?? rate
          value -= Double(isScaled ? rate * decay : decay) * value
          expected.parameters.append([[[value]]])
        }
        return BlackBox.hold(run, to: expected, roundoffs: 16, executor, "θ₀∏(1 − αᵢλ)")
      }
    })
}
