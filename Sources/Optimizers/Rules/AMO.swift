public import Numbers

/// AMO: momentum, and a rate for each coordinate, without bias correction.
///
/// `v ← γv + (1 − γ)g²`, `α_t = α₀/(√v + ε)`, `m ← βm + (1 − β)g`, `θ ← θ − α_t·m`. With β and γ written as
/// `beta1` and `beta2`, this is Adam with the rate `α₀(1 − βᵗ)/√(1 − γᵗ)` and `ε/√(1 − γᵗ)`. The clip of
/// the gradient that its paper prescribes is a stage: `chain(clip(1), AMO())`.
///
/// Source: the AMO paper, Algorithm 1.
public struct AMO: UpdateRule {
  public let hyperparameters: Hyperparameters

  /// - Precondition: each value lies in its domain.
  public init(
    learningRate: Rational = 1e-3, beta1: Rational = 0.9, beta2: Rational = 0.999,
    epsilon: Rational = 1e-8
  ) {
    hyperparameters =
      ([
        .learningRate: learningRate, .beta1: beta1, .beta2: beta2, .epsilon: epsilon,
      ] as Hyperparameters).checked(against: AMO.hyperparameterCards)
  }

  @inlinable public var slotNames: [String] { ["m", "v"] }

  @inlinable
  public func prepare<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>, history: inout Slots<N>
  ) throws(N.Failure) -> StepScalars<N> {
    var step = hyperparameters
    step[.oneMinusBeta1] = 1 - step[.beta1]
    step[.oneMinusBeta2] = 1 - step[.beta2]
    return step
  }

  /// `v ← γv + (1 − γ)g²`, `m ← βm + (1 − β)g`, `θ ← θ − α_t·m`.
  @inlinable @inline(__always)
  public func update<N: RuleNumber>(
    _ parameter: inout N, gradient: N, slots: inout Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) {
    slots[1] = step[.beta2] * slots[1] + step[.oneMinusBeta2] * gradient.squared()
    slots[0] = step[.beta1] * slots[0] + step[.oneMinusBeta1] * gradient
    parameter = try parameter - rate(slots, step) * slots[0]
  }

  /// `α_t = α₀/(√v + ε)`.
  @inlinable @inline(__always)
  func rate<N: RuleNumber>(_ slots: Slots<N>, _ step: StepScalars<N>) throws(N.Failure) -> N {
    try step[.learningRate] / (N.root(slots[1]) + step[.epsilon])
  }

  /// `α_t = α₀/(√v + ε)`.
  @inlinable @inline(__always)
  public func effectiveRate<N: RuleNumber>(
    slots: Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) -> N { try rate(slots, step) }

  @inlinable
  public func quantities<N: RuleNumber>(
    slots: Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) -> [NamedQuantity<N>] { [NamedQuantity("rate", try rate(slots, step))] }
}
