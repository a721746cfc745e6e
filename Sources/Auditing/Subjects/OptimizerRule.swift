internal import Numbers
internal import Optimizers

/// A compiled optimizer as a rule whose text can be run at any number type: its wrappers, its stages and
/// its rule.
struct OptimizerRule: TransparentRule {
  let optimizer: Optimizer

  var slotNames: [String] { optimizer.rule.slotNames }
  var slotStart: [Rational] {
    let start = optimizer.rule.initialSlots(
      hyperparameters: StepScalars<Rational>(optimizer.rule.hyperparameters))
    return slotNames.indices.map { start[$0] }
  }
  var requiresLoss: Bool { optimizer.requiresLoss }
  var stepCounter: StepCounter { optimizer.stepCounter }

  /// Whether one text of one coordinate says what a step does: no wrapper counts steps, no stage looks at
  /// the past or at the whole gradient behind one that maps coordinates.
  static func isText(of optimizer: Optimizer) -> Bool {
    let stages = optimizer.stages.filter { !$0.isObserver }
    let measuresLate = zip(stages, stages.dropFirst()).contains {
      !$0.measuresNorm && $1.measuresNorm
    }
    return !measuresLate && !stages.contains { $0.vectorCount > 0 } && optimizer.curvature == nil
      && optimizer.microBatches == 1 && !optimizer.wrappers.contains { $0 is Lookahead }
  }

  /// Those of the rule, then of the stages, the finishing stages and the wrappers.
  var hyperparameters: [(name: String, value: Rational)] {
    optimizer.hyperparameters.map { ($0.key, $0.value) }
  }

  /// The values of one part as the scalars that its functions read.
  private func scalars<N: RuleNumber>(of part: Int, from values: [N]) -> StepScalars<N> {
    let parts = optimizer.parts
    let start = parts[..<part].reduce(0) { $0 + $1.count }
    var scalars = StepScalars<N>()
    for (index, entry) in parts[part].enumerated() { scalars[entry.key] = values[start + index] }
    return scalars
  }

  func gradientFactor<N: RuleNumber>(
    gradients: [N], loss: N?, hyperparameters: [N]
  ) throws(N.Failure) -> N {
    let firstWrapper = 1 + optimizer.stages.count + optimizer.finishers.count
    let wrappers = optimizer.wrappers.indices.map {
      scalars(of: firstWrapper + $0, from: hyperparameters)
    }
    let context = StepContext<N>(t: 1, loss: loss)
    var factor = try optimizer.factorBeforeStages(context, wrappers: wrappers) ?? 1
    for (index, stage) in optimizer.stages.enumerated() where stage.measuresNorm {
      let norm = try Optimizer.norm(of: gradients, times: factor)
      factor =
        try factor
        * stage.factor(norm: norm, hyperparameters: scalars(of: 1 + index, from: hyperparameters))
    }
    return factor
  }

  func start<N: RuleNumber>(at parameter: N, hyperparameters: [N]) -> CoordinateState<N> {
    var state: CoordinateState<N> = start(at: parameter)
    let slots = optimizer.rule.initialSlots(hyperparameters: scalars(of: 0, from: hyperparameters))
    for index in state.slots.indices { state.slots[index] = slots[index] }
    return state
  }

  @discardableResult
  func step<N: RuleNumber>(
    _ state: inout CoordinateState<N>, gradient: N, context: StepContext<N>, hyperparameters: [N]
  ) throws(N.Failure) -> [NamedQuantity<N>] {
    let rule = optimizer.rule
    var history = Slots<N>(repeating: 0)
    for index in state.history.indices { history[index] = state.history[index] }
    let step = try rule.prepare(
      context, hyperparameters: scalars(of: 0, from: hyperparameters), history: &history)
    for index in state.history.indices { state.history[index] = history[index] }
    var slots = Slots<N>(repeating: 0)
    for index in state.slots.indices { slots[index] = state.slots[index] }
    var gradient = gradient
    for (index, stage) in optimizer.stages.enumerated() where !stage.measuresNorm {
      let scalars = scalars(of: 1 + index, from: hyperparameters)
      gradient = try stage.transformed(
        gradient, vectors: StageVectors(repeating: 0), step: scalars)
    }
    let start = state.parameter
    try rule.update(&state.parameter, gradient: gradient, slots: &slots, step: step)
    for index in state.slots.indices { state.slots[index] = slots[index] }
    for (index, finisher) in optimizer.finishers.enumerated() {
      let scalars = scalars(of: 1 + optimizer.stages.count + index, from: hyperparameters)
      try finisher.finish(&state.parameter, from: start, hyperparameters: scalars)
    }
    return try rule.quantities(slots: slots, step: step)
  }
}
