public import Numbers
public import Properties

/// Yogi: Adam whose second moment moves by steps of the size of `g²`, up or down.
///
/// `m ← β₁m + (1 − β₁)g`, `v ← v − (1 − β₂)·sign(v − g²)·g²`, `θ ← θ − α·m/(√v + ε)`.
///
/// Source: Zaheer et al., *Adaptive methods for nonconvex optimization*, NeurIPS 2018, Algorithm 2.
public struct Yogi: DecayingRule {
  public enum Correction: String, Sendable, CaseIterable {
    /// No bias correction (the paper).
    case absent
    /// Adam's (optax).
    case adam
  }

  /// Where the mean gradient starts.
  public enum InitialMean: String, Sendable, CaseIterable {
    /// At 0 (the paper).
    case zero
    /// At the initial accumulator, as the second moment does (optax): the first steps are drawn downhill
    /// of nothing, by a mean that no gradient has made.
    case accumulator
  }

  public let hyperparameters: Hyperparameters
  public let correction: Correction
  public let initialMean: InitialMean
  public let epsilonPlacement: EpsilonPlacement
  @usableFromInline var decay: Decay

  /// - Parameter initialAccumulator: `v` before the first step; the authors start from a batch's squares.
  /// - Precondition: each value lies in its domain.
  public init(
    learningRate: Rational = 1e-2, beta1: Rational = 0.9, beta2: Rational = 0.999,
    epsilon: Rational = 1e-3, initialAccumulator: Rational = 1e-6,
    correction: Correction = .absent, epsilonPlacement: EpsilonPlacement = .outsideRoot,
    weightDecay: Rational? = nil, decayForm: DecayForm = .coupled, initialMean: InitialMean = .zero
  ) {
    hyperparameters = Hyperparameters(
      [
        (.learningRate, learningRate), (.beta1, beta1), (.beta2, beta2), (.epsilon, epsilon),
        (.initialAccumulator, initialAccumulator),
      ], weightDecay: weightDecay
    ).checked(against: Yogi.hyperparameterCards)
    self.correction = correction
    self.initialMean = initialMean
    self.epsilonPlacement = epsilonPlacement
    decay = Decay(isPresent: weightDecay != nil, form: decayForm)
  }

  @inlinable public var slotNames: [String] { ["m", "v"] }

  public func initialSlots<N: RuleNumber>(hyperparameters: StepScalars<N>) -> Slots<N> {
    var slots = Slots<N>(repeating: 0)
    slots[1] = hyperparameters[.initialAccumulator]
    if initialMean == .accumulator { slots[0] = slots[1] }
    return slots
  }

  @inlinable
  public func prepare<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>, history: inout Slots<N>
  ) throws(N.Failure) -> StepScalars<N> {
    var step = hyperparameters
    try step.prepareMoments(context)
    decay.prepare(&step)
    if correction == .absent { (step[.biasCorrection1], step[.biasCorrection2]) = (1, 1) }
    step[.stepRate] = step[.learningRate] * step[.biasCorrection1]
    return step
  }

  @inlinable @inline(__always)
  public func update<N: RuleNumber>(
    _ parameter: inout N, gradient: N, slots: inout Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) {
    let gradient = decay.gradient(gradient, at: parameter, step)
    let square = gradient.squared()
    slots[0] = step[.beta1] * slots[0] + step[.oneMinusBeta1] * gradient
    slots[1] = slots[1] - step[.oneMinusBeta2] * .sign(slots[1] - square) * square
    parameter =
      try decay.kept(parameter, step) - step[.stepRate] * slots[0] / denominator(slots, step)
  }

  /// `v̂ = v/(1 − β₂ᵗ)`, or `v` itself where there is no correction.
  @inlinable @inline(__always)
  func correctedSquare<N: RuleNumber>(_ slots: Slots<N>, _ step: StepScalars<N>) -> N {
    step[.biasCorrection2] * slots[1]
  }

  @inlinable @inline(__always)
  func denominator<N: RuleNumber>(
    _ slots: Slots<N>, _ step: StepScalars<N>
  ) throws(N.Failure) -> N {
    try epsilonPlacement.root(correctedSquare(slots, step), step)
  }

  @inlinable
  public func quantities<N: RuleNumber>(
    slots: Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) -> [NamedQuantity<N>] {
    [
      NamedQuantity("correctedMean", step[.biasCorrection1] * slots[0]),
      NamedQuantity("correctedSquare", correctedSquare(slots, step)),
      NamedQuantity("denominator", try denominator(slots, step)),
    ]
  }
}

extension Yogi {
  static let hyperparameterCards: [HyperparameterCard] = [
    .learningRate(1e-2), .beta1(0.9), .beta2(0.999), .epsilon(1e-3),
    HyperparameterCard(
      "initialAccumulator", symbol: "v₀", default: 1e-6, domain: .nonNegative,
      meaning: "the second moment before the first step"),
    .weightDecay(),
  ]

  public var card: Card {
    var traits: Set<Trait> = [.coordinateWise]
    // A mean that starts elsewhere than at 0 has a direction of its own.
    if initialMean == .zero {
      traits.formUnion([.firstMoment, .odd, .gradientInvariant, .descent])
    } else {
      traits.insert(.startsInMotion)
    }
    if correction == .adam { traits.insert(.biasCorrected) }
    return Card(
      name: "yogi", title: "Yogi",
      source: "Zaheer, Reddi, Sachan, Kale & Kumar, Adaptive methods for nonconvex optimization,"
        + " NeurIPS 2018, Algorithm 2",
      reading: "the paper's: no bias correction", family: "yogi",
      traits: traits.union(decay.traits), hyperparameters: Yogi.hyperparameterCards,
      options: [
        OptionCard(
          "correction", default: Correction.absent,
          meaning: "whether moments are corrected as in Adam: not in the paper, so in optax"),
        .epsilonPlacement(.outsideRoot), .decayForm(.coupled),
        OptionCard(
          "initialMean", default: InitialMean.zero,
          meaning: "where m starts: at 0 in the paper, at the initial accumulator in optax"),
      ],
      slots: [
        AdamMoments.slots[0],
        SlotCard("v", meaning: "an average of squared gradients that moves by bounded steps"),
      ],
      // v falls by (1 − β₂)g² only where it exceeds g².
      invariants: ["v >= 0"],
      floatBox: FloatBox(gradientMagnitude: 1e-12...1e12, steps: 100_000))
  }

  init(_ settings: inout SettingsReader) throws(SettingError) {
    let cards = Yogi.hyperparameterCards
    self.init(
      learningRate: try settings.value(cards[0]), beta1: try settings.value(cards[1]),
      beta2: try settings.value(cards[2]), epsilon: try settings.value(cards[3]),
      initialAccumulator: try settings.value(cards[4]),
      correction: try settings.option("correction") ?? .absent,
      epsilonPlacement: try settings.option("epsilonPlacement") ?? .outsideRoot,
      weightDecay: try settings.number(cards[5]),
      decayForm: try settings.option("decayForm") ?? .coupled,
      initialMean: try settings.option("initialMean") ?? .zero)
  }
}
