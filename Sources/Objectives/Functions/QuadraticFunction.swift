internal import Numbers
public import ReferenceNumerics

/// `f(x) = ½(x − c)ᵀQᵀΛQ(x − c)`, with the eigenvalues Λ given and the rotation Q from a seed.
public struct QuadraticFunction: DifferentiableFunction {
  /// The eigenvalues, as given.
  public let spectrum: [Double]
  /// `c`, where the minimum is 0, if no eigenvalue is negative.
  public let centre: [Double]
  /// Q by rows, the eigenvectors; nil for no rotation.
  public let rotation: [[Double]]?

  /// - Parameter rotationSeed: of the rotation; nil for none.
  /// - Precondition: there is an eigenvalue, and as many of `centre`.
  public init(spectrum: [Double], centre: [Double]? = nil, rotationSeed: UInt64? = nil) {
    precondition(!spectrum.isEmpty, "a quadratic has an eigenvalue at least")
    let centre = centre ?? [Double](repeating: 0, count: spectrum.count)
    precondition(centre.count == spectrum.count, "\(centre.count) for \(spectrum.count)")
    self.spectrum = spectrum
    self.centre = centre
    rotation = rotationSeed.map { randomRotation(dimension: spectrum.count, seed: $0) }
  }

  public var dimension: Int { spectrum.count }

  /// `Q(x − c)`, the coordinates along the eigenvectors.
  public func eigenCoordinates(of point: [Double]) -> [Double] {
    let offset = point.indices.map { point[$0] - centre[$0] }
    return rotation.map { $0.map { dotProduct($0, offset) } } ?? offset
  }

  /// The point with these coordinates along the eigenvectors.
  public func point(eigenCoordinates: [Double]) -> [Double] {
    var point = [Double](repeating: 0, count: dimension)
    turnBack(eigenCoordinates, into: &point)
    return point.indices.map { point[$0] + centre[$0] }
  }

  /// `Qᵀy`.
  private func turnBack(_ y: [Double], into x: inout [Double]) {
    guard let rotation else {
      x = y
      return
    }
    for index in x.indices { x[index] = 0 }
    var result = x.mutableSpan
    for row in rotation.indices {
      let factor = y[row]
      let eigenvector = rotation[row]
      let vector = eigenvector.span
      for column in vector.indices { result[column] += factor * vector[column] }
    }
  }

  public func evaluate(at point: [Double], gradient: inout [Double]) -> Double {
    let y = eigenCoordinates(of: point)
    turnBack(y.indices.map { spectrum[$0] * y[$0] }, into: &gradient)
    return value(ofEigenCoordinates: y)
  }

  public func value(at point: [Double]) -> Double {
    value(ofEigenCoordinates: eigenCoordinates(of: point))
  }

  private func value(ofEigenCoordinates y: [Double]) -> Double {
    var sum = 0.0
    for index in y.indices { sum += spectrum[index] * y[index] * y[index] }
    return sum / 2
  }

  public func hessian(at point: [Double]) -> Matrix? {
    var matrix = Matrix(rows: dimension, columns: dimension)
    for row in 0..<dimension {
      for column in 0...row {
        var sum = row == column && rotation == nil ? spectrum[row] : 0
        if let rotation {
          for index in spectrum.indices {
            sum += spectrum[index] * rotation[index][row] * rotation[index][column]
          }
        }
        matrix[row, column] = sum
        matrix[column, row] = sum
      }
    }
    return matrix
  }

  /// The minimum is 0 where there is one.
  public func gap(at point: [Double]) -> Double? {
    spectrum.allSatisfy { $0 >= 0 } ? value(at: point) : nil
  }
}

/// `n` orthogonal unit vectors, uniform over all such bases (Haar's measure): reflections of one basis after
/// the other, each by a normal vector.
///
/// Source: Stewart, *The efficient generation of random orthogonal matrices*, 1980.
func randomRotation(dimension n: Int, seed: UInt64) -> [[Double]] {
  var rows = (0..<n).map { row in (0..<n).map { $0 == row ? 1.0 : 0.0 } }
  for size in 1...n {
    var draws = NormalDraws(seed: seed, property: "rotation", case: UInt64(size))
    var vector = [Double](repeating: 0, count: n)
    for index in (n - size)..<n { vector[index] = draws.next() }
    vector[n - size] += vector[n - size] < 0 ? -euclideanNorm(vector) : euclideanNorm(vector)
    let square = dotProduct(vector, vector)
    guard square > 0 else { continue }
    for row in rows.indices {
      let factor = 2 * dotProduct(rows[row], vector) / square
      for index in (n - size)..<n { rows[row][index] -= factor * vector[index] }
    }
  }
  return rows
}
