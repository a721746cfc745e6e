internal import Numbers

/// What the stages before a rule know of one step.
struct StagePlan: Sendable {
  /// The factor that wrappers, micro-batches and maximisation make, before the first stage.
  var base = 1.0
  /// What each stage that measures makes of the norm; 1 until it is known.
  var factors = InlineArray<8, Double>(repeating: 1)
  /// The stage that the norm is measured before, in this round.
  var roundEnd = 0
  /// How many rounds of measuring are over.
  var rounds = 0
  /// Whether gradients pass from stage to stage in blocks: some are mapped, accumulated or remembered.
  var goesByBlocks = false
}

extension Optimizer {
  /// The factor on what leaves the last stage before `end` that maps coordinates.
  func pendingFactor(before end: Int, _ plan: StagePlan) -> Double {
    var factor = plan.base
    for index in 0..<end {
      factor = stages[index].measuresNorm ? factor * plan.factors[index] : 1
    }
    return factor
  }

  /// The first stage from `start` on that measures; nil for none.
  func measuringStage(from start: Int) -> Int? {
    for index in start..<stages.count where stages[index].measuresNorm { return index }
    return nil
  }

  /// Turns a norm into the factors of the stages that waited for it.
  ///
  /// - Returns: whether the gradients must be measured once more, for a stage behind others.
  func settle<S>(norm: Double, _ plan: inout StagePlan, state: OptimizerState<S>) -> Bool {
    var index = plan.roundEnd
    var norm = pendingFactor(before: index, plan).magnitude * norm
    while index < stages.count && stages[index].measuresNorm {
      plan.factors[index] = stages[index].factor(norm: norm, hyperparameters: state.stages[index])
      norm *= plan.factors[index].magnitude
      index += 1
    }
    plan.rounds += 1
    guard let next = measuringStage(from: index) else { return false }
    plan.roundEnd = next
    return true
  }

  /// The scalars of a tensor's stages at this step.
  func stageScalars<S: OptimizerScalar>(
    tensor: Int, _ state: OptimizerState<S>
  ) -> InlineArray<8, StepScalars<S>> {
    var scalars = InlineArray<8, StepScalars<S>>(repeating: StepScalars())
    let count = state.tensors[tensor].gradientCount
    for index in stages.indices where !stages[index].measuresNorm {
      scalars[index] = S.narrowed(
        stages[index].prepare(
          previous: count > 0 ? Double(count) : nil, hyperparameters: state.stages[index]))
    }
    return scalars
  }
}

/// How many coordinates go through the stages at a time.
let stageBlockLength = 1024

/// The gradients of one tensor on their way from the caller to the rule, a block at a time. A block fits into
/// the first-level cache, so that stages and rule are one pass over memory.
@unsafe
struct Staging<S: OptimizerScalar> {
  let stages: [any GradientStage]
  let plan: StagePlan
  let scalars: InlineArray<8, StepScalars<S>>
  /// Whether the tensor had no gradient before.
  let isFirst: Bool
  /// The coordinates of the tensor.
  let count: Int
  /// The stages' vectors, one after the other, `count` numbers each; nil for none.
  let vectors: UnsafeMutablePointer<S>?
  /// The sums of the micro-batches before this one; nil for none.
  let accumulated: UnsafePointer<S>?
  /// Where the gradients that the stages are given, and the parameters, are kept for the next step; nil where
  /// nobody asks for them.
  let previousGradients: UnsafeMutablePointer<S>?
  let previousParameters: UnsafeMutablePointer<S>?

  /// Leaves in `block` what the stages before `end` make of a piece of the gradients, but for a factor that
  /// the plan knows.
  func fill(
    _ block: inout MutableSpan<S>, _ piece: Range<Int>, of gradients: UnsafePointer<S>,
    upTo end: Int
  ) {
    unsafe load(&block, piece, gradients)
    unsafe pass(&block, piece, upTo: end, advances: false)
  }

  /// Leaves in `block` how far the gradients that the stages are given are from those of the step before.
  func change(
    _ block: inout MutableSpan<S>, _ piece: Range<Int>, of gradients: UnsafePointer<S>
  ) {
    guard let earlier = unsafe previousGradients else { return }
    unsafe load(&block, piece, gradients)
    let factor = unsafe S(plan.base)
    for i in block.indices { block[i] = unsafe factor * block[i] - earlier[piece.lowerBound + i] }
  }

