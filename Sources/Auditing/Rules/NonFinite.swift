internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties

/// A run, and one step of it whose gradient is poisoned.
struct PoisonedScenario: ScenarioCase {
  var scenario: Scenario
  /// The step, from 0, before which the poisoned one is put.
  var step: Int
  var coordinate: Int
  /// NaN, ∞ or −∞.
  var poison: Double
  var policy: NonFinitePolicy

  init(scenario: Scenario, step: Int, coordinate: Int, poison: Double, policy: NonFinitePolicy) {
    self.scenario = scenario
    self.step = step
    self.coordinate = coordinate
    self.poison = poison
    self.policy = policy
  }

  var json: JSONValue {
    [
      "scenario": scenario.json, "step": .integer(step + 1), "coordinate": .integer(coordinate),
      "poison": JSONValue(poison), "policy": .string(policy.rawValue),
    ]
  }

  init(json: JSONValue) throws(CaseError) {
    scenario = try Scenario(json: json["scenario"] ?? .null)
    guard let number = json["step"]?.int, number >= 1, number <= scenario.steps.count,
      let coordinate = json["coordinate"]?.int, (0..<scenario.scalarCount).contains(coordinate),
      let poison = json["poison"]?.double, !poison.isFinite,
      let policy = json["policy"]?.string.flatMap(NonFinitePolicy.init(rawValue:))
    else { throw CaseError(message: "a poisoned scenario has step, coordinate, poison, policy") }
    self.step = number - 1
    self.coordinate = coordinate
    self.poison = poison
    self.policy = policy
    try checkIsOneTensor()
  }

  /// The run with the poisoned step put in.
  var poisoned: Scenario {
    var result = scenario
    var extra = scenario.steps[step]
    extra.gradients[0][0]?[coordinate] = poison
    result.steps.insert(extra, at: step)
    return result
  }

  var stepCount: Int { scenario.stepCount + 1 }
}

extension RuleProperties {
  static let nonFinite = Behaviour<PoisonedScenario>(
    description: PropertyDescription(
      id: "rule.non-finite",
      statement: "NaN and infinite gradients follow the policy; skip and throw leave all as it was",
      source: "the specification of the non-finite policies, section 4",
      domain: "one poisoned coordinate in one step; policies propagate, skip, throw",
      arithmetic: .float64, evidence: [.generated]),
    cases: { context throws(Exclusion) in
      guard let optimizer = context.subject.optimizer else {
        throw Exclusion("the subject has no policy for gradients that are not finite")
      }
      guard optimizer.microBatches == 1 else {
        throw Exclusion("a refused step takes the other micro-batches of its batch with it")
      }
      var shape = ScenarioShape.vector
      shape.coordinates = 1...9
      shape.steps = 1...4
      let scenarios = context.subject.scenarios(shape)
      return Generator { source throws(Rejection) in
        let scenario = try scenarios.make(source)
        let step = try Generator<Int>.integers(in: 0...(scenario.steps.count - 1)).make(source)
        let coordinate = try Generator<Int>.integers(in: 0...(scenario.scalarCount - 1))
          .make(source)
        let poison = try Generator<Double>.element(of: [.nan, .infinity, -.infinity]).make(source)
        let policy = try Generator<NonFinitePolicy>.element(of: NonFinitePolicy.allCases)
          .make(source)
        return PoisonedScenario(
          scenario: scenario, step: step, coordinate: coordinate, poison: poison, policy: policy)
      }
    },
    examination: { value, executor, context in
      guard var optimizer = context.subject.optimizer else {
        throw CaseError(message: "the subject has no policy for gradients that are not finite")
      }
      optimizer.nonFinitePolicy = value.policy
      return executor.arithmetic == .float32
        ? try examine(value, OptimizerExecutor<Float>(optimizer: optimizer), context)
        : try examine(value, OptimizerExecutor<Double>(optimizer: optimizer), context)
    })

  private static func examine<S: OptimizerScalar>(
    _ value: PoisonedScenario, _ executor: OptimizerExecutor<S>, _ context: AuditContext
  ) throws -> Examination {
    let clean = try executor.run(value.scenario, carryingOn: true)
    guard clean.refusals.isEmpty else { return .outsidePremise(clean.refusals[0].reason) }
    let run = try executor.run(value.poisoned, carryingOn: true)
    let poisonedStep = run.trajectory.parameters[value.step][0][0]
    func failure(_ summary: String) -> Examination {
      Examination(
        holds: false, summary: summary, lines: comparisonLines(run.trajectory, clean.trajectory),
        trajectories: ["subject": run.trajectory.json, "expected": clean.trajectory.json])
    }
    switch value.policy {
    case .propagate:
      // The sign of ∞ is as good as any other's.
      let isSign = context.subject.traits.contains(.signStep)
      if isSign && !value.poison.isNaN {
        return .outsidePremise("a step by the sign of an infinite gradient is finite")
      }
      let traits = context.subject.traits
      if traits.contains(.lossScaling) {
        return .outsidePremise("such a step is an overflow of the scaled loss, and is skipped")
      }
      let clamps: Set<Trait> = [.gradientMap, .updateClip, .parameterBounds]
      if !traits.isDisjoint(with: clamps) && !value.poison.isNaN {
        return .outsidePremise("an infinite gradient or step is clamped")
      }
      if poisonedStep[value.coordinate].isFinite {
        return failure("a gradient of \(value.poison) left its parameter finite")
      }
      let isSummed = context.subject.takesNorms
      for (coordinate, parameter) in poisonedStep.enumerated()
      where coordinate != value.coordinate && !isSummed && !parameter.isFinite {
        return failure(
          "a gradient of \(value.poison) reached coordinate \(coordinate), not its own")
      }
      return Examination(holds: true, summary: "the poison stays where it is")
    case .skip, .throw:
      var rest = run.trajectory
      rest.parameters.remove(at: value.step)
      if let place = rest.firstDifference(from: clean.trajectory) {
        return failure("\(place): the refused step left its mark")
      }
      let start =
        value.step == 0
        ? value.scenario.groups[0].parameters[0]
        : clean.trajectory.parameters[value.step - 1][0][0]
      guard poisonedStep == start else { return failure("the refused step moved a parameter") }
      guard value.policy == .throw else {
        return Examination(holds: true, summary: "the step was skipped")
      }
      guard let refusal = run.refusals.first, refusal.step == value.step + 1 else {
        return failure("the policy is to throw, and nothing was thrown")
      }
      guard refusal.reason.contains("coordinate \(value.coordinate)") else {
        return failure("the error does not name coordinate \(value.coordinate): \(refusal.reason)")
      }
      return Examination(holds: true, summary: "the step was refused: \(refusal.reason)")
    }
  }
}
