internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties
internal import Proving

extension WrapperProperties {
  static let lookahead = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "wrapper.lookahead",
      statement:
        "every k steps of the base, and in no other step, φ ← φ + α(θ − φ) and θ ← φ, with φ₀ = θ₀",
      source: "Zhang, Lucas, Hinton & Ba, Lookahead optimizer, NeurIPS 2019, Algorithm 1",
      domain: "several groups and tensors, absent gradients, rate changes",
      arithmetic: .float64, requires: [.slowWeights], evidence: [.exact, .generated]),
    cases: { context throws(Exclusion) in
      guard context.subject.optimizer?.place(ofWrapper: "lookahead") != nil else {
        throw Exclusion("its slow weights are known of compiled optimizers alone")
      }
      guard context.subject.optimizer?.microBatches == 1 else {
        throw Exclusion("its steps are not those of the run, but of batches")
      }
      var shape = ScenarioShape.full
      shape.steps = 1...14
      shape.repeatsSteps = false
      return context.subject.scenarios(shape)
    },
    examination: { scenario, executor, _ in
      try examine(executor, LookaheadLaws(), scenario)
    },
    evidence: { context in
      guard let optimizer = context.subject.optimizer,
        let place = optimizer.place(ofWrapper: "lookahead"), place == 0
      else { return [] }
      var finding = Finding()
      context.proveExactly(LookaheadLaws.claim(of: optimizer), into: &finding)
      return finding.evidence
    })
}

/// The slow weights of a run, kept beside it by hand.
struct LookaheadLaws: WrapperLaws {
  func examine<S: OptimizerScalar>(
    _ scenario: Scenario, _ executor: OptimizerExecutor<S>
  ) throws -> Examination {
    let optimizer = executor.optimizer
    guard let place = optimizer.place(ofWrapper: "lookahead"),
      let period = optimizer.wrappers[place].value(of: "lookahead.k").flatMap({ Int(Double($0)) }),
      let rate = optimizer.wrappers[place].value(of: "lookahead.alpha")
    else { return .outsidePremise("it has no slow weights") }
    var kept = Trajectory<Double>()
    let run = try executor.run(scenario, carryingOn: false) { _, _, state in
      let slow = state.tensors.map { $0.vectors[place] }
      kept.parameters.append(executor.grouped(slow, as: scenario.groups))
    }.trajectory
    // The same without the slow weights, sent back by hand.
    let base = OptimizerExecutor<S>(optimizer: optimizer.without(place))
    var slow = scenario.groups.flatMap { $0.parameters.map { $0.map { S($0) } } }
    let part = S(Double(rate))
    var expectedSlow = Trajectory<Double>()
    let expected = try base.run(scenario, carryingOn: false) { step, parameters, _ in
      if step % period == 0 {
        for tensor in slow.indices {
          for i in slow[tensor].indices {
            slow[tensor][i] += part * (parameters[tensor][i] - slow[tensor][i])
          }
        }
        parameters = slow
      }
      expectedSlow.parameters.append(base.grouped(slow, as: scenario.groups))
    }.trajectory
    let parameters = BlackBox.hold(
      run, to: expected, roundoffs: 4, executor, "the base, sent back every \(period) steps,")
    guard parameters.holds else { return parameters }
    return BlackBox.hold(
      kept, to: expectedSlow, roundoffs: 4, executor, "for the slow weights the same")
  }

  /// A step in which nothing happens, and one in which the weights meet, on symbols.
  static func claim(of optimizer: Optimizer) -> Claim {
    let period = optimizer.wrappers[0].value(of: "lookahead.k").flatMap { Int(Double($0)) } ?? 1
    let arena = FormulaArena()
    let base = optimizer.inside(0).trace(in: arena)
    let meeting = optimizer.trace(in: arena, after: period - 1)
    let rate = meeting.hyperparameters.first { $0.key == "lookahead.alpha" }?.symbol ?? 0
    // Whatever the base's step is, it is one number here.
    let reached = arena.symbol("reached")
    let stepped = [(part: base.parameter, formula: reached)]
    var goals: [Relation] = []
    if let slow = meeting.coordinate.vectors.first {
      goals = [
        Relation(
          meeting.parameter.replacing(stepped, in: arena), .equal,
          slow.before + rate * (reached - slow.before)),
        Relation(
          slow.after.replacing(stepped, in: arena), .equal,
          meeting.parameter.replacing(stepped, in: arena)),
      ]
    }
    if period > 1 {
      let plain = optimizer.trace(in: arena, after: 0)
      goals.append(Relation(plain.parameter.replacing(stepped, in: arena), .equal, reached))
      if let slow = plain.coordinate.vectors.first {
        goals.append(Relation(slow.after, .equal, slow.before))
      }
    }
    return Claim("the step that meets the slow weights, and one that does not", proving: goals)
  }
}
