public import ReferenceNumerics

/// A function of a vector with its gradient.
public protocol DifferentiableFunction: Sendable {
  /// The number of variables, at least 1.
  var dimension: Int { get }

  /// Writes the gradient and returns the value. Where there is a kink, it is the one-sided gradient that the
  /// function's own text says.
  ///
  /// - Precondition: point and gradient have as many elements as there are variables.
  func evaluate(at point: [Double], gradient: inout [Double]) -> Double

  /// The value alone.
  func value(at point: [Double]) -> Double

  /// The Hessian, symmetric; nil where the function does not say.
  func hessian(at point: [Double]) -> Matrix?

  /// `f(x) − min f`, where it can be had with less rounding than by subtraction; nil elsewhere.
  func gap(at point: [Double]) -> Double?

  /// An estimate from above of the rounding in `value` or, where there is one, in `gap`.
  func rounding(at point: [Double]) -> Double
}

extension DifferentiableFunction {
  public func value(at point: [Double]) -> Double {
    var gradient = [Double](repeating: 0, count: dimension)
    return evaluate(at: point, gradient: &gradient)
  }

  /// The gradient alone.
  public func gradient(at point: [Double]) -> [Double] {
    var gradient = [Double](repeating: 0, count: dimension)
    _ = evaluate(at: point, gradient: &gradient)
    return gradient
  }

  public func hessian(at point: [Double]) -> Matrix? { nil }
  public func gap(at point: [Double]) -> Double? { nil }
  public func rounding(at point: [Double]) -> Double {
    Double(dimension + 8) * .ulpOfOne * (gap(at: point) ?? value(at: point)).magnitude
  }
}

/// A mean of terms, each with a gradient of its own.
public protocol FiniteSumFunction: DifferentiableFunction {
  /// At least 1.
  var termCount: Int { get }

  /// Writes the mean gradient of some terms, with what is common to all terms, and returns their mean value.
  ///
  /// - Precondition: the terms exist, and are at least one.
  func evaluate(terms: [Int], at point: [Double], gradient: inout [Double]) -> Double
}

/// `Σ xᵢyᵢ`.
///
/// - Precondition: the lengths are equal.
@inlinable
public func dotProduct(_ x: [Double], _ y: [Double]) -> Double {
  precondition(x.count == y.count, "lengths \(x.count) and \(y.count)")
  // Four sums side by side, which the processor adds at once; the order is fixed, so that runs repeat.
  var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
  let (left, right) = (x.span, y.span)
  var index = 0
  while index + 4 <= left.count {
    a += left[index] * right[index]
    b += left[index + 1] * right[index + 1]
    c += left[index + 2] * right[index + 2]
    d += left[index + 3] * right[index + 3]
    index += 4
  }
  while index < left.count {
    a += left[index] * right[index]
    index += 1
  }
  return (a + b) + (c + d)
}

/// `√Σ xᵢ²`.
@inlinable
public func euclideanNorm(_ x: [Double]) -> Double {
  let plain = dotProduct(x, x).squareRoot()
  if plain.isFinite && plain > 1e-150 { return plain }
  // Scaled, so that squares neither overflow nor vanish.
  let largest = x.reduce(0) { $1.isNaN ? $1 : max($0, $1.magnitude) }
  guard largest > 0, largest.isFinite else { return largest }
  return largest * x.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
}

/// `|x − y|`.
@inlinable
public func euclideanDistance(_ x: [Double], _ y: [Double]) -> Double {
  precondition(x.count == y.count, "lengths \(x.count) and \(y.count)")
  return euclideanNorm(x.indices.map { x[$0] - y[$0] })
}
