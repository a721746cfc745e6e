public import Diagnostics

/// Something wrong in the name or the settings of an optimizer.
public enum SettingError: Diagnosable, Equatable {
  case unknownOptimizer(name: String, nearest: String?)
  case unknownWrapper(name: String, nearest: String?)
  case unknownSchedule(name: String, nearest: String?)
  case unknownKey(key: String, optimizer: String, nearest: String?, known: [String])
  case givenTwice(key: String, other: String)
  case notANumber(key: String, text: String)
  case outsideDomain(key: String, value: String, domain: String, reason: String?)
  case unknownValue(key: String, text: String, known: [String])
  /// Settings that are each right, but not together.
  case refused(message: String)

  public var exitCode: ExitCode { .usage }

  public var place: String? {
    switch self {
    case .unknownKey(let key, _, _, _), .givenTwice(let key, _), .notANumber(let key, _),
      .outsideDomain(let key, _, _, _), .unknownValue(let key, _, _):
      String(key.prefix(64))
    default: nil
    }
  }

  public var message: String {
    switch self {
    case .unknownOptimizer(let name, let nearest):
      "unknown optimizer '\(name.prefix(64))'\(suggestion(nearest))"
    case .unknownWrapper(let name, let nearest):
      "unknown wrapper '\(name.prefix(64))'\(suggestion(nearest))"
    case .unknownSchedule(let name, let nearest):
      "unknown schedule '\(name.prefix(64))'\(suggestion(nearest))"
    case .unknownKey(let key, let optimizer, let nearest, let known):
      "\(optimizer) has no hyper-parameter '\(key.prefix(64))'"
        + (nearest == nil ? "; it has \(known.joined(separator: ", "))" : suggestion(nearest))
    case .givenTwice(let key, let other):
      key == other ? "given twice" : "given twice, as '\(key)' and as '\(other)'"
    case .notANumber(_, let text): "'\(text.prefix(64))' is no finite number"
    case .outsideDomain(let key, let value, let domain, let reason):
      "\(key) must lie in \(domain), got \(value.prefix(64))" + (reason.map { ": \($0)" } ?? "")
    case .unknownValue(_, let text, let known):
      "'\(text.prefix(64))' is none of \(known.joined(separator: ", "))"
    case .refused(let message): message
    }
  }

  private func suggestion(_ nearest: String?) -> String {
    nearest.map { "; did you mean '\($0)'?" } ?? ""
  }
}
