public import Numbers
public import Properties

/// Lion: the sign of an average of the momentum and the gradient.
///
/// `θ ← θ − α·(sign(β₁m + (1 − β₁)g) + λθ)`, then `m ← β₂m + (1 − β₂)g`.
///
/// Source: Chen et al., *Symbolic discovery of optimization algorithms*, NeurIPS 2023, Algorithm 2.
/// <https://arxiv.org/abs/2302.06675>
public struct Lion: DecayingRule {
  public let hyperparameters: Hyperparameters
  @usableFromInline var decay: Decay

  /// - Precondition: each value lies in its domain.
  public init(
    learningRate: Rational = 1e-4, beta1: Rational = 0.9, beta2: Rational = 0.99,
    weightDecay: Rational? = nil, decayForm: DecayForm = .decoupled
  ) {
    hyperparameters = Hyperparameters(
      [(.learningRate, learningRate), (.beta1, beta1), (.beta2, beta2)],
      weightDecay: weightDecay
    ).checked(against: Lion.hyperparameterCards)
    decay = Decay(isPresent: weightDecay != nil, form: decayForm)
  }

  @inlinable public var slotNames: [String] { ["m"] }

  @inlinable
  public func prepare<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>, history: inout Slots<N>
  ) throws(N.Failure) -> StepScalars<N> {
    var step = hyperparameters
    step[.oneMinusBeta1] = 1 - step[.beta1]
    step[.oneMinusBeta2] = 1 - step[.beta2]
    decay.prepare(&step)
    return step
  }

  @inlinable @inline(__always)
  public func update<N: RuleNumber>(
    _ parameter: inout N, gradient: N, slots: inout Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) {
    let gradient = decay.gradient(gradient, at: parameter, step)
    let mixture = step[.beta1] * slots[0] + step[.oneMinusBeta1] * gradient
    parameter = decay.kept(parameter, step) - step[.learningRate] * .sign(mixture)
    slots[0] = step[.beta2] * slots[0] + step[.oneMinusBeta2] * gradient
  }
}

extension Lion {
  static let hyperparameterCards: [HyperparameterCard] = [
    .learningRate(1e-4), .beta1(0.9), .beta2(0.99), .weightDecay(),
  ]

  public var card: Card {
    var traits: Set<Trait> = [
      .coordinateWise, .odd, .gradientInvariant, .descent, .signStep,
    ]
    traits.formUnion(decay.traits)
    if !decay.isPresent { traits.insert(.boundedStep) }
    return Card(
      name: "lion", title: "Lion",
      source: "Chen et al., Symbolic discovery of optimization algorithms, NeurIPS 2023,"
        + " Algorithm 2, https://arxiv.org/abs/2302.06675",
      reading: "the paper's", family: "lion", traits: traits,
      hyperparameters: Lion.hyperparameterCards, options: [.decayForm(.decoupled)],
      slots: [SlotCard("m", meaning: "the moving average of the gradient")],
      stepBound: decay.isPresent ? nil : "learningRate",
      floatBox: FloatBox(gradientMagnitude: 1e-30...1e30, steps: 100_000))
  }

  init(_ settings: inout SettingsReader) throws(SettingError) {
    let cards = Lion.hyperparameterCards
    self.init(
      learningRate: try settings.value(cards[0]), beta1: try settings.value(cards[1]),
      beta2: try settings.value(cards[2]), weightDecay: try settings.number(cards[3]),
      decayForm: try settings.option("decayForm") ?? .decoupled)
  }
}
