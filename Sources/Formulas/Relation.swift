public import Numbers

/// A comparison of two formulas, true or false where both are defined.
public struct Relation: Hashable, Sendable {
  public enum Comparison: String, CaseIterable, Hashable, Sendable {
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case equal = "="
    case notEqual = "!="

    /// The comparison that holds where this one does not.
    public var negated: Comparison {
      switch self {
      case .less: .greaterOrEqual
      case .lessOrEqual: .greater
      case .greater: .lessOrEqual
      case .greaterOrEqual: .less
      case .equal: .notEqual
      case .notEqual: .equal
      }
    }

    /// The comparison with its sides exchanged.
    public var mirrored: Comparison {
      switch self {
      case .less: .greater
      case .lessOrEqual: .greaterOrEqual
      case .greater: .less
      case .greaterOrEqual: .lessOrEqual
      case .equal, .notEqual: self
      }
    }

    /// Whether it holds between two numbers.
    @inlinable
    public func holds<Number: Comparable>(_ x: Number, _ y: Number) -> Bool {
      switch self {
      case .less: x < y
      case .lessOrEqual: x <= y
      case .greater: x > y
      case .greaterOrEqual: x >= y
      case .equal: x == y
      case .notEqual: x != y
      }
    }
  }

  public let left: Formula
  public let comparison: Comparison
  public let right: Formula

  public init(_ left: Formula, _ comparison: Comparison, _ right: Formula) {
    (self.left, self.comparison, self.right) = (left, comparison, right)
  }

  /// The relation that holds where this one does not, and both sides are defined.
  public var negated: Relation { Relation(left, comparison.negated, right) }

  /// The names of the symbols on both sides, sorted.
  public var symbols: [String] { FormulaGraph([left, right]).symbols }

  /// Whether it holds for values of its symbols.
  ///
  /// - Precondition: every symbol has a value.
  @inlinable
  public func holds<N: RuleNumber & Comparable>(_ values: [String: N]) throws(N.Failure) -> Bool {
    comparison.holds(try left.value(values), try right.value(values))
  }

  /// The relation with formulas in the place of symbols.
  public func substituting(_ replacements: [String: Formula]) -> Relation {
    Relation(left.substituting(replacements), comparison, right.substituting(replacements))
  }
}

extension Relation: CustomStringConvertible {
  public var description: String { "\(left) \(comparison.rawValue) \(right)" }
}

extension Formula {
  public static func < (x: Formula, y: Formula) -> Relation { Relation(x, .less, y) }
  public static func <= (x: Formula, y: Formula) -> Relation { Relation(x, .lessOrEqual, y) }
  public static func > (x: Formula, y: Formula) -> Relation { Relation(x, .greater, y) }
  public static func >= (x: Formula, y: Formula) -> Relation { Relation(x, .greaterOrEqual, y) }
}
