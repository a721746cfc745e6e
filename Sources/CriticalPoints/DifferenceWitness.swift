internal import ReferenceNumerics

/// GSL's differences as a witness of symbolic derivatives: it shares nothing with them but the function.
enum DifferenceWitness {
  /// Whether differences of the values find the gradient 0, and differences of the gradient the Hessian, within
  /// three times the errors that GSL estimates and 1e-7 of the largest second derivative; nil where the stencils
  /// leave the function's domain.
  ///
  /// GSL takes a function's rounding to be relative to its value; a slope at its zero is a sum that cancels, and
  /// rounds by more. Hence the 1e-7: a wrong derivative is off by far more than that.
  ///
  /// - Parameter hessian: as evaluated at the point.
  static func agrees(
    at point: [Double], value: ([Double]) -> Double, gradient: ([Double]) -> [Double],
    hessian: [[Double]]
  ) -> Bool? {
    guard let slopes = try? ReferenceNumerics.gradient(of: value, at: point),
      let curvature = try? ReferenceNumerics.hessian(ofGradient: gradient, at: point)
    else { return nil }
    let largest = hessian.joined().map(\.magnitude).max() ?? 0
    let size = point.map(\.magnitude).max() ?? 0
    // The point is rounded, so the gradient there is 0 only to the Hessian times that.
    let offset = largest * (8 * size.ulp * Double(point.count) + 1e-9)
    let isCritical = slopes.allSatisfy { $0.value.magnitude <= 3 * $0.error + offset }
    let isHessian = point.indices.allSatisfy { i in
      point.indices.allSatisfy { j in
        (curvature.values[i, j] - hessian[i][j]).magnitude
          <= 3 * curvature.errors[i, j] + 1e-7 * largest
      }
    }
    return isCritical && isHessian
  }
}
