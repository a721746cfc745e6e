/// A run in `Double`, in the units of a problem: coordinates of the basis' vectors, whose products are the Gram
/// matrix, and the function values.
struct FloatingRun {
  /// One row a basis vector.
  var vectors: [[Double]]
  var values: [Double]

  init(vectors: [[Double]], values: [Double]) {
    self.vectors = vectors
    self.values = values
  }

  /// - Parameter gram: row by row; a pivot that rounding made negative counts as 0.
  init(gram: [Double], order: Int, values: [Double]) {
    var rows = [[Double]](repeating: [Double](repeating: 0, count: order), count: order)
    for i in 0..<order {
      for j in 0...i {
        var total = gram[i * order + j]
        for k in 0..<j { total -= rows[i][k] * rows[j][k] }
        if i == j {
          rows[i][i] = max(0, total).squareRoot()
        } else {
          rows[i][j] = rows[j][j] > 0 ? total / rows[j][j] : 0
        }
      }
    }
    self.init(vectors: rows, values: values)
  }

  var dimensions: Int { vectors.first?.count ?? 0 }

  /// A combination of the basis' vectors.
  func combined(_ coefficients: [Double]) -> [Double] {
    var total = [Double](repeating: 0, count: dimensions)
    for (coefficient, vector) in zip(coefficients, vectors) where coefficient != 0 {
      for k in total.indices { total[k] += coefficient * vector[k] }
    }
    return total
  }

  /// The run in as few dimensions as leave no vector longer than the square root of `depth` times the longest: a
  /// Cholesky factorisation with pivots.
  func truncated(below depth: Double) -> FloatingRun {
    var left = vectors
    var columns: [[Double]] = []
    func square(_ vector: [Double]) -> Double { vector.reduce(0) { $0 + $1 * $1 } }
    let longest = left.map(square).max() ?? 0
    while columns.count < dimensions, let pivot = left.max(by: { square($0) < square($1) }),
      square(pivot) > depth * longest
    {
      let length = square(pivot).squareRoot()
      let column = left.map { vector in
        zip(vector, pivot).reduce(0) { $0 + $1.0 * $1.1 } / length
      }
      for (place, coordinate) in column.enumerated() {
        for k in pivot.indices { left[place][k] -= coordinate / length * pivot[k] }
      }
      columns.append(column)
    }
    return FloatingRun(
      vectors: vectors.indices.map { row in columns.map { $0[row] } }, values: values)
  }

  /// - Parameter step: of the vectors' coordinates row by row, then of the values.
  func moved(by step: [Double]) -> FloatingRun {
    var moved = self
    let dimensions = dimensions
    for row in vectors.indices {
      for k in 0..<dimensions { moved.vectors[row][k] += step[row * dimensions + k] }
    }
    let first = vectors.count * dimensions
    for place in values.indices { moved.values[place] += step[first + place] }
    return moved
  }

  /// The run whose Gram matrix and values are the weighted means.
  func mixed(with other: FloatingRun, share: Double) -> FloatingRun {
    let (own, others) = ((1 - share).squareRoot(), share.squareRoot())
    return FloatingRun(
      vectors: zip(vectors, other.vectors).map { $0.map { own * $0 } + $1.map { others * $0 } },
      values: zip(values, other.values).map { (1 - share) * $0 + share * $1 })
  }
}
