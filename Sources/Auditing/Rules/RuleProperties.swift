internal import Properties

/// The properties of an optimizer's behaviour.
enum RuleProperties {
  static let all: [any AuditableProperty] = [
    matchesReference, zeroGradient, odd, permutation, gradientScale, Rotation(), firstStep,
    constantGradient, impulse, superposition, stepBound, scheduledDecay, invariants,
    ReductionProperty(), Precision(), fused, nonFinite,
  ]
}
