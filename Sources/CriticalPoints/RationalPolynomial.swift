internal import Numbers

/// A polynomial in one variable with rational coefficients.
struct RationalPolynomial: Hashable, Sendable {
  /// Constant term first, the last one not 0; empty for the polynomial 0.
  private(set) var coefficients: [Rational]

  init(_ coefficients: [Rational]) {
    self.coefficients = coefficients
    while self.coefficients.last?.isZero == true { self.coefficients.removeLast() }
  }

  var isZero: Bool { coefficients.isEmpty }
  /// The degree; −1 of the polynomial 0.
  var degree: Int { coefficients.count - 1 }
  var leading: Rational { coefficients.last ?? 0 }

  func value(at x: Rational) -> Rational {
    coefficients.reversed().reduce(0) { $0 * x + $1 }
  }

  func value(at x: Interval) -> Interval {
    coefficients.reversed().reduce(0) { $0 * x + Interval($1) }
  }

  var derivative: RationalPolynomial {
    RationalPolynomial(
      coefficients.enumerated().dropFirst().map { Rational($0.offset) * $0.element })
  }

  static func + (p: RationalPolynomial, q: RationalPolynomial) -> RationalPolynomial {
    let count = max(p.coefficients.count, q.coefficients.count)
    return RationalPolynomial(
      (0..<count).map {
        ($0 < p.coefficients.count ? p.coefficients[$0] : 0)
          + ($0 < q.coefficients.count ? q.coefficients[$0] : 0)
      })
  }

  static prefix func - (p: RationalPolynomial) -> RationalPolynomial {
    RationalPolynomial(p.coefficients.map { -$0 })
  }

  static func - (p: RationalPolynomial, q: RationalPolynomial) -> RationalPolynomial { p + -q }

  func scaled(by factor: Rational) -> RationalPolynomial {
    RationalPolynomial(coefficients.map { factor * $0 })
  }

  /// The polynomial over the magnitude of its leading coefficient: the same roots and signs, small numbers.
  var normalised: RationalPolynomial {
    isZero ? self : scaled(by: reciprocal(leading.magnitude))
  }

  /// Quotient and remainder.
  ///
  /// - Precondition: the divisor is not 0.
  func divided(
    by divisor: RationalPolynomial
  ) -> (quotient: RationalPolynomial, remainder: RationalPolynomial) {
    precondition(!divisor.isZero, "division by the polynomial 0")
    let inverse = reciprocal(divisor.leading)
    var rest = coefficients
    var quotient = [Rational](repeating: 0, count: max(0, degree - divisor.degree + 1))
    for place in quotient.indices.reversed() {
      let factor = rest[place + divisor.degree] * inverse
      quotient[place] = factor
      if factor.isZero { continue }
      for (offset, coefficient) in divisor.coefficients.enumerated() {
        rest[place + offset] -= factor * coefficient
      }
    }
    return (RationalPolynomial(quotient), RationalPolynomial(rest))
  }

  /// The greatest common divisor, its leading coefficient 1; 0 only of two zeros.
  static func greatestCommonDivisor(
    _ p: RationalPolynomial, _ q: RationalPolynomial
  ) -> RationalPolynomial {
    var (a, b) = (p.normalised, q.normalised)
    while !b.isZero { (a, b) = (b, a.divided(by: b).remainder.normalised) }
    return a.isZero ? a : a.scaled(by: reciprocal(a.leading))
  }

  /// The square-free factors `g₁, g₂, …` of `c·g₁·g₂²·g₃³·…`, those of degree 0 left out.
  ///
  /// Source: D. Yun, *On square-free decomposition algorithms*, SYMSAC 1976.
  var squareFreeFactors: [(factor: RationalPolynomial, multiplicity: Int)] {
    guard degree > 0 else { return [] }
    var result: [(RationalPolynomial, Int)] = []
    let shared = Self.greatestCommonDivisor(self, derivative)
    var factors = divided(by: shared).quotient
    var rest = derivative.divided(by: shared).quotient - factors.derivative
    var multiplicity = 1
    while factors.degree > 0 {
      let factor = Self.greatestCommonDivisor(factors, rest)
      if factor.degree > 0 { result.append((factor, multiplicity)) }
      factors = factors.divided(by: factor).quotient
      rest = rest.divided(by: factor).quotient - factors.derivative
      multiplicity += 1
    }
    return result
  }
}

/// `1/x` of a number known not to be 0.
func reciprocal(_ x: Rational) -> Rational {
  precondition(!x.isZero, "division by zero")
  return Rational(x.denominator, x.numerator)
}
