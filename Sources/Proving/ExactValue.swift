import Formulas
import Numbers

/// What a formula is worth at a rational point: the number itself, or as much as is certain of it.
enum ExactValue: Sendable {
  case rational(Rational)
  /// A number that is not rational, or too long as a fraction, within bounds.
  case enclosed(Interval)
  /// There is no value, for this reason: a division by 0, a root of a negative number.
  case undefined(String)
  /// The arithmetic at hand does not decide it.
  case undecided

  var interval: Interval? {
    switch self {
    case .rational(let value): Interval(value)
    case .enclosed(let interval): interval
    case .undefined, .undecided: nil
    }
  }
}

/// Whether something is true: for certain, or not known.
enum Certainty: Sendable {
  case yes, no
  /// One side has no value, for this reason.
  case undefined(String)
  case unknown
}

extension ExactValue {
  /// Fractions longer than this go on as intervals.
  static let bitLimit = 1 << 14

  private static func exact(_ value: Rational) -> ExactValue {
    value.numerator.bitWidth + value.denominator.bitWidth <= bitLimit
      ? .rational(value) : enclosed(Interval(value), nil)
  }

  private static func enclosed(_ interval: Interval, _ whenUndefined: String?) -> ExactValue {
    interval.isDefined ? .enclosed(interval) : .undecided
  }

  /// A constant or the value of a symbol.
  static func constant(_ value: Rational) -> ExactValue { exact(value) }

  /// Whether the first is less than the second.
  static func isLess(_ x: ExactValue, _ y: ExactValue) -> Certainty {
    if case .rational(let a) = x, case .rational(let b) = y { return a < b ? .yes : .no }
    if case .undefined(let reason) = x { return .undefined(reason) }
    if case .undefined(let reason) = y { return .undefined(reason) }
    guard let a = x.interval, let b = y.interval else { return .unknown }
    if a.upper < b.lower { return .yes }
    if a.lower >= b.upper { return .no }
    return .unknown
  }

  static func compare(
    _ x: ExactValue, _ comparison: Relation.Comparison, _ y: ExactValue
  ) -> Certainty {
    func negated(_ certainty: Certainty) -> Certainty {
      switch certainty {
      case .yes: .no
      case .no: .yes
      default: certainty
      }
    }
    switch comparison {
    case .less: return isLess(x, y)
    case .greater: return isLess(y, x)
    case .lessOrEqual: return negated(isLess(y, x))
    case .greaterOrEqual: return negated(isLess(x, y))
    case .notEqual: return negated(compare(x, .equal, y))
    case .equal:
      if case .rational(let a) = x, case .rational(let b) = y { return a == b ? .yes : .no }
      switch (isLess(x, y), isLess(y, x)) {
      case (.undefined(let reason), _), (_, .undefined(let reason)): return .undefined(reason)
      case (.yes, _), (_, .yes): return .no
      default: return .unknown
      }
    }
  }

  /// The value of an operation. A branch that `select` does not take need not have a value.
  static func apply(_ operation: FormulaOperation, _ x: [ExactValue]) -> ExactValue {
    if operation == .select {
      switch isLess(x[0], x[1]) {
      case .yes: return x[2]
      case .no: return x[3]
      case .undefined(let reason): return .undefined(reason)
      case .unknown:
        guard let a = x[2].interval, let b = x[3].interval else { return .undecided }
        return .enclosed(a.hull(b))
      }
    }
    var numbers: [Rational] = []
    for value in x {
      switch value {
      case .undefined: return value
      case .rational(let number): numbers.append(number)
      case .enclosed, .undecided: break
      }
    }
    if numbers.count == x.count {
      do throws(Rational.Failure) {
        if let value = try rational(operation, numbers) { return exact(value) }
      } catch {
        switch error {
        case .divisionByZero, .undefined: return .undefined(error.message)
        case .irrational, .irrationalRoot, .tooLarge: break
        }
      }
    }
    let intervals = x.compactMap(\.interval)
    guard intervals.count == x.count else { return .undecided }
    return interval(operation, intervals)
  }

  private static func rational(
    _ operation: FormulaOperation, _ x: [Rational]
  ) throws(Rational.Failure) -> Rational? {
    switch operation {
    case .sum: x[0] + x[1]
    case .difference: x[0] - x[1]
    case .product: x[0] * x[1]
    case .quotient: try x[0] / x[1]
    case .negation: -x[0]
    case .power: try Rational.power(x[0], x[1])
    case .root: try Rational.root(x[0])
    case .exponential: try Rational.exp(x[0])
    case .logarithm: try Rational.log(x[0])
    case .lesser: Rational.lesser(x[0], x[1])
    case .greater: Rational.greater(x[0], x[1])
    case .magnitude: x[0].magnitude
    case .sign: Rational.sign(x[0])
    case .select: nil
    }
  }

  private static func interval(_ operation: FormulaOperation, _ x: [Interval]) -> ExactValue {
    // An operand that lies wholly outside of the domain leaves no value; one that only may, no decision.
    switch operation {
    case .root where x[0].upper < 0: return .undefined("root of a negative number")
    case .logarithm where x[0].upper <= 0: return .undefined("log of a number that is not positive")
    default: break
    }
    let result: Interval =
      switch operation {
      case .sum: x[0] + x[1]
      case .difference: x[0] - x[1]
      case .product: x[0] * x[1]
      case .quotient: x[0] / x[1]
      case .negation: -x[0]
      case .power: Interval.power(x[0], x[1])
      case .root: Interval.root(x[0])
      case .exponential: Interval.exp(x[0])
      case .logarithm: Interval.log(x[0])
      case .lesser: Interval.lesser(x[0], x[1])
      case .greater: Interval.greater(x[0], x[1])
      case .magnitude: x[0].magnitude
      case .sign: Interval.sign(x[0])
      case .select: Interval.select(x[0], isLessThan: x[1], then: x[2], else: x[3])
      }
    return result.isDefined ? .enclosed(result) : .undecided
  }
}

extension Formula {
  /// What the formula is worth at a point.
  ///
  /// - Precondition: every symbol has a value.
  func exactValue(at point: [String: Rational]) -> ExactValue {
    fold { node, operands in
      switch node {
      case .constant(let value): return .constant(value)
      case .symbol(let name):
        guard let value = point[name] else {
          preconditionFailure("no value for the symbol '\(name)'")
        }
        return .constant(value)
      case .operation(let operation, _): return .apply(operation, operands)
      }
    }
  }
}

extension Relation {
  /// Whether the relation holds at a point.
  ///
  /// - Precondition: every symbol has a value.
  func certainty(at point: [String: Rational]) -> Certainty {
    ExactValue.compare(left.exactValue(at: point), comparison, right.exactValue(at: point))
  }
}
