public import Diagnostics

/// Why a state was not saved or loaded. A state that was to be replaced is as it was.
public struct SavedStateError: Diagnosable, Equatable {
  public enum Problem: Sendable, Equatable {
    /// The file is not there, or is not one that can be read.
    case unreadable(reason: String)
    case unwritable(reason: String)
    /// The contents break the format.
    case malformed(reason: String)
    /// A safetensors file that holds no state of an optimizer.
    case notAState
    case unknownVersion(Int)
    /// The state is one of something else.
    case differs(what: String, file: String, here: String)
  }

  public let problem: Problem
  /// The file; nil where bytes were decoded.
  public var place: String?

  init(_ problem: Problem, in place: String? = nil) {
    self.problem = problem
    self.place = place
  }

  static func malformed(_ reason: String) -> SavedStateError {
    SavedStateError(.malformed(reason: reason))
  }

  static func differs(_ what: String, file: String, here: String) -> SavedStateError {
    SavedStateError(.differs(what: what, file: String(file.prefix(80)), here: here))
  }

  public var exitCode: ExitCode {
    switch problem {
    case .unreadable: .noInput
    case .unwritable: .cannotCreate
    default: .data
    }
  }

  public var message: String {
    switch problem {
    case .unreadable(let reason): "cannot be read: \(reason)"
    case .unwritable(let reason): "cannot be written: \(reason)"
    case .malformed(let reason): "this is no saved state: \(reason)"
    case .notAState: "the safetensors file holds no state of an optimizer"
    case .unknownVersion(let version):
      "the state is of version \(version), and this reads version \(SavedState.version)"
    case .differs(let what, let file, let here):
      "the saved state is another one's: \(what) is \(file) there, \(here) here"
    }
  }
}
