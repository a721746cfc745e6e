internal import Numbers

/// What the stages keep of one tensor, moved out of its state: members of one state cannot be lent at once.
struct StagingArrays<S: OptimizerScalar> {
  var isInUse = false
  var isFirst = true
  var count = 0
  var scalars = InlineArray<8, StepScalars<S>>(repeating: StepScalars())
  var vectors: [S] = []
  var previousGradients: [S] = []
  var previousParameters: [S] = []
  var accumulated: [S] = []
  var hasAccumulated = false

  /// The addresses of all that, while `body` runs; nil where gradients pass no stage but a factor.
  @inline(__always)
  mutating func withStaging(
    _ stages: [any GradientStage], _ plan: StagePlan, _ body: (Staging<S>?) -> Void
  ) {
    guard isInUse else { return body(nil) }
    let (isFirst, count, isGathering) = (self.isFirst, self.count, hasAccumulated)
    let scalars = self.scalars
    unsafe Self.withAddress(&vectors) { vectors in
      unsafe Self.withAddress(&previousGradients) { gradients in
        unsafe Self.withAddress(&previousParameters) { parameters in
          unsafe Self.withAddress(&accumulated) { accumulated in
            unsafe body(
              Staging(
                stages: stages, plan: plan, scalars: scalars, isFirst: isFirst, count: count,
                vectors: vectors, accumulated: isGathering ? UnsafePointer(accumulated) : nil,
                previousGradients: gradients, previousParameters: parameters))
          }
        }
      }
    }
  }

  /// The address of an array's numbers; nil of an empty one, which Swift would make a copy of.
  @inline(__always)
  private static func withAddress(
    _ array: inout [S], _ body: (UnsafeMutablePointer<S>?) -> Void
  ) {
    if array.isEmpty { return body(nil) }
    unsafe array.withUnsafeMutableBufferPointer { unsafe body($0.baseAddress) }
  }
}

extension Optimizer {
  /// Moves what the stages keep of a tensor out of the state, with the scalars of this step.
  func takeStaging<S: OptimizerScalar>(
    tensor: Int, plan: StepPlan<S>, state: inout OptimizerState<S>
  ) -> StagingArrays<S> {
    var arrays = StagingArrays<S>()
    guard plan.stages.goesByBlocks else { return arrays }
    arrays.isInUse = true
    arrays.count = state.tensors[tensor].count
    arrays.isFirst = state.tensors[tensor].gradientCount == 0
    arrays.scalars = stageScalars(tensor: tensor, state)
    arrays.hasAccumulated = state.tensors[tensor].hasAccumulated
    arrays.vectors = exchange(&state.tensors[tensor].stageVectors, with: [])
    arrays.previousGradients = exchange(&state.tensors[tensor].previousGradients, with: [])
    arrays.previousParameters = exchange(&state.tensors[tensor].previousParameters, with: [])
    arrays.accumulated = exchange(&state.tensors[tensor].accumulated, with: [])
    // Where the gradients are the accumulated ones themselves, these are not here.
    if arrays.accumulated.isEmpty { arrays.hasAccumulated = false }
    // Room, before the first step.
    var vectorCount = 0
    for stage in stages { vectorCount += stage.vectorCount }
    if arrays.vectors.count < vectorCount * arrays.count {
      arrays.vectors = [S](repeating: 0, count: vectorCount * arrays.count)
    }
    if curvature != nil && arrays.previousGradients.count < arrays.count {
      arrays.previousGradients = [S](repeating: 0, count: arrays.count)
      arrays.previousParameters = [S](repeating: 0, count: arrays.count)
    }
    return arrays
  }

  /// Moves it back.
  func putBack<S: OptimizerScalar>(
    _ arrays: inout StagingArrays<S>, tensor: Int, state: inout OptimizerState<S>
  ) {
    guard arrays.isInUse else { return }
    state.tensors[tensor].stageVectors = exchange(&arrays.vectors, with: [])
    state.tensors[tensor].previousGradients = exchange(&arrays.previousGradients, with: [])
    state.tensors[tensor].previousParameters = exchange(&arrays.previousParameters, with: [])
    state.tensors[tensor].accumulated = exchange(&arrays.accumulated, with: [])
  }
}
