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
  /// What each stage before the rule keeps of each coordinate, by place among the stages.
  public var stageVectors: [[StageVectors<N>]]
  /// How many gradients the stages have seen before the next.
  public var gradientCount = 0
  /// The gradients and parameters of the step before, where a curvature stage asks for them.
  public var previousGradients: [N] = []
  public var previousParameters: [N] = []
  public var curvatureRecord = CurvatureRecord<N>()
  /// The gradients and losses of the micro-batches that wait for the rest of their batch.
  public private(set) var pendingGradients: [[N]] = []
  public private(set) var pendingLosses: [N] = []
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
  public var curvatureHyperparameters: StepScalars<N>
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
    curvatureHyperparameters = StepScalars(optimizer.curvature?.hyperparameters ?? [:], as: number)
    stageVectors = optimizer.stages.map { stage in
      stage.vectorCount == 0 ? [] : parameters.map { _ in StageVectors(repeating: 0) }
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

  /// One step, or one micro-batch of a step.
  ///
  /// - Parameters:
  ///   - gradients: one a coordinate.
  ///   - loss: the loss at the parameters that the gradients were taken at.
  /// - Throws: where a quotient, a root or a power has no value of this number type; the run is then
  ///   unusable.
  /// - Precondition: as many gradients as parameters, and a loss where the optimizer needs one.
  public mutating func advance(gradients: [N], loss: N? = nil) throws(N.Failure) {
    // From the count, and not by adding 1: a number that knows of rounding would take that for inexact.
    try advance(
      at: N(Rational(stepCount + 1)), after: N(Rational(stepCount)), gradients: gradients,
      loss: loss)
  }

  /// As above, the step being number `t`, whatever came before it: a symbol, say.
  public mutating func advance(
    at t: N, gradients: [N], loss: N? = nil
  ) throws(N.Failure) {
    try advance(at: t, after: t - 1, gradients: gradients, loss: loss)
  }

  private mutating func advance(
    at t: N, after previous: N, gradients: [N], loss: N?
  ) throws(N.Failure) {
    precondition(
      gradients.count == parameters.count,
      "\(gradients.count) gradients for \(parameters.count) parameters")
    precondition(loss != nil || !optimizer.requiresLoss, "\(optimizer.name) needs the loss")
    guard let (gradients, loss) = try gathered(gradients, loss) else { return }
    self.t = t
    stepCount += 1
    let context = StepContext(t: t, loss: loss)
    var scale = try optimizer.factorBeforeStages(context, wrappers: wrapperHyperparameters)
    let slowing = try curvatureFactor(gradients, scale)
    let staged = try stagedGradients(gradients, &scale, after: previous)
    gradientScale = scale
    try update(staged, context, slowing: slowing)
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

extension OptimizerRun {
  /// The mean of a batch's gradients and losses; nil until the batch is whole.
  private mutating func gathered(
    _ gradients: [N], _ loss: N?
  ) throws(N.Failure) -> (gradients: [N], loss: N?)? {
    let count = optimizer.microBatches
    guard count > 1 else { return (gradients, loss) }
    pendingGradients.append(gradients)
    if let loss { pendingLosses.append(loss) }
    guard pendingGradients.count == count else { return nil }
    let part = N(Rational(1, count))
    var means = pendingGradients[0]
    for other in pendingGradients.dropFirst() {
      for i in means.indices { means[i] = means[i] + other[i] }
    }
    for i in means.indices { means[i] = part * means[i] }
    var mean: N?
    if let first = pendingLosses.first, pendingLosses.count == count {
      mean = try pendingLosses.dropFirst().reduce(first) { $0 + $1 } / N(Rational(count))
    }
    (pendingGradients, pendingLosses) = ([], [])
    return (means, mean)
  }

  /// What the curvature stage slows the step down by; nil where there is none.
  private mutating func curvatureFactor(
    _ gradients: [N], _ scale: N?
  ) throws(N.Failure) -> N? {
    guard let stage = optimizer.curvature else { return nil }
    let gradients = scale.map { scale in gradients.map { scale * $0 } } ?? gradients
    defer { (previousGradients, previousParameters) = (gradients, parameters) }
    guard previousGradients.count == gradients.count else { return 1 }
    let change = try distance(gradients, previousGradients)
    let movement = try distance(parameters, previousParameters)
    let factor = try stage.factor(
      gradientChange: change, movement: movement, record: curvatureRecord)
    try stage.advance(
      &curvatureRecord, gradientChange: change, movement: movement,
      hyperparameters: curvatureHyperparameters)
    return factor
  }

  private func distance(_ x: [N], _ y: [N]) throws(N.Failure) -> N {
    var sum: N = 0
    for (i, value) in x.enumerated() { sum = sum + (value - y[i]).squared() }
    return try .root(sum)
  }

  /// The gradients as they leave the stages, but for the factor, which the stages change as well.
  private mutating func stagedGradients(
    _ gradients: [N], _ scale: inout N?, after previous: N
  ) throws(N.Failure) -> [N] {
    var gradients = gradients
    let isFirst = gradientCount == 0
    for (index, stage) in optimizer.stages.enumerated() {
      let scalars = stageHyperparameters[index]
      if stage.measuresNorm {
        let norm = try Optimizer.norm(of: gradients, times: scale)
        let factor = try stage.factor(norm: norm, hyperparameters: scalars)
        scale = scale.map { $0 * factor } ?? factor
        continue
      }
      if let factor = scale {
        gradients = gradients.map { factor * $0 }
        scale = nil
      }
      let step = try stage.prepare(
        previous: isFirst ? nil : previous, hyperparameters: scalars)
      let isKept = stage.vectorCount > 0
      for i in gradients.indices {
        let came = gradients[i]
        var own = isKept ? stageVectors[index][i] : StageVectors(repeating: 0)
        if !(isKept && isFirst) {
          gradients[i] = try stage.transformed(came, vectors: own, step: step)
        }
        guard isKept else { continue }
        try stage.advance(&own, gradient: came, step: step)
        stageVectors[index][i] = own
      }
    }
    gradientCount += 1
    return gradients
  }

  /// The rule's step of each coordinate, and what the finishing stages make of it.
  private mutating func update(
    _ gradients: [N], _ context: StepContext<N>, slowing: N?
  ) throws(N.Failure) {
    var (own, context) = (hyperparameters, context)
    if let stage = optimizer.curvature, let slowing {
      context.momentumWeight = stage.adjust(&own, factor: slowing, history: &history)
    }
    step = try optimizer.rule.prepare(context, hyperparameters: own, history: &history)
    for (i, gradient) in gradients.enumerated() {
      let start = parameters[i]
      try optimizer.rule.update(
        &parameters[i], gradient: gradientScale.map { $0 * gradient } ?? gradient,
        slots: &slots[i], step: step)
      for (finisher, scalars) in zip(optimizer.finishers, finisherHyperparameters) {
        try finisher.finish(&parameters[i], from: start, hyperparameters: scalars)
      }
    }
  }
}

extension Optimizer {
  /// The factor on the gradients that wrappers and maximisation make, before the first stage; nil for none.
  ///
  /// - Parameter hyperparameters: those of each wrapper.
  public func factorBeforeStages<N: RuleNumber>(
    _ context: StepContext<N>, wrappers hyperparameters: [StepScalars<N>]
  ) throws(N.Failure) -> N? {
    var scale: N?
    for (wrapper, scalars) in zip(wrappers, hyperparameters) {
      guard let factor = try wrapper.gradientFactor(context, hyperparameters: scalars) else {
        continue
      }
      scale = scale.map { $0 * factor } ?? factor
    }
    return maximizes ? scale.map { -$0 } ?? -1 : scale
  }

  /// The Euclidean norm of gradients times a factor: of a single one its magnitude, without a root.
  public static func norm<N: RuleNumber>(
    of gradients: [N], times scale: N?
  ) throws(N.Failure) -> N {
    let scaled = scale.map { scale in gradients.map { scale * $0 } } ?? gradients
    if scaled.count == 1 { return scaled[0].magnitude }
    var sum: N = 0
    for (i, gradient) in scaled.enumerated() {
      sum = i == 0 ? gradient.squared() : sum + gradient.squared()
    }
    return try .root(sum)
  }
}
