public import Numbers
public import Properties

extension Key {
  @inlinable static var momentumDecay: Key { Key("momentumDecay", 18) }
  /// The rates on the momentum and on the gradient.
  @inlinable static var momentumRate: Key { Key("momentumRate", 16) }
  @inlinable static var gradientRate: Key { Key("gradientRate", 17) }
}

/// NAdam: Adam with Nesterov's look-ahead, and a momentum that warms up.
///
/// `μ_t = β₁(1 − ½·0.96^(tψ))`, `m ← β₁m + (1 − β₁)g`, `v ← β₂v + (1 − β₂)g²`,
/// `m̂ = μ_{t+1}·m/(1 − ∏_{i ≤ t+1} μᵢ) + (1 − μ_t)·g/(1 − ∏_{i ≤ t} μᵢ)`, `θ ← θ − α·m̂/(√v̂ + ε)`.
///
/// Source: Dozat, *Incorporating Nesterov momentum into Adam*, ICLR workshop 2016, Algorithm 2 and section
/// 3; the decays of `m` are constant, as in torch.
public struct NAdam: DecayingRule {
  public enum MomentumSchedule: String, Sendable, CaseIterable {
    /// `μ_t = β₁(1 − ½·0.96^(tψ))`, with `ψ` the momentum decay (torch, Keras).
    case warming
    /// `μ_t = β₁` (optax).
    case constant
  }

  public let hyperparameters: Hyperparameters
  public let momentumSchedule: MomentumSchedule
  public let epsilonPlacement: EpsilonPlacement
  @usableFromInline var decay: Decay

  /// - Parameter momentumDecay: `ψ`.
  /// - Precondition: each value lies in its domain.
  public init(
    learningRate: Rational = 2e-3, beta1: Rational = 0.9, beta2: Rational = 0.999,
    epsilon: Rational = 1e-8, momentumDecay: Rational = 0.004,
    momentumSchedule: MomentumSchedule = .warming,
    epsilonPlacement: EpsilonPlacement = .outsideRoot, weightDecay: Rational? = nil,
    decayForm: DecayForm = .coupled
  ) {
    hyperparameters = Hyperparameters(
      [
        (.learningRate, learningRate), (.beta1, beta1), (.beta2, beta2), (.epsilon, epsilon),
        (.momentumDecay, momentumDecay),
      ], weightDecay: weightDecay
    ).checked(against: NAdam.hyperparameterCards)
    self.momentumSchedule = momentumSchedule
    self.epsilonPlacement = epsilonPlacement
    decay = Decay(isPresent: weightDecay != nil, form: decayForm)
  }

  @inlinable public var slotNames: [String] { ["m", "v"] }
  @inlinable public var historyNames: [String] { ["momentumComplement"] }

  /// `history` holds `1 − ∏μᵢ`, kept by `C ← (1 − μ) + μC` from 0.
  @inlinable
  public func prepare<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>, history: inout Slots<N>
  ) throws(N.Failure) -> StepScalars<N> {
    var step = hyperparameters
    try step.prepareMoments(context)
    decay.prepare(&step)
    let current = try momentum(at: context.t, step)
    let next = try momentum(at: context.t + 1, step)
    history[0] = (1 - current) + current * history[0]
    let ahead = (1 - next) + next * history[0]
    step[.momentumRate] = try step[.learningRate] * next / ahead
    step[.gradientRate] = try step[.learningRate] * (1 - current) / history[0]
    return step
  }

  /// `μ_t`.
  @inlinable
  func momentum<N: RuleNumber>(at t: N, _ step: StepScalars<N>) throws(N.Failure) -> N {
    guard momentumSchedule == .warming else { return step[.beta1] }
    let fall = try N.power(N(Rational(24, 25)), t * step[.momentumDecay])
    return try step[.beta1] * (1 - fall / 2)
  }

  @inlinable @inline(__always)
  public func update<N: RuleNumber>(
    _ parameter: inout N, gradient: N, slots: inout Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) {
    let gradient = decay.gradient(gradient, at: parameter, step)
    slots[0] = step[.beta1] * slots[0] + step[.oneMinusBeta1] * gradient
    slots[1] = step[.beta2] * slots[1] + step[.oneMinusBeta2] * gradient.squared()
    let ahead = step[.momentumRate] * slots[0] + step[.gradientRate] * gradient
    parameter = try decay.kept(parameter, step) - ahead / denominator(slots, step)
  }

  /// `v̂ = v/(1 − β₂ᵗ)`.
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
      NamedQuantity("correctedSquare", correctedSquare(slots, step)),
      NamedQuantity("denominator", try denominator(slots, step)),
    ]
  }
}

extension NAdam {
  static let hyperparameterCards: [HyperparameterCard] = [
    .learningRate(2e-3), .beta1(0.9), .beta2(0.999), .epsilon(1e-8),
    HyperparameterCard(
      "momentumDecay", symbol: "ψ", default: 0.004, domain: .nonNegative,
      meaning: "how fast the momentum warms up"),
    .weightDecay(),
  ]

  public var card: Card {
    let traits: Set<Trait> = [
      .coordinateWise, .firstMoment, .secondMoment, .biasCorrected, .odd, .gradientInvariant,
      .descent,
    ]
    return Card(
      name: "nadam", title: "NAdam",
      source: "Dozat, Incorporating Nesterov momentum into Adam, ICLR workshop 2016",
      reading: "torch's: a warming momentum in the look-ahead, a constant one in m",
      family: "nadam", traits: traits.union(decay.traits),
      hyperparameters: NAdam.hyperparameterCards,
      options: [
        OptionCard(
          "momentumSchedule", default: MomentumSchedule.warming,
          meaning: "whether the momentum warms up (the paper, torch, Keras) or not (optax)"),
        .epsilonPlacement(.outsideRoot), .decayForm(.coupled),
      ],
      slots: AdamMoments.slots, invariants: AdamMoments.invariants,
      floatBox: FloatBox(gradientMagnitude: 1e-15...1e15, steps: 100_000))
  }

  init(_ settings: inout SettingsReader) throws(SettingError) {
    let cards = NAdam.hyperparameterCards
    self.init(
      learningRate: try settings.value(cards[0]), beta1: try settings.value(cards[1]),
      beta2: try settings.value(cards[2]), epsilon: try settings.value(cards[3]),
      momentumDecay: try settings.value(cards[4]),
      momentumSchedule: try settings.option("momentumSchedule") ?? .warming,
      epsilonPlacement: try settings.option("epsilonPlacement") ?? .outsideRoot,
      weightDecay: try settings.number(cards[5]),
      decayForm: try settings.option("decayForm") ?? .coupled)
  }
}
