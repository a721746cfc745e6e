internal import Numbers

extension Optimizer {
  /// Begins what the stages know of a step.
  func beginStages<S>(_ plan: inout StepPlan<S>, state: OptimizerState<S>) {
    precondition(stages.count <= 8, "at most 8 stages, got \(stages.count)")
    plan.stages.base = plan.gradientScale
    let first = measuringStage(from: 0)
    let checks = nonFinitePolicy != .propagate || lossScaling != nil
    plan.measures = checks || first != nil || curvature != nil
    plan.stages.roundEnd = checks ? 0 : first ?? 0
    plan.stages.goesByBlocks = state.pendingMicroBatches > 0 || curvature != nil
    for stage in stages where !stage.measuresNorm { plan.stages.goesByBlocks = true }
    for finisher in finishers where finisher.readsStart { plan.stages.goesByBlocks = true }
  }

  /// Measures the gradients of one tensor. Tensors are measured in order, and all of them again as long as
  /// `settle` asks for it.
  ///
  /// - Parameter parameters: those that the gradients were taken at.
  /// - Throws: where the policy is to throw, and a gradient is not finite.
  public func measure<S: OptimizerScalar>(
    _ gradients: Span<S>, parameters: Span<S>, tensor: Int, plan: inout StepPlan<S>,
    state: inout OptimizerState<S>
  ) throws(StepError) {
    guard plan.stages.goesByBlocks else {
      return try measure(gradients, tensor: tensor, plan: &plan)
    }
    let count = state.tensors[tensor].count
    precondition(gradients.count == count && parameters.count == count)
    var arrays = takeStaging(tensor: tensor, plan: plan, state: &state)
    var measured = Measured<S>(
      norm: plan.norm, change: plan.gradientChange, movement: plan.movement)
    let stagePlan = plan.stages
    let comparesSteps = curvature != nil && stagePlan.rounds == 0 && !arrays.isFirst
    unsafe gradients.withUnsafeBufferPointer { gradients in
      unsafe parameters.withUnsafeBufferPointer { parameters in
        unsafe arrays.withStaging(stages, stagePlan) { staging in
          guard let staging = unsafe staging, let gradients = gradients.baseAddress,
            let parameters = parameters.baseAddress
          else { return }
          unsafe measured.add(
            staging, gradients, parameters, count: count, upTo: stagePlan.roundEnd,
            comparesSteps: comparesSteps)
        }
      }
    }
    putBack(&arrays, tensor: tensor, state: &state)
    (plan.norm, plan.gradientChange, plan.movement) =
      (measured.norm, measured.change, measured.movement)
    guard nonFinitePolicy == .throw, stagePlan.roundEnd == 0, !plan.norm.norm.isFinite else {
      return
    }
    if let place = state.tensors[tensor].firstNonFinite(gradients) {
      throw .gradientIsNotFinite(
        value: place.value, step: plan.step, tensor: tensor, coordinate: place.coordinate)
    }
  }

  /// Turns the norm that was measured into the factors of the stages that waited for it.
  ///
  /// - Returns: whether the gradients must be measured once more, for a stage behind others.
  public func settle<S>(_ plan: inout StepPlan<S>, state: OptimizerState<S>) -> Bool {
    let norm = plan.norm.norm
    plan.norm = NormAccumulator()
    if plan.stages.rounds == 0 && plan.stages.roundEnd == 0 {
      plan.gradientNorm = plan.unscaling * norm
    }
    plan.isSettled = !settle(norm: norm, &plan.stages, state: state)
    return !plan.isSettled
  }

  /// Whether a step is skipped for gradients that are not finite; it is counted then.
  func refusesGradients<S: OptimizerScalar>(
    _ plan: StepPlan<S>, state: inout OptimizerState<S>
  ) -> Bool {
    guard let norm = plan.gradientNorm, !norm.isFinite else { return false }
    if let lossScaling {
      state.lossScale.backOff(lossScaling, in: S.self)
    } else if nonFinitePolicy != .skip {
      return false
    }
    state.skippedSteps += 1
    dropMicroBatches(&state)
    return true
  }

  /// Takes a step that will be made into what the curvature stage and the scale of the loss remember.
  func acceptStep<S: OptimizerScalar>(
    _ plan: inout StepPlan<S>, state: inout OptimizerState<S>
  ) {
    if let curvature {
      let change = plan.gradientChange.norm
      var movement = plan.movement.norm
      // A curvature that is no number says nothing.
      if !(change / movement).isFinite { movement = 0 }
      plan.slowing = curvature.factor(
        gradientChange: change, movement: movement, record: state.curvatureRecord)
      curvature.advance(
        &state.curvatureRecord, gradientChange: change, movement: movement,
        hyperparameters: state.curvature)
    }
    if let lossScaling { state.lossScale.grow(lossScaling, in: S.self) }
  }

  func check<S: OptimizerScalar>(
    factor: Double, _ plan: StepPlan<S>
  ) throws(StepError) {
    guard factor.isFinite && !S(factor).isFinite else { return }
    throw .gradientFactorOverflows(factor: factor, loss: plan.loss, step: plan.step)
  }
}

/// The norms that are taken in one round.
private struct Measured<S: OptimizerScalar> {
  var norm: NormAccumulator
  var change: NormAccumulator
  var movement: NormAccumulator

  /// Adds a tensor's gradients, as they come to the stage before which the norm is wanted, and how far they
  /// and the parameters are from those of the step before.
  mutating func add(
    _ staging: Staging<S>, _ gradients: UnsafePointer<S>, _ parameters: UnsafePointer<S>,
    count: Int, upTo end: Int, comparesSteps: Bool
  ) {
    var storage = InlineArray<1024, S>(repeating: 0)
    for start in stride(from: 0, to: count, by: stageBlockLength) {
      let piece = start..<min(start + stageBlockLength, count)
      var whole = storage.mutableSpan
      var block = whole._mutatingExtracting(0..<piece.count)
      unsafe staging.fill(&block, piece, of: gradients, upTo: end)
      norm.add(block.span)
      guard comparesSteps else { continue }
      unsafe staging.change(&block, piece, of: gradients)
      change.add(block.span)
      unsafe staging.movement(&block, piece, of: parameters)
      movement.add(block.span)
    }
  }
}
