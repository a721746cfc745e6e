internal import Numbers

/// A quotient of polynomials in numbered atoms; the denominator in factors, so that common ones are seen.
struct RationalFunction {
  var numerator: SparsePolynomial
  /// The factors of the denominator, each with leading coefficient 1 in some fixed order, and exponents.
  var denominator: [SparsePolynomial: Int] = [:]

  init(_ numerator: SparsePolynomial) { self.numerator = numerator }
}

/// Brings formulas to rational functions of atoms: symbols, and whatever is no rational operation.
///
/// A root or a magnitude is an atom whose square is known; powers of it are lowered wherever they arise.
struct RationalNormalizer {
  /// The terms that a numerator or denominator may have.
  static let termLimit = 3_000

  private enum Atom {
    case symbol(String)
    case operation(FormulaOperation, [RationalFunction])
  }
  private var atoms: [Atom] = []
  private var symbols: [String: Int] = [:]
  /// The square of an atom, if it is lowered, as numerator over a product of polynomials.
  private var squares: [Int: RationalFunction] = [:]

  /// The formula's normal form; nil where it would be too large.
  mutating func normalize(_ formulas: [Formula]) -> [RationalFunction]? {
    let graph = FormulaGraph(formulas)
    var values: [RationalFunction] = []
    for node in graph.nodes {
      let value: RationalFunction?
      switch node {
      case .constant(let constant): value = RationalFunction(SparsePolynomial(constant))
      case .symbol(let name):
        let place = symbols[name] ?? atoms.count
        if place == atoms.count {
          atoms.append(.symbol(name))
          symbols[name] = place
        }
        value = RationalFunction(SparsePolynomial(variable: place))
      case .operation(let operation, let operands):
        value = apply(operation, operands.map { values[$0] })
      }
      guard let value, size(of: value) <= Self.termLimit else { return nil }
      values.append(value)
    }
    return graph.roots.map { values[$0] }
  }

  private func size(of x: RationalFunction) -> Int {
    x.denominator.keys.reduce(x.numerator.terms.count) { $0 + $1.terms.count }
  }

  private mutating func apply(
    _ operation: FormulaOperation, _ x: [RationalFunction]
  ) -> RationalFunction? {
    switch operation {
    case .sum: return sum(x[0], x[1])
    case .difference: return sum(x[0], scaled(x[1], by: -1))
    case .negation: return scaled(x[0], by: -1)
    case .product: return product(x[0], x[1])
    case .quotient: return reciprocal(x[1]).flatMap { product(x[0], $0) }
    case .power: return power(x[0], x[1])
    default:
      if let constants = constants(x), let value = FoldedFormula.value(operation, constants) {
        return RationalFunction(SparsePolynomial(value))
      }
      return atom(operation, x)
    }
  }

  private func constants(_ x: [RationalFunction]) -> [Rational]? {
    var constants: [Rational] = []
    for part in x {
      guard part.denominator.isEmpty, let constant = part.numerator.constant else { return nil }
      constants.append(constant)
    }
    return constants
  }

  private func scaled(_ x: RationalFunction, by factor: Rational) -> RationalFunction {
    var scaled = x
    scaled.numerator = x.numerator.scaled(by: factor)
    return scaled
  }

  /// The product of the factors in `wanted` beyond those in `given`.
  private func missing(
    _ wanted: [SparsePolynomial: Int], beyond given: [SparsePolynomial: Int]
  ) -> SparsePolynomial? {
    var product = SparsePolynomial(1)
    for (factor, exponent) in wanted {
      for _ in 0..<max(0, exponent - (given[factor] ?? 0)) {
        guard let next = bounded(product, factor) else { return nil }
        product = next
      }
    }
    return product
  }

  private func bounded(_ x: SparsePolynomial, _ y: SparsePolynomial) -> SparsePolynomial? {
    guard x.terms.count * y.terms.count <= Self.termLimit * 16 else { return nil }
    let product = x * y
    return product.terms.count <= Self.termLimit ? product : nil
  }

  private mutating func sum(_ x: RationalFunction, _ y: RationalFunction) -> RationalFunction? {
    let common = x.denominator.merging(y.denominator) { max($0, $1) }
    guard let left = missing(common, beyond: x.denominator),
      let right = missing(common, beyond: y.denominator),
      let first = bounded(x.numerator, left), let second = bounded(y.numerator, right)
    else { return nil }
    var sum = RationalFunction(first + second)
    sum.denominator = common
    return lowered(sum)
  }

  private mutating func product(_ x: RationalFunction, _ y: RationalFunction) -> RationalFunction? {
    guard let numerator = bounded(x.numerator, y.numerator) else { return nil }
    var product = RationalFunction(numerator)
    product.denominator = x.denominator.merging(y.denominator) { $0 + $1 }
    return lowered(product)
  }