  /// Leaves in `block` how far the parameters are from those of the step before.
  func movement(
    _ block: inout MutableSpan<S>, _ piece: Range<Int>, of parameters: UnsafePointer<S>
  ) {
    guard let earlier = unsafe previousParameters else { return }
    for i in block.indices {
      block[i] = unsafe parameters[piece.lowerBound + i] - earlier[piece.lowerBound + i]
    }
  }

  /// Leaves in `block` what the rule is to see of a piece of the gradients, but for a factor that the plan
  /// knows, and takes them into the stages' vectors.
  func advance(
    _ block: inout MutableSpan<S>, _ piece: Range<Int>, of gradients: UnsafePointer<S>,
    parameters: UnsafePointer<S>
  ) {
    unsafe load(&block, piece, gradients)
    if let kept = unsafe previousGradients {
      let factor = unsafe S(plan.base)
      for i in block.indices { unsafe kept[piece.lowerBound + i] = factor * block[i] }
    }
    if let kept = unsafe previousParameters {
      for i in piece { unsafe kept[i] = parameters[i] }
    }
    unsafe pass(&block, piece, upTo: stages.count, advances: true)
  }

  @inline(__always)
  private func load(
    _ block: inout MutableSpan<S>, _ piece: Range<Int>, _ gradients: UnsafePointer<S>
  ) {
    if let accumulated = unsafe accumulated {
      for i in block.indices {
        unsafe block[i] = accumulated[piece.lowerBound + i] + gradients[piece.lowerBound + i]
      }
    } else {
      for i in block.indices { unsafe block[i] = gradients[piece.lowerBound + i] }
    }
  }

  private func pass(
    _ block: inout MutableSpan<S>, _ piece: Range<Int>, upTo end: Int, advances: Bool
  ) {
    var factor = unsafe plan.base
    var place = 0
    for index in 0..<end {
      let stage = unsafe stages[index]
      if stage.measuresNorm {
        factor *= unsafe plan.factors[index]
        continue
      }
      unsafe scale(&block, by: factor)
      factor = 1
      let kept = stage.vectorCount
      let transforms = unsafe !stage.isObserver && !(kept > 0 && isFirst)
      let step = unsafe scalars[index]
      if advances && kept > 0 {
        // What leaves is made of the vectors before, which take what came.
        var came = InlineArray<1024, S>(repeating: 0)
        var copy = came.mutableSpan
        for i in block.indices { copy[i] = block[i] }
        if transforms { unsafe transform(&block, stage, piece, place, kept, step) }
        var first = unsafe MutableSpan(_unsafeElements: vector(place, piece, isKept: true))
        var second = unsafe MutableSpan(_unsafeElements: vector(place + 1, piece, isKept: kept > 1))
        let gradients = copy.span.extracting(0..<block.count)
        S.advance(stage, &first, &second, gradients: gradients, step: step)
      } else if transforms {
        unsafe transform(&block, stage, piece, place, kept, step)
      }
      place += kept
    }
  }

  @inline(__always)
  private func transform(
    _ block: inout MutableSpan<S>, _ stage: any GradientStage, _ piece: Range<Int>, _ place: Int,
    _ kept: Int, _ step: StepScalars<S>
  ) {
    let first = unsafe UnsafeBufferPointer(vector(place, piece, isKept: kept > 0))
    let second = unsafe UnsafeBufferPointer(vector(place + 1, piece, isKept: kept > 1))
    unsafe S.transform(
      stage, &block, first: Span(_unsafeElements: first), second: Span(_unsafeElements: second),
      step: step)
  }

  @inline(__always)
  private func scale(_ block: inout MutableSpan<S>, by factor: Double) {
    let factor = S(factor)
    if factor == 1 { return }
    for i in block.indices { block[i] = factor * block[i] }
  }

  /// A piece of one of the vectors; nothing of one that a stage does not keep.
  @inline(__always)
  private func vector(
    _ place: Int, _ piece: Range<Int>, isKept: Bool
  ) -> UnsafeMutableBufferPointer<S> {
    guard isKept, let vectors = unsafe vectors else {
      return unsafe UnsafeMutableBufferPointer(start: nil, count: 0)
    }
    return unsafe UnsafeMutableBufferPointer(
      start: vectors + (place * count + piece.lowerBound), count: piece.count)
  }
}
