internal import Numbers
public import Properties

extension Key {
  @inlinable static var accumulationPeriod: Key { Key("accumulation.k", 16) }
}

/// Gathers `k` micro-batches into one batch, and steps once for all of them.
///
/// The step sees the mean gradient `(g₁ + … + g_k)/k`, and the mean of the losses where something needs it:
/// AYLA's `w(l)` is that of the whole batch, on whichever side of it this wrapper stands. Clipping, decay,
/// averages and the count of steps happen once a batch. A tensor that has a gradient in some of the
/// micro-batches has 0 in the others; one that has none in any is left as it is.
///
/// Where the step of a batch is skipped, its gradients are dropped. Where a step throws, the micro-batch that
/// it was called with is not counted.
public struct GradientAccumulation: Wrapper {
  public let period: Int

  /// - Parameter k: the micro-batches of one step.
  /// - Precondition: it is at least 1.
  public init(k: Int = 2) {
    precondition(k >= 1, "k must be at least 1, got \(k)")
    period = k
  }

  public var name: String { "accumulation" }
  public var hyperparameters: Hyperparameters { [.accumulationPeriod: Rational(period)] }
  public var microBatches: Int { period }

  static let hyperparameterCards = [
    HyperparameterCard(
      "accumulation.k", symbol: "k", default: 2, domain: Domain(lower: 1, upper: nil),
      meaning: "the micro-batches of one step")
  ]

  public func amend(_ card: inout Card) {
    card.title = "\(card.title) on accumulated gradients"
    card.hyperparameters += GradientAccumulation.hyperparameterCards
    card.traits.insert(.accumulation)
  }

  init(_ settings: inout SettingsReader) throws(SettingError) {
    self.init(k: try settings.whole(GradientAccumulation.hyperparameterCards[0]))
  }
}
