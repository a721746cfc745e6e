internal import Numbers
public import Properties

extension AYLA {
  static let exponentCards: [HyperparameterCard] = [
    HyperparameterCard(
      "ayla.N1", symbol: "N₁", default: 1, domain: .positive,
      meaning: "the exponent of losses below 1 in magnitude"),
    HyperparameterCard(
      "ayla.N2", symbol: "N₂", default: 1, domain: .positive,
      meaning: "the exponent of losses above 1 in magnitude"),
  ]
  static let source =
    "the AYLA paper, version 2, section 2 (the transform), and version 1, section 2.1 (moments)"
  static let readingCard = OptionCard(
    "ayla.reading", values: ["gradient"] + AYLAMoments.Reading.allCases.map(\.rawValue),
    meaning: "which of version 1's equations 3 to 7 the moments follow; version 2 changes the"
      + " gradient alone")

  public func amend(_ card: inout Card) {
    card.title = "AYLA over \(card.title)"
    card.source = "\(AYLA.source); \(card.source)"
    card.traits.formUnion([.requiresLoss, .lossTransform])
    // The loss scales the gradients: doubled gradients with the same loss still double the steps, but a
    // doubled problem does not.
    card.traits.subtract([.linear, .gradientCovariant, .gradientInvariant])
    card.hyperparameters += AYLA.exponentCards
    card.options.append(AYLA.readingCard)
  }
}

extension AYLAMoments {
  static let hyperparameterCards: [HyperparameterCard] =
    [.learningRate(1e-3), .beta1(0.9), .beta2(0.999), .epsilon(1e-8)] + AYLA.exponentCards

  public var card: Card {
    var traits: Set<Trait> = [
      .coordinateWise, .firstMoment, .secondMoment, .odd, .translationInvariant, .descent,
      .requiresLoss, .lossTransform,
    ]
    if reading.hasMovingDecay { traits.insert(.varyingDecay) }
    return Card(
      name: "ayla:adam", title: "AYLA over Adam, reading \(reading.rawValue)",
      source: AYLA.source, reading: reading.rawValue, family: nil, traits: traits,
      hyperparameters: AYLAMoments.hyperparameterCards,
      options: [
        AYLA.readingCard,
        OptionCard(
          "epsilonPlacement", default: EpsilonPlacement.outsideRoot,
          meaning: "where ε stands: outside the root in the paper, torch and optax"),
      ],
      slots: AdamMoments.slots, invariants: ["v >= 0"],
      floatBox: FloatBox(gradientMagnitude: 1e-12...1e12, steps: 10_000))
  }
}
