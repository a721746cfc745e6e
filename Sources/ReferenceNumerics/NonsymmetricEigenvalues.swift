internal import CGSL

/// Eigenvalues of a square matrix with residuals.
public struct ComplexEigenvalues: Hashable, Sendable {
  /// Ordered by real part, then imaginary part; conjugate pairs stand beside each other.
  public let values: [Complex]
  /// `‖Av − λv‖₂/‖v‖₂` of each pair as computed.
  ///
  /// This is the backward error: λ is an exact eigenvalue of a matrix that far from A in the 2-norm. It does
  /// not bound the error of λ where A is far from normal.
  public let residuals: [Double]
}

/// The eigenvalues of a square matrix that need not be symmetric, by balancing, Hessenberg form and QR.
///
/// - Throws: ``GSLError`` where an element is not finite or QR does not converge.
/// - Precondition: the matrix is square.
public func eigenvalues(of matrix: Matrix) throws(GSLError) -> ComplexEigenvalues {
  let n = matrix.rows
  let routine = "gsl_eigen_nonsymmv"
  precondition(matrix.columns == n, "no square matrix: \(n) × \(matrix.columns)")
  try checkFinite(matrix.elements, "element", routine)
  guard n > 0 else { return ComplexEigenvalues(values: [], residuals: []) }
  GSLRuntime.silenceAbortHandler()
  let workspace = unsafe try allocated(gsl_eigen_nonsymmv_alloc(n), routine)
  defer { unsafe gsl_eigen_nonsymmv_free(workspace) }
  unsafe gsl_eigen_nonsymmv_params(1, workspace)
  let scale = matrix.normalisingPower
  let scaled = matrix.divided(by: scale)
  var scratch = scaled.elements
  var values = [Double](repeating: 0, count: 2 * n)
  var vectors = [Double](repeating: 0, count: 2 * n * n)
  let status = unsafe scratch.withUnsafeMutableBufferPointer { a in
    unsafe values.withUnsafeMutableBufferPointer { w in
      unsafe vectors.withUnsafeMutableBufferPointer { v -> Int32 in
        var a = unsafe gsl_matrix_view_array(a.baseAddress, n, n)
        var w = unsafe gsl_vector_complex_view_array(w.baseAddress, n)
        var v = unsafe gsl_matrix_complex_view_array(v.baseAddress, n, n)
        return unsafe gsl_eigen_nonsymmv(&a.matrix, &w.vector, &v.matrix, workspace)
      }
    }
  }
  try check(status, routine)
  try checkFinite(values, "eigenvalue part", routine)
  let pairs = (0..<n).map { index in
    let value = Complex(real: values[2 * index], imaginary: values[2 * index + 1])
    let vector = (0..<n).map { row in
      let start = 2 * (row * n + index)
      return Complex(real: vectors[start], imaginary: vectors[start + 1])
    }
    return (
      Complex(real: value.real * scale, imaginary: value.imaginary * scale),
      residual(of: scaled, value: value, vector: vector) * scale
    )
  }.sorted { ($0.0.real, $0.0.imaginary) < ($1.0.real, $1.0.imaginary) }
  return ComplexEigenvalues(values: pairs.map(\.0), residuals: pairs.map(\.1))
}

private func residual(of matrix: Matrix, value: Complex, vector: [Complex]) -> Double {
  var squares = 0.0
  var length = 0.0
  for row in vector.indices {
    var sum = Complex(real: 0, imaginary: 0) - value * vector[row]
    for column in vector.indices {
      sum = sum + Complex(real: matrix[row, column], imaginary: 0) * vector[column]
    }
    squares += sum.real * sum.real + sum.imaginary * sum.imaginary
    length +=
      vector[row].real * vector[row].real + vector[row].imaginary * vector[row].imaginary
  }
  return (squares / length).squareRoot()
}
