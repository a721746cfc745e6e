public import Numbers
public import Properties

extension Key {
  /// The factor on a second moment before the maximum is taken, and the one after.
  @inlinable static var correctionBeforeMaximum: Key { Key("correctionBeforeMaximum", 16) }
  @inlinable static var correctionAfterMaximum: Key { Key("correctionAfterMaximum", 17) }
}

/// AMSGrad: Adam whose second moment never shrinks.
///
/// `m ← β₁m + (1 − β₁)g`, `v ← β₂v + (1 − β₂)g²`, `w ← max(w, v)`, `θ ← θ − α·m̂/(√ŵ + ε)`.
///
/// Source: Reddi, Kale & Kumar, *On the convergence of Adam and beyond*, ICLR 2018, Algorithm 2.
/// <https://arxiv.org/abs/1904.09237>
public struct AMSGrad: DecayingRule {
  /// Where the maximum stands against the bias correction.
  public enum MaximumOrder: String, Sendable, CaseIterable {
    /// The maximum of `v`, corrected after (torch). The denominator may shrink.
    case beforeCorrection
    /// The maximum of `v̂` (optax).
    case afterCorrection
    /// No correction, of `m` neither: the paper.
    case uncorrected
  }

  public let hyperparameters: Hyperparameters
  public let maximumOrder: MaximumOrder
  public let epsilonPlacement: EpsilonPlacement
  @usableFromInline var decay: Decay

  /// - Precondition: each value lies in its domain.
  public init(
    learningRate: Rational = 1e-3, beta1: Rational = 0.9, beta2: Rational = 0.999,
    epsilon: Rational = 1e-8, maximumOrder: MaximumOrder = .beforeCorrection,
    epsilonPlacement: EpsilonPlacement = .outsideRoot, weightDecay: Rational? = nil,
    decayForm: DecayForm = .coupled
  ) {
    hyperparameters = Hyperparameters(
      [
        (.learningRate, learningRate), (.beta1, beta1), (.beta2, beta2), (.epsilon, epsilon),
      ], weightDecay: weightDecay
    ).checked(against: AMSGrad.hyperparameterCards)
    self.maximumOrder = maximumOrder
    self.epsilonPlacement = epsilonPlacement
    decay = Decay(isPresent: weightDecay != nil, form: decayForm)
  }

  @inlinable public var slotNames: [String] { ["m", "v", "w"] }

  @inlinable
  public func prepare<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>, history: inout Slots<N>
  ) throws(N.Failure) -> StepScalars<N> {
    var step = hyperparameters
    try step.prepareMoments(context)
    decay.prepare(&step)
    let correction = step[.biasCorrection2]
    step[.correctionBeforeMaximum] = maximumOrder == .afterCorrection ? correction : 1
    step[.correctionAfterMaximum] = maximumOrder == .beforeCorrection ? correction : 1
    step[.stepRate] =
      maximumOrder == .uncorrected
      ? step[.learningRate] : step[.learningRate] * step[.biasCorrection1]
    return step
  }

  @inlinable @inline(__always)
  public func update<N: RuleNumber>(
    _ parameter: inout N, gradient: N, slots: inout Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) {
    let gradient = decay.gradient(gradient, at: parameter, step)
    slots[0] = step[.beta1] * slots[0] + step[.oneMinusBeta1] * gradient
    slots[1] = step[.beta2] * slots[1] + step[.oneMinusBeta2] * gradient.squared()
    slots[2] = .greater(slots[2], step[.correctionBeforeMaximum] * slots[1])
    parameter =
      try decay.kept(parameter, step) - step[.stepRate] * slots[0] / denominator(slots, step)
  }

  /// `m̂ = m/(1 − β₁ᵗ)`, or `m` itself where there is no correction.
  @inlinable @inline(__always)
  func correctedMean<N: RuleNumber>(_ slots: Slots<N>, _ step: StepScalars<N>) -> N {
    maximumOrder == .uncorrected ? slots[0] : step[.biasCorrection1] * slots[0]
  }

  /// What is corrected of the second moment: the maximum, or what enters it.
  @inlinable @inline(__always)
  func correctedSquare<N: RuleNumber>(_ slots: Slots<N>, _ step: StepScalars<N>) -> N {
    maximumOrder == .afterCorrection
      ? step[.correctionBeforeMaximum] * slots[1] : step[.correctionAfterMaximum] * slots[2]
  }

  @inlinable @inline(__always)
  func denominator<N: RuleNumber>(
    _ slots: Slots<N>, _ step: StepScalars<N>
  ) throws(N.Failure) -> N {
    try epsilonPlacement.root(step[.correctionAfterMaximum] * slots[2], step)
  }

  /// `α/(√v̂ + ε)`, of the maximum `v̂`.
  @inlinable @inline(__always)
  public func effectiveRate<N: RuleNumber>(
    slots: Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) -> N { try step[.learningRate] / denominator(slots, step) }

  @inlinable
  public func quantities<N: RuleNumber>(
    slots: Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) -> [NamedQuantity<N>] {
    [
      NamedQuantity("correctedMean", correctedMean(slots, step)),
      NamedQuantity("correctedSquare", correctedSquare(slots, step)),
      NamedQuantity("denominator", try denominator(slots, step)),
    ]
  }
}

extension AMSGrad {
  static let hyperparameterCards: [HyperparameterCard] = [
    .learningRate(1e-3), .beta1(0.9), .beta2(0.999), .epsilon(1e-8), .weightDecay(),
  ]

  public var card: Card {
    var traits: Set<Trait> = [
      .coordinateWise, .firstMoment, .secondMoment, .odd, .gradientInvariant, .descent,
      .maximumMoment,
    ]
    if maximumOrder != .uncorrected { traits.insert(.biasCorrected) }
    traits.formUnion(decay.traits)
    return Card(
      name: "amsgrad", title: "AMSGrad",
      source:
        "Reddi, Kale & Kumar, On the convergence of Adam and beyond, ICLR 2018, Algorithm 2,"
        + " https://arxiv.org/abs/1904.09237",
      reading: "torch's: the maximum of the uncorrected second moment, corrected after",
      family: "amsgrad", traits: traits, hyperparameters: AMSGrad.hyperparameterCards,
      options: [
        OptionCard(
          "maximumOrder", default: MaximumOrder.beforeCorrection,
          meaning: "whether the maximum is taken before the bias correction (torch), after it"
            + " (optax), or there is no correction (the paper)"),
        .epsilonPlacement(.outsideRoot), .decayForm(.coupled),
      ],
      slots: AdamMoments.slots + [SlotCard("w", meaning: "the largest second moment so far")],
      invariants: AdamMoments.invariants
        + (maximumOrder == .afterCorrection ? ["w >= 0"] : ["w >= v"]),
      floatBox: FloatBox(gradientMagnitude: 1e-15...1e15, steps: 100_000))
  }

  init(_ settings: inout SettingsReader) throws(SettingError) {
    let cards = AMSGrad.hyperparameterCards
    self.init(
      learningRate: try settings.value(cards[0]), beta1: try settings.value(cards[1]),
      beta2: try settings.value(cards[2]), epsilon: try settings.value(cards[3]),
      maximumOrder: try settings.option("maximumOrder") ?? .beforeCorrection,
      epsilonPlacement: try settings.option("epsilonPlacement") ?? .outsideRoot,
      weightDecay: try settings.number(cards[4]),
      decayForm: try settings.option("decayForm") ?? .coupled)
  }
}
