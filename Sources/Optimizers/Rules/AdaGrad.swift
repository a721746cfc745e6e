public import Numbers
public import Properties

extension Key {
  @inlinable static var rateDecay: Key { Key("rateDecay", 18) }
  @inlinable static var initialAccumulator: Key { Key("initialAccumulator", 19) }
}

/// AdaGrad: a gradient over the root of the sum of all squares so far.
///
/// `G ← G + g²`, `θ ← θ − α_t·g/(√G + ε)` with `α_t = α/(1 + (t − 1)η)`.
///
/// Source: Duchi, Hazan & Singer, *Adaptive subgradient methods for online learning and stochastic
/// optimization*, JMLR 12, 2011; the decay `η` of the rate is torch's.
public struct AdaGrad: DecayingRule {
  public let hyperparameters: Hyperparameters
  public let epsilonPlacement: EpsilonPlacement
  @usableFromInline var decay: Decay

  /// - Parameters:
  ///   - rateDecay: `η`.
  ///   - initialAccumulator: `G` before the first step.
  /// - Precondition: each value lies in its domain.
  public init(
    learningRate: Rational = 1e-2, epsilon: Rational = 1e-10, rateDecay: Rational = 0,
    initialAccumulator: Rational = 0, epsilonPlacement: EpsilonPlacement = .outsideRoot,
    weightDecay: Rational? = nil, decayForm: DecayForm = .coupled
  ) {
    hyperparameters = Hyperparameters(
      [
        (.learningRate, learningRate), (.epsilon, epsilon), (.rateDecay, rateDecay),
        (.initialAccumulator, initialAccumulator),
      ], weightDecay: weightDecay
    ).checked(against: AdaGrad.hyperparameterCards)
    self.epsilonPlacement = epsilonPlacement
    decay = Decay(isPresent: weightDecay != nil, form: decayForm)
  }

  @inlinable public var slotNames: [String] { ["sum"] }

  public func initialSlots<N: RuleNumber>(hyperparameters: StepScalars<N>) -> Slots<N> {
    var slots = Slots<N>(repeating: 0)
    slots[0] = hyperparameters[.initialAccumulator]
    return slots
  }

  @inlinable
  public func prepare<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>, history: inout Slots<N>
  ) throws(N.Failure) -> StepScalars<N> {
    var step = hyperparameters
    step[.stepRate] = try step[.learningRate] / (1 + (context.t - 1) * step[.rateDecay])
    decay.prepare(&step)
    return step
  }

  @inlinable @inline(__always)
  public func update<N: RuleNumber>(
    _ parameter: inout N, gradient: N, slots: inout Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) {
    let gradient = decay.gradient(gradient, at: parameter, step)
    slots[0] = slots[0] + gradient.squared()
    let root = try epsilonPlacement.root(slots[0], step)
    parameter = try decay.kept(parameter, step) - step[.stepRate] * gradient / root
  }
}

extension AdaGrad {
  static let hyperparameterCards: [HyperparameterCard] = [
    .learningRate(1e-2), .epsilon(1e-10),
    HyperparameterCard(
      "rateDecay", symbol: "η", default: 0, domain: .nonNegative,
      meaning: "how fast the rate falls: α/(1 + (t − 1)η)"),
    HyperparameterCard(
      "initialAccumulator", symbol: "G₀", default: 0, domain: .nonNegative,
      meaning: "the sum of squares before the first step"),
    .weightDecay(),
  ]

  public var card: Card {
    var traits: Set<Trait> = [.coordinateWise, .odd, .gradientInvariant, .descent]
    traits.formUnion(decay.traits)
    if !decay.isPresent { traits.insert(.boundedStep) }
    return Card(
      name: "adagrad", title: "AdaGrad",
      source:
        "Duchi, Hazan & Singer, Adaptive subgradient methods for online learning and stochastic"
        + " optimization, JMLR 12, 2011",
      reading: "the diagonal form; ε outside the root, as in torch", family: "adagrad",
      traits: traits, hyperparameters: AdaGrad.hyperparameterCards,
      options: [.epsilonPlacement(.outsideRoot), .decayForm(.coupled)],
      slots: [SlotCard("sum", meaning: "the sum of the squared gradients")],
      invariants: ["sum >= initialAccumulator"],
      stepBound: decay.isPresent ? nil : "learningRate/(1 + (t - 1)*rateDecay)",
      floatBox: FloatBox(gradientMagnitude: 1e-15...1e15, steps: 100_000))
  }

  init(_ settings: inout SettingsReader) throws(SettingError) {
    let cards = AdaGrad.hyperparameterCards
    self.init(
      learningRate: try settings.value(cards[0]), epsilon: try settings.value(cards[1]),
      rateDecay: try settings.value(cards[2]), initialAccumulator: try settings.value(cards[3]),
      epsilonPlacement: try settings.option("epsilonPlacement") ?? .outsideRoot,
      weightDecay: try settings.number(cards[4]),
      decayForm: try settings.option("decayForm") ?? .coupled)
  }
}
