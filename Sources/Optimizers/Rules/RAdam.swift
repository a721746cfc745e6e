public import Numbers
public import Properties

extension Key {
  @inlinable static var rectificationThreshold: Key { Key("rectificationThreshold", 18) }
  /// 1 where a step is rectified and 0 where not, and the converse.
  @inlinable static var isRectified: Key { Key("isRectified", 16) }
  @inlinable static var isPlain: Key { Key("isPlain", 17) }
  /// `r_t`, or 1 before rectification.
  @inlinable static var rectification: Key { Key("rectification", 19) }
}

/// RAdam: Adam that trusts its second moment only once enough gradients are in it.
///
/// `ρ_∞ = 2/(1 − β₂) − 1`, `ρ_t = ρ_∞ − 2tβ₂ᵗ/(1 − β₂ᵗ)`. Where `ρ_t` exceeds the threshold,
/// `θ ← θ − α·r_t·m̂/(√v̂ + ε)` with `r_t² = (ρ_t − 4)(ρ_t − 2)ρ_∞/((ρ_∞ − 4)(ρ_∞ − 2)ρ_t)`; before,
/// `θ ← θ − α·m̂`.
///
/// Source: Liu et al., *On the variance of the adaptive learning rate and beyond*, ICLR 2020, Algorithm 2,
/// with the threshold 4; the authors' code and torch have 5. <https://arxiv.org/abs/1908.03265>
public struct RAdam: DecayingRule {
  /// Where `ε` stands in the denominator of a rectified step.
  public enum EpsilonPlacement: String, Sendable, CaseIterable {
    /// `√v̂ + ε` (optax).
    case outsideRoot
    /// `√(v̂ + ε)`.
    case insideRoot
    /// `(√v + ε)/√(1 − β₂ᵗ)`: beside the root of the moment before its correction (torch).
    case uncorrectedRoot
  }

  public let hyperparameters: Hyperparameters
  public let epsilonPlacement: EpsilonPlacement
  @usableFromInline var decay: Decay

  /// - Precondition: each value lies in its domain; the threshold is at least 4, where `r_t` is 0.
  public init(
    learningRate: Rational = 1e-3, beta1: Rational = 0.9, beta2: Rational = 0.999,
    epsilon: Rational = 1e-8, rectificationThreshold: Rational = 4,
    epsilonPlacement: EpsilonPlacement = .outsideRoot, weightDecay: Rational? = nil,
    decayForm: DecayForm = .coupled
  ) {
    hyperparameters = Hyperparameters(
      [
        (.learningRate, learningRate), (.beta1, beta1), (.beta2, beta2), (.epsilon, epsilon),
        (.rectificationThreshold, rectificationThreshold),
      ], weightDecay: weightDecay
    ).checked(against: RAdam.hyperparameterCards)
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
    let limit = try 2 / step[.oneMinusBeta2] - 1
    let length =
      limit - 2 * context.t * (try N.power(step[.beta2], context.t)) * step[.biasCorrection2]
    let threshold = step[.rectificationThreshold]
    step[.isRectified] = .select(threshold, isLessThan: length, then: 1, else: 0)
    step[.isPlain] = 1 - step[.isRectified]
    // Both sides of a `select` are evaluated: before rectification, at lengths where the root is defined.
    let rho = N.select(threshold, isLessThan: length, then: length, else: 5)
    let top = N.select(threshold, isLessThan: length, then: limit, else: 5)
    let square = try (rho - 4) * (rho - 2) * top / ((top - 4) * (top - 2) * rho)
    step[.rectification] = try N.root(square)
    step[.stepRate] = step[.learningRate] * step[.biasCorrection1] * step[.rectification]
    if epsilonPlacement == .uncorrectedRoot {
      step[.epsilon] = try step[.epsilon] * N.root(step[.biasCorrection2])
    }
    return step
  }

  @inlinable @inline(__always)
  public func update<N: RuleNumber>(
    _ parameter: inout N, gradient: N, slots: inout Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) {
    let gradient = decay.gradient(gradient, at: parameter, step)
    slots[0] = step[.beta1] * slots[0] + step[.oneMinusBeta1] * gradient
    slots[1] = step[.beta2] * slots[1] + step[.oneMinusBeta2] * gradient.squared()
    let isInside = epsilonPlacement == .insideRoot
    let root = try (isInside ? Optimizers.EpsilonPlacement.insideRoot : .outsideRoot)
      .root(correctedSquare(slots, step), step)
    let denominator = step[.isRectified] * root + step[.isPlain]
    parameter = try decay.kept(parameter, step) - step[.stepRate] * slots[0] / denominator
  }

  /// `v̂ = v/(1 − β₂ᵗ)`.
  @inlinable @inline(__always)
  func correctedSquare<N: RuleNumber>(_ slots: Slots<N>, _ step: StepScalars<N>) -> N {
    step[.biasCorrection2] * slots[1]
  }

  @inlinable
  public func quantities<N: RuleNumber>(
    slots: Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) -> [NamedQuantity<N>] {
    [
      NamedQuantity("correctedMean", step[.biasCorrection1] * slots[0]),
      NamedQuantity("correctedSquare", correctedSquare(slots, step)),
      NamedQuantity("isRectified", step[.isRectified]),
      NamedQuantity("rectification", step[.rectification]),
    ]
  }
}

extension RAdam {
  static let hyperparameterCards: [HyperparameterCard] = [
    .learningRate(1e-3), .beta1(0.9), .beta2(0.999), .epsilon(1e-8),
    HyperparameterCard(
      "rectificationThreshold", symbol: "ρ_min", default: 4, domain: Domain(lower: 4, upper: nil),
      meaning: "the length of the average from which on a step is rectified: 4 in the paper, 5 in"
        + " torch"),
    .weightDecay(),
  ]

  public var card: Card {
    let traits: Set<Trait> = [
      .coordinateWise, .firstMoment, .secondMoment, .biasCorrected, .odd, .descent, .rectified,
    ]
    return Card(
      name: "radam", title: "RAdam",
      source: "Liu et al., On the variance of the adaptive learning rate and beyond, ICLR 2020,"
        + " Algorithm 2, https://arxiv.org/abs/1908.03265",
      reading: "the paper's threshold of 4", family: "radam", traits: traits.union(decay.traits),
      hyperparameters: RAdam.hyperparameterCards,
      options: [
        OptionCard(
          "epsilonPlacement", default: EpsilonPlacement.outsideRoot,
          meaning: "where ε stands: beside the root of the corrected moment (optax), under it, or"
            + " beside the root of the uncorrected one (torch)"),
        .decayForm(.coupled),
      ],
      slots: AdamMoments.slots, invariants: AdamMoments.invariants,
      floatBox: FloatBox(gradientMagnitude: 1e-12...1e12, steps: 100_000))
  }

  init(_ settings: inout SettingsReader) throws(SettingError) {
    let cards = RAdam.hyperparameterCards
    self.init(
      learningRate: try settings.value(cards[0]), beta1: try settings.value(cards[1]),
      beta2: try settings.value(cards[2]), epsilon: try settings.value(cards[3]),
      rectificationThreshold: try settings.value(cards[4]),
      epsilonPlacement: try settings.option("epsilonPlacement") ?? .outsideRoot,
      weightDecay: try settings.number(cards[5]),
      decayForm: try settings.option("decayForm") ?? .coupled)
  }
}
