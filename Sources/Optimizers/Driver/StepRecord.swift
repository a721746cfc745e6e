public import Numbers

/// What is noted of a step where an optimizer `recordsSteps`: of one tensor, or of a group.
///
/// Sums run over blocks at fixed places, in a fixed order, so that the numbers do not depend on the count of
/// threads.
public struct StepRecord: Sendable, Hashable {
  /// How many coordinates were stepped.
  public let count: Int
  /// `α`, the group's rate at this step.
  public let learningRate: Double
  /// `α·w(l)`, the rate times the factor that wrappers make of the loss: AYLA's effective learning rate.
  public let lossScaledRate: Double
  /// `‖α·w(l)·∇l‖`; nil unless the gradients were measured, by a stage or a non-finite policy. Of all tensors
  /// together.
  public let scaledGradientNorm: Double?
  /// The mean over the coordinates of what the rule multiplied its mean gradient by, `α/(√v̂ + ε)` for Adam,
  /// `α·penalty/√(v̂ + ε)` for AMVT; `α` for a rule that has one rate for all coordinates.
  public let effectiveLearningRate: Double
  /// The mean over the coordinates of `m̂²/(ŝ + ε)`; nil where the rule tracks no variance.
  ///
  /// Source: specification, section 3; the AMVT paper names it without a formula.
  public let signalToNoise: Double?
  /// `‖Δθ‖`, of the rule's step and the stages behind it, before wrappers look at the parameters.
  public let updateNorm: Double
}

/// What is summed up for a record over one block of coordinates.
public struct RecordSums: Sendable {
  @usableFromInline var squaredUpdates = 0.0
  @usableFromInline var rates = 0.0
  /// NaN where the rule tracks no variance.
  @usableFromInline var signals = 0.0
  @usableFromInline var tracksNoise = false

  @inlinable
  public init() {}

  static func + (x: RecordSums, y: RecordSums) -> RecordSums {
    var sum = x
    sum.squaredUpdates += y.squaredUpdates
    sum.rates += y.rates
    sum.signals += y.signals
    sum.tracksNoise = x.tracksNoise || y.tracksNoise
    return sum
  }
}

extension UpdateRule {
  /// What a record needs of coordinates that were just stepped, in order.
  @inlinable @inline(__always)
  public func recordSumsInOrder<S: OptimizerScalar>(
    before: Span<S>, after: Span<S>, slots a: Span<S>, _ b: Span<S>, _ c: Span<S>, _ d: Span<S>,
    step: StepScalars<S>
  ) -> RecordSums {
    var sums = RecordSums()
    let slotCount = slotNames.count
    for i in after.indices {
      var slots = Slots<S>(repeating: 0)
      if slotCount > 0 { slots[0] = a[i] }
      if slotCount > 1 { slots[1] = b[i] }
      if slotCount > 2 { slots[2] = c[i] }
      if slotCount > 3 { slots[3] = d[i] }
      sums.squaredUpdates += (Double(after[i]) - Double(before[i])).squared()
      sums.rates += Double(effectiveRate(slots: slots, step: step))
      if let ratio = signalToNoise(slots: slots, step: step) {
        sums.signals += Double(ratio)
        sums.tracksNoise = true
      }
    }
    return sums
  }
}

extension OptimizerState {
  /// The records of the tensors of one group at the latest step, as one; nil where none of them was stepped.
  ///
  /// Means are weighted by coordinates.
  public func record(ofGroup group: Int) -> StepRecord? {
    var whole: StepRecord?
    for (tensor, record) in zip(tensors, records) where tensor.group == group {
      guard let record else { continue }
      whole = whole.map { $0.joined(with: record) } ?? record
    }
    return whole
  }
}

extension StepRecord {
  init(
    _ sums: RecordSums, count: Int, learningRate: Double, lossFactor: Double, gradientNorm: Double?
  ) {
    self.count = count
    self.learningRate = learningRate
    lossScaledRate = learningRate * lossFactor
    scaledGradientNorm = gradientNorm.map { (learningRate * lossFactor).magnitude * $0 }
    let divisor = Double(count)
    effectiveLearningRate = count == 0 ? learningRate : sums.rates / divisor
    signalToNoise = sums.tracksNoise ? sums.signals / divisor : nil
    updateNorm = Double.root(sums.squaredUpdates)
  }

  private init(
    count: Int, of record: StepRecord, effectiveLearningRate: Double, signalToNoise: Double?,
    updateNorm: Double
  ) {
    self.count = count
    learningRate = record.learningRate
    lossScaledRate = record.lossScaledRate
    scaledGradientNorm = record.scaledGradientNorm
    self.effectiveLearningRate = effectiveLearningRate
    self.signalToNoise = signalToNoise
    self.updateNorm = updateNorm
  }

  func joined(with other: StepRecord) -> StepRecord {
    let count = self.count + other.count
    // An empty tensor has nothing to say.
    guard other.count > 0 else { return self }
    guard self.count > 0 else { return other }
    func mean(_ x: Double, _ y: Double) -> Double {
      (x * Double(self.count) + y * Double(other.count)) / Double(count)
    }
    var signal: Double?
    if let x = signalToNoise, let y = other.signalToNoise { signal = mean(x, y) }
    return StepRecord(
      count: count, of: self,
      effectiveLearningRate: mean(effectiveLearningRate, other.effectiveLearningRate),
      signalToNoise: signal,
      updateNorm: Double.root(updateNorm.squared() + other.updateNorm.squared()))
  }
}
