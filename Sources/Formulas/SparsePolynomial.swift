internal import Numbers

/// A product of powers of variables, which are numbered; exponents are at least 1.
struct Monomial: Hashable, Sendable {
  struct Factor: Hashable, Sendable {
    var variable: Int32
    var exponent: Int32
  }
  /// By number of the variable.
  private(set) var factors: [Factor] = []

  static let one = Monomial()

  init() {}
  init(variable: Int, exponent: Int = 1) {
    if exponent > 0 {
      factors = [Factor(variable: Int32(variable), exponent: Int32(exponent))]
    }
  }

  var degree: Int { factors.reduce(0) { $0 + Int($1.exponent) } }

  func exponent(of variable: Int) -> Int {
    for factor in factors where factor.variable == Int32(variable) { return Int(factor.exponent) }
    return 0
  }

  static func * (x: Monomial, y: Monomial) -> Monomial {
    if x.factors.isEmpty { return y }
    if y.factors.isEmpty { return x }
    var product = Monomial()
    product.factors.reserveCapacity(x.factors.count + y.factors.count)
    var (i, j) = (0, 0)
    while i < x.factors.count || j < y.factors.count {
      if j == y.factors.count
        || i < x.factors.count && x.factors[i].variable < y.factors[j].variable
      {
        product.factors.append(x.factors[i])
        i += 1
      } else if i == x.factors.count || y.factors[j].variable < x.factors[i].variable {
        product.factors.append(y.factors[j])
        j += 1
      } else {
        var factor = x.factors[i]
        factor.exponent += y.factors[j].exponent
        product.factors.append(factor)
        i += 1
        j += 1
      }
    }
    return product
  }

  /// The monomial without a variable, and with that variable's exponent lowered to `exponent`.
  func lowering(_ variable: Int, to exponent: Int) -> Monomial {
    var lowered = self
    lowered.factors = factors.compactMap { factor in
      guard factor.variable == Int32(variable) else { return factor }
      return exponent > 0
        ? Factor(variable: factor.variable, exponent: Int32(exponent)) : nil
    }
    return lowered
  }

  /// A graded lexicographic order by `rank`: higher degrees first, then what comes first in rank.
  func precedes(_ other: Monomial, rank: [Int]) -> Bool {
    let (mine, theirs) = (degree, other.degree)
    if mine != theirs { return mine > theirs }
    let left = factors.sorted { rank[Int($0.variable)] < rank[Int($1.variable)] }
    let right = other.factors.sorted { rank[Int($0.variable)] < rank[Int($1.variable)] }
    for (x, y) in zip(left, right) {
      if x.variable != y.variable { return rank[Int(x.variable)] < rank[Int(y.variable)] }
      if x.exponent != y.exponent { return x.exponent > y.exponent }
    }
    return left.count < right.count
  }
}

/// A polynomial with exact coefficients, none of them 0, in numbered variables.
struct SparsePolynomial: Hashable, Sendable {
  var terms: [Monomial: Rational] = [:]

  init() {}
  init(_ constant: Rational) { if !constant.isZero { terms[.one] = constant } }
  init(variable: Int) { terms[Monomial(variable: variable)] = 1 }

  var isZero: Bool { terms.isEmpty }
  var degree: Int { terms.keys.reduce(0) { max($0, $1.degree) } }

  /// The value of a polynomial without variables.
  var constant: Rational? {
    if terms.isEmpty { return 0 }
    return terms.count == 1 ? terms[.one] : nil
  }

  mutating func add(_ coefficient: Rational, _ monomial: Monomial) {
    let sum = (terms[monomial] ?? 0) + coefficient
    terms[monomial] = sum.isZero ? nil : sum
  }

  static func + (x: SparsePolynomial, y: SparsePolynomial) -> SparsePolynomial {
    var (sum, other) = (x, y)
    if sum.terms.count < other.terms.count { swap(&sum, &other) }
    for (monomial, coefficient) in other.terms { sum.add(coefficient, monomial) }
    return sum
  }

  static prefix func - (x: SparsePolynomial) -> SparsePolynomial { x.scaled(by: -1) }
  static func - (x: SparsePolynomial, y: SparsePolynomial) -> SparsePolynomial { x + -y }

  static func * (x: SparsePolynomial, y: SparsePolynomial) -> SparsePolynomial {
    var product = SparsePolynomial()
    for (a, p) in x.terms {
      for (b, q) in y.terms { product.add(p * q, a * b) }
    }
    return product
  }

  func scaled(by factor: Rational) -> SparsePolynomial {
    var scaled = self
    if factor.isZero { return SparsePolynomial() }
    scaled.terms = terms.mapValues { $0 * factor }
    return scaled
  }

  /// The variables that occur.
  var variables: Set<Int> {
    var variables: Set<Int> = []
    for monomial in terms.keys {
      for factor in monomial.factors { variables.insert(Int(factor.variable)) }
    }
    return variables
  }

  /// The terms, the same order for equal polynomials: higher degrees first.
  func sorted(rank: [Int]) -> [(monomial: Monomial, coefficient: Rational)] {
    terms.sorted { $0.key.precedes($1.key, rank: rank) }.map { ($0.key, $0.value) }
  }
}
