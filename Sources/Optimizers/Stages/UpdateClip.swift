public import Numbers
public import Properties

extension Key {
  @inlinable static var updateClip: Key { Key("updateClip", 0) }
}

/// Bounds the change of every parameter in a step.
///
/// `θ ← min(max(θ, θ_{t−1} − c), θ_{t−1} + c)`, decay included; a change within the bound keeps its bits.
/// NaN stays NaN.
///
/// The AMVT paper names update clipping (section 3.2, module 4), and gives no formula: this one is the
/// specification's, section 3.
public struct UpdateClip: FinishingStage {
  public let hyperparameters: Hyperparameters

  /// - Precondition: the bound is above 0.
  public init(_ bound: Rational) {
    hyperparameters = ([.updateClip: bound] as Hyperparameters)
      .checked(against: UpdateClip.hyperparameterCards)
  }

  @inlinable public var readsStart: Bool { true }

  @inlinable @inline(__always)
  public func finish<N: RuleNumber>(
    _ parameter: inout N, from start: N, hyperparameters: StepScalars<N>
  ) throws(N.Failure) {
    let bound = hyperparameters[.updateClip]
    parameter = .lesser(.greater(parameter, start - bound), start + bound)
  }

  static let hyperparameterCards = [
    HyperparameterCard(
      "updateClip", symbol: "c_Δ", default: 1, domain: .positive,
      meaning: "the largest change of a parameter in a step; none unless it is set")
  ]

  public func amend(_ card: inout Card) {
    card.hyperparameters += UpdateClip.hyperparameterCards
    card.traits.formUnion([.updateClip, .boundedStep])
    card.traits.subtract([.linear, .gradientCovariant, .adamRatio])
    card.stepBound = "updateClip"
  }
}

/// A bound on the change of each parameter, as in `chain(Optimizer(Adam()), updateClip(0.01))`.
public func updateClip(_ bound: Rational) -> UpdateClip { UpdateClip(bound) }
