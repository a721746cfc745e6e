public import Numbers
public import Properties

extension Key {
  @inlinable static var outlierFactor: Key { Key("outlierFilter", 0) }
  @inlinable static var outlierDecay: Key { Key("outlierDecay", 1) }
  // Scalars of the stages that keep running means.
  /// `1 − ρ`, the weight of the newest term.
  @inlinable static var termWeight: Key { Key("termWeight", 8) }
  /// `1/(1 − ρⁿ)` over the `n` steps before; 1 where there was none.
  @inlinable static var earlierCorrection: Key { Key("earlierCorrection", 9) }
  /// `1 − ρ`, or 0 at the first step, which no earlier mean can be compared with.
  @inlinable static var deviationWeight: Key { Key("deviationWeight", 10) }
}

extension StepScalars {
  /// Puts the weights of a running mean with that decay into the step.
  func preparedForMean(decay: Key, previous: N?) throws(N.Failure) -> Self {
    var step = self
    step[.termWeight] = 1 - step[decay]
    step[.deviationWeight] = previous == nil ? 0 : step[.termWeight]
    step[.earlierCorrection] =
      if let previous { try 1 / N.oneMinusPower(step[decay], previous) } else { 1 }
    return step
  }
}

/// Clamps every coordinate of the gradient to `k` times the root mean square of those before it.
///
/// `gᵢ ← min(max(gᵢ, −k·rᵢ), k·rᵢ)` with `rᵢ = √(uᵢ/(1 − ρᵗ⁻¹))` over the steps before, then
/// `uᵢ ← ρuᵢ + (1 − ρ)gᵢ²` with the gradient as it came, so that a new scale is learnt and not clamped away
/// for good. The first gradient of a tensor passes.
///
/// The AMVT paper names an outlier filter (section 3.2, module 1), and gives no formula: this one is the
/// specification's, section 3.
public struct OutlierFilter: CoordinateStage {
  public let hyperparameters: Hyperparameters

  /// - Parameters:
  ///   - factor: `k`.
  ///   - decay: `ρ`.
  /// - Precondition: the factor is above 0, the decay lies in `[0, 1)`.
  public init(_ factor: Rational = 5, decay: Rational = 0.99) {
    hyperparameters = ([.outlierFactor: factor, .outlierDecay: decay] as Hyperparameters)
      .checked(against: OutlierFilter.hyperparameterCards)
  }

  @inlinable public var vectorNames: [String] { ["outlierSquare"] }
  @inlinable public var vectorCount: Int { 1 }

  public func prepare<N: RuleNumber>(
    previous: N?, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> StepScalars<N> {
    try hyperparameters.preparedForMean(decay: .outlierDecay, previous: previous)
  }

  @inlinable @inline(__always)
  public func transformed<N: RuleNumber>(
    _ gradient: N, vectors: StageVectors<N>, step: StepScalars<N>
  ) throws(N.Failure) -> N {
    let root = try N.root(step[.earlierCorrection] * vectors[0])
    let limit = step[.outlierFactor] * root
    return .lesser(.greater(gradient, -limit), limit)
  }

  @inlinable @inline(__always)
  public func advance<N: RuleNumber>(
    _ vectors: inout StageVectors<N>, gradient: N, step: StepScalars<N>
  ) throws(N.Failure) {
    vectors[0] = step[.outlierDecay] * vectors[0] + step[.termWeight] * gradient.squared()
  }

  static let hyperparameterCards = [
    HyperparameterCard(
      "outlierFilter", symbol: "k", default: 5, domain: .positive,
      meaning: "how many root mean squares of its past a coordinate of the gradient may come to;"
        + " no filter unless it is set"),
    HyperparameterCard(
      "outlierDecay", symbol: "ρ_o", default: 0.99, domain: .decay,
      meaning: "the decay of the outlier filter's mean square"),
  ]

  public func amend(_ card: inout Card) {
    card.hyperparameters += OutlierFilter.hyperparameterCards
    card.traits.formUnion([.gradientMap, .stageVectors])
    card.traits.subtract([.linear])
  }
}
