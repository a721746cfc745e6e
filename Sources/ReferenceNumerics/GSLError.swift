public import Diagnostics
internal import CGSL

/// Why a routine of GSL gave no result.
public struct GSLError: Diagnosable, Equatable {
  public enum Reason: Equatable, Sendable {
    /// The routine ended with this status of `gsl_errno.h`.
    case status(code: Int, text: String)
    /// An input, a value of the function or a result is NaN or infinite.
    case notFinite(what: String)
    /// The iteration limit was reached first.
    case doesNotConverge(iterations: Int)
    /// The routine has no answer for such an input.
    case unsuitable(what: String)
  }

  /// The name of the routine, as in GSL's manual.
  public let routine: String
  public let reason: Reason

  public var exitCode: ExitCode { .software }

  public var message: String {
    switch reason {
    case .status(let code, let text): "\(routine): \(text) (GSL status \(code))"
    case .notFinite(let what): "\(routine): \(what) is not finite"
    case .doesNotConverge(let iterations):
      "\(routine): no convergence within \(iterations) iterations"
    case .unsuitable(let what): "\(routine): \(what)"
    }
  }

  init(_ routine: String, _ reason: Reason) {
    self.routine = routine
    self.reason = reason
  }

  /// The error that a status stands for.
  init(_ routine: String, status: Int32) {
    self.init(
      routine,
      .status(code: Int(status), text: unsafe String(cString: gsl_strerror(status))))
  }
}

/// Throws unless a routine succeeded.
func check(_ status: Int32, _ routine: String) throws(GSLError) {
  if Int(status) != GSL_SUCCESS { throw GSLError(routine, status: status) }
}

/// The handle that a routine allocated; GSL returns none where memory is short.
func allocated<Handle>(
  _ handle: UnsafeMutablePointer<Handle>?, _ routine: String
) throws(GSLError) -> UnsafeMutablePointer<Handle> {
  guard let handle = unsafe handle else { throw GSLError(routine, status: Int32(GSL_ENOMEM)) }
  return unsafe handle
}

/// Throws unless every number is finite: GSL's loops may never end on NaN.
func checkFinite(
  _ values: some Sequence<Double>, _ what: String, _ routine: String
) throws(GSLError) {
  for (index, value) in values.enumerated() where !value.isFinite {
    throw GSLError(routine, .notFinite(what: "\(what) \(index), \(value),"))
  }
}

enum GSLRuntime {
  private static let silenced: Void = { _ = unsafe gsl_set_error_handler_off() }()
  /// Turns GSL's error handler off, which would abort the process; once, it is global.
  static func silenceAbortHandler() { silenced }
}
