public import ReferenceNumerics

/// Nesterov's worst function for first-order methods, which see one more coordinate at each step:
/// `f(x) = (L/4)·(½(x₁² + Σ(xᵢ − xᵢ₊₁)² + xₙ²) − x₁)`.
///
/// `μ = (L/2)(1 − cos(π/(n + 1)))`, the minimiser is `xᵢ = 1 − i/(n + 1)`, the minimum
/// `−(L/8)·n/(n + 1)`. In `k ≤ (n − 1)/2` steps from 0 no method whose steps are combinations of gradients has
/// a gap below `3L|x*|²/(8(n + 1)²)`.
///
/// Source: Nesterov, *Introductory lectures on convex optimization*, 2004, section 2.1.2.
public struct TridiagonalFunction: DifferentiableFunction {
  public let dimension: Int
  /// `L`, an upper bound of the largest eigenvalue, `(L/2)(1 + cos(π/(n + 1)))`.
  public let smoothness: Double

  /// - Precondition: both are above 0.
  public init(dimension: Int, smoothness: Double = 1) {
    precondition(dimension >= 1 && smoothness > 0, "dimension \(dimension), L \(smoothness)")
    self.dimension = dimension
    self.smoothness = smoothness
  }

  public var minimiser: [Double] {
    (1...dimension).map { 1 - Double($0) / Double(dimension + 1) }
  }

  public var minimum: Double {
    -smoothness / 8 * Double(dimension) / Double(dimension + 1)
  }

  public func evaluate(at x: [Double], gradient: inout [Double]) -> Double {
    for i in x.indices {
      let before = i > 0 ? x[i - 1] : 0
      let after = i + 1 < x.count ? x[i + 1] : 0
      gradient[i] = smoothness / 4 * (2 * x[i] - before - after - (i == 0 ? 1 : 0))
    }
    return value(at: x)
  }

  public func value(at x: [Double]) -> Double {
    smoothness / 4 * (squares(x) / 2 - x[0])
  }

  /// `x₁² + Σ(xᵢ − xᵢ₊₁)² + xₙ²`.
  private func squares(_ x: [Double]) -> Double {
    var sum = x[0] * x[0] + x[x.count - 1] * x[x.count - 1]
    for i in 1..<max(1, x.count) { sum += (x[i] - x[i - 1]) * (x[i] - x[i - 1]) }
    return sum
  }

  /// The quadratic form of `x − x*`: no subtraction of the minimum.
  public func gap(at x: [Double]) -> Double? {
    let best = minimiser
    return smoothness / 8 * squares(x.indices.map { x[$0] - best[$0] })
  }

  public func hessian(at x: [Double]) -> Matrix? {
    var matrix = Matrix(rows: dimension, columns: dimension)
    for i in 0..<dimension {
      matrix[i, i] = smoothness / 2
      if i > 0 {
        matrix[i, i - 1] = -smoothness / 4
        matrix[i - 1, i] = -smoothness / 4
      }
    }
    return matrix
  }
}
