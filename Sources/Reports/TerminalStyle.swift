internal import Properties

/// Colours for a terminal, or none.
public struct TerminalStyle: Sendable {
  /// Whether to colour at all.
  public let isColoured: Bool

  public init(isColoured: Bool) { self.isColoured = isColoured }

  func bold(_ text: String) -> String { wrap(text, "1") }
  func dim(_ text: String) -> String { wrap(text, "2") }

  func coloured(_ text: String, as verdict: Verdict, isFailure: Bool) -> String {
    switch verdict {
    case .refuted: wrap(text, isFailure ? "1;31" : "33")
    case .variant, .inconclusive, .vacuous: wrap(text, "33")
    case .proved, .enclosed: wrap(text, "1;32")
    case .tested, .statistical: wrap(text, "32")
    case .notApplicable, .untested: wrap(text, "2")
    }
  }

  private func wrap(_ text: String, _ code: String) -> String {
    isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
