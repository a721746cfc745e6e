internal import Foundation
public import ReferenceNumerics

/// Logistic regression: the mean of `log(1 + exp(−yᵢ·aᵢᵀx))` over samples, and `λ|x|²/2`.
///
/// Convex; `μ = λ`, `L = λ + ‖AᵀA‖/(4n)`, of which the trace bound `λ + max|aᵢ|²/4` needs no eigenvalue.
public struct LogisticFunction: FiniteSumFunction {
  /// The features of all samples, `[sample, feature]`, row-major.
  let features: [Double]
  /// +1 or −1 for each sample.
  let signs: [Double]
  public let dimension: Int
  /// `λ`, at least 0.
  public let regularisation: Double

  public var termCount: Int { signs.count }

  /// - Precondition: there is a sample, all have as many features, at least one, as many signs as samples.
  public init(features: [[Double]], signs: [Double], regularisation: Double) {
    precondition(
      features.count == signs.count && !signs.isEmpty,
      "\(features.count) samples, \(signs.count) signs")
    let dimension = features[0].count
    precondition(
      dimension >= 1 && features.allSatisfy { $0.count == dimension }, "features of unequal count")
    precondition(regularisation >= 0, "λ must not be negative, got \(regularisation)")
    self.features = features.flatMap(\.self)
    self.signs = signs
    self.dimension = dimension
    self.regularisation = regularisation
  }

  public func evaluate(at x: [Double], gradient: inout [Double]) -> Double {
    accumulate(signs.indices, count: signs.count, at: x, gradient: &gradient)
  }

  public func evaluate(terms: [Int], at x: [Double], gradient: inout [Double]) -> Double {
    precondition(!terms.isEmpty, "the mean of no terms")
    return accumulate(terms, count: terms.count, at: x, gradient: &gradient)
  }

  private func accumulate(
    _ samples: some Sequence<Int>, count: Int, at x: [Double], gradient: inout [Double]
  ) -> Double {
    let (all, point) = (features.span, x.span)
    var slope = gradient.mutableSpan
    for i in slope.indices { slope[i] = 0 }
    var sum = 0.0
    for sample in samples {
      let start = sample * dimension
      var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
      var i = 0
      while i + 4 <= dimension {
        a += all[start + i] * point[i]
        b += all[start + i + 1] * point[i + 1]
        c += all[start + i + 2] * point[i + 2]
        d += all[start + i + 3] * point[i + 3]
        i += 4
      }
      while i < dimension {
        a += all[start + i] * point[i]
        i += 1
      }
      let margin = signs[sample] * ((a + b) + (c + d))
      // Neither exponential overflows.
      let decay = exp(-margin.magnitude)
      sum += max(-margin, 0) + log1p(decay)
      let wrong = margin > 0 ? decay / (1 + decay) : 1 / (1 + decay)
      let factor = -signs[sample] * wrong
      for i in slope.indices { slope[i] += factor * all[start + i] }
    }
    let scale = 1 / Double(count)
    var square = 0.0
    for i in slope.indices {
      slope[i] = slope[i] * scale + regularisation * point[i]
      square += point[i] * point[i]
    }
    return sum * scale + regularisation * square / 2
  }

  public func hessian(at x: [Double]) -> Matrix? {
    var sums = [Double](repeating: 0, count: dimension * dimension)
    let all = features.span
    for sample in signs.indices {
      let start = sample * dimension
      var margin = 0.0
      for i in 0..<dimension { margin += all[start + i] * x[i] }
      let decay = exp(-margin.magnitude)
      let weight = decay / ((1 + decay) * (1 + decay))
      var result = sums.mutableSpan
      for i in 0..<dimension {
        let factor = weight * all[start + i]
        for j in 0...i { result[i * dimension + j] += factor * all[start + j] }
      }
    }
    var matrix = Matrix(rows: dimension, columns: dimension)
    for i in 0..<dimension {
      for j in 0...i {
        let entry =
          sums[i * dimension + j] / Double(signs.count) + (i == j ? regularisation : 0)
        matrix[i, j] = entry
        matrix[j, i] = entry
      }
    }
    return matrix
  }

  /// `AᵀA/n`, four times the largest Hessian that the losses can have.
  var secondMoments: Matrix {
    var matrix = Matrix(rows: dimension, columns: dimension)
    for i in 0..<dimension {
      for j in 0...i {
        var sum = 0.0
        for sample in signs.indices {
          sum += features[sample * dimension + i] * features[sample * dimension + j]
        }
        matrix[i, j] = sum / Double(signs.count)
        matrix[j, i] = matrix[i, j]
      }
    }
    return matrix
  }

  public func rounding(at point: [Double]) -> Double {
    // Pairs of rounding errors of independent sign in sums of n terms: a few √n·ε of the magnitude.
    4 * Double(termCount + dimension).squareRoot() * .ulpOfOne * value(at: point).magnitude
  }
}
