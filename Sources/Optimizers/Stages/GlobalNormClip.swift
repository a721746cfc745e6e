public import Numbers

extension Key {
  /// `τ`, the norm that a clip scales down to.
  @inlinable public static var clip: Key { Key("clip", 0) }
}

/// Scales the gradient down to a Euclidean norm of at most `τ`, over all tensors.
///
/// `g ← g·min(1, τ/‖g‖)`, evaluated as `τ/max(τ, ‖g‖)`, which is defined for `g = 0` too. Of a norm that is
/// infinite the factor is 0, of one that is NaN it is NaN.
///
/// Source: Pascanu, Mikolov & Bengio, *On the difficulty of training recurrent neural networks*, ICML 2013,
/// Algorithm 1.
public struct GlobalNormClip: WholeVectorStage {
  public let hyperparameters: Hyperparameters

  /// - Precondition: the norm is above 0.
  public init(_ norm: Rational) {
    hyperparameters = ([.clip: norm] as Hyperparameters)
      .checked(against: GlobalNormClip.hyperparameterCards)
  }

  public func factor<N: RuleNumber>(
    norm: N, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> N {
    try hyperparameters[.clip] / .greater(hyperparameters[.clip], norm)
  }
}

/// A clip of the gradient to a global norm, as in `chain(clip(1), AMVT())`.
public func clip(_ norm: Rational) -> GlobalNormClip { GlobalNormClip(norm) }
