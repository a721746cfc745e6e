public import Datasets
public import Diagnostics
public import Formulas

/// Something wrong in the name or the settings of a problem.
public enum ObjectiveError: Diagnosable {
  case unknownObjective(name: String, nearest: String?)
  case unknownKey(key: String, objective: String, known: [String])
  case badValue(key: String, text: String, expected: String)
  /// The text of a typed function is no formula.
  case formula(FormulaSyntaxError)
  /// A typed function that no method can be run on.
  case unusable(reason: String)
  case dataset(DatasetError)

  public var exitCode: ExitCode {
    switch self {
    case .dataset(let error): error.exitCode
    default: .usage
    }
  }

  public var place: String? {
    switch self {
    case .unknownKey(let key, _, _), .badValue(let key, _, _): key
    case .formula(let error): error.place
    case .dataset(let error): error.place
    case .unknownObjective, .unusable: nil
    }
  }

  public var message: String {
    switch self {
    case .unknownObjective(let name, let nearest):
      "there is no problem '\(name.prefix(64))'"
        + (nearest.map { "; did you mean '\($0)'?" } ?? "")
    case .unknownKey(_, let objective, let known):
      known.isEmpty
        ? "the problem \(objective) has no settings"
        : "the problem \(objective) has no such setting; it has \(known.joined(separator: ", "))"
    case .badValue(_, let text, let expected): "'\(text.prefix(64))' is not \(expected)"
    case .formula(let error): error.message
    case .unusable(let reason): reason
    case .dataset(let error): error.message
    }
  }

  public var excerpt: String? { if case .formula(let error) = self { error.excerpt } else { nil } }
}
