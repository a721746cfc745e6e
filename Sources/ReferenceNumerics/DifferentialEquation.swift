internal import CGSL

/// How an initial value problem is stepped; both choose their step size by the tolerance.
public enum IntegrationMethod: Sendable {
  /// Runge–Kutta–Fehlberg 4(5).
  case fehlberg45
  /// Runge–Kutta 8(9) of Prince and Dormand.
  case princeDormand89
}

private final class VectorField {
  let body: (Double, [Double]) -> [Double]
  var count = 0
  init(_ body: @escaping (Double, [Double]) -> [Double]) { self.body = body }
}

/// Solves `y′ = F(t, y)`, `y(t₀) = y₀`, and returns y at each of the given times.
///
/// - Parameters:
///   - times: increasing from `start` on, or decreasing.
///   - tolerance: of the local error, relative to `|yᵢ|`; absolute below `absoluteTolerance/tolerance`.
///   - stepLimit: the most steps between two times.
/// - Throws: ``GSLError`` where a state or slope is not finite, the step becomes too small, or the limit
///   comes first.
/// - Precondition: `field` returns as many values as the state has.
public func integrate(
  _ field: (_ t: Double, _ y: [Double]) -> [Double], from start: Double, state: [Double],
  at times: [Double], method: IntegrationMethod = .princeDormand89, tolerance: Double = 1e-10,
  absoluteTolerance: Double = 1e-14, stepLimit: Int = 100_000
) throws(GSLError) -> [[Double]] {
  let routine = "gsl_odeiv2_driver_apply"
  precondition(tolerance > 0 && absoluteTolerance >= 0, "tolerance \(tolerance)")
  precondition(stepLimit >= 1, "at least one step, got \(stepLimit)")
  try checkFinite([start] + times, "time", routine)
  try checkFinite(state, "coordinate", routine)
  let slope = field(start, state)
  precondition(slope.count == state.count, "\(slope.count) slopes of \(state.count) coordinates")
  try checkFinite(slope, "at the start, slope", routine)
  guard !state.isEmpty, let last = times.last else { return times.map { _ in state } }
  let direction: Double = last >= start ? 1 : -1
  precondition(
    zip([start] + times, times).allSatisfy { ($1 - $0) * direction >= 0 },
    "times run one way from \(start): \(times)")
  GSLRuntime.silenceAbortHandler()
  return try withoutActuallyEscaping(field) { field throws(GSLError) in
    let boxed = VectorField(field)
    boxed.count = state.count
    defer { withExtendedLifetime(boxed) {} }
    var system = unsafe gsl_odeiv2_system(
      function: { t, y, slopes, parameters in
        guard let y = unsafe y, let slopes = unsafe slopes, let parameters = unsafe parameters
        else { return Int32(GSL_EFAULT) }
        let boxed = unsafe Unmanaged<VectorField>.fromOpaque(parameters).takeUnretainedValue()
        let values = unsafe boxed.body(t, Array(UnsafeBufferPointer(start: y, count: boxed.count)))
        guard values.count == boxed.count, values.allSatisfy(\.isFinite) else {
          return Int32(GSL_EBADFUNC)
        }
        for (index, value) in values.enumerated() { unsafe slopes[index] = value }
        return Int32(GSL_SUCCESS)
      }, jacobian: nil, dimension: state.count, params: Unmanaged.passUnretained(boxed).toOpaque())
    return try unsafe withUnsafeMutablePointer(to: &system) { system throws(GSLError) in
      let kind =
        switch method {
        case .fehlberg45: unsafe shim_odeiv2_rkf45()
        case .princeDormand89: unsafe shim_odeiv2_rk8pd()
        }
      let firstStep = direction * max((last - start).magnitude * 1e-6, 1e-12)
      let driver = unsafe try allocated(
        gsl_odeiv2_driver_alloc_y_new(system, kind, firstStep, absoluteTolerance, tolerance),
        routine)
      defer { unsafe gsl_odeiv2_driver_free(driver) }
      unsafe try check(gsl_odeiv2_driver_set_nmax(driver, UInt(stepLimit)), routine)
      var t = start
      var y = state
      var states: [[Double]] = []
      for time in times {
        if time != t {
          unsafe try check(gsl_odeiv2_driver_apply(driver, &t, time, &y), routine)
          try checkFinite(y, "coordinate", routine)
        }
        states.append(y)
      }
      return states
    }
  }
}
