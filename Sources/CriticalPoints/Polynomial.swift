internal import Formulas
internal import Numbers

/// A polynomial in several variables with rational coefficients.
struct Polynomial: Sendable {
  struct Term: Sendable {
    let exponents: [Int]
    let coefficient: Rational
  }

  /// Terms that are not 0, ordered by their exponents.
  private(set) var terms: [Term]
  let variableCount: Int

  /// The most terms that a polynomial may have, and the highest degree: what has more is left to intervals.
  static let termLimit = 2000
  static let degreeLimit = 64

  init(constant: Rational, variableCount: Int) {
    self.variableCount = variableCount
    let exponents = [Int](repeating: 0, count: variableCount)
    terms = constant.isZero ? [] : [Term(exponents: exponents, coefficient: constant)]
  }

  init(variable: Int, variableCount: Int) {
    self.variableCount = variableCount
    var exponents = [Int](repeating: 0, count: variableCount)
    exponents[variable] = 1
    terms = [Term(exponents: exponents, coefficient: 1)]
  }

  init(_ coefficients: [[Int]: Rational], variableCount: Int) {
    self.variableCount = variableCount
    terms = coefficients.filter { !$0.value.isZero }
      .map { Term(exponents: $0.key, coefficient: $0.value) }
      .sorted { $0.exponents.lexicographicallyPrecedes($1.exponents) }
  }

  var isZero: Bool { terms.isEmpty }
  var degree: Int { terms.map { $0.exponents.reduce(0, +) }.max() ?? -1 }

  /// The constant, where no variable occurs.
  var constant: Rational? {
    if terms.isEmpty { return 0 }
    return terms.count == 1 && terms[0].exponents.allSatisfy { $0 == 0 }
      ? terms[0].coefficient : nil
  }

  private var table: [[Int]: Rational] {
    Dictionary(uniqueKeysWithValues: terms.map { ($0.exponents, $0.coefficient) })
  }

  static func + (p: Polynomial, q: Polynomial) -> Polynomial {
    var table = p.table
    for term in q.terms { table[term.exponents, default: 0] += term.coefficient }
    return Polynomial(table, variableCount: p.variableCount)
  }

  func scaled(by factor: Rational) -> Polynomial {
    Polynomial(table.mapValues { factor * $0 }, variableCount: variableCount)
  }

  static prefix func - (p: Polynomial) -> Polynomial { p.scaled(by: -1) }

  /// The product, or nil where it is too large.
  func times(_ other: Polynomial) -> Polynomial? {
    guard degree + other.degree <= Self.degreeLimit,
      terms.count * other.terms.count <= 64 * Self.termLimit
    else { return nil }
    var table: [[Int]: Rational] = [:]
    for a in terms {
      for b in other.terms {
        table[zip(a.exponents, b.exponents).map(+), default: 0] += a.coefficient * b.coefficient
      }
    }
    let product = Polynomial(table, variableCount: variableCount)
    return product.terms.count <= Self.termLimit ? product : nil
  }

  func power(_ exponent: Int) -> Polynomial? {
    var result: Polynomial? = Polynomial(constant: 1, variableCount: variableCount)
    guard exponent <= Self.degreeLimit else { return nil }
    for _ in 0..<exponent { result = result.flatMap { $0.times(self) } }
    return result
  }

  /// `∂/∂xᵢ`.
  func derivative(_ variable: Int) -> Polynomial {
    var table: [[Int]: Rational] = [:]
    for term in terms where term.exponents[variable] > 0 {
      var exponents = term.exponents
      exponents[variable] -= 1
      table[exponents] = Rational(term.exponents[variable]) * term.coefficient
    }
    return Polynomial(table, variableCount: variableCount)
  }

  func value(at point: [Rational]) -> Rational {
    terms.reduce(0) { sum, term in
      sum
        + zip(point, term.exponents).reduce(term.coefficient) { $0 * $1.0.power($1.1) }
    }
  }

  /// As a polynomial in one variable, where it has no other.
  ///
  /// - Precondition: there is one variable.
  var univariate: RationalPolynomial {
    precondition(variableCount == 1, "\(variableCount) variables")
    var coefficients = [Rational](repeating: 0, count: max(0, degree + 1))
    for term in terms { coefficients[term.exponents[0]] = term.coefficient }
    return RationalPolynomial(coefficients)
  }

  /// The formula as a polynomial in the variables, or nil where it is none or too large.
  init?(_ formula: Formula, variables: [String]) {
    let count = variables.count
    let result: Polynomial? = formula.fold { node, operands in
      switch node {
      case .constant(let value): return Polynomial(constant: value, variableCount: count)
      case .symbol(let name):
        return variables.firstIndex(of: name).map { Polynomial(variable: $0, variableCount: count) }
      case .operation(let operation, _):
        let parts = operands.compactMap(\.self)
        guard parts.count == operands.count else { return nil }
        return Self.combined(operation, parts)
      }
    }
    guard let result, result.terms.count <= Self.termLimit, result.degree <= Self.degreeLimit
    else { return nil }
    self = result
  }

  private static func combined(_ operation: FormulaOperation, _ parts: [Polynomial]) -> Polynomial?
  {
    switch operation {
    case .sum: return parts[0] + parts[1]
    case .difference: return parts[0] + -parts[1]
    case .negation: return -parts[0]
    case .product: return parts[0].times(parts[1])
    case .quotient:
      guard let divisor = parts[1].constant, !divisor.isZero else { return nil }
      return parts[0].scaled(by: reciprocal(divisor))
    case .power:
      if let exponent = parts[1].constant, exponent.isInteger, !exponent.isNegative,
        let exponent = Int(exactly: exponent.numerator)
      {
        return parts[0].power(exponent)
      }
    default: break
    }
    // A function of constants is a constant, where it is rational.
    let values = parts.compactMap(\.constant)
    guard values.count == parts.count else { return nil }
    let formula = Formula(operation, values.map { Formula($0) })
    let exact = try? FormulaProgram(outputs: [formula], inputs: []).run([Rational]())
    return exact.map { Polynomial(constant: $0[0], variableCount: parts[0].variableCount) }
  }
}
