public import Formulas
internal import Numbers

/// One step of an optimizer as formulas: what every number after it is, in terms of those before.
///
/// A trace covers one choice of options, and one phase of wrappers that act every few steps; gradients and
/// loss are those of a whole batch. Its symbols are `theta`, `g`, the names of the slots and of the history,
/// `t`, `loss`, and the hyper-parameters without their prefix (`N1` for `ayla.N1`); with several
/// coordinates those of a coordinate carry its number: `theta1`, `g1`, `m1`.
public struct OptimizerTrace: Sendable {
  /// A coordinate before the step, and after it.
  public struct Coordinate: Sendable {
    public let gradient: Formula
    public let parameter: (before: Formula, after: Formula)
    /// By place among the rule's slots.
    public let slots: [(name: String, before: Formula, after: Formula)]
    /// What stages and wrappers keep: `outlierSquare`, `slow`, `emaAverage`.
    public let vectors: [(name: String, before: Formula, after: Formula)]
    /// The named intermediate numbers: `penalty`, `correctedMean`.
    public let quantities: [(name: String, value: Formula)]

    /// The slot of that name after the step.
    public func slot(_ name: String) -> Formula? { slots.first { $0.name == name }?.after }
    /// The intermediate number of that name.
    public func quantity(_ name: String) -> Formula? {
      quantities.first { $0.name == name }?.value
    }
  }

  public let optimizer: Optimizer
  public let arena: FormulaArena
  public let t: Formula
  /// nil where the optimizer does not look at the loss.
  public let loss: Formula?
  /// All parts' hyper-parameters with their symbols, by key: `ayla.N1`.
  public let hyperparameters: [(key: String, symbol: Formula)]
  public let history: [(name: String, before: Formula, after: Formula)]
  public let coordinates: [Coordinate]
  /// The factor on the gradients that stages and wrappers make; nil where there is none.
  public let gradientScale: Formula?

  /// The only coordinate.
  public var coordinate: Coordinate { coordinates[0] }
  /// The parameter after the step, of the only coordinate.
  public var parameter: Formula { coordinates[0].parameter.after }

  /// The step as statements: the slots in order, the history, the parameter; for all coordinates.
  public var assignments: [Assignment] {
    history.map { Assignment($0.name, $0.after) }
      + coordinates.flatMap { coordinate in
        (coordinate.slots + coordinate.vectors).map {
          Assignment($0.before.symbolName ?? $0.name, $0.after)
        }
          + [
            Assignment(
              coordinate.parameter.before.symbolName ?? "theta", coordinate.parameter.after)
          ]
      }
  }
}

extension Optimizer {
  /// One step on symbols.
  ///
  /// - Parameters:
  ///   - count: how many coordinates there are.
  ///   - stepCount: how many steps came before this one, for wrappers that act every few of them.
  ///   - number: what a hyper-parameter is in the trace; nil for its symbol.
  ///   - isFirst: whether the step is the first: `t` is then 1, the slots are what the rule starts with, the
  ///     history is 0.
  public func trace(
    coordinates count: Int = 1, in arena: FormulaArena = FormulaArena(), isFirst: Bool = false,
    after stepCount: Int = 0,
    number: (Key) -> Formula? = { _ in nil }
  ) -> OptimizerTrace {
    precondition(count >= 1, "a trace has at least one coordinate, got \(count)")
    if microBatches > 1 {
      var whole = self
      whole.wrappers.removeAll { $0.microBatches > 1 }
      return whole.trace(
        coordinates: count, in: arena, isFirst: isFirst, after: stepCount, number: number)
    }
    let suffix = { (i: Int) in count == 1 ? "" : "\(i + 1)" }
    let named = { (name: String, i: Int) in arena.symbol(name + suffix(i)) }
    let t = isFirst ? arena.constant(1) : arena.symbol("t")
    let loss = requiresLoss ? arena.symbol("loss") : nil
    let gradients = (0..<count).map { named("g", $0) }
    var run = OptimizerRun(
      self, parameters: (0..<count).map { named("theta", $0) },
      number: { key, _ in number(key) ?? arena.symbol(key.symbol) })
    if !isFirst {
      for (place, name) in rule.slotNames.enumerated() {
        for i in 0..<count { run.slots[i][place] = named(name, i) }
      }
      for (place, name) in rule.historyNames.enumerated() {
        run.history[place] = arena.symbol(name)
      }
    }
    if !isFirst {
      run.gradientCount = max(1, stepCount)
      for (place, stage) in stages.enumerated() {
        for (k, name) in stage.vectorNames.enumerated() {
          for i in 0..<count { run.stageVectors[place][i][k] = named(name, i) }
        }
      }
      if let curvature {
        run.previousGradients = (0..<count).map { named("previousG", $0) }
        run.previousParameters = (0..<count).map { named("previousTheta", $0) }
        run.curvatureRecord.sum = arena.symbol("curvatureSum")
        run.curvatureRecord.weight = arena.symbol("curvatureWeight")
        if curvature.schedulesMomentum { run.history[3] = arena.symbol("momentumWeight") }
      }
    }
    for (place, wrapper) in wrappers.enumerated() where !isFirst {
      guard let name = wrapper.vectorName else { continue }
      run.vectors[place] = (0..<count).map { named(name, $0) }
    }
    run.stepCount = stepCount
    let before = run
    run.advance(at: t, gradients: gradients, loss: loss)

    let keys = parts.flatMap { $0.map(\.key) }
    var history = rule.historyNames.enumerated().map { ($1, before.history[$0], run.history[$0]) }
    if let curvature {
      history += [
        ("curvatureSum", before.curvatureRecord.sum, run.curvatureRecord.sum),
        ("curvatureWeight", before.curvatureRecord.weight, run.curvatureRecord.weight),
      ]
      if curvature.schedulesMomentum {
        history.append(("momentumWeight", before.history[3], run.history[3]))
      }
    }
    let staged = stages.enumerated().flatMap { place, stage in
      stage.vectorNames.enumerated().map { (name: $1, stage: place, vector: $0) }
    }
    return OptimizerTrace(
      optimizer: self, arena: arena, t: t, loss: loss,
      hyperparameters: keys.map { ($0.name, number($0) ?? arena.symbol($0.symbol)) },
      history: history,
      coordinates: (0..<count).map { i in
        OptimizerTrace.Coordinate(
          gradient: gradients[i], parameter: (before.parameters[i], run.parameters[i]),
          slots: rule.slotNames.enumerated().map {
            ($1, before.slots[i][$0], run.slots[i][$0])
          },
          vectors: staged.map {
            (
              $0.name, before.stageVectors[$0.stage][i][$0.vector],
              run.stageVectors[$0.stage][i][$0.vector]
            )
          }
            + wrappers.enumerated().compactMap { place, wrapper in
              wrapper.vectorName.map { ($0, before.vectors[place][i], run.vectors[place][i]) }
            },
          quantities: run.quantities(of: i).map { ($0.name, $0.value) })
      },
      gradientScale: run.gradientScale)
  }
}
