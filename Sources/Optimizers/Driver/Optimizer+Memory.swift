extension Optimizer {
  /// The bytes of state beside each parameter: the rule's slots, and what wrappers keep of it.
  ///
  /// Parameters and gradients are not counted, nor the few numbers that a group or a tensor has.
  ///
  /// - Parameter format: how the slots lie in memory; wrappers' vectors lie there as the parameters do.
  public func stateBytesPerParameter<S: OptimizerScalar>(
    of type: S.Type, format: SlotFormat = .full
  ) -> Int {
    let scalarBytes = MemoryLayout<S>.size
    let vectors = wrappers.count { $0.vectorName != nil }
    return rule.slotNames.count * format.bytes(scalarBytes: scalarBytes) + vectors * scalarBytes
  }
}
