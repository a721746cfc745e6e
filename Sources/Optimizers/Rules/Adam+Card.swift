internal import Numbers
public import Properties

/// What the moments of Adam's family are, for cards.
enum AdamMoments {
  static let slots = [
    SlotCard("m", meaning: "the moving average of the gradient"),
    SlotCard("v", meaning: "the moving average of the squared gradient"),
  ]

  /// `v ≥ 0`, and Cauchy and Schwarz' bound on `m²`, multiplied out: trivial where β₁² ≥ β₂.
  static let invariants = [
    "v >= 0", "m^2*(1 - beta2)*(beta2 - beta1^2) <= (1 - beta1)^2*beta2*v",
  ]

  /// The least upper bound of |m̂|/√v̂ over all `t` and gradients, for β₁² < β₂.
  static let ratioBound = "sqrt((1 - beta1)^2*beta2/((1 - beta2)*(beta2 - beta1^2)))"
}

extension Adam {
  static let hyperparameterCards: [HyperparameterCard] = [
    .learningRate(1e-3), .beta1(0.9), .beta2(0.999), .epsilon(1e-8), .weightDecay(),
  ]

  public var card: Card {
    var traits: Set<Trait> = [
      .coordinateWise, .firstMoment, .secondMoment, .biasCorrected, .adamRatio, .odd,
      .gradientInvariant, .descent,
    ]
    if !hasDecay {
      traits.formUnion([.translationInvariant, .boundedStep])
    } else {
      traits.insert(decayForm.isCoupled ? .coupledDecay : .decoupledDecay)
    }
    return Card(
      name: "adam", title: "Adam",
      source:
        "Kingma & Ba, Adam: a method for stochastic optimization, ICLR 2015, Algorithm 1,"
        + " https://arxiv.org/abs/1412.6980",
      reading: "the paper's and torch's: ε outside the root of the corrected second moment",
      family: "adam", traits: traits, hyperparameters: Adam.hyperparameterCards,
      options: [
        OptionCard(
          "epsilonPlacement", default: EpsilonPlacement.outsideRoot,
          meaning: "where ε stands: outside the root in the paper, torch and optax"),
        OptionCard(
          "decayForm", default: DecayForm.decoupled,
          meaning: "how weight decay acts: coupled in torch's Adam, decoupled in AdamW"),
      ],
      slots: AdamMoments.slots, invariants: AdamMoments.invariants,
      stepBound: hasDecay ? nil : "learningRate*\(AdamMoments.ratioBound)",
      floatBox: FloatBox(gradientMagnitude: 1e-15...1e15, steps: 100_000))
  }

  init(_ settings: inout SettingsReader) throws(SettingError) {
    let cards = Adam.hyperparameterCards
    self.init(
      learningRate: try settings.number(cards[0]) ?? cards[0].defaultValue,
      beta1: try settings.number(cards[1]) ?? cards[1].defaultValue,
      beta2: try settings.number(cards[2]) ?? cards[2].defaultValue,
      epsilon: try settings.number(cards[3]) ?? cards[3].defaultValue,
      epsilonPlacement: try settings.option("epsilonPlacement") ?? .outsideRoot,
      weightDecay: try settings.number(cards[4]),
      decayForm: try settings.option("decayForm") ?? .decoupled)
  }
}
