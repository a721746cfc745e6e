/// The properties of moment estimators.
enum MomentProperties {
  static let all: [any AuditableProperty] = [
    emaWeights, biasIdentity, powerNode, varyingDecay, DecayNotation(), variancePenalty,
    varianceIdentity, ratioBound, ratioBoundLoose, ratioBoundAMVT,
  ]
}
