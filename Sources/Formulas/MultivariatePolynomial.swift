public import Numbers

/// A polynomial in named variables with exact coefficients.
///
/// Equal polynomials are equal values: terms are collected, and none has the coefficient 0.
public struct MultivariatePolynomial: Hashable, Sendable {
  /// The names of the variables, in the order of the exponents.
  public let variables: [String]
  let sparse: SparsePolynomial

  init(variables: [String], sparse: SparsePolynomial) {
    (self.variables, self.sparse) = (variables, sparse)
  }

  /// The polynomial with the given terms; those of equal exponents are added.
  ///
  /// - Precondition: as many exponents as variables, none negative.
  public init(variables: [String], terms: [(exponents: [Int], coefficient: Rational)]) {
    var sparse = SparsePolynomial()
    for term in terms {
      precondition(
        term.exponents.count == variables.count && term.exponents.allSatisfy { $0 >= 0 },
        "exponents \(term.exponents) for \(variables)")
      let monomial = term.exponents.enumerated().reduce(Monomial.one) {
        $0 * Monomial(variable: $1.offset, exponent: $1.element)
      }
      sparse.add(term.coefficient, monomial)
    }
    self.init(variables: variables, sparse: sparse)
  }

  /// The terms, highest degree first, then by the order of the variables.
  public var terms: [(exponents: [Int], coefficient: Rational)] {
    sparse.sorted(rank: Array(variables.indices)).map { term in
      (variables.indices.map { term.monomial.exponent(of: $0) }, term.coefficient)
    }
  }

  public var isZero: Bool { sparse.isZero }
  /// The largest sum of exponents of a term, 0 of the polynomial 0.
  public var degree: Int { sparse.degree }

  /// The largest exponent of a variable, 0 for a name that is no variable.
  public func degree(in variable: String) -> Int {
    guard let place = variables.firstIndex(of: variable) else { return 0 }
    return sparse.terms.keys.reduce(0) { max($0, $1.exponent(of: place)) }
  }

  /// The coefficients of a polynomial in one variable, that of `xⁱ` at place i, the last not 0; empty for
  /// the polynomial 0.
  ///
  /// - Precondition: there is one variable.
  public var univariateCoefficients: [Rational] {
    precondition(variables.count == 1, "a polynomial in \(variables) is not in one variable")
    if isZero { return [] }
    var coefficients = [Rational](repeating: 0, count: degree + 1)
    for (monomial, coefficient) in sparse.terms { coefficients[monomial.degree] = coefficient }
    return coefficients
  }

  /// The coefficient of a term.
  public func coefficient(of exponents: [Int]) -> Rational {
    let monomial = exponents.enumerated().reduce(Monomial.one) {
      $0 * Monomial(variable: $1.offset, exponent: $1.element)
    }
    return sparse.terms[monomial] ?? 0
  }

  /// The value for values of the variables, in their order.
  public func value(_ values: [Rational]) -> Rational {
    precondition(values.count == variables.count, "\(values.count) values for \(variables)")
    return sparse.terms.reduce(0) { sum, term in
      sum
        + term.key.factors.reduce(term.value) {
          $0 * values[Int($1.variable)].power(Int($1.exponent))
        }
    }
  }

  /// The partial derivative with respect to a variable, 0 for a name that is none.
  public func derivative(withRespectTo variable: String) -> MultivariatePolynomial {
    var slope = SparsePolynomial()
    if let place = variables.firstIndex(of: variable) {
      for (monomial, coefficient) in sparse.terms {
        let exponent = monomial.exponent(of: place)
        if exponent > 0 {
          slope.add(
            coefficient * Rational(exponent), monomial.lowering(place, to: exponent - 1))
        }
      }
    }
    return MultivariatePolynomial(variables: variables, sparse: slope)
  }

  /// The polynomial as a formula: powers times coefficients, highest degree first.
  public func formula(in arena: FormulaArena = FormulaArena()) -> Formula {
    let names = variables.map { arena.symbol($0) }
    return SumOfProducts(atoms: names, rank: Array(variables.indices), arena: arena)
      .formula(of: sparse)
  }

  private static func combined(
    _ x: MultivariatePolynomial, _ y: MultivariatePolynomial,
    _ operation: (SparsePolynomial, SparsePolynomial) -> SparsePolynomial
  ) -> MultivariatePolynomial {
    precondition(x.variables == y.variables, "polynomials in \(x.variables) and \(y.variables)")
    return MultivariatePolynomial(variables: x.variables, sparse: operation(x.sparse, y.sparse))
  }

  /// - Precondition: both are in the same variables.
  public static func + (x: Self, y: Self) -> Self { combined(x, y, +) }
  /// - Precondition: both are in the same variables.
  public static func - (x: Self, y: Self) -> Self { combined(x, y, -) }
  /// - Precondition: both are in the same variables.
  public static func * (x: Self, y: Self) -> Self { combined(x, y, *) }
}

