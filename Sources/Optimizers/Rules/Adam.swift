public import Numbers

/// Adam: steps of the size of the rate, by the ratio of a mean gradient to its root mean square.
///
/// `m ← β₁m + (1 − β₁)g`, `v ← β₂v + (1 − β₂)g²`, `m̂ = m/(1 − β₁ᵗ)`, `v̂ = v/(1 − β₂ᵗ)`,
/// `θ ← θ − α·m̂/(√v̂ + ε)`.
///
/// Source: Kingma & Ba, *Adam: a method for stochastic optimization*, ICLR 2015, Algorithm 1.
/// <https://arxiv.org/abs/1412.6980>
public struct Adam: DecayingRule {
  public let hyperparameters: Hyperparameters
  public let epsilonPlacement: EpsilonPlacement
  @usableFromInline var decay: Decay

  /// - Parameters:
  ///   - weightDecay: `λ`; Adam's paper has none.
  ///   - decayForm: how `weightDecay` acts, where there is one.
  /// - Precondition: each value lies in its domain.
  public init(
    learningRate: Rational = 1e-3, beta1: Rational = 0.9, beta2: Rational = 0.999,
    epsilon: Rational = 1e-8, epsilonPlacement: EpsilonPlacement = .outsideRoot,
    weightDecay: Rational? = nil, decayForm: DecayForm = .decoupled
  ) {
    hyperparameters = Hyperparameters(
      [
        (.learningRate, learningRate), (.beta1, beta1), (.beta2, beta2), (.epsilon, epsilon),
      ], weightDecay: weightDecay
    ).checked(against: Adam.hyperparameterCards)
    self.epsilonPlacement = epsilonPlacement
    decay = Decay(isPresent: weightDecay != nil, form: decayForm)
  }

  @inlinable public var slotNames: [String] { ["m", "v"] }

  @inlinable
  public func prepare<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>, history: inout Slots<N>
  ) throws(N.Failure) -> StepScalars<N> {
    var step = hyperparameters
    try step.prepareMoments(context)
    decay.prepare(&step)
    step[.stepRate] = step[.learningRate] * step[.biasCorrection1]
    return step
  }

  /// `m ← β₁m + (1 − β₁)g`, `v ← β₂v + (1 − β₂)g²`, `θ ← θ − α·m̂/(√v̂ + ε)`.
  @inlinable @inline(__always)
  public func update<N: RuleNumber>(
    _ parameter: inout N, gradient: N, slots: inout Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) {
    let gradient = decay.gradient(gradient, at: parameter, step)
    slots[0] = step[.beta1] * slots[0] + step[.oneMinusBeta1] * gradient
    slots[1] = step[.beta2] * slots[1] + step[.oneMinusBeta2] * gradient.squared()
    parameter = try decay.kept(parameter, step) - step[.stepRate] * slots[0] / root(slots, step)
  }

  /// `m̂ = m/(1 − β₁ᵗ)`.
  @inlinable @inline(__always)
  func correctedMean<N: RuleNumber>(_ slots: Slots<N>, _ step: StepScalars<N>) -> N {
    step[.biasCorrection1] * slots[0]
  }

  /// `v̂ = v/(1 − β₂ᵗ)`.
  @inlinable @inline(__always)
  func correctedSquare<N: RuleNumber>(_ slots: Slots<N>, _ step: StepScalars<N>) -> N {
    step[.biasCorrection2] * slots[1]
  }

  /// `√v̂ + ε`, or `√(v̂ + ε)`.
  @inlinable @inline(__always)
  func root<N: RuleNumber>(_ slots: Slots<N>, _ step: StepScalars<N>) throws(N.Failure) -> N {
    try epsilonPlacement.root(correctedSquare(slots, step), step)
  }

  /// `α/(√v̂ + ε)`, or with `ε` inside the root.
  @inlinable @inline(__always)
  public func effectiveRate<N: RuleNumber>(
    slots: Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) -> N { try step[.learningRate] / root(slots, step) }

  @inlinable
  public func quantities<N: RuleNumber>(
    slots: Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) -> [NamedQuantity<N>] {
    [
      NamedQuantity("correctedMean", correctedMean(slots, step)),
      NamedQuantity("correctedSquare", correctedSquare(slots, step)),
      NamedQuantity("denominator", try root(slots, step)),
    ]
  }
}
