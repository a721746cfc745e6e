public import Numbers
public import Optimizers
public import Properties

/// A rule of somebody's own: Adam written again, with a mistake to be found where it is asked for.
///
/// `m ← β₁m + (1 − β₁)g`, `v ← β₂v + (1 − β₂)g²`, `θ ← θ − α·m̂/(√v̂ + ε)`.
public struct ColdAdam: UpdateRule {
  /// Whether the mean is corrected for its start at 0.
  @usableFromInline let correctsMean: Bool

  public init(correctsMean: Bool = true) { self.correctsMean = correctsMean }

  @inlinable public var slotNames: [String] { ["m", "v"] }

  public var hyperparameters: Hyperparameters {
    [.learningRate: 1e-3, .beta1: 0.9, .beta2: 0.999, .epsilon: 1e-8]
  }

  public var card: Card {
    Card(
      name: "cold-adam", title: "Cold Adam", source: "an example",
      traits: [.coordinateWise, .odd], hyperparameters: Card.adam.hyperparameters,
      slots: [
        SlotCard("m", meaning: "the mean of the gradients"),
        SlotCard("v", meaning: "the mean of their squares"),
      ], floatBox: Card.adam.floatBox)
  }

  @inlinable
  public func prepare<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>, history: inout Slots<N>
  ) throws(N.Failure) -> StepScalars<N> {
    var step = hyperparameters
    step[.oneMinusBeta1] = 1 - step[.beta1]
    step[.oneMinusBeta2] = 1 - step[.beta2]
    step[.biasCorrection1] =
      correctsMean ? try 1 / N.oneMinusPower(step[.beta1], context.t) : 1
    step[.biasCorrection2] = try 1 / N.oneMinusPower(step[.beta2], context.t)
    return step
  }

  @inlinable @inline(__always)
  public func update<N: RuleNumber>(
    _ parameter: inout N, gradient: N, slots: inout Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) {
    slots[0] = step[.beta1] * slots[0] + step[.oneMinusBeta1] * gradient
    slots[1] = step[.beta2] * slots[1] + step[.oneMinusBeta2] * gradient.squared()
    let mean = step[.biasCorrection1] * slots[0]
    let size = try N.root(step[.biasCorrection2] * slots[1]) + step[.epsilon]
    parameter = try parameter - step[.learningRate] * mean / size
  }
}
