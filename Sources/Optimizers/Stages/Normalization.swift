public import Numbers
public import Properties

extension Key {
  @inlinable static var normalizationEpsilon: Key { Key("normalizationEpsilon", 0) }
}

/// Divides the gradient by its Euclidean norm, over all tensors.
///
/// `g ← g/(‖g‖ + ε)`. Of a norm that is infinite the factor is 0, of one that is NaN it is NaN.
///
/// The AMVT paper names a normalisation (section 3.2, module 1), and gives no formula: this one is the
/// specification's, section 3.
public struct Normalization: WholeVectorStage {
  public let hyperparameters: Hyperparameters

  /// - Precondition: `epsilon` is above 0.
  public init(epsilon: Rational = 1e-8) {
    hyperparameters = ([.normalizationEpsilon: epsilon] as Hyperparameters)
      .checked(against: Normalization.hyperparameterCards)
  }

  public func factor<N: RuleNumber>(
    norm: N, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> N {
    try 1 / (norm + hyperparameters[.normalizationEpsilon])
  }

  static let hyperparameterCards = [
    HyperparameterCard(
      "normalizationEpsilon", symbol: "ε_n", default: 1e-8, domain: .positive,
      meaning: "what keeps a normalised gradient finite where the gradient is 0")
  ]

  public func amend(_ card: inout Card) {
    card.hyperparameters += Normalization.hyperparameterCards
    card.traits.formUnion([.globalNormClip, .normalization])
    card.traits.subtract([.coordinateWise, .linear, .gradientCovariant, .gradientInvariant])
  }
}
