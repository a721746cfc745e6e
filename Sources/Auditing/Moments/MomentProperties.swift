/// The properties of moment estimators.
enum MomentProperties {
  static let all: [any AuditableProperty] = [
    emaWeights, biasIdentity, Expectation(), powerNode, varyingDecay, DecayNotation(), unitEMA,
    ratioBound, ratioBoundLoose, ratioBoundAMVT, maximumMoment, variancePenalty, varianceIdentity,
    Rectification(), boundedRate,
  ]
}
