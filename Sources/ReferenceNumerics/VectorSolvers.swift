internal import CGSL

/// Why a search in several variables ended.
public enum SearchStatus: Hashable, Sendable {
  case converged
  case iterationLimit
  /// No step brings an improvement any more; often the limit of rounding.
  case noProgress
}

/// Where a search in several variables ended.
public struct SearchResult: Hashable, Sendable {
  public let point: [Double]
  /// The function at the point: one value for a minimiser, all of them for a root.
  public let values: [Double]
  public let iterations: Int
  public let status: SearchStatus
}

/// A function of a vector that crosses into C as an object.
private final class VectorFunction {
  let body: ([Double]) -> [Double]
  let derivative: ([Double]) -> [Double]
  init(_ body: @escaping ([Double]) -> [Double], derivative: @escaping ([Double]) -> [Double]) {
    self.body = body
    self.derivative = derivative
  }

  static func at(_ pointer: UnsafeMutableRawPointer?) -> VectorFunction? {
    unsafe pointer.map { unsafe Unmanaged<VectorFunction>.fromOpaque($0).takeUnretainedValue() }
  }
}

private func array(_ vector: UnsafePointer<gsl_vector>) -> [Double] {
  unsafe (0..<vector.pointee.size).map { unsafe gsl_vector_get(vector, $0) }
}

/// Copies `values` into a vector; a status of GSL where they do not fit or are not finite.
private func store(_ values: [Double], in vector: UnsafeMutablePointer<gsl_vector>) -> Int32 {
  guard unsafe values.count == vector.pointee.size, values.allSatisfy(\.isFinite) else {
    return Int32(GSL_EBADFUNC)
  }
  for (index, value) in values.enumerated() { unsafe gsl_vector_set(vector, index, value) }
  return Int32(GSL_SUCCESS)
}

private func newVector(
  _ values: [Double], _ routine: String
) throws(GSLError) -> UnsafeMutablePointer<gsl_vector> {
  let vector = unsafe try allocated(gsl_vector_alloc(values.count), routine)
  for (index, value) in values.enumerated() { unsafe gsl_vector_set(vector, index, value) }
  return unsafe vector
}

/// A root of as many functions as variables, by Powell's hybrid method with scaling and differences.
///
/// - Parameters:
///   - tolerance: converged where `Σ|fᵢ|` is at most this.
///   - iterationLimit: at least 1.
/// - Throws: ``GSLError`` where the start or a value is not finite. No convergence is a ``SearchStatus``.
/// - Precondition: `functions` returns as many values as there are variables.
public func root(
  of functions: ([Double]) -> [Double], from start: [Double], tolerance: Double = 1e-12,
  iterationLimit: Int = 200
) throws(GSLError) -> SearchResult {
  let routine = "gsl_multiroot_fsolver_hybrids"
  precondition(tolerance > 0, "a tolerance is above 0, got \(tolerance)")
  precondition(iterationLimit >= 1, "at least one iteration, got \(iterationLimit)")
  try checkFinite(start, "coordinate", routine)
  let first = functions(start)
  precondition(first.count == start.count, "\(first.count) functions of \(start.count) variables")
  try checkFinite(first, "at the start, function", routine)
  guard !start.isEmpty else {
    return SearchResult(point: [], values: [], iterations: 0, status: .converged)
  }
  GSLRuntime.silenceAbortHandler()
  let solver = unsafe try allocated(
    gsl_multiroot_fsolver_alloc(shim_multiroot_hybrids(), start.count), routine)
  defer { unsafe gsl_multiroot_fsolver_free(solver) }
  let origin = unsafe try newVector(start, routine)
  defer { unsafe gsl_vector_free(origin) }
  return try withoutActuallyEscaping(functions) { functions throws(GSLError) in
    let boxed = VectorFunction(functions, derivative: { $0 })
    defer { withExtendedLifetime(boxed) {} }
    var system = unsafe gsl_multiroot_function(
      f: { x, parameters, f in
        guard let x = unsafe x, let f = unsafe f, let boxed = unsafe VectorFunction.at(parameters)
        else { return Int32(GSL_EFAULT) }
        return unsafe store(boxed.body(array(x)), in: f)
      }, n: start.count, params: Unmanaged.passUnretained(boxed).toOpaque())
    return try unsafe withUnsafeMutablePointer(to: &system) { system throws(GSLError) in
      unsafe try check(gsl_multiroot_fsolver_set(solver, system, origin), routine)
      for iteration in 0...iterationLimit {
        let values = unsafe array(solver.pointee.f)
        let point = unsafe array(solver.pointee.x)
        func result(_ status: SearchStatus) -> SearchResult {
          SearchResult(point: point, values: values, iterations: iteration, status: status)
        }
        if values.reduce(0, { $0 + $1.magnitude }) <= tolerance { return result(.converged) }
        if iteration == iterationLimit { return result(.iterationLimit) }
        let status = unsafe Int(gsl_multiroot_fsolver_iterate(solver))
        if [GSL_ENOPROG, GSL_ENOPROGJ].contains(status) { return result(.noProgress) }
        try check(Int32(status), routine)
      }
      throw GSLError(routine, .doesNotConverge(iterations: iterationLimit))
    }
  }
}

