internal import Properties

/// The properties of an optimizer's behaviour.
enum RuleProperties {
  static let all: [any AuditableProperty] = [
    matchesReference, zeroGradient, odd, permutation, gradientScale, firstStep, constantGradient,
    stepBound, invariants, ReductionProperty(), precision, nonFinite,
  ]
}
