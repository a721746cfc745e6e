public import Numbers

/// Adam: steps of the size of the rate, by the ratio of a mean gradient to its root mean square.
///
/// `m ← β₁m + (1 − β₁)g`, `v ← β₂v + (1 − β₂)g²`, `m̂ = m/(1 − β₁ᵗ)`, `v̂ = v/(1 − β₂ᵗ)`,
/// `θ ← θ − α·m̂/(√v̂ + ε)`.
///
/// Source: Kingma & Ba, *Adam: a method for stochastic optimization*, ICLR 2015, Algorithm 1.
/// <https://arxiv.org/abs/1412.6980>
public struct Adam: UpdateRule {
  public let hyperparameters: Hyperparameters
  public let epsilonPlacement: EpsilonPlacement
  /// How `weightDecay` acts, where there is one.
  public let decayForm: DecayForm
  @usableFromInline let hasDecay: Bool

  /// - Parameter weightDecay: `λ`; Adam's paper has none.
  /// - Precondition: each value lies in its domain.
  public init(
    learningRate: Rational = 1e-3, beta1: Rational = 0.9, beta2: Rational = 0.999,
    epsilon: Rational = 1e-8, epsilonPlacement: EpsilonPlacement = .outsideRoot,
    weightDecay: Rational? = nil, decayForm: DecayForm = .decoupled
  ) {
    var values: [(Key, Rational)] = [
      (.learningRate, learningRate), (.beta1, beta1), (.beta2, beta2), (.epsilon, epsilon),
    ]
    if let weightDecay { values.append((.weightDecay, weightDecay)) }
    hyperparameters = Hyperparameters(values).checked(against: Adam.hyperparameterCards)
    self.epsilonPlacement = epsilonPlacement
    self.decayForm = decayForm
    hasDecay = weightDecay != nil
  }

  @inlinable public var slotNames: [String] { ["m", "v"] }

  @inlinable
  public func prepare<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>, history: inout Slots<N>
  ) throws(N.Failure) -> StepScalars<N> {
    var step = hyperparameters
    step[.oneMinusBeta1] = 1 - step[.beta1]
    step[.oneMinusBeta2] = 1 - step[.beta2]
    step[.biasCorrection1] = try 1 / context.weight(beta1: step[.beta1])
    step[.biasCorrection2] = try 1 / N.oneMinusPower(step[.beta2], context.t)
    step[.stepRate] = step[.learningRate] * step[.biasCorrection1]
    if hasDecay && !decayForm.isCoupled {
      step[.decayFactor] =
        decayForm.isScaledByRate
        ? 1 - step[.learningRate] * step[.weightDecay] : 1 - step[.weightDecay]
    }
    return step
  }

  /// `m ← β₁m + (1 − β₁)g`, `v ← β₂v + (1 − β₂)g²`, `θ ← θ − α·m̂/(√v̂ + ε)`.
  @inlinable @inline(__always)
  public func update<N: RuleNumber>(
    _ parameter: inout N, gradient: N, slots: inout Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) {
    let couples = hasDecay && decayForm.isCoupled
    let gradient = couples ? gradient + step[.weightDecay] * parameter : gradient
    slots[0] = step[.beta1] * slots[0] + step[.oneMinusBeta1] * gradient
    slots[1] = step[.beta2] * slots[1] + step[.oneMinusBeta2] * gradient.squared()
    let kept = hasDecay && !couples ? step[.decayFactor] * parameter : parameter
    parameter = try kept - step[.stepRate] * slots[0] / root(slots, step)
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
    let square = correctedSquare(slots, step)
    return epsilonPlacement == .insideRoot
      ? try N.root(square + step[.epsilon]) : try N.root(square) + step[.epsilon]
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
