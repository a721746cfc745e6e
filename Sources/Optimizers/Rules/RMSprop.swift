public import Numbers
public import Properties

/// RMSprop: a gradient over its root mean square.
///
/// `v ← β₂v + (1 − β₂)g²`, `θ ← θ − αg/(√v + ε)`. Centred, the root is of `v − a²` with
/// `a ← β₂a + (1 − β₂)g`; with momentum the step is `αb`, `b ← μb + g/(√v + ε)`, or `b ← μb + αg/(√v + ε)`
/// where the velocity holds the rate.
///
/// Sources: Tieleman & Hinton, *Lecture 6.5*, Coursera, 2012; Graves, *Generating sequences with recurrent
/// neural networks*, 2013, equations 38 to 41, for the centred form (<https://arxiv.org/abs/1308.0850>).
public struct RMSprop: DecayingRule {
  public let hyperparameters: Hyperparameters
  public let isCentered: Bool
  public let epsilonPlacement: EpsilonPlacement
  /// Outside in torch, inside in optax and TensorFlow 1; without momentum there is no difference.
  public let rateInVelocity: SGD.RateInVelocity
  @usableFromInline let hasMomentum: Bool
  @usableFromInline var decay: Decay

  /// - Parameter beta2: `β₂`, called α by torch; 0.9 in the lecture.
  /// - Precondition: each value lies in its domain.
  public init(
    learningRate: Rational = 1e-3, beta2: Rational = 0.99, epsilon: Rational = 1e-8,
    momentum: Rational? = nil, isCentered: Bool = false,
    epsilonPlacement: EpsilonPlacement = .outsideRoot, weightDecay: Rational? = nil,
    decayForm: DecayForm = .coupled, rateInVelocity: SGD.RateInVelocity = .outside
  ) {
    var values: [(Key, Rational)] = [
      (.learningRate, learningRate), (.beta2, beta2), (.epsilon, epsilon),
    ]
    if let momentum { values.append((.momentum, momentum)) }
    hyperparameters = Hyperparameters(values, weightDecay: weightDecay)
      .checked(against: RMSprop.hyperparameterCards)
    self.isCentered = isCentered
    self.epsilonPlacement = epsilonPlacement
    self.rateInVelocity = rateInVelocity
    hasMomentum = momentum != nil
    decay = Decay(isPresent: weightDecay != nil, form: decayForm)
  }

  @inlinable public var slotNames: [String] {
    switch (isCentered, hasMomentum) {
    case (false, false): ["v"]
    case (true, false): ["v", "a"]
    case (false, true): ["v", "velocity"]
    case (true, true): ["v", "a", "velocity"]
    }
  }

  @inlinable
  public func prepare<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>, history: inout Slots<N>
  ) throws(N.Failure) -> StepScalars<N> {
    var step = hyperparameters
    step[.oneMinusBeta2] = 1 - step[.beta2]
    let isInside = rateInVelocity == .inside
    step[.newestWeight] = isInside ? step[.learningRate] : 1
    step[.stepRate] = isInside ? 1 : step[.learningRate]
    decay.prepare(&step)
    return step
  }

  @inlinable @inline(__always)
  public func update<N: RuleNumber>(
    _ parameter: inout N, gradient: N, slots: inout Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) {
    let gradient = decay.gradient(gradient, at: parameter, step)
    slots[0] = step[.beta2] * slots[0] + step[.oneMinusBeta2] * gradient.squared()
    if isCentered { slots[1] = step[.beta2] * slots[1] + step[.oneMinusBeta2] * gradient }
    let ratio = try gradient / denominator(slots, step)
    let kept = decay.kept(parameter, step)
    if hasMomentum {
      let place = isCentered ? 2 : 1
      slots[place] = step[.momentum] * slots[place] + step[.newestWeight] * ratio
      parameter = kept - step[.stepRate] * slots[place]
    } else {
      parameter = kept - step[.learningRate] * ratio
    }
  }

  /// `√v + ε`, or `√(v − a²) + ε`. By Cauchy and Schwarz `v ≥ a²`; only its rounding may say otherwise.
  @inlinable @inline(__always)
  func denominator<N: RuleNumber>(
    _ slots: Slots<N>, _ step: StepScalars<N>
  ) throws(N.Failure) -> N {
    let square = isCentered ? N.greater(0, slots[0] - slots[1].squared()) : slots[0]
    return try epsilonPlacement.root(square, step)
  }

  /// `α/(√v + ε)`, or of the centred `v`.
  @inlinable @inline(__always)
  public func effectiveRate<N: RuleNumber>(
    slots: Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) -> N { try step[.learningRate] / denominator(slots, step) }

  @inlinable
  public func quantities<N: RuleNumber>(
    slots: Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) -> [NamedQuantity<N>] {
    [NamedQuantity("denominator", try denominator(slots, step))]
  }
}

