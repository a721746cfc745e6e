internal import CGSL

/// The complex roots of a polynomial, with residuals.
public struct PolynomialRoots: Hashable, Sendable {
  /// Ordered by real part, then imaginary part, each as often as its multiplicity.
  public let values: [Complex]
  /// `|p(z)|` at each computed root, by Horner's rule.
  public let residuals: [Double]
}

/// All roots of `Σ aᵢ xⁱ`, as eigenvalues of its balanced companion matrix.
///
/// A root of multiplicity m is accurate to about `ε^(1/m)` only, as with any method in `Double`.
///
/// - Parameter coefficients: `a₀, a₁, …`, constant term first; zeros at the end are dropped.
/// - Throws: ``GSLError`` for a coefficient or root that is not finite, the zero polynomial, no convergence.
public func polynomialRoots(_ coefficients: [Double]) throws(GSLError) -> PolynomialRoots {
  let routine = "gsl_poly_complex_solve"
  try checkFinite(coefficients, "coefficient", routine)
  guard let degree = coefficients.lastIndex(where: { $0 != 0 }) else {
    throw GSLError(routine, .unsuitable(what: "every number is a root of the zero polynomial"))
  }
  let trimmed = Array(coefficients[...degree])
  guard degree > 0 else { return PolynomialRoots(values: [], residuals: []) }
  try checkFinite(trimmed.map { $0 / trimmed[degree] }, "coefficient over the leading one", routine)
  GSLRuntime.silenceAbortHandler()
  let workspace = unsafe try allocated(gsl_poly_complex_workspace_alloc(degree + 1), routine)
  defer { unsafe gsl_poly_complex_workspace_free(workspace) }
  var packed = [Double](repeating: 0, count: 2 * degree)
  try check(
    unsafe gsl_poly_complex_solve(trimmed, degree + 1, workspace, &packed), routine)
  try checkFinite(packed, "root part", routine)
  let values = (0..<degree).map { Complex(real: packed[2 * $0], imaginary: packed[2 * $0 + 1]) }
    .sorted { ($0.real, $0.imaginary) < ($1.real, $1.imaginary) }
  return PolynomialRoots(
    values: values,
    residuals: values.map { root in
      trimmed.reversed().reduce(Complex(real: 0, imaginary: 0)) {
        $0 * root + Complex(real: $1, imaginary: 0)
      }.magnitude
    })
}
