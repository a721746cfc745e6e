public import Numbers
public import Properties

extension Key {
  @inlinable static var lowerBound: Key { Key("lowerBound", 0) }
  @inlinable static var upperBound: Key { Key("upperBound", 1) }
}

/// Clamps every parameter to `[lower, upper]` after a step. NaN stays NaN.
///
/// Source: the AMO paper, section 3.4 ("clip parameters to prevent numerical instability").
public struct ParameterBounds: FinishingStage {
  public let hyperparameters: Hyperparameters
  @usableFromInline let hasLower: Bool
  @usableFromInline let hasUpper: Bool

  /// - Precondition: `lower` is at most `upper`.
  public init(lower: Rational? = nil, upper: Rational? = nil) {
    if let lower, let upper {
      precondition(lower <= upper, "the bounds are reversed: \(lower), \(upper)")
    }
    var values: [(Key, Rational)] = []
    if let lower { values.append((.lowerBound, lower)) }
    if let upper { values.append((.upperBound, upper)) }
    hyperparameters = Hyperparameters(values)
    hasLower = lower != nil
    hasUpper = upper != nil
  }

  @inlinable @inline(__always)
  public func finish<N: RuleNumber>(
    _ parameter: inout N, from start: N, hyperparameters: StepScalars<N>
  ) throws(N.Failure) {
    if hasLower { parameter = .greater(hyperparameters[.lowerBound], parameter) }
    if hasUpper { parameter = .lesser(hyperparameters[.upperBound], parameter) }
  }

  static let hyperparameterCards = [
    HyperparameterCard(
      "lowerBound", symbol: "θ_min", default: 0, domain: .all,
      meaning: "the least value that a parameter may have after a step; none unless it is set"),
    HyperparameterCard(
      "upperBound", symbol: "θ_max", default: 0, domain: .all,
      meaning: "the greatest value that a parameter may have after a step; none unless it is set"),
  ]

  public func amend(_ card: inout Card) {
    card.hyperparameters += ParameterBounds.hyperparameterCards
    card.traits.insert(.parameterBounds)
    card.traits.subtract([
      .linear, .odd, .translationInvariant, .gradientCovariant, .gradientInvariant, .descent,
      .boundedStep,
    ])
    card.stepBound = nil
  }
}
