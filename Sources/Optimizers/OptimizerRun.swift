public import Numbers

/// An optimizer on a few coordinates, in any number type: executed exactly, enclosed or traced.
///
/// Stages, wrappers and the rule are the same text as in a run on memory. What a number without `<` cannot
/// decide is not here: the policy for non-finite gradients, and the errors of a step.
public struct OptimizerRun<N: RuleNumber>: Sendable {
  public let optimizer: Optimizer
  public var parameters: [N]
  /// The slots of each coordinate, in the order of the rule's `slotNames`.
  public var slots: [Slots<N>]
  /// What the wrappers keep of each coordinate, by place among them.
  public var vectors: [[N]]
  /// What the rule's `prepare` keeps from step to step.
  public var history = Slots<N>(repeating: 0)
  /// The steps made so far.
  public var stepCount = 0
  /// The number of the latest step, 0 before the first.
  public private(set) var t: N = 0
  /// The rule's hyper-parameters.
  public var hyperparameters: StepScalars<N>
  public var stageHyperparameters: [StepScalars<N>]
  public var finisherHyperparameters: [StepScalars<N>]
  public var wrapperHyperparameters: [StepScalars<N>]
  /// The scalars of the latest step.
  public private(set) var step: StepScalars<N>
  /// The factor that the gradients of the latest step were multiplied by; nil where there was none.
  public private(set) var gradientScale: N?

  /// - Parameter number: what a hyper-parameter is in this run; its value, rounded once, by default.
  public init(
    _ optimizer: Optimizer, parameters: [N], number: (Key, Rational) -> N = { N($1) }
  ) {
    self.optimizer = optimizer
    self.parameters = parameters
    hyperparameters = StepScalars(optimizer.rule.hyperparameters, as: number)
    let start = optimizer.rule.initialSlots(hyperparameters: hyperparameters)
    slots = parameters.map { _ in start }
    stageHyperparameters = optimizer.stages.map { StepScalars($0.hyperparameters, as: number) }
    finisherHyperparameters = optimizer.finishers.map {
      StepScalars($0.hyperparameters, as: number)
    }
    wrapperHyperparameters = optimizer.wrappers.map {
      StepScalars($0.hyperparameters, as: number)
    }
    vectors = optimizer.wrappers.map { $0.vectorName == nil ? [] : parameters }
    step = StepScalars()
  }

  /// The values of a slot in all coordinates.
  ///
  /// - Precondition: the rule has a slot of that name.
  public func slot(named name: String) -> [N] {
    guard let place = optimizer.rule.slotNames.firstIndex(of: name) else {
      preconditionFailure("\(optimizer.name) has no slot \(name)")
    }
    return slots.map { $0[place] }
  }

  /// The named intermediate numbers of the latest step in one coordinate: `penalty`, `correctedMean`.
  public func quantities(of coordinate: Int) throws(N.Failure) -> [NamedQuantity<N>] {
    try optimizer.rule.quantities(slots: slots[coordinate], step: step)
  }

  /// One step.
  ///
  /// - Parameters:
  ///   - gradients: one a coordinate.
  ///   - loss: the loss at the parameters that the gradients were taken at.
  /// - Throws: where a quotient, a root or a power has no value of this number type; the run is then
  ///   unusable.
  /// - Precondition: as many gradients as parameters, and a loss where the optimizer needs one.
  public mutating func advance(gradients: [N], loss: N? = nil) throws(N.Failure) {
    // From the count, and not by adding 1: a number that knows of rounding would take that for inexact.
    try advance(at: N(Rational(stepCount + 1)), gradients: gradients, loss: loss)
  }

  /// As above, the step being number `t`, whatever came before it: a symbol, say.
  public mutating func advance(
    at t: N, gradients: [N], loss: N? = nil
  ) throws(N.Failure) {
    precondition(
      gradients.count == parameters.count,
      "\(gradients.count) gradients for \(parameters.count) parameters")
    precondition(loss != nil || !optimizer.requiresLoss, "\(optimizer.name) needs the loss")
    self.t = t
    stepCount += 1
    let context = StepContext(t: t, loss: loss)
    var scale: N?
    for (wrapper, scalars) in zip(optimizer.wrappers, wrapperHyperparameters) {
      guard let factor = try wrapper.gradientFactor(context, hyperparameters: scalars) else {
        continue
      }
      scale = scale.map { $0 * factor } ?? factor
    }
    if optimizer.maximizes { scale = scale.map { -$0 } ?? -1 }
    for (stage, scalars) in zip(optimizer.stages, stageHyperparameters) {
      var sum: N = 0
      for (i, gradient) in gradients.enumerated() {
        let square = (scale.map { $0 * gradient } ?? gradient).squared()
        sum = i == 0 ? square : sum + square
      }
      let factor = try stage.factor(norm: N.root(sum), hyperparameters: scalars)
      scale = scale.map { $0 * factor } ?? factor
    }
    gradientScale = scale
    step = try optimizer.rule.prepare(
      context, hyperparameters: hyperparameters, history: &history)
    for (i, gradient) in gradients.enumerated() {
      try optimizer.rule.update(
        &parameters[i], gradient: scale.map { $0 * gradient } ?? gradient, slots: &slots[i],
        step: step)
      for (finisher, scalars) in zip(optimizer.finishers, finisherHyperparameters) {
        try finisher.finish(&parameters[i], hyperparameters: scalars)
      }
    }
    for index in optimizer.wrappers.indices.reversed() where !vectors[index].isEmpty {
      let wrapper = optimizer.wrappers[index]
      let scalars = try wrapper.prepareFinish(
        count: stepCount, hyperparameters: wrapperHyperparameters[index])
      guard let scalars else { continue }
      for i in parameters.indices {
        try wrapper.finish(&parameters[i], vector: &vectors[index][i], step: scalars)
      }
    }
  }
}
