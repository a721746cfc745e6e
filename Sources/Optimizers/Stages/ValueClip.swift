public import Numbers
public import Properties

extension Key {
  /// The largest magnitude that a value clip lets a coordinate of the gradient have.
  @inlinable public static var valueClip: Key { Key("valueClip", 0) }
}

/// Clamps every coordinate of the gradient to a magnitude.
///
/// `gᵢ ← min(max(gᵢ, −c), c)`; NaN stays NaN.
///
/// Source: Mikolov, *Statistical language models based on neural networks*, PhD thesis, 2012, section 3.2.2;
/// torch's `clip_grad_value_`.
public struct ValueClip: CoordinateStage {
  public let hyperparameters: Hyperparameters

  /// - Precondition: the magnitude is above 0.
  public init(_ magnitude: Rational) {
    hyperparameters = ([.valueClip: magnitude] as Hyperparameters)
      .checked(against: ValueClip.hyperparameterCards)
  }

  @inlinable @inline(__always)
  public func transformed<N: RuleNumber>(
    _ gradient: N, vectors: StageVectors<N>, step: StepScalars<N>
  ) throws(N.Failure) -> N {
    .lesser(.greater(gradient, -step[.valueClip]), step[.valueClip])
  }

  static let hyperparameterCards = [
    HyperparameterCard(
      "valueClip", symbol: "c", default: 1, domain: .positive,
      meaning: "the largest magnitude of a coordinate of the gradient; none unless it is set")
  ]

  public func amend(_ card: inout Card) {
    card.hyperparameters += ValueClip.hyperparameterCards
    card.traits.insert(.gradientMap)
    card.traits.subtract([.linear, .gradientCovariant, .gradientInvariant])
  }
}

/// A clip of each coordinate of the gradient, as in `chain(valueClip(1), Adam())`.
public func valueClip(_ magnitude: Rational) -> ValueClip { ValueClip(magnitude) }
