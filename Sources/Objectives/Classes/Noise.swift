internal import Numbers

/// What an oracle adds to the gradients that a method sees. Every model has mean zero.
public enum Noise: Sendable, Hashable {
  /// Exact gradients.
  case none
  /// A normal number with this standard deviation on each coordinate.
  case normal(deviation: Double)
  /// On each coordinate `deviation·√((1 − p)/p)` with probability `p`, else `−deviation·√(p/(1 − p))`: mean
  /// zero, the standard deviation as stated, and the skew of rare large gradients.
  case skewed(deviation: Double, probability: Double)
  /// Each coordinate times one plus a normal number with this deviation.
  case multiplicative(deviation: Double)
  /// The mean gradient of so many terms of a finite sum, drawn anew at every step, with replacement.
  case batch(size: Int)

  public var isNone: Bool { self == .none }

  /// The variance that a coordinate gets where it does not depend on the gradient; nil elsewhere.
  public var additiveVariance: Double? {
    switch self {
    case .none: 0
    case .normal(let deviation), .skewed(let deviation, _): deviation * deviation
    case .multiplicative, .batch: nil
    }
  }
}

extension Noise: CustomStringConvertible {
  public var description: String {
    switch self {
    case .none: "no noise"
    case .normal(let deviation): "normal noise, σ = \(deviation)"
    case .skewed(let deviation, let probability):
      "skewed noise, σ = \(deviation), large with probability \(probability)"
    case .multiplicative(let deviation): "multiplicative noise, σ = \(deviation)"
    case .batch(let size): "batches of \(size)"
    }
  }
}