extension MultivariatePolynomial: CustomStringConvertible {
  public var description: String { formula().description }
}

extension Formula {
  /// The terms that a polynomial may have while one is made.
  static let termLimit = 20_000
  /// The degree that a polynomial may have.
  static let degreeLimit = 10_000

  /// The formula as a polynomial in the given variables, if it is one: of its symbols, sums, products,
  /// whole powers and divisions by constants alone, with at most 20,000 terms.
  public func polynomial(in variables: [String]) -> MultivariatePolynomial? {
    let places = Dictionary(
      variables.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let sparse: SparsePolynomial? = fold { (node: Node, operands: [SparsePolynomial?]) in
      switch node {
      case .constant(let value): return SparsePolynomial(value)
      case .symbol(let name): return places[name].map { SparsePolynomial(variable: $0) }
      case .operation(let operation, _):
        var x: [SparsePolynomial] = []
        for operand in operands {
          guard let operand else { return nil }
          x.append(operand)
        }
        return SparsePolynomial(
          operation, x, termLimit: Self.termLimit, degreeLimit: Self.degreeLimit)
      }
    }
    return sparse.map { MultivariatePolynomial(variables: variables, sparse: $0) }
  }
}

extension SparsePolynomial {
  /// An operation on polynomials, nil where the result is none or too large.
  init?(
    _ operation: FormulaOperation, _ x: [SparsePolynomial], termLimit: Int, degreeLimit: Int
  ) {
    func product(_ x: SparsePolynomial, _ y: SparsePolynomial) -> SparsePolynomial? {
      guard x.degree + y.degree <= degreeLimit,
        x.terms.count <= 1 || y.terms.count <= 1
          || x.terms.count * y.terms.count <= termLimit * 16
      else { return nil }
      let product = x * y
      return product.terms.count <= termLimit ? product : nil
    }
    let result: SparsePolynomial?
    switch operation {
    case .sum: result = x[0] + x[1]
    case .difference: result = x[0] - x[1]
    case .negation: result = -x[0]
    case .product: result = product(x[0], x[1])
    case .quotient:
      guard let divisor = x[1].constant, let inverse = try? divisor.reciprocal() else { return nil }
      result = x[0].scaled(by: inverse)
    case .power:
      guard let value = x[1].constant, value.isInteger, var rest = Int(exactly: value.numerator),
        rest >= 0, x[0].constant != nil || rest * max(1, x[0].degree) <= degreeLimit
      else {
        fallthrough
      }
      if x[0].constant != nil { fallthrough }
      var power: SparsePolynomial? = SparsePolynomial(1)
      var square: SparsePolynomial? = x[0]
      while rest > 0, power != nil, square != nil {
        if rest % 2 == 1 {
          power = power.flatMap { p in square.flatMap { product(p, $0) } }
        }
        rest /= 2
        if rest > 0 { square = square.flatMap { product($0, $0) } }
      }
      result = rest == 0 ? power : nil
    default:
      // Of constants alone.
      guard let value = FoldedFormula.value(operation, x.map(\.constant)) else { return nil }
      result = SparsePolynomial(value)
    }
    guard let result, result.terms.count <= termLimit else { return nil }
    self = result
  }
}

/// Writes polynomials as formulas of atoms.
struct SumOfProducts {
  let atoms: [Formula]
  let rank: [Int]
  let arena: FormulaArena

  func formula(of polynomial: SparsePolynomial) -> Formula {
    var sum: Formula?
    for term in polynomial.sorted(rank: rank) {
      let isFirst = sum == nil
      // After the first term, the sign is the operation.
      let coefficient = isFirst ? term.coefficient : term.coefficient.magnitude
      let product = product(coefficient, term.monomial)
      if let left = sum {
        sum = arena.combine(term.coefficient < 0 ? .difference : .sum, [left, product])
      } else {
        sum = product
      }
    }
    return sum ?? arena.constant(0)
  }

  func product(_ coefficient: Rational, _ monomial: Monomial) -> Formula {
    var product: Formula?
    for factor in monomial.factors.sorted(by: {
      rank[Int($0.variable)] < rank[Int($1.variable)]
    }) {
      var power = atoms[Int(factor.variable)]
      if factor.exponent > 1 {
        power = arena.combine(.power, [power, Formula(Rational(Int(factor.exponent)))])
      }
      if let left = product {
        product = arena.combine(.product, [left, power])
      } else if coefficient == 1 {
        product = power
      } else if coefficient == -1 {
        product = arena.combine(.negation, [power])
      } else {
        product = arena.combine(.product, [arena.constant(coefficient), power])
      }
    }
    return product ?? arena.constant(coefficient)
  }
}
