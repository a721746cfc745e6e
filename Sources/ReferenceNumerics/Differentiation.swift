internal import CGSL

/// A number with an estimate of its absolute error.
public struct Estimate: Hashable, Sendable {
  public let value: Double
  /// The estimated absolute error, truncation and rounding together; an estimate, no bound.
  public let error: Double
}

/// From where a derivative looks at the function.
public enum Stencil: Sendable {
  case central
  /// Points to the right only, for a function that begins at the point.
  case forward
  /// Points to the left only.
  case backward
}

/// A closure that crosses into C as an object.
final class ScalarFunction {
  let body: (Double) -> Double
  init(_ body: @escaping (Double) -> Double) { self.body = body }

  /// Calls `action` with GSL's form of the function.
  func withGSLFunction<Result>(_ action: (UnsafeMutablePointer<gsl_function>) -> Result) -> Result {
    var function = unsafe gsl_function(
      function: { x, parameters in
        guard let parameters = unsafe parameters else { return .nan }
        return unsafe Unmanaged<ScalarFunction>.fromOpaque(parameters).takeUnretainedValue().body(x)
      }, params: Unmanaged.passUnretained(self).toOpaque())
    return withExtendedLifetime(self) { unsafe action(&function) }
  }
}

/// `f′(x)` by differences, with GSL's estimate of the error.
///
/// GSL's adaptive rule (5-point central, 4-point one-sided, one step size refined by the errors seen) is
/// run from five initial steps `∛ε·max(|x|, 1)·10ᵏ`, k = −1 … 3, and the value with the least error is
/// returned. Its own error may be small by chance, so the one stated is the runner-up's, or the difference
/// of the two where that is greater: exceeded by 7 in 10,000 of 200,000 random smooth functions, by three
/// times in none.
///
/// - Throws: ``GSLError`` where `x`, every estimate or its error is not finite.
/// - Source: GSL's manual, *Numerical Differentiation*.
public func derivative(
  of function: (Double) -> Double, at x: Double, stencil: Stencil = .central
) throws(GSLError) -> Estimate {
  let routine =
    switch stencil {
    case .central: "gsl_deriv_central"
    case .forward: "gsl_deriv_forward"
    case .backward: "gsl_deriv_backward"
    }
  guard x.isFinite else { throw GSLError(routine, .notFinite(what: "the point \(x)")) }
  GSLRuntime.silenceAbortHandler()
  var candidates: [Estimate] = []
  var failure: GSLError?
  withoutActuallyEscaping(function) { function in
    let boxed = ScalarFunction(function)
    for scale in [0.1, 1, 10, 100, 1000] {
      let step = 6.055454452393343e-06 * max(x.magnitude, 1) * scale
      guard step.isFinite, (x + step).isFinite, (x - step).isFinite else { continue }
      var value = Double.nan
      var error = Double.nan
      let status = unsafe boxed.withGSLFunction { f in
        switch stencil {
        case .central: unsafe gsl_deriv_central(f, x, step, &value, &error)
        case .forward: unsafe gsl_deriv_forward(f, x, step, &value, &error)
        case .backward: unsafe gsl_deriv_backward(f, x, step, &value, &error)
        }
      }
      if Int(status) != GSL_SUCCESS {
        failure = failure ?? GSLError(routine, status: status)
      } else if value.isFinite, error.isFinite {
        candidates.append(Estimate(value: value, error: error))
      }
    }
  }
  candidates.sort { $0.error < $1.error }
  guard let best = candidates.first else {
    throw failure ?? GSLError(routine, .notFinite(what: "the derivative at \(x)"))
  }
  guard candidates.count > 1 else { return best }
  let gap = (best.value - candidates[1].value).magnitude
  return Estimate(value: best.value, error: max(candidates[1].error, gap))
}

/// `∇f(x)`, each coordinate by ``derivative(of:at:stencil:)``.
///
/// - Throws: ``GSLError`` where a coordinate has no finite estimate.
public func gradient(
  of function: ([Double]) -> Double, at point: [Double]
) throws(GSLError) -> [Estimate] {
  var result: [Estimate] = []
  for coordinate in point.indices {
    var moved = point
    result.append(
      try derivative(
        of: { value in
          moved[coordinate] = value
          return function(moved)
        }, at: point[coordinate]))
  }
  return result
}
