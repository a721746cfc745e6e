extension Optimizer {
  /// The bytes of state beside each parameter: the rule's slots, and what wrappers, stages, the curvature and
  /// micro-batches keep of it.
  ///
  /// Parameters and gradients are not counted, nor the few numbers that a group or a tensor has.
  ///
  /// - Parameter format: how the slots lie in memory; all else lies there as the parameters do.
  public func stateBytesPerParameter<S: OptimizerScalar>(
    of type: S.Type, format: SlotFormat = .full
  ) -> Int {
    let scalarBytes = MemoryLayout<S>.size
    var vectors = wrappers.count { $0.vectorName != nil }
    vectors += stages.reduce(0) { $0 + $1.vectorCount }
    // The gradient and the parameter of the step before.
    if curvature != nil { vectors += 2 }
    if microBatches > 1 { vectors += 1 }
    return rule.slotNames.count * format.bytes(scalarBytes: scalarBytes) + vectors * scalarBytes
  }
}
