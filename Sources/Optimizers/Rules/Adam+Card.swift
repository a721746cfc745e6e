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
    traits.formUnion(decay.traits)
    if !decay.isPresent { traits.insert(.boundedStep) }
    let source =
      "Kingma & Ba, Adam: a method for stochastic optimization, ICLR 2015, Algorithm 1,"
      + " https://arxiv.org/abs/1412.6980"
    let (name, title) =
      switch (decay.isPresent, decay.form.isCoupled) {
      case (false, _): ("adam", "Adam")
      case (true, true): ("adam-l2", "Adam with an L2 penalty")
      case (true, false): ("adamw", "AdamW")
      }
    return Card(
      name: name, title: title,
      source: name == "adamw"
        ? "Loshchilov & Hutter, Decoupled weight decay regularization, ICLR 2019, Algorithm 2,"
          + " https://arxiv.org/abs/1711.05101; \(source)" : source,
      reading: "the paper's and torch's: ε outside the root of the corrected second moment",
      family: name, traits: traits,
      hyperparameters: Adam.hyperparameterCards.dropLast() + [
        .weightDecay(decay.isPresent ? 0.01 : 0)
      ],
      options: [
        OptionCard(
          "epsilonPlacement", default: EpsilonPlacement.outsideRoot,
          meaning: "where ε stands: outside the root in the paper, torch and optax")
      ] + (name == "adam-l2" ? [] : [.decayForm(.decoupled, isBeside: name == "adamw")]),
      slots: AdamMoments.slots, invariants: AdamMoments.invariants,
      stepBound: decay.isPresent ? nil : "learningRate*\(AdamMoments.ratioBound)",
      floatBox: FloatBox(gradientMagnitude: 1e-15...1e15, steps: 100_000))
  }

  /// - Parameter form: the decay of AdamW or of Adam with L2, 0.01 unless it is set; nil for plain Adam.
  init(
    _ settings: inout SettingsReader, decaying form: DecayForm? = nil
  ) throws(SettingError) {
    let cards = Adam.hyperparameterCards
    let forms = form.map { form in DecayForm.allCases.filter { $0.isCoupled == form.isCoupled } }
    self.init(
      learningRate: try settings.number(cards[0]) ?? cards[0].defaultValue,
      beta1: try settings.number(cards[1]) ?? cards[1].defaultValue,
      beta2: try settings.number(cards[2]) ?? cards[2].defaultValue,
      epsilon: try settings.number(cards[3]) ?? cards[3].defaultValue,
      epsilonPlacement: try settings.option("epsilonPlacement") ?? .outsideRoot,
      weightDecay: try settings.number(cards[4]) ?? (form == nil ? nil : 0.01),
      decayForm: try settings.option("decayForm", among: forms) ?? form ?? .decoupled)
  }
}
