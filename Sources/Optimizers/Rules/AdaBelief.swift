public import Numbers
public import Properties

/// AdaBelief: steps by how far gradients lie from their mean.
///
/// `m ← β₁m + (1 − β₁)g`, `s ← β₂s + (1 − β₂)(g − m)² + ε`, `θ ← θ − α·m̂/(√ŝ + ε)`.
///
/// Source: Zhuang et al., *AdaBelief optimizer*, NeurIPS 2020, Algorithm 2.
/// <https://arxiv.org/abs/2010.07468>
public struct AdaBelief: DecayingRule {
  /// Whether `ε` enters the average as well.
  public enum EpsilonInMoment: String, Sendable, CaseIterable {
    /// `s` gains `ε` at every step (the paper, its authors' code).
    case added
    /// It does not.
    case absent
  }

  public let hyperparameters: Hyperparameters
  public let epsilonInMoment: EpsilonInMoment
  public let epsilonPlacement: EpsilonPlacement
  @usableFromInline var decay: Decay

  /// - Precondition: each value lies in its domain.
  public init(
    learningRate: Rational = 1e-3, beta1: Rational = 0.9, beta2: Rational = 0.999,
    epsilon: Rational = 1e-8, epsilonInMoment: EpsilonInMoment = .added,
    epsilonPlacement: EpsilonPlacement = .outsideRoot, weightDecay: Rational? = nil,
    decayForm: DecayForm = .decoupled
  ) {
    hyperparameters = Hyperparameters(
      [
        (.learningRate, learningRate), (.beta1, beta1), (.beta2, beta2), (.epsilon, epsilon),
      ], weightDecay: weightDecay
    ).checked(against: AdaBelief.hyperparameterCards)
    self.epsilonInMoment = epsilonInMoment
    self.epsilonPlacement = epsilonPlacement
    decay = Decay(isPresent: weightDecay != nil, form: decayForm)
  }

  @inlinable public var slotNames: [String] { ["m", "s"] }

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

  @inlinable @inline(__always)
  public func update<N: RuleNumber>(
    _ parameter: inout N, gradient: N, slots: inout Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) {
    let gradient = decay.gradient(gradient, at: parameter, step)
    slots[0] = step[.beta1] * slots[0] + step[.oneMinusBeta1] * gradient
    let deviation = (gradient - slots[0]).squared()
    slots[1] = step[.beta2] * slots[1] + step[.oneMinusBeta2] * deviation
    if epsilonInMoment == .added { slots[1] = slots[1] + step[.epsilon] }
    parameter =
      try decay.kept(parameter, step) - step[.stepRate] * slots[0] / denominator(slots, step)
  }

  /// `ŝ = s/(1 − β₂ᵗ)`.
  @inlinable @inline(__always)
  func correctedVariance<N: RuleNumber>(_ slots: Slots<N>, _ step: StepScalars<N>) -> N {
    step[.biasCorrection2] * slots[1]
  }

  @inlinable @inline(__always)
  func denominator<N: RuleNumber>(
    _ slots: Slots<N>, _ step: StepScalars<N>
  ) throws(N.Failure) -> N {
    try epsilonPlacement.root(correctedVariance(slots, step), step)
  }

  @inlinable
  public func quantities<N: RuleNumber>(
    slots: Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) -> [NamedQuantity<N>] {
    [
      NamedQuantity("correctedMean", step[.biasCorrection1] * slots[0]),
      NamedQuantity("correctedVariance", correctedVariance(slots, step)),
      NamedQuantity("denominator", try denominator(slots, step)),
    ]
  }
}

extension AdaBelief {
  static let hyperparameterCards: [HyperparameterCard] = [
    .learningRate(1e-3), .beta1(0.9), .beta2(0.999), .epsilon(1e-8), .weightDecay(),
  ]

  public var card: Card {
    let traits: Set<Trait> = [.coordinateWise, .firstMoment, .biasCorrected, .odd, .descent]
    return Card(
      name: "adabelief", title: "AdaBelief",
      source: "Zhuang et al., AdaBelief optimizer: adapting stepsizes by the belief in observed"
        + " gradients, NeurIPS 2020, Algorithm 2, https://arxiv.org/abs/2010.07468",
      reading: "the paper's: ε enters the average at every step, and the denominator",
      family: "adabelief", traits: traits.union(decay.traits),
      hyperparameters: AdaBelief.hyperparameterCards,
      options: [
        OptionCard(
          "epsilonInMoment", default: EpsilonInMoment.added,
          meaning: "whether ε is added to the average at every step, as in the paper"),
        .epsilonPlacement(.outsideRoot), .decayForm(.decoupled),
      ],
      slots: [
        AdamMoments.slots[0],
        SlotCard("s", meaning: "the moving average of the squared deviation from the mean"),
      ],
      invariants: ["s >= 0"],
      floatBox: FloatBox(gradientMagnitude: 1e-12...1e12, steps: 100_000))
  }

  init(_ settings: inout SettingsReader) throws(SettingError) {
    let cards = AdaBelief.hyperparameterCards
    self.init(
      learningRate: try settings.value(cards[0]), beta1: try settings.value(cards[1]),
      beta2: try settings.value(cards[2]), epsilon: try settings.value(cards[3]),
      epsilonInMoment: try settings.option("epsilonInMoment") ?? .added,
      epsilonPlacement: try settings.option("epsilonPlacement") ?? .outsideRoot,
      weightDecay: try settings.number(cards[4]),
      decayForm: try settings.option("decayForm") ?? .decoupled)
  }
}
