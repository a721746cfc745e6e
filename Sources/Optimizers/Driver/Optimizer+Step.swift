internal import Numbers
internal import Parallelism

/// Tensors with fewer coordinates are stepped on one thread: a fork takes as long as some thousand of them.
let smallestCountInParts = 1 << 15

/// One step under way: what the loss and the gradients have said of it so far.
///
/// Who keeps parameters elsewhere drives a step by hand, with spans of its own:
/// `beginStep`; where `measures`, `measure` for each tensor that has a gradient, and all over again as long as
/// `settle` asks for it; `decide`; where that says so, for each tensor `keepVectors`, `update` if it has a
/// gradient, and `finish`. Of micro-batches `accumulate` tells.
public struct StepPlan<S: OptimizerScalar> {
  /// The step, counted from 1.
  public let step: Int
  public let loss: Double?
  /// Whether the gradients are to be measured before `decide`.
  public internal(set) var measures: Bool
  /// The factor on the gradients; final after `decide`.
  public internal(set) var gradientScale: Double
  /// The norm of the gradients, once they are measured.
  public internal(set) var gradientNorm: Double?
  /// The factor that wrappers make of the loss.
  public internal(set) var lossFactor: Double
  /// What undoes the sum of micro-batches and the scale of the loss in a gradient.
  var unscaling: Double
  var stages = StagePlan()
  /// Whether the norms that were measured have become factors.
  var isSettled = false
  // Norms of what gradients and parameters changed by since the step before, for the curvature.
  var gradientChange = NormAccumulator()
  var movement = NormAccumulator()
  /// What the curvature stage slows the step down by.
  var slowing = 1.0
  var norm = NormAccumulator()
  // The scalars of the latest tensor, which those of its group mostly share.
  var scalars = StepScalars<S>()
  // What the history of that tensor was before the step, and after.
  var historyBefore = Slots<Double>(repeating: 0)
  var historyAfter = Slots<Double>(repeating: 0)
  var group = -1
  var count = -1
}

