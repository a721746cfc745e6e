internal import Numbers
public import Properties

extension SGD {
  static let hyperparameterCards: [HyperparameterCard] = [
    .learningRate(1e-2),
    HyperparameterCard(
      "momentum", symbol: "μ", default: 0, domain: .decay, meaning: "the decay of the velocity"),
    HyperparameterCard(
      "dampening", symbol: "τ", default: 0, domain: Domain(lower: 0, upper: 1),
      meaning: "what is taken off a gradient that enters the velocity"),
    .weightDecay(),
  ]

  public var card: Card {
    // The first step is −αwg or −α(w + μ)g: never uphill.
    var traits: Set<Trait> = [.coordinateWise, .linear, .odd, .gradientCovariant, .descent]
    if hasDecay { traits.insert(.coupledDecay) } else { traits.insert(.translationInvariant) }
    if hasMomentum { traits.insert(.velocity) }
    if hasMomentum && rateInVelocity == .inside { traits.insert(.holdsRateInState) }
    return Card(
      name: "sgd", title: "Stochastic gradient descent",
      source:
        "Polyak, Some methods of speeding up the convergence of iteration methods, 1964, equation 9;"
        + " Sutskever, Martens, Dahl & Hinton, On the importance of initialization and momentum in"
        + " deep learning, ICML 2013",
      reading: "torch's: the first step is not dampened, the velocity does not hold the rate",
      family: "sgd", traits: traits, hyperparameters: SGD.hyperparameterCards,
      options: [
        OptionCard(
          "nesterov", values: ["false", "true"],
          meaning: "whether the step is g + μb instead of b (torch's form of Nesterov's momentum)"),
        OptionCard(
          "firstDampening", default: FirstDampening.skipped,
          meaning: "whether dampening acts on the first step: torch skips it there"),
        OptionCard(
          "rateInVelocity", default: RateInVelocity.outside,
          meaning: "whether the velocity holds the rate: not so in torch, so in Caffe"),
      ],
      slots: hasMomentum ? [SlotCard("velocity", meaning: "the decaying sum of gradients")] : [],
      floatBox: FloatBox(gradientMagnitude: 1e-18...1e18, steps: 100_000))
  }

  init(_ settings: inout SettingsReader) throws(SettingError) {
    let cards = SGD.hyperparameterCards
    let learningRate = try settings.number(cards[0]) ?? cards[0].defaultValue
    var momentum = try settings.number(cards[1])
    let dampening = try settings.number(cards[2])
    let weightDecay = try settings.number(cards[3])
    let isNesterov = try settings.flag("nesterov") ?? false
    let firstDampening = try settings.option("firstDampening", FirstDampening.self)
    let rateInVelocity = try settings.option("rateInVelocity", RateInVelocity.self)
    if isNesterov {
      guard let given = momentum, !given.isZero else {
        throw .refused(message: "nesterov=true needs a momentum above 0")
      }
      guard dampening?.isZero ?? true else {
        throw .refused(message: "nesterov=true takes no dampening")
      }
    }
    if dampening != nil && momentum == nil { momentum = 0 }
    self.init(
      learningRate: learningRate, momentum: momentum, dampening: dampening,
      isNesterov: isNesterov, weightDecay: weightDecay,
      firstDampening: firstDampening ?? .skipped, rateInVelocity: rateInVelocity ?? .outside)
  }
}
