internal import Numbers
internal import ReferenceNumerics

/// Enclosures of the eigenvalues of a symmetric matrix, ascending.
///
/// GSL finds eigenvalues and vectors of the midpoints; with `R = AV − VΛ` and nearly orthogonal vectors,
/// each eigenvalue in order lies within `‖R‖/σ(V) ≤ 2·√Σρᵢ²` of GSL's, ρ being the certified residuals,
/// and the radii add their Frobenius norm (Weyl).
func eigenvalueEnclosures(of matrix: [[Interval]]) throws -> [Interval]? {
  let count = matrix.count
  guard matrix.allSatisfy({ $0.allSatisfy { $0.isDefined && $0.isBounded } }) else { return nil }
  if count == 1 { return [matrix[0][0]] }
  var middle = Matrix(rows: count, columns: count)
  var radii = 0.0
  for row in 0..<count {
    for column in 0..<count {
      let entry = matrix[min(row, column)][max(row, column)]
      middle[row, column] = entry.midpoint
      radii += entry.radius * entry.radius
    }
  }
  let solver = try SymmetricEigensolver(dimension: count)
  let system = try solver.eigensystem(of: middle)
  let residual = system.residuals.reduce(0) { $0 + $1 * $1 }.squareRoot()
  // Sums and roots of a few squares round by less than a millionth.
  let distance = (2 * residual + radii.squareRoot()) * (1 + 1e-6) + .leastNormalMagnitude
  return system.values.map { Interval($0, $0) + Interval(-distance, distance) }
}

/// How many eigenvalues are certainly above, and how many certainly below zero.
func certainSigns(_ eigenvalues: [Interval]) -> (positive: Int, negative: Int) {
  (eigenvalues.count { $0.lower > 0 }, eigenvalues.count { $0.upper < 0 })
}
