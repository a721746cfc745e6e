internal import CGSL

/// Where a search on a line ended.
public struct LineResult: Hashable, Sendable {
  /// The root or minimiser.
  public let point: Double
  /// The function there.
  public let value: Double
  /// An interval that still holds it.
  public let bracket: ClosedRange<Double>
  public let iterations: Int
}

/// A root of `f` between two points of opposite sign, by Brent's method.
///
/// - Parameters:
///   - tolerance: the length of the last bracket, relative to the root's magnitude; `0` asks for as much as
///     `Double` can tell.
///   - iterationLimit: at least 1.
/// - Throws: ``GSLError`` where the signs agree, a value is not finite, or the limit comes first.
public func root(
  of function: (Double) -> Double, in bracket: ClosedRange<Double>, tolerance: Double = 0,
  iterationLimit: Int = 200
) throws(GSLError) -> LineResult {
  let routine = "gsl_root_fsolver_brent"
  precondition(tolerance >= 0, "a tolerance is not negative, got \(tolerance)")
  precondition(iterationLimit >= 1, "at least one iteration, got \(iterationLimit)")
  try checkFinite([bracket.lowerBound, bracket.upperBound], "bound", routine)
  let ends = [function(bracket.lowerBound), function(bracket.upperBound)]
  try checkFinite(ends, "the function at bound", routine)
  for (end, value) in zip([bracket.lowerBound, bracket.upperBound], ends) where value == 0 {
    return LineResult(point: end, value: 0, bracket: end...end, iterations: 0)
  }
  guard (ends[0] < 0) != (ends[1] < 0) else {
    throw GSLError(
      routine,
      .unsuitable(
        what: "no change of sign between \(bracket.lowerBound) and \(bracket.upperBound)"))
  }
  GSLRuntime.silenceAbortHandler()
  let solver = unsafe try allocated(gsl_root_fsolver_alloc(shim_root_brent()), routine)
  defer { unsafe gsl_root_fsolver_free(solver) }
  return try withoutActuallyEscaping(function) { function throws(GSLError) in
    unsafe try lineSearch(function, routine, iterationLimit) { f throws(GSLError) in
      unsafe try check(
        gsl_root_fsolver_set(solver, f, bracket.lowerBound, bracket.upperBound), routine)
    } step: {
      unsafe (
        gsl_root_fsolver_iterate(solver), gsl_root_fsolver_x_lower(solver),
        gsl_root_fsolver_root(solver), gsl_root_fsolver_x_upper(solver)
      )
    } isDone: { lower, point, upper in
      // Two units in the last place is what Brent's bracket can always reach.
      upper - lower <= max(tolerance * point.magnitude, 2 * point.ulp) || function(point) == 0
    }
  }
}

/// A minimiser of `f` in a bracket, by Brent's method, from a guess with a lesser value than the ends have.
///
/// A minimum is flat, so `Double` cannot place it better than about `√ε`; GSL's own bracket stops near
/// `4√ε·|x|`.
///
/// - Throws: ``GSLError`` where the guess is no lower than the ends, a value is not finite, or the limit
///   comes first.
public func minimum(
  of function: (Double) -> Double, in bracket: ClosedRange<Double>, guess: Double,
  tolerance: Double = 1e-7, iterationLimit: Int = 200
) throws(GSLError) -> LineResult {
  let routine = "gsl_min_fminimizer_brent"
  precondition(tolerance > 0, "a tolerance is above 0, got \(tolerance)")
  precondition(iterationLimit >= 1, "at least one iteration, got \(iterationLimit)")
  let points = [bracket.lowerBound, guess, bracket.upperBound]
  try checkFinite(points, "point", routine)
  try checkFinite(points.map(function), "the function at point", routine)
  GSLRuntime.silenceAbortHandler()
  let solver = unsafe try allocated(gsl_min_fminimizer_alloc(shim_min_brent()), routine)
  defer { unsafe gsl_min_fminimizer_free(solver) }
  return try withoutActuallyEscaping(function) { function throws(GSLError) in
    unsafe try lineSearch(function, routine, iterationLimit) { f throws(GSLError) in
      unsafe try check(
        gsl_min_fminimizer_set(solver, f, guess, bracket.lowerBound, bracket.upperBound), routine)
    } step: {
      unsafe (
        gsl_min_fminimizer_iterate(solver), gsl_min_fminimizer_x_lower(solver),
        gsl_min_fminimizer_x_minimum(solver), gsl_min_fminimizer_x_upper(solver)
      )
    } isDone: { lower, point, upper in
      upper - lower <= tolerance * max(point.magnitude, 1)
    }
  }
}

/// The loop that both searches share.
private func lineSearch(
  _ function: @escaping (Double) -> Double, _ routine: String, _ iterationLimit: Int,
  set: (UnsafeMutablePointer<gsl_function>) throws(GSLError) -> Void,
  step: () -> (status: Int32, lower: Double, point: Double, upper: Double),
  isDone: (_ lower: Double, _ point: Double, _ upper: Double) -> Bool
) throws(GSLError) -> LineResult {
  let boxed = ScalarFunction(function)
  let outcome: Result<LineResult, GSLError> = unsafe boxed.withGSLFunction { f in
    do throws(GSLError) {
      try unsafe set(f)
      for iteration in 1...iterationLimit {
        let (status, lower, point, upper) = step()
        try check(status, routine)
        try checkFinite([lower, point, upper], "iterate", routine)
        if isDone(lower, point, upper) {
          return .success(
            LineResult(
              point: point, value: function(point), bracket: lower...upper, iterations: iteration))
        }
      }
      return .failure(GSLError(routine, .doesNotConverge(iterations: iterationLimit)))
    } catch {
      return .failure(error)
    }
  }
  return try outcome.get()
}
