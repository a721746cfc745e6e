internal import CGSL

/// A fit by least squares.
public struct LinearFit: Hashable, Sendable {
  /// One for each column of the design matrix.
  public let coefficients: [Double]
  /// The coefficients' covariance, from the residuals' own variance.
  public let covariance: Matrix
  public let sumOfSquares: Double
  /// Observations less coefficients.
  public let degreesOfFreedom: Int

  /// The standard error of each coefficient.
  public var standardErrors: [Double] {
    coefficients.indices.map { covariance[$0, $0].squareRoot() }
  }

  /// Fits `y = Xc` by singular values of the balanced X.
  ///
  /// - Throws: ``GSLError`` where a number is not finite or X does not determine c.
  /// - Precondition: one row of `design` an observation, more rows than columns, at least one column.
  public init(design: Matrix, observations: [Double]) throws(GSLError) {
    let routine = "gsl_multifit_linear"
    let (n, p) = (design.rows, design.columns)
    precondition(observations.count == n, "\(observations.count) observations, \(n) rows")
    precondition(p >= 1 && n > p, "\(n) observations for \(p) coefficients")
    try checkFinite(design.elements, "element of the design", routine)
    try checkFinite(observations, "observation", routine)
    GSLRuntime.silenceAbortHandler()
    let workspace = unsafe try allocated(gsl_multifit_linear_alloc(n, p), routine)
    defer { unsafe gsl_multifit_linear_free(workspace) }
    var x = design.elements
    var y = observations
    var c = [Double](repeating: 0, count: p)
    var covariance = [Double](repeating: 0, count: p * p)
    var squares = 0.0
    var rank = 0
    let status = unsafe x.withUnsafeMutableBufferPointer { x in
      unsafe y.withUnsafeMutableBufferPointer { y in
        unsafe c.withUnsafeMutableBufferPointer { c in
          unsafe covariance.withUnsafeMutableBufferPointer { v -> Int32 in
            var x = unsafe gsl_matrix_view_array(x.baseAddress, n, p)
            var y = unsafe gsl_vector_view_array(y.baseAddress, n)
            var c = unsafe gsl_vector_view_array(c.baseAddress, p)
            var v = unsafe gsl_matrix_view_array(v.baseAddress, p, p)
            return unsafe gsl_multifit_linear_tsvd(
              &x.matrix, &y.vector, 1e-13, &c.vector, &v.matrix, &squares, &rank, workspace)
          }
        }
      }
    }
    try check(status, routine)
    guard rank == p else {
      throw GSLError(
        routine, .unsuitable(what: "the design has rank \(rank) of \(p): no unique coefficients"))
    }
    try checkFinite(c + covariance + [squares], "result", routine)
    coefficients = c
    self.covariance = Matrix(elements: covariance, rows: p, columns: p)
    sumOfSquares = squares
    degreesOfFreedom = n - p
  }

  /// Fits the line `y = c₀ + c₁x`.
  ///
  /// - Throws: ``GSLError`` where a number is not finite or all x are one.
  /// - Precondition: as many x as y, at least three.
  public init(lineThrough x: [Double], _ y: [Double]) throws(GSLError) {
    precondition(x.count == y.count, "\(x.count) abscissas, \(y.count) ordinates")
    try self.init(design: Matrix(x.map { [1, $0] }), observations: y)
  }
}
