internal import Numbers

extension Optimizer {
  /// The mean loss of a whole batch, this micro-batch's included.
  func batchLoss<S>(_ loss: Double?, _ state: OptimizerState<S>) -> Double? {
    guard let loss, state.pendingMicroBatches > 0 else { return loss }
    return (state.pendingLoss + loss) / Double(state.pendingMicroBatches + 1)
  }

  /// Refuses a micro-batch without the loss that its batch will need.
  func checkMicroBatch<S>(loss: Double?, state: OptimizerState<S>) throws(StepError) {
    guard requiresLoss else { return }
    guard let loss else { throw .lossIsMissing(optimizer: name) }
    if !loss.isFinite { throw .lossIsNotFinite(loss: loss, step: state.stepCount + 1) }
  }

  /// Refuses a micro-batch with gradients that are not finite, where the policy is to throw.
  func checkMicroBatch<S: OptimizerScalar>(
    _ gradients: Span<S>, tensor: Int, state: OptimizerState<S>
  ) throws(StepError) {
    guard nonFinitePolicy == .throw else { return }
    for i in gradients.indices where !gradients[i].isFinite {
      throw .gradientIsNotFinite(
        value: Double(gradients[i]), step: state.stepCount + 1, tensor: tensor, coordinate: i)
    }
  }

  /// Adds the gradients of one tensor to those that wait for the rest of their batch.
  ///
  /// Who drives steps by hand calls this for every tensor of a micro-batch that has a gradient, then
  /// `closeMicroBatch`; but for the last micro-batch, which is driven as a step, and ended by
  /// `dropMicroBatches`.
  ///
  /// - Precondition: the gradients are as many as the state's tensor has coordinates.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func accumulate<S: OptimizerScalar>(
    _ gradients: Span<S>, tensor: Int, state: inout OptimizerState<S>
  ) {
    let count = state.tensors[tensor].count
    precondition(gradients.count == count, "\(gradients.count) gradients for \(count)")
    var sums = exchange(&state.tensors[tensor].accumulated, with: [])
    if sums.count < count { sums = [S](repeating: 0, count: count) }
    let adds = state.tensors[tensor].hasAccumulated
    if count > 0 {
      var span = sums.mutableSpan
      if adds {
        for i in gradients.indices { span[i] = span[i] + gradients[i] }
      } else {
        for i in gradients.indices { span[i] = gradients[i] }
      }
    }
    state.tensors[tensor].accumulated = sums
    state.tensors[tensor].hasAccumulated = true
  }

  /// Counts a micro-batch whose gradients were accumulated.
  public func closeMicroBatch<S>(loss: Double?, state: inout OptimizerState<S>) {
    state.pendingMicroBatches += 1
    state.pendingLoss += loss ?? 0
  }

  /// Forgets the micro-batches that wait: their batch is complete, or was skipped.
  public func dropMicroBatches<S>(_ state: inout OptimizerState<S>) {
    guard state.pendingMicroBatches > 0 else { return }
    state.pendingMicroBatches = 0
    state.pendingLoss = 0
    for i in state.tensors.indices { state.tensors[i].hasAccumulated = false }
  }
}

extension OptimizerState.Tensor {
  /// The first gradient that is not finite, those of earlier micro-batches added.
  func firstNonFinite(_ gradients: Span<S>) -> (value: Double, coordinate: Int)? {
    let adds = hasAccumulated && !accumulated.isEmpty
    for i in gradients.indices {
      let value = adds ? accumulated[i] + gradients[i] : gradients[i]
      if !value.isFinite { return (Double(value), i) }
    }
    return nil
  }
}