/// A local minimiser by the simplex of Nelder and Mead, from values alone.
///
/// - Parameters:
///   - stepSizes: the size of the first simplex along each axis.
///   - tolerance: converged where the simplex is on average this close to its centre.
///   - iterationLimit: at least 1.
/// - Throws: ``GSLError`` where the start or a value is not finite.
public func simplexMinimum(
  of function: ([Double]) -> Double, from start: [Double], stepSizes: [Double],
  tolerance: Double = 1e-10, iterationLimit: Int = 10_000
) throws(GSLError) -> SearchResult {
  let routine = "gsl_multimin_fminimizer_nmsimplex2"
  precondition(stepSizes.count == start.count, "\(stepSizes.count) steps, \(start.count) variables")
  precondition(tolerance > 0, "a tolerance is above 0, got \(tolerance)")
  precondition(iterationLimit >= 1, "at least one iteration, got \(iterationLimit)")
  try checkFinite(start + stepSizes, "coordinate or step", routine)
  try checkFinite([function(start)], "at the start, function", routine)
  guard !start.isEmpty else {
    return SearchResult(point: [], values: [function([])], iterations: 0, status: .converged)
  }
  GSLRuntime.silenceAbortHandler()
  let solver = unsafe try allocated(
    gsl_multimin_fminimizer_alloc(shim_multimin_simplex(), start.count), routine)
  defer { unsafe gsl_multimin_fminimizer_free(solver) }
  let origin = unsafe try newVector(start, routine)
  defer { unsafe gsl_vector_free(origin) }
  let steps = unsafe try newVector(stepSizes, routine)
  defer { unsafe gsl_vector_free(steps) }
  return try withoutActuallyEscaping(function) { function throws(GSLError) in
    let boxed = VectorFunction({ [function($0)] }, derivative: { $0 })
    defer { withExtendedLifetime(boxed) {} }
    var objective = unsafe gsl_multimin_function(
      f: { x, parameters in
        guard let x = unsafe x, let boxed = unsafe VectorFunction.at(parameters) else {
          return .nan
        }
        return unsafe boxed.body(array(x))[0]
      }, n: start.count, params: Unmanaged.passUnretained(boxed).toOpaque())
    return try unsafe withUnsafeMutablePointer(to: &objective) { objective throws(GSLError) in
      unsafe try check(gsl_multimin_fminimizer_set(solver, objective, origin, steps), routine)
      for iteration in 1...iterationLimit {
        let status = unsafe Int(gsl_multimin_fminimizer_iterate(solver))
        let size = unsafe gsl_multimin_fminimizer_size(solver)
        func result(_ status: SearchStatus) throws(GSLError) -> SearchResult {
          let value = unsafe solver.pointee.fval
          try checkFinite([value], "function", routine)
          return unsafe SearchResult(
            point: array(solver.pointee.x), values: [value], iterations: iteration, status: status)
        }
        if status == GSL_ENOPROG { return try result(.noProgress) }
        try check(Int32(status), routine)
        if size <= tolerance { return try result(.converged) }
        if iteration == iterationLimit { return try result(.iterationLimit) }
      }
      throw GSLError(routine, .doesNotConverge(iterations: iterationLimit))
    }
  }
}

