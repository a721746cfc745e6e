public import Numbers
public import Properties

/// AdaDelta: steps in the parameters' own units.
///
/// `v ← β₂v + (1 − β₂)g²`, `Δ = √(u + ε)/√(v + ε)·g`, `u ← β₂u + (1 − β₂)Δ²`, `θ ← θ − αΔ`.
///
/// Source: Zeiler, *ADADELTA: an adaptive learning rate method*, 2012, Algorithm 1, which has `α = 1` and
/// calls the decay ρ. <https://arxiv.org/abs/1212.5701>
public struct AdaDelta: DecayingRule {
  public let hyperparameters: Hyperparameters
  @usableFromInline var decay: Decay

  /// - Parameter beta2: `ρ`; 0.95 in the paper, 0.9 in torch.
  /// - Precondition: each value lies in its domain.
  public init(
    learningRate: Rational = 1, beta2: Rational = 0.95, epsilon: Rational = 1e-6,
    weightDecay: Rational? = nil, decayForm: DecayForm = .coupled
  ) {
    hyperparameters = Hyperparameters(
      [(.learningRate, learningRate), (.beta2, beta2), (.epsilon, epsilon)],
      weightDecay: weightDecay
    ).checked(against: AdaDelta.hyperparameterCards)
    decay = Decay(isPresent: weightDecay != nil, form: decayForm)
  }

  @inlinable public var slotNames: [String] { ["v", "u"] }

  @inlinable
  public func prepare<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>, history: inout Slots<N>
  ) throws(N.Failure) -> StepScalars<N> {
    var step = hyperparameters
    step[.oneMinusBeta2] = 1 - step[.beta2]
    decay.prepare(&step)
    return step
  }

  @inlinable @inline(__always)
  public func update<N: RuleNumber>(
    _ parameter: inout N, gradient: N, slots: inout Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) {
    let gradient = decay.gradient(gradient, at: parameter, step)
    slots[0] = step[.beta2] * slots[0] + step[.oneMinusBeta2] * gradient.squared()
    let top = try N.root(slots[1] + step[.epsilon])
    let change = try top / N.root(slots[0] + step[.epsilon]) * gradient
    slots[1] = step[.beta2] * slots[1] + step[.oneMinusBeta2] * change.squared()
    parameter = decay.kept(parameter, step) - step[.learningRate] * change
  }
}

extension AdaDelta {
  static let hyperparameterCards: [HyperparameterCard] = [
    .learningRate(1), .beta2(0.95), .epsilon(1e-6), .weightDecay(),
  ]

  public var card: Card {
    let traits: Set<Trait> = [.coordinateWise, .secondMoment, .odd, .descent]
    return Card(
      name: "adadelta", title: "AdaDelta",
      source: "Zeiler, ADADELTA: an adaptive learning rate method, 2012, Algorithm 1,"
        + " https://arxiv.org/abs/1212.5701",
      reading: "the paper's, with a rate of 1", family: "adadelta",
      traits: traits.union(decay.traits), hyperparameters: AdaDelta.hyperparameterCards,
      options: [.decayForm(.coupled)],
      slots: [
        AdamMoments.slots[1], SlotCard("u", meaning: "the moving average of the squared step"),
      ],
      invariants: ["v >= 0", "u >= 0"],
      floatBox: FloatBox(gradientMagnitude: 1e-15...1e15, steps: 100_000))
  }

  init(_ settings: inout SettingsReader) throws(SettingError) {
    let cards = AdaDelta.hyperparameterCards
    self.init(
      learningRate: try settings.value(cards[0]), beta2: try settings.value(cards[1]),
      epsilon: try settings.value(cards[2]), weightDecay: try settings.number(cards[3]),
      decayForm: try settings.option("decayForm") ?? .coupled)
  }
}
