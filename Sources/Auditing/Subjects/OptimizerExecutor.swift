internal import Numbers
internal import Optimizers
internal import Properties

/// Runs a compiled optimizer through its driver, in `Float` or `Double`.
struct OptimizerExecutor<S: OptimizerScalar>: SubjectExecutor {
  let optimizer: Optimizer
  /// How the slots lie in memory.
  var format = SlotFormat.full

  var arithmetic: Arithmetic { S.self == Float.self ? .float32 : .float64 }

  func run(_ scenario: Scenario) throws -> Trajectory<Double> {
    try run(scenario, carryingOn: false).trajectory
  }

  /// Runs a scenario.
  ///
  /// - Parameters:
  ///   - carryingOn: whether a step that the optimizer refuses is noted, and the run goes on.
  ///   - observe: sees the parameters and the state after each step, counted from 1, and may change the
  ///     parameters that the run goes on from.
  func run(
    _ scenario: Scenario, carryingOn: Bool,
    observing observe: (_ step: Int, inout [[S]], OptimizerState<S>) -> Void = { _, _, _ in }
  ) throws -> (trajectory: Trajectory<Double>, refusals: [SubjectFault]) {
    let optimizer = clipped(as: scenario)
    let groups = scenario.groups.map { group in
      let own = group.hyperparameters.filter { name, _ in
        optimizer.rule.hyperparameters.key(named: name) != nil
      }
      return ParameterGroup(counts: group.parameters.map(\.count), hyperparameters: own)
    }
    var state = try optimizer.makeState(of: S.self, groups: groups, format: format)
    var parameters = scenario.groups.flatMap { $0.parameters.map { $0.map { S($0) } } }
    var trajectory = Trajectory<Double>()
    var refusals: [SubjectFault] = []
    for (index, step) in scenario.steps.enumerated() {
      for (group, values) in step.changes.sorted(by: { $0.key < $1.key }) {
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
          try optimizer.set(name, to: value, group: group, in: &state)
        }
      }
      // What a caller with a scaled loss hands over.
      let scale = S(optimizer.lossScale(in: state))
      let gradients = step.gradients.joined().map { $0.map { $0.map { scale * S($0) } } }
      if step.reloads {
        var loaded = try optimizer.makeState(of: S.self, groups: groups, format: format)
        try optimizer.decode(optimizer.encoded(state), into: &loaded)
        state = loaded
      }
      do {
        try optimizer.step(&parameters, gradients: gradients, loss: step.loss, state: &state)
      } catch {
        let fault = SubjectFault(step: index + 1, reason: error.message)
        guard carryingOn else { throw fault }
        refusals.append(fault)
      }
      observe(index + 1, &parameters, state)
      trajectory.parameters.append(grouped(parameters, as: scenario.groups))
    }
    return (trajectory, refusals)
  }

  /// The optimizer with the clip that the scenario sets: a stage belongs to all groups, so the first one
  /// speaks for all.
  func clipped(as scenario: Scenario) -> Optimizer {
    guard let norm = scenario.groups.first?.hyperparameters["clip"] else { return optimizer }
    var changed = optimizer
    changed.stages = optimizer.stages.map { $0 is GlobalNormClip ? GlobalNormClip(norm) : $0 }
    return changed
  }

  /// Tensors by their groups, in numbers that hold theirs exactly.
  func grouped(_ tensors: [[S]], as groups: [Scenario.Group]) -> [[[Double]]] {
    var rest = tensors[...]
    return groups.map { group in
      let own = rest.prefix(group.parameters.count)
      rest = rest.dropFirst(group.parameters.count)
      return own.map { $0.map { Double($0) } }
    }
  }
}