/// A local minimiser by the quasi-Newton method of Broyden, Fletcher, Goldfarb and Shanno.
///
/// - Parameters:
///   - firstStep: the length of the first trial step.
///   - tolerance: converged where `‖∇f‖₂` is at most this.
///   - iterationLimit: at least 1.
/// - Throws: ``GSLError`` where the start, a value or a gradient is not finite.
/// - Precondition: `gradient` returns as many values as there are variables.
public func quasiNewtonMinimum(
  of function: ([Double]) -> Double, gradient: ([Double]) -> [Double], from start: [Double],
  firstStep: Double = 0.01, tolerance: Double = 1e-9, iterationLimit: Int = 1000
) throws(GSLError) -> SearchResult {
  let routine = "gsl_multimin_fdfminimizer_vector_bfgs2"
  precondition(firstStep > 0 && tolerance > 0, "step \(firstStep), tolerance \(tolerance)")
  precondition(iterationLimit >= 1, "at least one iteration, got \(iterationLimit)")
  try checkFinite(start, "coordinate", routine)
  let slope = gradient(start)
  precondition(slope.count == start.count, "\(slope.count) slopes of \(start.count) variables")
  try checkFinite([function(start)] + slope, "at the start, value", routine)
  guard !start.isEmpty else {
    return SearchResult(point: [], values: [function([])], iterations: 0, status: .converged)
  }
  GSLRuntime.silenceAbortHandler()
  let solver = unsafe try allocated(
    gsl_multimin_fdfminimizer_alloc(shim_multimin_bfgs(), start.count), routine)
  defer { unsafe gsl_multimin_fdfminimizer_free(solver) }
  let origin = unsafe try newVector(start, routine)
  defer { unsafe gsl_vector_free(origin) }
  return try withoutActuallyEscaping(function) { function throws(GSLError) in
    try withoutActuallyEscaping(gradient) { gradient throws(GSLError) in
      let boxed = VectorFunction({ [function($0)] }, derivative: gradient)
      defer { withExtendedLifetime(boxed) {} }
      var objective = unsafe gsl_multimin_function_fdf(
        f: { x, parameters in
          guard let x = unsafe x, let boxed = unsafe VectorFunction.at(parameters)
          else { return .nan }
          return unsafe boxed.body(array(x))[0]
        },
        df: { x, parameters, g in
          guard let x = unsafe x, let g = unsafe g, let boxed = unsafe VectorFunction.at(parameters)
          else { return }
          let slope = unsafe boxed.derivative(array(x))
          for index in 0..<(unsafe g.pointee.size) {
            unsafe gsl_vector_set(g, index, index < slope.count ? slope[index] : .nan)
          }
        },
        fdf: { x, parameters, f, g in
          guard let x = unsafe x, let f = unsafe f, let g = unsafe g,
            let boxed = unsafe VectorFunction.at(parameters)
          else { return }
          unsafe f.pointee = unsafe boxed.body(array(x))[0]
          let slope = unsafe boxed.derivative(array(x))
          for index in 0..<(unsafe g.pointee.size) {
            unsafe gsl_vector_set(g, index, index < slope.count ? slope[index] : .nan)
          }
        }, n: start.count, params: Unmanaged.passUnretained(boxed).toOpaque())
      return try unsafe withUnsafeMutablePointer(to: &objective) { objective throws(GSLError) in
        unsafe try check(
          gsl_multimin_fdfminimizer_set(solver, objective, origin, firstStep, 0.1), routine)
        for iteration in 0...iterationLimit {
          let (point, value) = unsafe (array(solver.pointee.x), solver.pointee.f)
          let slope = unsafe array(solver.pointee.gradient)
          try checkFinite([value] + slope, "value or slope", routine)
          func result(_ status: SearchStatus) -> SearchResult {
            SearchResult(point: point, values: [value], iterations: iteration, status: status)
          }
          if slope.reduce(0, { $0 + $1 * $1 }).squareRoot() <= tolerance {
            return result(.converged)
          }
          if iteration == iterationLimit { return result(.iterationLimit) }
          let status = unsafe Int(gsl_multimin_fdfminimizer_iterate(solver))
          if status == GSL_ENOPROG { return result(.noProgress) }
          try check(Int32(status), routine)
        }
        throw GSLError(routine, .doesNotConverge(iterations: iterationLimit))
      }
    }
  }
}
