public import Numbers

/// Any optimizer, descending on `sign(l)·|l|ⁿ` instead of the loss `l`.
///
/// Only the gradient is changed, by the factor `w(l) = n·|l|ⁿ⁻¹`: this is the reading `gradient`, version 2
/// of the paper. The readings of version 1's moments are a rule, `AYLAMoments`.
///
/// Source: the AYLA paper, version 2; specification, section 1.
public struct AYLA: Wrapper {
  public let transform: PowerTransform

  /// - Precondition: both exponents are above 0.
  public init(N1: Rational = 1, N2: Rational = 1) {
    transform = PowerTransform(N1: N1, N2: N2)
  }

  public var name: String { "ayla" }
  public var requiresLoss: Bool { true }
  public var hyperparameters: Hyperparameters {
    [.N1: transform.smallExponent, .N2: transform.largeExponent]
  }

  public func gradientFactor<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> N? {
    try PowerTransform.weight(
      at: context.requiredLoss, N1: hyperparameters[.N1], N2: hyperparameters[.N2])
  }

  public func check(
    factor: Double, context: StepContext<Double>, step: Int
  ) throws(StepError) {
    try StepError.check(weight: factor, of: transform, loss: context.requiredLoss, step: step)
  }
}
