public import Diagnostics

/// A search that cannot be begun, with the argument that is at fault.
public enum CriticalPointError: Diagnosable, Equatable {
  /// The text of a box is no list of `name=lower:upper`.
  case unreadableBox(text: String)
  /// A bound is no finite number.
  case boundIsNoNumber(variable: String, text: String)
  /// The lower bound is above the upper one.
  case reversedBox(variable: String, lower: String, upper: String)
  /// The bounds are one number.
  case emptyBox(variable: String, at: String)
  /// A box of no variable, or of more than `limit`.
  case variableCount(Int, limit: Int)
  case repeatedVariable(String)
  /// The function has a variable that the box does not bound.
  case unboundedVariable(String, box: [String])
  /// An exponent of the transform is not above 0.
  case exponent(name: String, text: String)
  /// The text of a transform is not `ayla:N1=…,N2=…`.
  case unreadableTransform(text: String)

  public var exitCode: ExitCode { .usage }

  public var place: String? {
    switch self {
    case .exponent, .unreadableTransform: "--transform"
    default: "--box"
    }
  }

  public var message: String {
    switch self {
    case .unreadableBox(let text):
      "'\(text)' is no box: bounds are written name=lower:upper, as in x=-1:1,y=0:2"
    case .boundIsNoNumber(let variable, let text):
      "the bound '\(text)' of \(variable) is no finite number"
    case .reversedBox(let variable, let lower, let upper):
      "the box is reversed: \(variable) from \(lower) to \(upper)"
    case .emptyBox(let variable, let value):
      "the box has no width: \(variable) from \(value) to \(value)"
    case .variableCount(0, _): "the box bounds no variable"
    case .variableCount(let count, let limit):
      "the box has \(count) variables, the search takes at most \(limit)"
    case .repeatedVariable(let name): "the box bounds \(name) twice"
    case .unboundedVariable(let name, let box):
      "unknown variable '\(name)': the box bounds \(box.joined(separator: ", "))"
    case .exponent(let name, let text):
      if Double(text) == 0 {
        "\(name) must be above 0, got \(text): with exponent 0 every gradient is zero"
      } else {
        "\(name) must be a finite number above 0, got \(text)"
      }
    case .unreadableTransform(let text):
      "'\(text)' is no transform: it is written ayla:N1=1.5,N2=1"
    }
  }
}