extension RMSprop {
  static let hyperparameterCards: [HyperparameterCard] = [
    .learningRate(1e-3), .beta2(0.99), .epsilon(1e-8),
    HyperparameterCard(
      "momentum", symbol: "μ", default: 0, domain: .decay, meaning: "the decay of the velocity"),
    .weightDecay(),
  ]

  public var card: Card {
    var traits: Set<Trait> = [
      .coordinateWise, .secondMoment, .odd, .gradientInvariant, .descent,
    ]
    if hasMomentum { traits.insert(.velocity) }
    if hasMomentum && rateInVelocity == .inside { traits.insert(.holdsRateInState) }
    traits.formUnion(decay.traits)
    let isBounded = !decay.isPresent && !isCentered && !hasMomentum
    if isBounded { traits.insert(.boundedStep) }
    var slots = [AdamMoments.slots[1]]
    if isCentered { slots.append(SlotCard("a", meaning: "the moving average of the gradient")) }
    if hasMomentum { slots.append(SlotCard("velocity", meaning: "the decaying sum of ratios")) }
    return Card(
      name: "rmsprop", title: "RMSprop",
      source: "Tieleman & Hinton, Lecture 6.5, Coursera, 2012;"
        + " Graves, Generating sequences with recurrent neural networks, 2013, equations 38 to 41",
      reading: "torch's: ε outside the root, momentum of the ratios", family: "rmsprop",
      traits: traits, hyperparameters: RMSprop.hyperparameterCards,
      options: [
        OptionCard(
          "centered", values: ["false", "true"],
          meaning: "whether the square of the mean gradient is taken off (Graves)"),
        .epsilonPlacement(.outsideRoot), .decayForm(.coupled),
        OptionCard(
          "rateInVelocity", default: SGD.RateInVelocity.outside,
          meaning: "whether the velocity holds the rate: not so in torch, so in optax"),
      ],
      slots: slots, invariants: isCentered ? ["v >= a^2"] : ["v >= 0"],
      // v ≥ (1 − β₂)g² alone.
      stepBound: isBounded ? "learningRate/sqrt(1 - beta2)" : nil,
      floatBox: FloatBox(gradientMagnitude: 1e-15...1e15, steps: 100_000))
  }

  init(_ settings: inout SettingsReader) throws(SettingError) {
    let cards = RMSprop.hyperparameterCards
    self.init(
      learningRate: try settings.value(cards[0]), beta2: try settings.value(cards[1]),
      epsilon: try settings.value(cards[2]), momentum: try settings.number(cards[3]),
      isCentered: try settings.flag("centered") ?? false,
      epsilonPlacement: try settings.option("epsilonPlacement") ?? .outsideRoot,
      weightDecay: try settings.number(cards[4]),
      decayForm: try settings.option("decayForm") ?? .coupled,
      rateInVelocity: try settings.option("rateInVelocity") ?? .outside)
  }
}
