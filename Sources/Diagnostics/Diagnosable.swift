/// What a process ends with, in the numbering of BSD's `sysexits`.
public enum ExitCode: Int32, Sendable {
  /// Nothing declared was refuted.
  case success = 0
  /// A declared property was refuted.
  case refuted = 1
  /// Something wrong in the arguments, typed functions included.
  case usage = 64
  /// Wrong contents of a file.
  case data = 65
  /// An input file cannot be read.
  case noInput = 66
  /// A needed tool, library or command is absent.
  case unavailable = 69
  /// A fault of Assay's own.
  case software = 70
  /// Output cannot be written.
  case cannotCreate = 73
}

/// An error that a person can act on: what is wrong, where, and what the process should end with.
///
/// The message is one line that shows the offending value.
public protocol Diagnosable: Error, Sendable {
  var exitCode: ExitCode { get }
  /// Where the fault lies, `file:line:column` or the argument's name, if it lies anywhere in particular.
  var place: String? { get }
  var message: String { get }
  /// The offending line and a caret under the offending column, if there is such a line.
  var excerpt: String? { get }
}

extension Diagnosable {
  public var place: String? { nil }
  public var excerpt: String? { nil }
  /// The error as one line, and the excerpt after it.
  public var diagnosis: String {
    let line = if let place { "\(place): \(message)" } else { message }
    return if let excerpt { "\(line)\n\(excerpt)" } else { line }
  }
}
