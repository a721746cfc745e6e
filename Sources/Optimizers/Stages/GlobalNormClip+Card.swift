internal import Numbers
public import Properties

extension GlobalNormClip {
  static let hyperparameterCards = [
    HyperparameterCard(
      "clip", symbol: "τ", default: 1, domain: .positive,
      meaning: "the Euclidean norm, over all tensors, that the gradient is scaled down to")
  ]

  public func amend(_ card: inout Card) {
    card.hyperparameters += GlobalNormClip.hyperparameterCards
    card.traits.insert(.globalNormClip)
    card.traits.subtract([.coordinateWise, .linear, .gradientCovariant])
  }
}
