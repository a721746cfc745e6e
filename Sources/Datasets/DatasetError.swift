public import Diagnostics

/// Why a data file was not read.
public enum DatasetError: Diagnosable, Equatable {
  /// There is no such file, or it cannot be opened.
  case unreadable(path: String, reason: String)
  /// The contents are not what the format says.
  case malformed(path: String, reason: String)
  /// A file is compressed, and the program that would expand it is absent.
  case toolAbsent(path: String, message: String)

  public var exitCode: ExitCode {
    switch self {
    case .unreadable: .noInput
    case .malformed: .data
    case .toolAbsent: .unavailable
    }
  }

  public var place: String? {
    switch self {
    case .unreadable(let path, _), .malformed(let path, _), .toolAbsent(let path, _): path
    }
  }

  public var message: String {
    switch self {
    case .unreadable(_, let reason), .malformed(_, let reason): reason
    case .toolAbsent(_, let message): message
    }
  }
}
