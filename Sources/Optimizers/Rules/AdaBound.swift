public import Numbers
public import Properties

extension Key {
  @inlinable static var finalRate: Key { Key("finalRate", 18) }
  @inlinable static var boundSpeed: Key { Key("boundSpeed", 19) }
  /// The bounds on the rate of a coordinate, and the factor after them.
  @inlinable static var lowerRate: Key { Key("lowerRate", 16) }
  @inlinable static var upperRate: Key { Key("upperRate", 17) }
  @inlinable static var rateFactor: Key { Key("rateFactor", 20) }
}

/// AdaBound: Adam whose rates are clamped between bounds that close on the rate of SGD.
///
/// `rate = min(max(α/(√v̂ + ε), η_l), η_u)` with `η_l = α*(1 − 1/(γt + 1))`, `η_u = α*(1 + 1/(γt))`,
/// `θ ← θ − rate·m̂`: the correction of `m` is within the clamp, as in the authors' code.
///
/// Source: Luo et al., *Adaptive gradient methods with dynamic bound of learning rate*, ICLR 2019,
/// Algorithm 2. <https://arxiv.org/abs/1902.09843>
public struct AdaBound: DecayingRule {
  public enum Correction: String, Sendable, CaseIterable {
    /// Adam's corrections, and the clamped rate as it is (the authors' code).
    case adam
    /// No correction, and the clamped rate divided by `√t` (Algorithm 2).
    case paper
  }

  public let hyperparameters: Hyperparameters
  public let correction: Correction
  public let epsilonPlacement: EpsilonPlacement
  @usableFromInline var decay: Decay

  /// - Parameters:
  ///   - finalRate: `α*`, the rate that the bounds close on.
  ///   - boundSpeed: `γ`, how fast they do.
  /// - Precondition: each value lies in its domain.
  public init(
    learningRate: Rational = 1e-3, beta1: Rational = 0.9, beta2: Rational = 0.999,
    epsilon: Rational = 1e-8, finalRate: Rational = 0.1, boundSpeed: Rational = 1e-3,
    correction: Correction = .adam, epsilonPlacement: EpsilonPlacement = .outsideRoot,
    weightDecay: Rational? = nil, decayForm: DecayForm = .coupled
  ) {
    hyperparameters = Hyperparameters(
      [
        (.learningRate, learningRate), (.beta1, beta1), (.beta2, beta2), (.epsilon, epsilon),
        (.finalRate, finalRate), (.boundSpeed, boundSpeed),
      ], weightDecay: weightDecay
    ).checked(against: AdaBound.hyperparameterCards)
    self.correction = correction
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
    let speed = step[.boundSpeed] * context.t
    step[.lowerRate] = try step[.finalRate] * (1 - 1 / (speed + 1))
    step[.upperRate] = try step[.finalRate] * (1 + 1 / speed)
    switch correction {
    case .adam:
      step[.stepRate] = step[.learningRate] * step[.biasCorrection1]
      step[.rateFactor] = 1
    case .paper:
      step[.stepRate] = step[.learningRate]
      step[.biasCorrection2] = 1
      step[.rateFactor] = try 1 / N.root(context.t)
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
    parameter = try decay.kept(parameter, step) - rate(slots, step) * slots[0]
  }

  /// The clamped rate.
  @inlinable @inline(__always)
  func rate<N: RuleNumber>(_ slots: Slots<N>, _ step: StepScalars<N>) throws(N.Failure) -> N {
    let free =
      try step[.stepRate] / epsilonPlacement.root(correctedSquare(slots, step), step)
    return step[.rateFactor]
      * N.lesser(.greater(free, step[.lowerRate]), step[.upperRate])
  }

  /// `v̂ = v/(1 − β₂ᵗ)`, or `v` itself where there is no correction.
  @inlinable @inline(__always)
  func correctedSquare<N: RuleNumber>(_ slots: Slots<N>, _ step: StepScalars<N>) -> N {
    step[.biasCorrection2] * slots[1]
  }

  @inlinable
  public func quantities<N: RuleNumber>(
    slots: Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) -> [NamedQuantity<N>] {
    [
      NamedQuantity("correctedSquare", correctedSquare(slots, step)),
      NamedQuantity("rate", try rate(slots, step)),
      NamedQuantity("lowerRate", step[.lowerRate]),
      NamedQuantity("upperRate", step[.upperRate]),
    ]
  }
}

extension AdaBound {
  static let hyperparameterCards: [HyperparameterCard] = [
    .learningRate(1e-3), .beta1(0.9), .beta2(0.999), .epsilon(1e-8),
    HyperparameterCard(
      "finalRate", symbol: "α*", default: 0.1, domain: .positive,
      meaning: "the rate that the bounds close on"),
    HyperparameterCard(
      "boundSpeed", symbol: "γ", default: 1e-3, domain: .positive,
      meaning: "how fast the bounds close"),
    .weightDecay(),
  ]

  public var card: Card {
    var traits: Set<Trait> = [
      .coordinateWise, .firstMoment, .secondMoment, .odd, .descent, .boundedRate,
    ]
    if correction == .adam { traits.insert(.biasCorrected) }
    return Card(
      name: "adabound", title: "AdaBound",
      source:
        "Luo et al., Adaptive gradient methods with dynamic bound of learning rate, ICLR 2019,"
        + " Algorithm 2, https://arxiv.org/abs/1902.09843",
      reading: "the authors' code: Adam's corrections, no division by √t", family: "adabound",
      traits: traits.union(decay.traits), hyperparameters: AdaBound.hyperparameterCards,
      options: [
        OptionCard(
          "correction", default: Correction.adam,
          meaning: "whether moments are corrected as in Adam (the authors' code), or not, and the"
            + " rate divided by √t (the paper)"),
        .epsilonPlacement(.outsideRoot), .decayForm(.coupled),
      ],
      slots: AdamMoments.slots, invariants: AdamMoments.invariants,
      floatBox: FloatBox(gradientMagnitude: 1e-12...1e12, steps: 100_000))
  }

  init(_ settings: inout SettingsReader) throws(SettingError) {
    let cards = AdaBound.hyperparameterCards
    self.init(
      learningRate: try settings.value(cards[0]), beta1: try settings.value(cards[1]),
      beta2: try settings.value(cards[2]), epsilon: try settings.value(cards[3]),
      finalRate: try settings.value(cards[4]), boundSpeed: try settings.value(cards[5]),
      correction: try settings.option("correction") ?? .adam,
      epsilonPlacement: try settings.option("epsilonPlacement") ?? .outsideRoot,
      weightDecay: try settings.number(cards[6]),
      decayForm: try settings.option("decayForm") ?? .coupled)
  }
}
