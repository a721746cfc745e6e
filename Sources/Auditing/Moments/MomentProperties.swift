/// The properties of moment estimators.
enum MomentProperties {
  static let all: [any AuditableProperty] = [
    emaWeights, biasIdentity, variancePenalty, varianceIdentity, ratioBoundLoose,
  ]
}
