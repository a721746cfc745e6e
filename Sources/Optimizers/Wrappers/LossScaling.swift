public import Numbers
public import Properties

extension Key {
  @inlinable static var initialLossScale: Key { Key("loss-scaling.initialScale", 16) }
  @inlinable static var lossScaleGrowth: Key { Key("loss-scaling.growthFactor", 17) }
  @inlinable static var lossScaleInterval: Key { Key("loss-scaling.growthInterval", 18) }
  @inlinable static var lossScaleBackoff: Key { Key("loss-scaling.backoffFactor", 19) }
}

/// Dynamic loss scaling: gradients are taken of a loss times a scale, so that half-precision ones do not
/// vanish, and are divided by it before anything sees them.
///
/// The caller multiplies the loss by `Optimizer.lossScale(in:)` before it differentiates, and hands over the
/// scaled gradients, and the loss unscaled. A step whose gradients are not all finite leaves everything as it
/// was, is counted as skipped, and multiplies the scale by the backoff factor; after as many steps as the
/// growth interval without one, the scale is multiplied by the growth factor. Neither leaves the normal
/// numbers of the parameters' type. Division undoes scaling exactly where the scale is a power of two and
/// nothing overflowed. In an `OptimizerRun` and in a trace gradients are those of the unscaled loss.
///
/// Source: Micikevicius et al., *Mixed precision training*, ICLR 2018, section 3.2; the defaults are those of
/// torch's `GradScaler`. <https://arxiv.org/abs/1710.03740>
public struct LossScaling: Wrapper {
  public let hyperparameters: Hyperparameters
  let initialScale: Double
  let growthFactor: Double
  let growthInterval: Int
  let backoffFactor: Double

  /// - Precondition: the scale is above 0, the growth factor at least 1, the interval at least 1, the backoff
  ///   factor in `(0, 1)`.
  public init(
    initialScale: Rational = 65536, growthFactor: Rational = 2, growthInterval: Int = 2000,
    backoffFactor: Rational = 0.5
  ) {
    hyperparameters =
      ([
        .initialLossScale: initialScale, .lossScaleGrowth: growthFactor,
        .lossScaleInterval: Rational(growthInterval), .lossScaleBackoff: backoffFactor,
      ] as Hyperparameters).checked(against: LossScaling.hyperparameterCards)
    self.initialScale = Double(initialScale)
    self.growthFactor = Double(growthFactor)
    self.growthInterval = growthInterval
    self.backoffFactor = Double(backoffFactor)
  }

  public var name: String { "loss-scaling" }
  public var lossScaling: LossScaling? { self }

  static let hyperparameterCards = [
    HyperparameterCard(
      "loss-scaling.initialScale", symbol: "S₀", default: 65536,
      domain: Domain(lower: Rational(1, 1 << 24), upper: Rational(1 << 60)),
      meaning: "what the loss is multiplied by at first"),
    HyperparameterCard(
      "loss-scaling.growthFactor", symbol: "γ_S", default: 2,
      domain: Domain(lower: 1, upper: Rational(1 << 24)),
      meaning: "what the scale is multiplied by after an interval without overflow"),
    HyperparameterCard(
      "loss-scaling.growthInterval", symbol: "n_S", default: 2000,
      domain: Domain(lower: 1, upper: nil),
      meaning: "the steps without overflow after which the scale grows"),
    HyperparameterCard(
      "loss-scaling.backoffFactor", symbol: "b_S", default: 0.5,
      domain: Domain(lower: 0, upper: 1, lowerIsOpen: true, upperIsOpen: true),
      meaning: "what the scale is multiplied by where a gradient overflowed"),
  ]

  public func amend(_ card: inout Card) {
    card.title = "\(card.title) with dynamic loss scaling"
    card.source =
      "\(card.source); Micikevicius et al., Mixed precision training, ICLR 2018, section 3.2"
    card.hyperparameters += LossScaling.hyperparameterCards
    card.traits.insert(.lossScaling)
  }

  init(_ settings: inout SettingsReader) throws(SettingError) {
    let cards = LossScaling.hyperparameterCards
    self.init(
      initialScale: try settings.value(cards[0]), growthFactor: try settings.value(cards[1]),
      growthInterval: try settings.whole(cards[2]), backoffFactor: try settings.value(cards[3]))
  }
}

/// The scale of the loss, and the steps since it last changed.
public struct LossScale: Sendable, Hashable {
  public internal(set) var scale = 1.0
  public internal(set) var goodSteps = 0

  /// Notes a step without overflow.
  mutating func grow<S: OptimizerScalar>(_ scaling: LossScaling, in type: S.Type) {
    goodSteps += 1
    guard goodSteps >= scaling.growthInterval else { return }
    goodSteps = 0
    change(by: scaling.growthFactor, in: type)
  }

  /// Notes a step that was skipped.
  mutating func backOff<S: OptimizerScalar>(_ scaling: LossScaling, in type: S.Type) {
    goodSteps = 0
    change(by: scaling.backoffFactor, in: type)
  }

  private mutating func change<S: OptimizerScalar>(by factor: Double, in type: S.Type) {
    let changed = S(scale * factor)
    // Both the scale and what undoes it are to be normal numbers.
    if changed.isNormal && S(1 / (scale * factor)).isNormal { scale *= factor }
  }
}

extension Optimizer {
  /// How loss scaling is done, where it is.
  public var lossScaling: LossScaling? {
    for wrapper in wrappers { if let scaling = wrapper.lossScaling { return scaling } }
    return nil
  }

  /// What the loss is to be multiplied by before it is differentiated; 1 without loss scaling.
  public func lossScale<S>(in state: OptimizerState<S>) -> Double { state.lossScale.scale }

  /// How many micro-batches make a step.
  public var microBatches: Int { wrappers.reduce(1) { $0 * $1.microBatches } }
}