  private mutating func reciprocal(_ x: RationalFunction) -> RationalFunction? {
    // 1/0 has no value: no normal form.
    guard !x.numerator.isZero, let top = missing(x.denominator, beyond: [:]) else { return nil }
    let rank = Array(atoms.indices)
    guard let leading = x.numerator.sorted(rank: rank).first?.coefficient,
      let inverse = try? leading.reciprocal()
    else { return nil }
    var reciprocal = RationalFunction(top.scaled(by: inverse))
    if x.numerator.terms.count == 1, let monomial = x.numerator.terms.first?.key {
      // A product of powers: each variable a factor of its own.
      for factor in monomial.factors {
        reciprocal.denominator[SparsePolynomial(variable: Int(factor.variable))] =
          Int(factor.exponent)
      }
    } else {
      reciprocal.denominator[x.numerator.scaled(by: inverse)] = 1
    }
    return reciprocal
  }

  private mutating func power(
    _ base: RationalFunction, _ exponent: RationalFunction
  ) -> RationalFunction? {
    if let constants = constants([base, exponent]),
      let value = FoldedFormula.value(.power, constants)
    {
      return RationalFunction(SparsePolynomial(value))
    }
    guard let value = constants([exponent])?[0], value.isInteger,
      let count = Int(exactly: value.numerator), count.magnitude <= 64
    else {
      return symbolicPower(base, exponent)
    }
    guard let factor = count < 0 ? reciprocal(base) : base else { return nil }
    var power = RationalFunction(SparsePolynomial(1))
    for _ in 0..<count.magnitude {
      guard let next = product(power, factor) else { return nil }
      power = next
    }
    return power
  }

  /// `b^(e + k)` as `bᵏ·bᵉ` for a whole constant term `k ≥ 1` of the exponent.
  private mutating func symbolicPower(
    _ base: RationalFunction, _ exponent: RationalFunction
  ) -> RationalFunction? {
    guard exponent.denominator.isEmpty, let shift = exponent.numerator.terms[.one],
      shift.isInteger, shift >= 1, let count = Int(exactly: shift.numerator), count <= 64
    else { return atom(.power, [base, exponent]) }
    var rest = exponent
    rest.numerator.terms[.one] = nil
    var power = atom(.power, [base, rest])
    for _ in 0..<count { power = power.flatMap { product($0, base) } }
    return power
  }

  /// The atom of an operation on these operands: one that is there already, if its operands are equal.
  private mutating func atom(
    _ operation: FormulaOperation, _ x: [RationalFunction]
  ) -> RationalFunction? {
    for (place, known) in atoms.enumerated() {
      guard case .operation(operation, let operands) = known else { continue }
      if zip(x, operands).allSatisfy({ isEqual($0, $1) }) {
        return RationalFunction(SparsePolynomial(variable: place))
      }
    }
    let place = atoms.count
    atoms.append(.operation(operation, x))
    switch operation {
    case .root: squares[place] = x[0]
    case .magnitude: squares[place] = product(x[0], x[0])
    default: break
    }
    return RationalFunction(SparsePolynomial(variable: place))
  }

  /// Whether two functions are equal wherever both have a value.
  mutating func isEqual(_ x: RationalFunction, _ y: RationalFunction) -> Bool {
    if x.denominator == y.denominator, x.numerator == y.numerator { return true }
    return sum(x, scaled(y, by: -1))?.numerator.isZero ?? false
  }

  mutating func squared(_ x: RationalFunction) -> RationalFunction? { product(x, x) }

  /// Lowers the powers of atoms whose square is known, the latest atoms first: `s^(2k+r)` is `s^r·(p/q)ᵏ`,
  /// and the whole is multiplied by `q` as often as needed.
  private mutating func lowered(_ x: RationalFunction) -> RationalFunction? {
    var x = x
    for place in squares.keys.sorted(by: >) {
      guard let square = squares[place] else { continue }
      let highest = x.numerator.terms.keys.reduce(0) { max($0, $1.exponent(of: place)) }
      if highest < 2 { continue }
      guard let bottom = missing(square.denominator, beyond: [:]) else { return nil }
      let most = highest / 2
      var tops = [SparsePolynomial(1)]
      var bottoms = [SparsePolynomial(1)]
      for _ in 0..<most {
        guard let top = bounded(tops[tops.count - 1], square.numerator),
          let low = bounded(bottoms[bottoms.count - 1], bottom)
        else { return nil }
        tops.append(top)
        bottoms.append(low)
      }
      var numerator = SparsePolynomial()
      for (monomial, coefficient) in x.numerator.terms {
        let exponent = monomial.exponent(of: place)
        var term = SparsePolynomial()
        term.terms[monomial.lowering(place, to: exponent % 2)] = coefficient
        guard let factor = bounded(tops[exponent / 2], bottoms[most - exponent / 2]),
          let part = bounded(term, factor)
        else { return nil }
        numerator = numerator + part
      }
      guard numerator.terms.count <= Self.termLimit else { return nil }
      x.numerator = numerator
      for (factor, exponent) in square.denominator {
        x.denominator[factor, default: 0] += exponent * most
      }
    }
    return x
  }
}
