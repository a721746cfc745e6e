internal import Numbers
internal import ReferenceNumerics

/// Vectors and matrices of at most four rows, plain and of intervals.
enum SmallLinearAlgebra {
  /// The inverse by elimination with row exchange, or nil where it is singular or not finite.
  static func inverse(_ matrix: [[Double]]) -> [[Double]]? {
    let n = matrix.count
    var rows = matrix.enumerated().map { place, row in
      row + (0..<n).map { $0 == place ? 1.0 : 0 }
    }
    for column in 0..<n {
      guard
        let pivot = (column..<n).max(by: {
          rows[$0][column].magnitude < rows[$1][column].magnitude
        }), rows[pivot][column] != 0
      else { return nil }
      rows.swapAt(column, pivot)
      let factor = 1 / rows[column][column]
      rows[column] = rows[column].map { $0 * factor }
      for row in 0..<n where row != column {
        let multiple = rows[row][column]
        if multiple == 0 { continue }
        for place in 0..<2 * n { rows[row][place] -= multiple * rows[column][place] }
      }
    }
    let result = rows.map { Array($0[n...]) }
    return result.allSatisfy { $0.allSatisfy(\.isFinite) } ? result : nil
  }

  /// Signs of the eigenvalues.
  struct Inertia: Hashable, Sendable {
    var positive = 0
    var zero = 0
    var negative = 0
  }

  /// The inertia that every symmetric matrix within an interval matrix has, or nil where this does not show.
  ///
  /// Congruence by approximate eigenvectors Q keeps the inertia (Sylvester); `QᵀHQ` is nearly diagonal, and
  /// where no disc of Gershgorin holds 0, the discs' signs are the eigenvalues'. A singular Q would leave a zero
  /// eigenvalue, so Q needs no check.
  static func inertia(_ matrix: [[Interval]]) -> Inertia? {
    let n = matrix.count
    guard matrix.allSatisfy({ $0.allSatisfy { $0.isDefined && $0.isBounded } }) else { return nil }
    guard let system = eigensystem(matrix.map { $0.map(\.midpoint) }) else { return nil }
    let q = (0..<n).map { row in (0..<n).map { Interval(system.vectors[row, $0]) } }
    var inertia = Inertia()
    for i in 0..<n {
      var radius = Interval(0)
      var centre = Interval(0)
      for j in 0..<n {
        var entry = Interval(0)
        for a in 0..<n {
          for b in 0..<n { entry = entry + q[a][i] * matrix[a][b] * q[b][j] }
        }
        if i == j { centre = entry } else { radius = radius + entry.magnitude }
      }
      if (centre - radius).lower > 0 {
        inertia.positive += 1
      } else if (centre + radius).upper < 0 {
        inertia.negative += 1
      } else {
        return nil
      }
    }
    return inertia
  }

  /// The inertia of a symmetric matrix of fractions, exactly, by congruence to a diagonal.
  static func inertia(_ matrix: [[Rational]]) -> Inertia {
    var a = matrix
    var inertia = Inertia()
    while !a.isEmpty {
      let n = a.count
      if let pivot = a.indices.first(where: { !a[$0][$0].isZero }) {
        a.swapAt(0, pivot)
        for row in a.indices { a[row].swapAt(0, pivot) }
      } else if let (i, j) = firstNonzero(a) {
        // With zeros on the diagonal, adding row and column j to i puts 2aᵢⱼ there.
        for column in 0..<n { a[i][column] += a[j][column] }
        for row in 0..<n { a[row][i] += a[row][j] }
        continue
      } else {
        inertia.zero += n
        break
      }
      let inverse = reciprocal(a[0][0])
      if a[0][0].isNegative { inertia.negative += 1 } else { inertia.positive += 1 }
      a = (1..<n).map { row in
        (1..<n).map { column in a[row][column] - a[row][0] * inverse * a[0][column] }
      }
    }
    return inertia
  }

  private static func firstNonzero(_ a: [[Rational]]) -> (Int, Int)? {
    for i in a.indices {
      for j in a.indices where j > i && !a[i][j].isZero { return (i, j) }
    }
    return nil
  }

  /// GSL's eigenvalues and eigenvectors, or nil where the matrix is not finite.
  static func eigensystem(_ matrix: [[Double]]) -> SymmetricEigensystem? {
    let n = matrix.count
    var symmetric = Matrix(rows: n, columns: n)
    for i in 0..<n {
      for j in 0..<n { symmetric[i, j] = matrix[min(i, j)][max(i, j)] }
    }
    return try? SymmetricEigensolver(dimension: n).eigensystem(of: symmetric)
  }
}
