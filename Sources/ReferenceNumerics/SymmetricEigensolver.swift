internal import CGSL

/// Eigenvalues and eigenvectors of a symmetric matrix.
public struct SymmetricEigensystem: Hashable, Sendable {
  /// Ascending.
  public let values: [Double]
  /// The eigenvectors as columns, in the order of the values, of length 1 to rounding.
  public let vectors: Matrix
  /// For each pair an upper bound of `‖Av − λv‖₂/‖v‖₂`, its own rounding included.
  ///
  /// A has an eigenvalue within it of λ, since A is symmetric: the certificate does not trust GSL.
  public let residuals: [Double]
}

/// A reusable solver for the eigenvalues of `n × n` symmetric matrices.
@safe public struct SymmetricEigensolver: ~Copyable {
  private let workspace: UnsafeMutablePointer<gsl_eigen_symmv_workspace>?
  public let dimension: Int

  /// - Throws: ``GSLError`` where memory is short.
  public init(dimension: Int) throws(GSLError) {
    precondition(dimension >= 0, "no matrix has \(dimension) rows")
    self.dimension = dimension
    guard dimension > 0 else {
      unsafe workspace = nil
      return
    }
    GSLRuntime.silenceAbortHandler()
    unsafe workspace = try allocated(gsl_eigen_symmv_alloc(dimension), "gsl_eigen_symmv_alloc")
  }

  deinit { if let workspace = unsafe workspace { unsafe gsl_eigen_symmv_free(workspace) } }

  /// The eigenvalues, ascending; each accurate to about `n·ε·‖A‖₂`.
  public func eigenvalues(of matrix: Matrix) throws(GSLError) -> [Double] {
    try eigensystem(of: matrix).values
  }

  /// Eigenvalues, eigenvectors and residual bounds, by reduction to tridiagonal form and QR.
  ///
  /// - Throws: ``GSLError`` where an element is not finite.
  /// - Precondition: the matrix is symmetric and of the solver's dimension.
  public func eigensystem(of matrix: Matrix) throws(GSLError) -> SymmetricEigensystem {
    let n = dimension
    precondition(
      matrix.rows == n && matrix.columns == n,
      "a solver for \(n) × \(n) got \(matrix.rows) × \(matrix.columns)")
    try checkFinite(matrix.elements, "element", "gsl_eigen_symmv")
    for i in 0..<n {
      for j in 0..<i {
        precondition(
          matrix[i, j] == matrix[j, i],
          "not symmetric: element (\(i), \(j)) is \(matrix[i, j]), its mirror \(matrix[j, i])")
      }
    }
    guard n > 0, let workspace = unsafe workspace else {
      return SymmetricEigensystem(values: [], vectors: Matrix(rows: 0, columns: 0), residuals: [])
    }
    let scale = matrix.normalisingPower
    var scratch = matrix.elements.map { $0 / scale }
    var values = [Double](repeating: 0, count: n)
    var vectors = [Double](repeating: 0, count: n * n)
    let status = unsafe scratch.withUnsafeMutableBufferPointer { a in
      unsafe values.withUnsafeMutableBufferPointer { w in
        unsafe vectors.withUnsafeMutableBufferPointer { v -> Int32 in
          var a = unsafe gsl_matrix_view_array(a.baseAddress, n, n)
          var w = unsafe gsl_vector_view_array(w.baseAddress, n)
          var v = unsafe gsl_matrix_view_array(v.baseAddress, n, n)
          return unsafe gsl_eigen_symmv(&a.matrix, &w.vector, &v.matrix, workspace)
        }
      }
    }
    try check(status, "gsl_eigen_symmv")
    try checkFinite(values, "eigenvalue", "gsl_eigen_symmv")
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    var ordered = Matrix(rows: n, columns: n)
    for (place, old) in order.enumerated() {
      for row in 0..<n { ordered[row, place] = vectors[row * n + old] }
    }
    let sorted = order.map { values[$0] * scale }
    try checkFinite(sorted, "eigenvalue", "gsl_eigen_symmv")
    return SymmetricEigensystem(
      values: sorted, vectors: ordered,
      residuals: sorted.indices.map {
        residualBound(of: matrix, scaledBy: scale, value: sorted[$0], vector: ordered.column($0))
      })
  }
}

/// An upper bound of `‖Av − λv‖/‖v‖`: the residual as computed, and `(n + 2)·ε` of the magnitudes it sums.
private func residualBound(
  of matrix: Matrix, scaledBy scale: Double, value: Double, vector: [Double]
) -> Double {
  let n = vector.count
  var residual = 0.0
  var length = 0.0
  for row in 0..<n {
    var sum = -(value / scale) * vector[row]
    var magnitudes = sum.magnitude
    for column in 0..<n {
      let term = (matrix[row, column] / scale) * vector[column]
      sum += term
      magnitudes += term.magnitude
    }
    let bound = sum.magnitude + Double(n + 2) * .ulpOfOne * magnitudes
    residual += bound * bound
    length += vector[row] * vector[row]
  }
  // The sums of squares and the roots round up to n + 2 times more; underflow adds one smallest number.
  let quotient = (residual / length).squareRoot() * (1 + Double(n + 4) * .ulpOfOne)
  return quotient * scale + scale * .leastNormalMagnitude + .leastNonzeroMagnitude
}
