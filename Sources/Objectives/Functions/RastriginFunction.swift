internal import Foundation
public import ReferenceNumerics

/// `f(x) = An + Σ(xᵢ² − A·cos(2πxᵢ))`, with local minima near all whole numbers and the least, 0, at 0.
///
/// `|f″ − 2| ≤ 4π²A`, so `L = 2 + 4π²A`, and `f + (4π²A − 2)|x|²/2` is convex.
///
/// Source: Rastrigin, *Systems of extremal control*, 1974.
public struct RastriginFunction: DifferentiableFunction {
  public let dimension: Int
  public let amplitude: Double

  /// - Precondition: the dimension is at least 1, the amplitude finite.
  public init(dimension: Int = 2, amplitude: Double = 10) {
    precondition(dimension >= 1 && amplitude.isFinite, "\(dimension), \(amplitude)")
    self.dimension = dimension
    self.amplitude = amplitude
  }

  public func evaluate(at x: [Double], gradient: inout [Double]) -> Double {
    for i in x.indices {
      gradient[i] = 2 * x[i] + 2 * .pi * amplitude * sin(2 * .pi * x[i])
    }
    return value(at: x)
  }

  /// By `1 − cos(2πx) = 2·sin²(πx)`, exact to a few ulp near 0.
  public func value(at x: [Double]) -> Double {
    x.reduce(0) { sum, x in
      let wave = sin(.pi * x)
      return sum + x * x + 2 * amplitude * wave * wave
    }
  }

  public func hessian(at x: [Double]) -> Matrix? {
    var matrix = Matrix(rows: dimension, columns: dimension)
    for i in x.indices { matrix[i, i] = 2 + 4 * .pi * .pi * amplitude * cos(2 * .pi * x[i]) }
    return matrix
  }
}
