public import Numbers

/// A closed box: an interval for each variable of a function.
public struct SearchBox: Hashable, Sendable {
  /// The values that one variable takes, its bounds included.
  public struct Side: Hashable, Sendable {
    public let variable: String
    public let lower: Rational
    public let upper: Rational

    /// - Throws: ``CriticalPointError`` unless `lower < upper`.
    public init(_ variable: String, _ lower: Rational, _ upper: Rational) throws(CriticalPointError)
    {
      if upper < lower {
        throw .reversedBox(
          variable: variable, lower: lower.decimalDescription, upper: upper.decimalDescription)
      }
      for bound in [lower, upper] where !Double(bound).isFinite {
        throw .boundIsNoNumber(variable: variable, text: bound.decimalDescription)
      }
      if lower == upper { throw .emptyBox(variable: variable, at: lower.decimalDescription) }
      (self.variable, self.lower, self.upper) = (variable, lower, upper)
    }

    /// - Throws: ``CriticalPointError`` where a bound is not finite, and unless `lower < upper`.
    public init(_ variable: String, _ lower: Double, _ upper: Double) throws(CriticalPointError) {
      guard let low = Rational(exactly: lower) else {
        throw .boundIsNoNumber(variable: variable, text: "\(lower)")
      }
      guard let high = Rational(exactly: upper) else {
        throw .boundIsNoNumber(variable: variable, text: "\(upper)")
      }
      try self.init(variable, low, high)
    }

    /// The least interval around the side.
    var enclosure: Interval { Interval(lower, upper) }
  }

  /// The most variables that a search takes.
  public static let variableLimit = 4

  public let sides: [Side]

  /// - Throws: ``CriticalPointError`` for no variable, more than four, or one named twice.
  public init(_ sides: [Side]) throws(CriticalPointError) {
    guard (1...Self.variableLimit).contains(sides.count) else {
      throw .variableCount(sides.count, limit: Self.variableLimit)
    }
    for (place, side) in sides.enumerated()
    where sides[..<place].contains(where: { $0.variable == side.variable }) {
      throw .repeatedVariable(side.variable)
    }
    self.sides = sides
  }

  /// Reads a box as typed: `x=-3:4,y=0:1/2`. Bounds are decimals or fractions, and exact.
  ///
  /// - Throws: ``CriticalPointError`` with the part that is at fault.
  public init(parsing text: String) throws(CriticalPointError) {
    var sides: [Side] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let halves = part.split(separator: "=", omittingEmptySubsequences: false)
      guard halves.count == 2 else { throw .unreadableBox(text: text) }
      let name = halves[0].trimmed
      let bounds = halves[1].split(separator: ":", omittingEmptySubsequences: false)
      guard bounds.count == 2, !name.isEmpty else { throw .unreadableBox(text: text) }
      let numbers = bounds.map(\.trimmed)
      guard let lower = Rational(numbers[0]) else {
        throw .boundIsNoNumber(variable: name, text: numbers[0])
      }
      guard let upper = Rational(numbers[1]) else {
        throw .boundIsNoNumber(variable: name, text: numbers[1])
      }
      sides.append(try Side(name, lower, upper))
    }
    try self.init(sides)
  }

  public var variables: [String] { sides.map(\.variable) }
}

extension Substring {
  /// The text without spaces at its ends.
  var trimmed: String {
    var text = self
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
