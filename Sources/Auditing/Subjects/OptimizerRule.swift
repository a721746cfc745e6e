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

  /// Those of the rule, then of the stages, the finishing stages and the wrappers.
  var hyperparameters: [(name: String, value: Rational)] {
    parts.flatMap { part in part.map { ($0.key.name, $0.value) } }
  }

  private var parts: [Hyperparameters] {
    [optimizer.rule.hyperparameters] + optimizer.stages.map(\.hyperparameters)
      + optimizer.finishers.map(\.hyperparameters) + optimizer.wrappers.map(\.hyperparameters)
  }

  /// The values of one part as the scalars that its functions read.
  private func scalars<N: RuleNumber>(of part: Int, from values: [N]) -> StepScalars<N> {
    let parts = parts
    let start = parts[..<part].reduce(0) { $0 + $1.count }
    var scalars = StepScalars<N>()
    for (index, entry) in parts[part].enumerated() { scalars[entry.key] = values[start + index] }
    return scalars
  }

  func gradientFactor<N: RuleNumber>(
    gradients: [N], loss: N?, hyperparameters: [N]
  ) throws(N.Failure) -> N {
    var factor: N = optimizer.maximizes ? -1 : 1
    let firstWrapper = 1 + optimizer.stages.count + optimizer.finishers.count
    for (index, wrapper) in optimizer.wrappers.enumerated() {
      let scalars = scalars(of: firstWrapper + index, from: hyperparameters)
      let context = StepContext<N>(t: 1, loss: loss)
      if let own = try wrapper.gradientFactor(context, hyperparameters: scalars) {
        factor = factor * own
      }
    }
    for (index, stage) in optimizer.stages.enumerated() {
      var norm: N
      if gradients.count == 1 {
        norm = (factor * gradients[0]).magnitude
      } else {
        var squares: N = 0
        for gradient in gradients { squares = squares + (factor * gradient).squared() }
        norm = try .root(squares)
      }
      factor =
        try factor
        * stage.factor(norm: norm, hyperparameters: scalars(of: 1 + index, from: hyperparameters))
    }
    return factor
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
    try rule.update(&state.parameter, gradient: gradient, slots: &slots, step: step)
    for index in state.slots.indices { state.slots[index] = slots[index] }
    for (index, finisher) in optimizer.finishers.enumerated() {
      let scalars = scalars(of: 1 + optimizer.stages.count + index, from: hyperparameters)
      try finisher.finish(&state.parameter, hyperparameters: scalars)
    }
    return try rule.quantities(slots: slots, step: step)
  }
}
