internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties
internal import Proving

extension MomentProperties {
  /// Gradients of ±1 have no sizes to divide by: what is left of Adam is an average of signs.
  static let unitEMA = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "moment.unit-ema",
      statement:
        "where every |gᵢ| is 1, v̂_t is 1, and the step is the corrected average of the signs",
      source: "Kingma & Ba, Adam, Algorithm 1, at g² = 1",
      domain: "no weight decay, up to 300 steps", requires: [.adamRatio],
      excludes: [
        .lossTransform, .globalNormClip, .slowWeights, .gradientMap, .normalization, .curvature,
        .updateClip, .accumulation, .parameterBounds,
      ],
      evidence: [.smt, .generated]),
    cases: { context in
      var shape = ScenarioShape.scalar
      shape.steps = 1...12
      shape.repeatsSteps = true
      shape.fixed = RuleProperties.withoutDecay(context.subject)
      shape.drawsHyperparameters = true
      return context.subject.scenarios(shape).map { $0.mappingGradients { $0 < 0 ? -1 : 1 } }
    },
    examination: { scenario, executor, context in try examineSigns(scenario, executor, context) },
    claims: { context, rule in
      let trace = MomentTrace(rule)
      guard let mean = trace.meanSlot, let square = trace.squareSlot, let beta1 = trace.beta1,
        let beta2 = trace.beta2, let rate = trace.hyperparameters["learningRate"],
        let epsilon = trace.hyperparameters["epsilon"]
      else { return [] }
      let domains =
        trace.decayDomain(context.subject) + trace.domain(of: "epsilon", context.subject)
      let root = Formula.root(1 + (context.subject.isInsideRoot ? epsilon : 0))
      let denominator = context.subject.isInsideRoot ? root : root + epsilon
      // From a fresh state, and from the state after t steps, whose square is 1 − βᵗ.
      let later = trace.step + 1
      let states: [(name: String, step: Formula, state: [String: Formula])] = [
        ("first", 1, trace.start),
        ("later", later, [trace.slotNames[square]: 1 - .power(beta2, trace.step)]),
      ]
      return states.flatMap { name, step, state in
        [("plus", 1 as Formula), ("minus", -1)].map { suffix, sign in
          let fixed = state.merging(["g": sign, "t": step], uniquingKeysWith: { $1 })
          let average = trace.slots[mean].substituting(fixed) / (1 - .power(beta1, step))
          let change = -rate * average / denominator
          return Claim(
            "unit-ema-\(name)-\(suffix)", assuming: domains,
            proving: [
              Relation(trace.slots[square].substituting(fixed), .equal, 1 - .power(beta2, step)),
              Relation(trace.change.substituting(fixed), .equal, change),
            ], stepSymbols: ["t"])
        }
      }
    })

  private static func examineSigns(
    _ scenario: Scenario, _ executor: any SubjectExecutor, _ context: AuditContext
  ) throws -> Examination {
    func value(_ name: String) -> Rational? {
      scenario.groups[0].hyperparameters[name] ?? context.subject.value(of: name)
    }
    guard let beta1 = value("beta1"), let rate = value("learningRate"),
      let epsilon = value("epsilon")
    else { return .outsidePremise("its hyper-parameters have other names") }
    return try BlackBox.examining {
      let trajectory = try executor.run(scenario)
      let decay = Interval(beta1)
      let weight = 1 - decay
      var sum: Interval = 0
      let size: Interval =
        context.subject.isInsideRoot
        ? .root(1 + Interval(epsilon)) : 1 + Interval(epsilon)
      let climbs = context.subject.maximizes
      return StepComparison(executor, decays: scenario.decays(of: context.subject)).hold(
        trajectory, of: scenario, "the average of the signs"
      ) { step in
        let sign = scenario.steps[step].gradients[0][0]?[0] ?? 0
        sum = decay * sum + weight * Interval(climbs ? -sign : sign)
        let average = sum / .oneMinusPower(decay, Interval(Double(step + 1)))
        return -Interval(rate) * average / size
      }
    }
  }
}

extension AuditSubject {
  /// Whether `ε` stands inside the root.
  var isInsideRoot: Bool { conventions["epsilonPlacement"] == "insideRoot" }
}
