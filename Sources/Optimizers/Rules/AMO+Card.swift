internal import Numbers
public import Properties

extension AMO {
  static let hyperparameterCards: [HyperparameterCard] = [
    .learningRate(1e-3), .beta1(0.9, aliases: ["beta"]), .beta2(0.999, aliases: ["gamma"]),
    .epsilon(1e-8),
  ]

  public var card: Card {
    Card(
      name: "amo", title: "AMO",
      source: "Enhanced Neural Network Optimization with Adaptive Learning, Algorithm 1",
      reading: "as printed: no bias correction, ε outside the root", family: "amo",
      traits: [
        .coordinateWise, .firstMoment, .secondMoment, .odd, .translationInvariant,
        .gradientInvariant, .descent, .boundedStep,
      ],
      hyperparameters: AMO.hyperparameterCards, slots: AdamMoments.slots,
      invariants: AdamMoments.invariants,
      stepBound: "learningRate*\(AdamMoments.ratioBound)",
      floatBox: FloatBox(gradientMagnitude: 1e-15...1e15, steps: 100_000))
  }

  init(_ settings: inout SettingsReader) throws(SettingError) {
    let cards = AMO.hyperparameterCards
    self.init(
      learningRate: try settings.number(cards[0]) ?? cards[0].defaultValue,
      beta1: try settings.number(cards[1]) ?? cards[1].defaultValue,
      beta2: try settings.number(cards[2]) ?? cards[2].defaultValue,
      epsilon: try settings.number(cards[3]) ?? cards[3].defaultValue)
  }
}
