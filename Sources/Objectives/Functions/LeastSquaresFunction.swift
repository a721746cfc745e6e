public import ReferenceNumerics

/// `f(x) = (1/n)·Σ ½(aᵢᵀx − bᵢ)²`, a finite sum whose terms disagree where the equations have no common
/// solution.
public struct LeastSquaresFunction: FiniteSumFunction {
  let rows: [[Double]]
  let right: [Double]

  /// - Precondition: there is a row, all are of one length, at least 1; as many right sides as rows.
  public init(rows: [[Double]], right: [Double]) {
    precondition(rows.count == right.count && !rows.isEmpty, "\(rows.count), \(right.count)")
    let width = rows[0].count
    precondition(width >= 1 && rows.allSatisfy { $0.count == width }, "rows of unequal length")
    self.rows = rows
    self.right = right
  }

  public var dimension: Int { rows[0].count }
  public var termCount: Int { rows.count }

  public func evaluate(at x: [Double], gradient: inout [Double]) -> Double {
    accumulate(rows.indices, count: rows.count, at: x, gradient: &gradient)
  }

  public func evaluate(terms: [Int], at x: [Double], gradient: inout [Double]) -> Double {
    precondition(!terms.isEmpty, "the mean of no terms")
    return accumulate(terms, count: terms.count, at: x, gradient: &gradient)
  }

  private func accumulate(
    _ terms: some Sequence<Int>, count: Int, at x: [Double], gradient: inout [Double]
  ) -> Double {
    for i in gradient.indices { gradient[i] = 0 }
    var sum = 0.0
    for term in terms {
      let residual = dotProduct(rows[term], x) - right[term]
      sum += residual * residual / 2
      for i in gradient.indices { gradient[i] += residual * rows[term][i] / Double(count) }
    }
    return sum / Double(count)
  }

  public func hessian(at x: [Double]) -> Matrix? {
    var matrix = Matrix(rows: dimension, columns: dimension)
    for i in 0..<dimension {
      for j in 0...i {
        let entry = rows.reduce(0) { $0 + $1[i] * $1[j] } / Double(rows.count)
        matrix[i, j] = entry
        matrix[j, i] = entry
      }
    }
    return matrix
  }
}
