public import Diagnostics

/// Why a program could not be run at all.
///
/// What it does once it runs, a failure included, is its `ToolOutcome`.
public enum ToolError: Error, Sendable, Hashable {
  /// It is not on `PATH`, or `ASSAY_HIDE` names it.
  case absent(tool: ExternalTool, isHidden: Bool)
  /// The system refused to start it.
  case notStarted(name: String, reason: String)
  /// Talking to it failed, for a reason that is neither its end nor a limit.
  case notReadable(name: String, reason: String)
  /// The task that waited for it was cancelled; the program was ended.
  case cancelled(name: String)
}

extension ToolError: Diagnosable {
  public var exitCode: ExitCode {
    switch self {
    case .absent, .notStarted: .unavailable
    case .notReadable, .cancelled: .software
    }
  }

  public var message: String {
    switch self {
    case .absent(let tool, isHidden: false):
      "\(tool.name) is not on PATH; install it with: \(tool.installCommand)"
    case .absent(let tool, isHidden: true):
      "\(tool.name) is hidden by ASSAY_HIDE; where it is missing, install it with: "
        + tool.installCommand
    case .notStarted(let name, let reason): "\(name) could not be started: \(reason)"
    case .notReadable(let name, let reason): "talking to \(name) failed: \(reason)"
    case .cancelled(let name): "\(name) was ended because its result is no longer wanted"
    }
  }
}
