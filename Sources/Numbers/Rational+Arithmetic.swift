extension Rational {
  public static func + (x: Rational, y: Rational) -> Rational { sum(x, y.numerator, y.denominator) }

  public static func - (x: Rational, y: Rational) -> Rational {
    sum(x, -y.numerator, y.denominator)
  }

  public static prefix func - (x: Rational) -> Rational {
    Rational(lowest: -x.numerator, x.denominator)
  }

  /// Source: Knuth, *The Art of Computer Programming*, volume 2, section 4.5.1: two divisors of small
  /// numbers instead of one of large ones.
  private static func sum(_ x: Rational, _ c: BigInteger, _ d: BigInteger) -> Rational {
    let (a, b) = (x.numerator, x.denominator)
    if b.isOne, d.isOne { return Rational(lowest: a + c, 1) }
    let divisor = b.greatestCommonDivisor(with: d)
    if divisor.isOne { return Rational(lowest: a * d + c * b, b * d) }
    let rest = b.exactQuotient(by: divisor)
    let total = a * d.exactQuotient(by: divisor) + c * rest
    let common = total.greatestCommonDivisor(with: divisor)
    return Rational(
      lowest: total.exactQuotient(by: common), rest * d.exactQuotient(by: common))
  }

  public static func * (x: Rational, y: Rational) -> Rational {
    product(x.numerator, x.denominator, y.numerator, y.denominator)
  }

  /// `a/b · c/d` of two fractions in lowest terms, `d` of either sign.
  private static func product(
    _ a: BigInteger, _ b: BigInteger, _ c: BigInteger, _ d: BigInteger
  ) -> Rational {
    let (first, second) = (a.greatestCommonDivisor(with: d), c.greatestCommonDivisor(with: b))
    let top = a.exactQuotient(by: first) * c.exactQuotient(by: second)
    let bottom = b.exactQuotient(by: second) * d.exactQuotient(by: first)
    return bottom.isNegative ? Rational(lowest: -top, -bottom) : Rational(lowest: top, bottom)
  }

  public static func / (x: Rational, y: Rational) throws(Failure) -> Rational {
    guard !y.isZero else { throw .divisionByZero }
    return product(x.numerator, x.denominator, y.denominator, y.numerator)
  }

  public static func += (x: inout Rational, y: Rational) { x = x + y }
  public static func -= (x: inout Rational, y: Rational) { x = x - y }
  public static func *= (x: inout Rational, y: Rational) { x = x * y }

  public func squared() -> Rational {
    Rational(lowest: numerator * numerator, denominator * denominator)
  }

  /// `1/x`.
  public func reciprocal() throws(Failure) -> Rational { try 1 / self }
}
