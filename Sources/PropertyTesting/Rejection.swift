public import Diagnostics

/// Why a generator made no value of its choices.
public enum Rejection: Diagnosable, Hashable {
  /// A filter refused what was drawn.
  case filtered(String)
  /// The value took more choices than a case may have.
  case tooLarge(limit: Int)
  /// The value nests deeper than a case may.
  case tooDeep(limit: Int)
  /// The generator can make no value at all.
  case invalid(String)

  public var exitCode: ExitCode { .usage }
  public var message: String {
    switch self {
    case .filtered(let reason): reason
    case .tooLarge(let limit): "the value takes more than \(limit) choices"
    case .tooDeep(let limit): "the value nests more than \(limit) deep"
    case .invalid(let reason): reason
    }
  }
}