extension Optimizer {
  /// One step of several tensors.
  ///
  /// A tensor whose gradient is nil is left as it is, and its steps are not counted.
  ///
  /// - Parameters:
  ///   - parameters: one array a tensor, in the order of the state.
  ///   - gradients: one array a tensor, or nil where there is none.
  ///   - loss: the mean loss of the batch, at the parameters that the gradients were taken at.
  /// - Throws: where no step can be made; nothing has changed then.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func step<S: OptimizerScalar>(
    _ parameters: inout [[S]], gradients: [[S]?], loss: Double? = nil,
    state: inout OptimizerState<S>
  ) throws(StepError) {
    try makeStep(&parameters, gradients, loss, &state)
  }

  // What is generic in the public functions chooses between `Float` and `Double` and nothing more: a local
  // value of a generic type costs it a look-up of that type at every step, 10 ns.
  @inline(never)
  @specialized(where S == Float)
  @specialized(where S == Double)
  private func makeStep<S: OptimizerScalar>(
    _ parameters: inout [[S]], _ gradients: [[S]?], _ loss: Double?,
    _ state: inout OptimizerState<S>
  ) throws(StepError) {
    let expected = state.tensors.count
    guard parameters.count == expected, gradients.count == expected else {
      throw .tensorCountDiffers(
        expected: expected, parameters: parameters.count, gradients: gradients.count)
    }
    for i in 0..<expected {
      try state.checkShape(
        tensor: i, parameters: parameters[i].count, gradients: gradients[i]?.count)
    }
    if state.pendingMicroBatches + 1 < microBatches {
      try checkMicroBatch(loss: loss, state: state)
      for i in 0..<expected {
        if let gradient = gradients[i] {
          try checkMicroBatch(gradient.span, tensor: i, state: state)
        }
      }
      for i in 0..<expected {
        if let gradient = gradients[i] { accumulate(gradient.span, tensor: i, state: &state) }
      }
      closeMicroBatch(loss: loss, state: &state)
      return
    }
    var plan = try beginStep(loss: loss, state: state)
    while plan.measures {
      for i in 0..<expected {
        let own = parameters[i]
        if let gradient = gradients[i] {
          try measure(
            gradient.span, parameters: own.span, tensor: i, plan: &plan, state: &state)
        } else if state.tensors[i].hasAccumulated {
          let earlier = exchange(&state.tensors[i].accumulated, with: [])
          defer { state.tensors[i].accumulated = earlier }
          try measure(
            earlier.span, parameters: own.span, tensor: i, plan: &plan, state: &state)
        }
      }
      if !settle(&plan, state: state) { break }
    }
    let isPresent = { gradients[$0] != nil }
    guard try decide(&plan, state: &state, isPresent: isPresent) else { return }
    for i in 0..<expected {
      var span = parameters[i].mutableSpan
      keepVectors(of: span.span, tensor: i, state: &state)
      if let gradient = gradients[i] {
        update(&span, gradients: gradient.span, tensor: i, plan: &plan, state: &state)
      } else if state.tensors[i].hasAccumulated {
        let earlier = exchange(&state.tensors[i].accumulated, with: [])
        update(&span, gradients: earlier.span, tensor: i, plan: &plan, state: &state)
        state.tensors[i].accumulated = earlier
      }
      finish(&span, tensor: i, state: &state)
    }
    if state.pendingMicroBatches > 0 { dropMicroBatches(&state) }
  }

  /// One step of the state's only tensor.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func step<S: OptimizerScalar>(
    _ parameters: inout [S], gradients: [S], loss: Double? = nil, state: inout OptimizerState<S>
  ) throws(StepError) {
    try makeStep(&parameters, gradients, loss, &state)
  }

  @inline(never)
  @specialized(where S == Float)
  @specialized(where S == Double)
  private func makeStep<S: OptimizerScalar>(
    _ parameters: inout [S], _ gradients: [S], _ loss: Double?, _ state: inout OptimizerState<S>
  ) throws(StepError) {
    guard state.tensors.count == 1 else {
      throw .tensorCountDiffers(expected: state.tensors.count, parameters: 1, gradients: 1)
    }
    try state.checkShape(tensor: 0, parameters: parameters.count, gradients: gradients.count)
    if state.pendingMicroBatches + 1 < microBatches {
      try checkMicroBatch(loss: loss, state: state)
      try checkMicroBatch(gradients.span, tensor: 0, state: state)
      accumulate(gradients.span, tensor: 0, state: &state)
      closeMicroBatch(loss: loss, state: &state)
      return
    }
    var plan = try beginStep(loss: loss, state: state)
    while plan.measures {
      try measure(
        gradients.span, parameters: parameters.span, tensor: 0, plan: &plan, state: &state)
      if !settle(&plan, state: state) { break }
    }
    guard try decide(&plan, state: &state, isPresent: { _ in true }) else { return }
    var span = parameters.mutableSpan
    keepVectors(of: span.span, tensor: 0, state: &state)
    update(&span, gradients: gradients.span, tensor: 0, plan: &plan, state: &state)
    finish(&span, tensor: 0, state: &state)
    if state.pendingMicroBatches > 0 { dropMicroBatches(&state) }
  }

  /// Begins a step: makes the factor on the gradient that the loss decides.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func beginStep<S: OptimizerScalar>(
    loss: Double?, state: OptimizerState<S>
  ) throws(StepError) -> StepPlan<S> {
    if loss == nil && requiresLoss { throw .lossIsMissing(optimizer: name) }
    let loss = batchLoss(loss, state)
    let step = state.stepCount + 1
    let context = StepContext(t: Double(step), loss: loss)
    var lossFactor = 1.0
    for index in wrappers.indices {
      let scalars = state.wrappers[index]
      let factor = wrappers[index].gradientFactor(context, hyperparameters: scalars)
      guard let factor else { continue }
      try wrappers[index].check(factor: factor, context: context, step: step)
      lossFactor *= factor
    }
    let isWhole = state.pendingMicroBatches == 0 && state.lossScale.scale == 1
    let unscaling =
      isWhole ? 1 : 1 / (Double(state.pendingMicroBatches + 1) * state.lossScale.scale)
    let factor = unscaling * (maximizes ? -lossFactor : lossFactor)
    var plan = StepPlan<S>(
      step: step, loss: loss, measures: false, gradientScale: factor, lossFactor: lossFactor,
      unscaling: unscaling)
    beginStages(&plan, state: state)
    return plan
  }

  /// Measures the gradients of one tensor, for an optimizer whose stages only measure. Tensors are measured
  /// in order.
  ///
  /// - Precondition: no stage maps coordinates, and no micro-batch waits.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func measure<S: OptimizerScalar>(
    _ gradients: Span<S>, tensor: Int, plan: inout StepPlan<S>
  ) throws(StepError) {
    precondition(!plan.stages.goesByBlocks, "\(name) measures with the parameters and the state")
    plan.norm.add(gradients, on: threads)
    guard nonFinitePolicy == .throw, !plan.norm.norm.isFinite else { return }
    for i in gradients.indices where !gradients[i].isFinite {
      throw .gradientIsNotFinite(
        value: Double(gradients[i]), step: plan.step, tensor: tensor, coordinate: i)
    }
  }

  /// Settles the factor on the gradients, and whether the step is made at all; a step that is not is
  /// counted in the state.
  ///
  /// - Parameter isPresent: whether the tensor has a gradient at this step.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func decide<S: OptimizerScalar>(
    _ plan: inout StepPlan<S>, state: inout OptimizerState<S>, isPresent: (Int) -> Bool
  ) throws(StepError) -> Bool {
    if recordsSteps {
      if state.records.count != state.tensors.count {
        state.records = [StepRecord?](repeating: nil, count: state.tensors.count)
      }
      for i in state.records.indices { state.records[i] = nil }
    }
    if plan.measures && !plan.isSettled { _ = settle(&plan, state: state) }
    if refusesGradients(plan, state: &state) { return false }
    plan.gradientScale = pendingFactor(before: stages.count, plan.stages)
    let scale = plan.gradientScale
    try check(factor: scale, plan)
    try check(factor: plan.stages.base, plan)
    if rule.requiresLoss {
      for i in state.tensors.indices where isPresent(i) || state.tensors[i].hasAccumulated {
        let group = state.groups[state.tensors[i].group]
        var clock = stepCounter == .perTensor ? state.tensors[i].clock : group.clock
        let context = StepContext(t: Double(clock.count + 1), loss: plan.loss)
        let scalars = rule.scalars(
          context, hyperparameters: group.scalars, history: &clock.history)
        if try !rule.admits(scalars, context: context) {
          state.vanishedLossWeights += 1
          state.skippedSteps += 1
          dropMicroBatches(&state)
          return false
        }
      }
    }
    if plan.lossFactor == 0 || scale != 0 && S(scale) == 0 { state.vanishedLossWeights += 1 }
    state.stepCount += 1
    acceptStep(&plan, state: &state)
    if stepCounter == .perGroup {
      for i in state.groups.indices { state.groups[i].clock.count += 1 }
    }
    return true
  }

  /// Steps one tensor.
  ///
  /// - Precondition: parameters and gradients are as many as the state's tensor has coordinates.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func update<S: OptimizerScalar>(
    _ parameters: inout MutableSpan<S>, gradients: Span<S>, tensor: Int,
    plan: inout StepPlan<S>, state: inout OptimizerState<S>
  ) {
    prepareScalars(tensor: tensor, plan: &plan, state: &state)
    defer { state.tensors[tensor].gradientCount += 1 }
    let parts =
      threads.requested > 1 && parameters.count >= smallestCountInParts ? threads.granted : 1
    if parts > 1 || recordsSteps || state.tensors[tensor].format != .full
      || plan.stages.goesByBlocks
    {
      updateInParts(
        &parameters, gradients: gradients, tensor: tensor, plan: plan, state: &state, parts: parts)
      return
    }
    state.tensors[tensor].slots.step(
      rule, &parameters, gradients: gradients, scalars: plan.scalars)
    for index in finishers.indices {
      S.finish(
        finishers[index], &parameters, from: Span(), hyperparameters: state.finishers[index])
    }
  }

  /// Steps one tensor on several threads, from packed slots, or with a record of it.
  @specialized(where S == Float)
  @specialized(where S == Double)
  private func updateInParts<S: OptimizerScalar>(
    _ parameters: inout MutableSpan<S>, gradients: Span<S>, tensor: Int, plan: StepPlan<S>,
    state: inout OptimizerState<S>, parts: Int
  ) {
    let count = state.tensors[tensor].count
    precondition(
      parameters.count == count && gradients.count == count,
      "\(parameters.count) parameters and \(gradients.count) gradients for \(count) coordinates")
    let blocks = (count + NormAccumulator.blockLength - 1) / NormAccumulator.blockLength
    // Moved out and back in: members of one state cannot be lent at once.
    var sums = exchange(&state.recordSums, with: [])
    if recordsSteps {
      if sums.count < blocks { sums = [RecordSums](repeating: RecordSums(), count: blocks) }
      for block in 0..<blocks { sums[block] = RecordSums() }
    }
    var slots = exchange(&state.tensors[tensor].slots, with: SlotArrays())
    var packed = exchange(&state.tensors[tensor].packed, with: SlotArrays())
    let format = state.tensors[tensor].format
    let finisherScalars = state.finishers
    var staged = takeStaging(tensor: tensor, plan: plan, state: &state)
    unsafe parameters.withUnsafeMutableBufferPointer { parameters in
      unsafe gradients.withUnsafeBufferPointer { gradients in
        unsafe sums.withUnsafeMutableBufferPointer { sums in
          unsafe slots.withPointers { slots in
            unsafe packed.withPointers { packed in
              unsafe staged.withStaging(stages, plan.stages) { staging in
                let step = unsafe TensorStep(
                  rule: rule, scalars: plan.scalars, finishers: finishers,
                  finisherScalars: finisherScalars, parameters: parameters, gradients: gradients,
                  slots: slots, packed: packed, format: format,
                  sums: recordsSteps ? sums.baseAddress : nil, staging: staging, parts: parts)
                unsafe threads.run(step, parts: parts)
              }
            }
          }
        }
      }
    }
    state.tensors[tensor].slots = slots
    state.tensors[tensor].packed = packed
    putBack(&staged, tensor: tensor, state: &state)
    if recordsSteps {
      var total = RecordSums()
      for block in 0..<blocks { total = total + sums[block] }
      let group = state.groups[state.tensors[tensor].group]
      state.records[tensor] = StepRecord(
        total, count: count, learningRate: group.scalars[.learningRate],
        lossFactor: plan.lossFactor, gradientNorm: plan.gradientNorm)
    }
    state.recordSums = sums
  }

  /// Lets the wrappers' vectors of a tensor start as its parameters, before its first step.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func keepVectors<S: OptimizerScalar>(
    of parameters: Span<S>, tensor: Int, state: inout OptimizerState<S>
  ) {
    guard state.tensors[tensor].vectors.count < wrappers.count else { return }
    state.tensors[tensor].vectors = wrappers.map { wrapper in
      guard wrapper.vectorName != nil else { return [] }
      var copy: [S] = []
      copy.reserveCapacity(parameters.count)
      for i in parameters.indices { copy.append(parameters[i]) }
      return copy
    }
  }

  /// Lets the wrappers finish a step of a tensor, the innermost first.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func finish<S: OptimizerScalar>(
    _ parameters: inout MutableSpan<S>, tensor: Int, state: inout OptimizerState<S>
  ) {
    for index in wrappers.indices.reversed() where wrappers[index].vectorName != nil {
      let scalars = wrappers[index].prepareFinish(
        count: state.stepCount, hyperparameters: state.wrappers[index])
      guard let scalars else { continue }
      var vector = exchange(&state.tensors[tensor].vectors[index], with: [])
      var span = vector.mutableSpan
      S.finish(wrappers[index], &parameters, vector: &span, step: S.narrowed(scalars))
      state.tensors[tensor].vectors[index] = vector
    }
  }

  /// Advances the tensor's clock, and leaves its step's scalars in the plan.
  @inline(__always)
  private func prepareScalars<S: OptimizerScalar>(
    tensor: Int, plan: inout StepPlan<S>, state: inout OptimizerState<S>
  ) {
    let group = state.tensors[tensor].group
    let perTensor = stepCounter == .perTensor
    var clock = perTensor ? state.tensors[tensor].clock : state.groups[group].clock
    if perTensor { clock.count += 1 }
    // Tensors of one count may have different histories: absent gradients and changed settings see to it.
    var isShared = group == plan.group && clock.count == plan.count
    if perTensor && isShared {
      isShared = !rule.requiresLoss
      for index in clock.history.indices {
        isShared = isShared && clock.history[index] == plan.historyBefore[index]
      }
    }
    if isShared {
      clock.history = plan.historyAfter
      if perTensor { state.tensors[tensor].clock = clock }
      return
    }
    plan.historyBefore = clock.history
    var context = StepContext(t: Double(clock.count), loss: plan.loss)
    var hyperparameters = state.groups[group].scalars
    if let curvature {
      context.momentumWeight = curvature.adjust(
        &hyperparameters, factor: plan.slowing, history: &clock.history)
    }
    let scalars = rule.scalars(
      context, hyperparameters: hyperparameters, history: &clock.history)
    plan.scalars = S.narrowed(scalars)
    plan.scalars[.gradientScale] = S(plan.gradientScale)
    plan.historyAfter = clock.history
    (plan.group, plan.count) = (group, clock.count)
    if perTensor { state.tensors[tensor].clock = clock } else { state.groups[group].clock = clock }
  }
}
