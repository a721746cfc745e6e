public import Numbers

/// An interval of the real line with open or closed ends, `[0, 1)` or `(0, inf)`.
public struct Domain: Sendable, Hashable {
  /// The lower end; nil where there is none.
  public let lower: Rational?
  public let upper: Rational?
  public let lowerIsOpen: Bool
  public let upperIsOpen: Bool

  public init(
    lower: Rational?, upper: Rational?, lowerIsOpen: Bool = false, upperIsOpen: Bool = false
  ) {
    self.lower = lower
    self.upper = upper
    self.lowerIsOpen = lower == nil || lowerIsOpen
    self.upperIsOpen = upper == nil || upperIsOpen
  }

  public func contains(_ value: Rational) -> Bool {
    let isAbove = lower.map { lowerIsOpen ? $0 < value : $0 <= value } ?? true
    let isBelow = upper.map { upperIsOpen ? value < $0 : value <= $0 } ?? true
    return isAbove && isBelow
  }

  /// `[0, 1)`.
  public static let decay = Domain(lower: 0, upper: 1, upperIsOpen: true)
  /// `(0, inf)`.
  public static let positive = Domain(lower: 0, upper: nil, lowerIsOpen: true)
  /// `[0, inf)`.
  public static let nonNegative = Domain(lower: 0, upper: nil)
  /// `(-inf, inf)`.
  public static let all = Domain(lower: nil, upper: nil)
}

extension Domain: CustomStringConvertible {
  /// Reads `[0, 1)`, `(0, inf)`, `(-inf, 0.5]`; nil for anything else, an empty interval included.
  public init?(_ text: String) {
    let trimmed = text.filter { $0 != " " }
    guard trimmed.count >= 5, let first = trimmed.first, let last = trimmed.last,
      "[(".contains(first), ")]".contains(last)
    else { return nil }
    let ends = trimmed.dropFirst().dropLast().split(
      separator: ",", omittingEmptySubsequences: false)
    guard ends.count == 2 else { return nil }
    func end(_ text: Substring, infinity: Set<String>) -> Rational?? {
      infinity.contains(String(text)) ? .some(nil) : Rational(String(text)).map { .some($0) }
    }
    guard let lower = end(ends[0], infinity: ["-inf"]),
      let upper = end(ends[1], infinity: ["inf", "+inf"])
    else { return nil }
    self.init(lower: lower, upper: upper, lowerIsOpen: first == "(", upperIsOpen: last == ")")
    if let lower, let upper {
      guard lower < upper || lower == upper && !lowerIsOpen && !upperIsOpen else { return nil }
    }
  }

  public var description: String {
    let low = lower.map { "\($0.decimalDescription)" } ?? "-inf"
    let high = upper.map { "\($0.decimalDescription)" } ?? "inf"
    return "\(lowerIsOpen ? "(" : "[")\(low), \(high)\(upperIsOpen ? ")" : "]")"
  }
}
