public import Numbers
public import Properties

extension Key {
  @inlinable static var averageDecay: Key { Key("ema.decay", 16) }
  @inlinable static var averageStart: Key { Key("swa.start", 16) }
  @inlinable static var averagePeriod: Key { Key("swa.period", 17) }
  /// The weight of the newest parameters in an average.
  @inlinable static var averageWeight: Key { Key("averageWeight", 20) }
}

/// Keeps an exponential moving average of the parameters, and leaves these as they are.
///
/// `a ← a + (1 − d)(θ − a)` after every step, from `a₀ = θ₀`.
///
/// Source: Polyak & Juditsky, *Acceleration of stochastic approximation by averaging*, 1992, for averaging.
public struct ExponentialAverage: Wrapper {
  let decay: Rational

  /// - Precondition: the decay lies in `[0, 1)`.
  public init(decay: Rational = 0.999) {
    precondition(Domain.decay.contains(decay), "the decay must lie in [0, 1), got \(decay)")
    self.decay = decay
  }

  public var name: String { "ema" }
  public var hyperparameters: Hyperparameters { [.averageDecay: decay] }
  public var vectorName: String? { "emaAverage" }

  public func prepareFinish<N: RuleNumber>(
    count: Int, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> StepScalars<N>? {
    var step = hyperparameters
    step[.averageWeight] = 1 - step[.averageDecay]
    return step
  }

  @inlinable @inline(__always)
  public func finish<N: RuleNumber>(
    _ parameter: inout N, vector: inout N, step: StepScalars<N>
  ) throws(N.Failure) {
    vector = vector + step[.averageWeight] * (parameter - vector)
  }
}

/// Keeps the mean of the parameters of every `period`-th step from `start` on, and leaves these as they are.
///
/// The `n`-th of them enters by `a ← a + (θ − a)/n`; before the first, `a` is `θ₀`.
///
/// Source: Izmailov et al., *Averaging weights leads to wider optima and better generalization*, UAI 2018,
/// Algorithm 1. <https://arxiv.org/abs/1803.05407>
public struct StochasticWeightAverage: Wrapper {
  public let start: Int
  public let period: Int

  /// - Precondition: both are at least 1.
  public init(start: Int = 1, period: Int = 1) {
    precondition(start >= 1 && period >= 1, "start \(start), period \(period)")
    self.start = start
    self.period = period
  }

  public var name: String { "swa" }
  public var hyperparameters: Hyperparameters {
    [.averageStart: Rational(start), .averagePeriod: Rational(period)]
  }
  public var vectorName: String? { "swaAverage" }

  public func prepareFinish<N: RuleNumber>(
    count: Int, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> StepScalars<N>? {
    guard count >= start, (count - start) % period == 0 else { return nil }
    var step = hyperparameters
    step[.averageWeight] = N(Rational(1, (count - start) / period + 1))
    return step
  }

  @inlinable @inline(__always)
  public func finish<N: RuleNumber>(
    _ parameter: inout N, vector: inout N, step: StepScalars<N>
  ) throws(N.Failure) {
    vector = vector + step[.averageWeight] * (parameter - vector)
  }
}

extension ExponentialAverage {
  static let hyperparameterCards = [
    HyperparameterCard(
      "ema.decay", symbol: "d", default: 0.999, domain: .decay,
      meaning: "the decay of the average of the parameters")
  ]

  public func amend(_ card: inout Card) {
    card.title = "\(card.title) with an exponential average of the parameters"
    card.hyperparameters += ExponentialAverage.hyperparameterCards
    card.traits.insert(.parameterAverage)
  }

  init(_ settings: inout SettingsReader) throws(SettingError) {
    self.init(decay: try settings.value(ExponentialAverage.hyperparameterCards[0]))
  }
}

extension StochasticWeightAverage {
  static let hyperparameterCards = [
    HyperparameterCard(
      "swa.start", symbol: "t₀", default: 1, domain: Domain(lower: 1, upper: nil),
      meaning: "the first step that enters the mean"),
    HyperparameterCard(
      "swa.period", symbol: "c", default: 1, domain: Domain(lower: 1, upper: nil),
      meaning: "the steps from one that enters to the next"),
  ]

  public func amend(_ card: inout Card) {
    card.title = "\(card.title) with a mean of the parameters"
    card.hyperparameters += StochasticWeightAverage.hyperparameterCards
    card.traits.insert(.parameterAverage)
  }

  init(_ settings: inout SettingsReader) throws(SettingError) {
    self.init(
      start: try settings.whole(StochasticWeightAverage.hyperparameterCards[0]),
      period: try settings.whole(StochasticWeightAverage.hyperparameterCards[1]))
  }
}
