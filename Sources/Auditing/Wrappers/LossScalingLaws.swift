internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties

extension WrapperProperties {
  /// The mark is the step before which a gradient overflows.
  static let lossScaling = Behaviour<MarkedScenario>(
    description: PropertyDescription(
      id: "wrapper.loss-scaling",
      statement:
        "scaled by a power of two and unscaled, a gradient is itself to the bit; a step that overflows"
        + " leaves everything but the scale as it was; the scale starts, grows and backs off as declared",
      source: "Micikevicius et al., Mixed precision training, ICLR 2018, section 3.2",
      domain: "one tensor, no overflow but the one that is made", arithmetic: .float64,
      requires: [.lossScaling], evidence: [.generated]),
    cases: { context throws(Exclusion) in
      guard context.subject.optimizer?.lossScaling != nil else {
        throw Exclusion("its scale is known of compiled optimizers")
      }
      var shape = ScenarioShape.vector
      shape.steps = 1...8
      return context.subject.scenarios(shape).flatMap { scenario in
        Generator<Int>.integers(in: 0...max(0, scenario.steps.count - 1), origin: 0).map {
          MarkedScenario(scenario: scenario, mark: $0)
        }
      }
    },
    examination: { value, executor, _ in
      try examine(executor, LossScalingLaws(overflow: value.mark), value.scenario)
    })
}

/// A run on scaled gradients beside one on the gradients themselves.
struct LossScalingLaws: WrapperLaws {
  /// The step before which one more is made, on a gradient that overflowed.
  let overflow: Int

  func examine<S: OptimizerScalar>(
    _ scenario: Scenario, _ executor: OptimizerExecutor<S>
  ) throws -> Examination {
    let optimizer = executor.clipped(as: scenario)
    guard let place = optimizer.place(ofWrapper: "loss-scaling"),
      scenario.groups.count == 1, scenario.groups[0].parameters.count == 1
    else { return .outsidePremise("it scales no loss, or the scenario is not of one tensor") }
    func setting(_ name: String) -> Double {
      optimizer.wrappers[place].value(of: "loss-scaling.\(name)").map { Double($0) } ?? 1
    }
    let (growth, backoff) = (setting("growthFactor"), setting("backoffFactor"))
    var (expectedScale, goodSteps) = (setting("initialScale"), 0.0)
    var plain = optimizer
    plain.wrappers.remove(at: place)
    let base = try OptimizerExecutor<S>(optimizer: plain).run(scenario)
    var parameters = scenario.groups[0].parameters[0].map { S($0) }
    var state = optimizer.makeState(of: S.self, counts: [parameters.count])
    var run = Trajectory<Double>()
    func step(_ gradients: [S], _ loss: Double?) throws {
      do {
        try optimizer.step(&parameters, gradients: gradients, loss: loss, state: &state)
      } catch { throw SubjectFault(step: nil, reason: error.message) }
    }
    for (index, event) in scenario.steps.enumerated() {
      if index == overflow {
        let (before, scale) = (parameters, optimizer.lossScale(in: state))
        try step(parameters.map { _ in S.infinity }, event.loss)
        let after = optimizer.lossScale(in: state)
        guard parameters == before else {
          return Examination(
            holds: false,
            summary:
              "a step whose gradients overflowed, before step \(index + 1), moved the parameters"
              + " from \(before) to \(parameters)")
        }
        guard after == scale * backoff else {
          return Examination(
            holds: false,
            summary: "after a step whose gradients overflowed the scale is \(after), not"
              + " \(scale) times \(backoff)")
        }
        (expectedScale, goodSteps) = (expectedScale * backoff, 0)
      }
      let scale = optimizer.lossScale(in: state)
      guard S(expectedScale).isNormal, S(1 / expectedScale).isNormal else {
        return .outsidePremise("the scale leaves the numbers")
      }
      guard scale == expectedScale else {
        return Examination(
          holds: false,
          summary: "before step \(index + 1) the scale is \(scale), where its settings make it"
            + " \(expectedScale)")
      }
      guard scale.significand == 1 else { return .outsidePremise("the scale is no power of two") }
      let given = (event.gradients[0][0] ?? []).map { S($0) }
      let scaled = given.map { S(scale) * $0 }
      guard zip(given, scaled).allSatisfy({ $1.isFinite && ($0 == 0 || $1.isNormal) }) else {
        return .outsidePremise("a scaled gradient leaves the numbers")
      }
      try step(scaled, event.loss)
      run.parameters.append([[parameters.map { Double($0) }]])
      goodSteps += 1
      if goodSteps >= setting("growthInterval") {
        (expectedScale, goodSteps) = (expectedScale * growth, 0)
      }
    }
    return BlackBox.hold(
      run, to: base, executor, "the base, on the gradients themselves,")
  }
}
