public import Numbers
public import Properties

extension Key {
  @inlinable static var lookaheadPeriod: Key { Key("lookahead.k", 16) }
  @inlinable static var lookaheadRate: Key { Key("lookahead.alpha", 17) }
}

/// Lookahead: every `k` steps the parameters go back part of the way that the base took.
///
/// `φ ← φ + α(θ − φ)`, `θ ← φ` after every `k` steps of the base, with `φ` starting as the parameters. The
/// base's own state goes on as it is, as in the authors' code.
///
/// Source: Zhang, Lucas, Hinton & Ba, *Lookahead optimizer: k steps forward, 1 step back*, NeurIPS 2019,
/// Algorithm 1. <https://arxiv.org/abs/1907.08610>
public struct Lookahead: Wrapper {
  public let period: Int
  let rate: Rational

  /// - Precondition: `k` is at least 1, `alpha` lies in `[0, 1]`.
  public init(k: Int = 5, alpha: Rational = 0.5) {
    precondition(k >= 1, "k must be at least 1, got \(k)")
    precondition(alpha >= 0 && alpha <= 1, "alpha must lie in [0, 1], got \(alpha)")
    period = k
    rate = alpha
  }

  public var name: String { "lookahead" }
  public var hyperparameters: Hyperparameters {
    [.lookaheadPeriod: Rational(period), .lookaheadRate: rate]
  }
  public var vectorName: String? { "slow" }

  public func prepareFinish<N: RuleNumber>(
    count: Int, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> StepScalars<N>? { count % period == 0 ? hyperparameters : nil }

  @inlinable @inline(__always)
  public func finish<N: RuleNumber>(
    _ parameter: inout N, vector: inout N, step: StepScalars<N>
  ) throws(N.Failure) {
    vector = vector + step[.lookaheadRate] * (parameter - vector)
    parameter = vector
  }
}

extension Lookahead {
  static let hyperparameterCards = [
    HyperparameterCard(
      "lookahead.k", symbol: "k", default: 5, domain: Domain(lower: 1, upper: nil),
      meaning: "the steps of the base between two of the slow weights"),
    HyperparameterCard(
      "lookahead.alpha", symbol: "α_slow", default: 0.5, domain: Domain(lower: 0, upper: 1),
      meaning: "the part of the way that the slow weights follow"),
  ]

  public func amend(_ card: inout Card) {
    card.title = "Lookahead over \(card.title)"
    card.source =
      "Zhang, Lucas, Hinton & Ba, Lookahead optimizer: k steps forward, 1 step back,"
      + " NeurIPS 2019, Algorithm 1; \(card.source)"
    card.traits.insert(.slowWeights)
    card.traits.subtract([.boundedStep, .gradientInvariant, .adamRatio])
    card.stepBound = nil
    card.hyperparameters += Lookahead.hyperparameterCards
  }

  init(_ settings: inout SettingsReader) throws(SettingError) {
    self.init(
      k: try settings.whole(Lookahead.hyperparameterCards[0]),
      alpha: try settings.value(Lookahead.hyperparameterCards[1]))
  }
}
