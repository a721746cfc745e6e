public import Numbers
public import Properties

extension Key {
  @inlinable static var noiseDecay: Key { Key("noiseDecay", 0) }
}

/// Records how far gradients lie from their running mean, and lets them pass.
///
/// `nᵢ ← ρnᵢ + (1 − ρ)(gᵢ − m̂ᵢ)²` from the second step on, with `m̂ᵢ = mᵢ/(1 − ρᵗ⁻¹)` over the steps before,
/// then `mᵢ ← ρmᵢ + (1 − ρ)gᵢ`. The estimate is `n/(1 − ρᵗ⁻¹)`: `Optimizer.noise(of:in:)`.
///
/// The AMVT paper names a noise estimate (section 3.2, module 1), and gives no formula: this one is the
/// specification's, section 3.
public struct NoiseEstimate: CoordinateStage {
  public let hyperparameters: Hyperparameters

  /// - Parameter decay: `ρ`.
  /// - Precondition: it lies in `[0, 1)`.
  public init(decay: Rational = 0.99) {
    hyperparameters = ([.noiseDecay: decay] as Hyperparameters)
      .checked(against: NoiseEstimate.hyperparameterCards)
  }

  @inlinable public var vectorNames: [String] { ["noiseMean", "noiseSquare"] }
  @inlinable public var vectorCount: Int { 2 }
  @inlinable public var isObserver: Bool { true }

  public func prepare<N: RuleNumber>(
    previous: N?, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> StepScalars<N> {
    try hyperparameters.preparedForMean(decay: .noiseDecay, previous: previous)
  }

  @inlinable @inline(__always)
  public func transformed<N: RuleNumber>(
    _ gradient: N, vectors: StageVectors<N>, step: StepScalars<N>
  ) throws(N.Failure) -> N { gradient }

  @inlinable @inline(__always)
  public func advance<N: RuleNumber>(
    _ vectors: inout StageVectors<N>, gradient: N, step: StepScalars<N>
  ) throws(N.Failure) {
    let deviation = gradient - step[.earlierCorrection] * vectors[0]
    vectors[1] = step[.noiseDecay] * vectors[1] + step[.deviationWeight] * deviation.squared()
    vectors[0] = step[.noiseDecay] * vectors[0] + step[.termWeight] * gradient
  }

  static let hyperparameterCards = [
    HyperparameterCard(
      "noiseDecay", symbol: "ρ_n", default: 0.99, domain: .decay,
      meaning: "the decay of the noise estimate's means")
  ]

  public func amend(_ card: inout Card) {
    card.hyperparameters += NoiseEstimate.hyperparameterCards
    card.traits.insert(.stageVectors)
  }
}

extension Optimizer {
  /// The estimated variance of each coordinate's gradient, by the first `NoiseEstimate` among the stages.
  ///
  /// - Returns: one number a coordinate; nil where no stage estimates it, or the tensor had fewer than two
  ///   gradients.
  public func noise<S>(of tensor: Int, in state: OptimizerState<S>) -> [Double]? {
    guard let index = stages.firstIndex(where: { $0 is NoiseEstimate }),
      state.tensors[tensor].gradientCount > 1
    else { return nil }
    let place = stages[..<index].reduce(0) { $0 + $1.vectorCount } + 1
    let steps = Double(state.tensors[tensor].gradientCount - 1)
    let weight = Double.oneMinusPower(state.stages[index][.noiseDecay], steps)
    let count = state.tensors[tensor].count
    return state.tensors[tensor].stageVectors[place * count..<(place + 1) * count].map {
      Double($0) / weight
    }
  }
}
