internal import Numbers

extension Polynomial {
  /// A common divisor of some polynomials of the highest degree, its leading coefficient 1; nil where it is
  /// constant, or where finding it takes too much.
  ///
  /// Euclid's algorithm in one variable after the other, with contents taken out at each step.
  static func commonFactor(_ polynomials: [Polynomial]) -> Polynomial? {
    let present = polynomials.filter { !$0.isZero }
    guard present.count > 1, present.allSatisfy({ $0.constant == nil }) else { return nil }
    guard mayShareFactor(present) else { return nil }
    var budget = 2000
    var common = present[0]
    for other in present.dropFirst() {
      guard let next = divisor(common, other, &budget) else { return nil }
      common = next
      if common.constant != nil { return nil }
    }
    return common
  }

  /// The quotient by a polynomial that divides this one; nil where it does not.
  func divided(exactlyBy divisor: Polynomial) -> Polynomial? {
    guard let lead = divisor.terms.last else { return nil }
    let inverse = reciprocal(lead.coefficient)
    var rest = self
    var quotient: [[Int]: Rational] = [:]
    while let term = rest.terms.last {
      let exponents = zip(term.exponents, lead.exponents).map(-)
      guard exponents.allSatisfy({ $0 >= 0 }), quotient.count <= Self.termLimit else { return nil }
      let coefficient = term.coefficient * inverse
      quotient[exponents] = coefficient
      let multiple = Polynomial([exponents: -coefficient], variableCount: variableCount)
      guard let product = divisor.times(multiple) else { return nil }
      rest = rest + product
    }
    return Polynomial(quotient, variableCount: variableCount)
  }

  /// A test that nearly always says no where there is no common factor: with numbers for all variables but one,
  /// a common factor in that variable would remain.
  private static func mayShareFactor(_ polynomials: [Polynomial]) -> Bool {
    let numbers = [Rational(7, 3), Rational(-11, 5), Rational(13, 7), Rational(17, 11)]
    return (0..<polynomials[0].variableCount).contains { variable in
      let lines = polynomials.map { $0.restricted(to: variable, at: numbers) }
      guard lines.allSatisfy({ !$0.isZero }) else { return true }
      let common = lines.dropFirst().reduce(lines[0]) {
        RationalPolynomial.greatestCommonDivisor($0, $1)
      }
      return common.degree > 0
    }
  }

  private func restricted(to variable: Int, at numbers: [Rational]) -> RationalPolynomial {
    var coefficients = [Rational](repeating: 0, count: degree(in: variable) + 1)
    for term in terms {
      var product = term.coefficient
      for (place, exponent) in term.exponents.enumerated() where place != variable {
        product = product * numbers[place].power(exponent)
      }
      coefficients[term.exponents[variable]] += product
    }
    return RationalPolynomial(coefficients)
  }

  private func degree(in variable: Int) -> Int { terms.map { $0.exponents[variable] }.max() ?? 0 }

  /// The coefficient of a power of one variable, a polynomial in the others.
  private func coefficient(of power: Int, in variable: Int) -> Polynomial {
    var table: [[Int]: Rational] = [:]
    for term in terms where term.exponents[variable] == power {
      var exponents = term.exponents
      exponents[variable] = 0
      table[exponents] = term.coefficient
    }
    return Polynomial(table, variableCount: variableCount)
  }

  private var monic: Polynomial {
    terms.last.map { scaled(by: reciprocal($0.coefficient)) } ?? self
  }

  /// The greatest common divisor, or nil where the budget of steps is used up.
  private static func divisor(_ p: Polynomial, _ q: Polynomial, _ budget: inout Int) -> Polynomial?
  {
    if p.isZero { return q.monic }
    if q.isZero { return p.monic }
    let one = Polynomial(constant: 1, variableCount: p.variableCount)
    let variables = (0..<p.variableCount).filter { p.degree(in: $0) > 0 || q.degree(in: $0) > 0 }
    guard let variable = variables.last else { return one }
    guard let (contentP, partP) = split(p, variable, &budget),
      let (contentQ, partQ) = split(q, variable, &budget),
      let content = divisor(contentP, contentQ, &budget)
    else { return nil }
    var (a, b) = (partP, partQ)
    if a.degree(in: variable) < b.degree(in: variable) { (a, b) = (b, a) }
    while !b.isZero {
      if b.degree(in: variable) == 0 {
        (a, b) = (one, Polynomial(constant: 0, variableCount: p.variableCount))
        break
      }
      guard let rest = pseudoRemainder(a, b, variable, &budget),
        let (_, part) = split(rest, variable, &budget)
      else { return nil }
      (a, b) = (b, part)
    }
    return a.times(content)?.monic
  }

  /// The content in one variable, the common divisor of its powers' coefficients, and what is left without it.
  private static func split(
    _ p: Polynomial, _ variable: Int, _ budget: inout Int
  ) -> (content: Polynomial, part: Polynomial)? {
    if p.isZero { return (Polynomial(constant: 1, variableCount: p.variableCount), p) }
    var content = Polynomial(constant: 0, variableCount: p.variableCount)
    for power in 0...p.degree(in: variable) {
      let coefficient = p.coefficient(of: power, in: variable)
      if coefficient.isZero { continue }
      guard let next = divisor(content, coefficient, &budget) else { return nil }
      content = next
      if content.constant != nil { break }
    }
    guard let part = p.divided(exactlyBy: content) else { return nil }
    return (content, part.monic)
  }

  private static func pseudoRemainder(
    _ p: Polynomial, _ q: Polynomial, _ variable: Int, _ budget: inout Int
  ) -> Polynomial? {
    let degree = q.degree(in: variable)
    let lead = q.coefficient(of: degree, in: variable)
    var rest = p
    while !rest.isZero, rest.degree(in: variable) >= degree {
      budget -= 1
      guard budget > 0 else { return nil }
      let top = rest.degree(in: variable)
      var shift = [Int](repeating: 0, count: p.variableCount)
      shift[variable] = top - degree
      let factor = rest.coefficient(of: top, in: variable)
      let power = Polynomial([shift: 1], variableCount: p.variableCount)
      guard let first = rest.times(lead), let moved = q.times(power),
        let second = moved.times(factor)
      else { return nil }
      rest = first + -second
    }
    return rest
  }
}
