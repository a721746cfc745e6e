internal import Numbers

/// Elementary functions by series in fixed point with 256 bits after the point: an independent reference.
///
/// Each result is within `2⁻¹⁸⁵` of its value, relatively, for arguments whose results are finite
/// `Double`s.
enum Series {
  static let bits = 256
  static let one: BigInteger = 1 << bits
  static let relativeError = Rational(1, BigInteger(1) << 185)

  private static func fixed(_ x: Rational) -> BigInteger {
    (x.numerator << bits) / x.denominator
  }

  private static func product(_ x: BigInteger, _ y: BigInteger) -> BigInteger { (x * y) >> bits }

  /// `2·atanh(s) = log((1 + s)/(1 − s))` for `|s| ≤ 1/3`.
  private static func twiceInverseTangent(_ s: BigInteger) -> BigInteger {
    let square = product(s, s)
    var (sum, power, denominator) = (s, s, 1)
    while !power.isZero {
      power = product(power, square)
      denominator += 2
      sum += power / BigInteger(denominator)
    }
    return sum << 1
  }

  private static let logOf2 = twiceInverseTangent(one / 3)

  /// The logarithm of a positive number, with 256 bits after the point.
  private static func fixedLog(_ x: Rational) -> BigInteger {
    var exponent = x.numerator.bitWidth - x.denominator.bitWidth
    var m = x * scale(-exponent)
    if m > Rational(4, 3) {
      exponent += 1
      m = m * Rational(1, 2)
    } else if m < Rational(2, 3) {
      exponent -= 1
      m = m * 2
    }
    let (top, bottom) = (m - 1, m + 1)
    let s = fixed(Rational(top.numerator * bottom.denominator, top.denominator * bottom.numerator))
    return twiceInverseTangent(s) + BigInteger(exponent) * logOf2
  }

  /// `2^exponent`.
  private static func scale(_ exponent: Int) -> Rational {
    let power = BigInteger(1) << abs(exponent)
    return exponent < 0 ? Rational(1, power) : Rational(power)
  }

  private static func exp(fixed x: BigInteger) -> Rational {
    let doubled = (x << 1) / logOf2
    let multiple = (doubled + (x.isNegative ? -1 : 1)) / 2
    let rest = x - multiple * logOf2
    var (sum, term, index) = (one, one, 1)
    while !term.isZero {
      term = product(term, rest) / BigInteger(index)
      sum += term
      index += 1
    }
    return Rational(sum) * scale(Int(exactly: multiple)! - bits)
  }

  static func log(_ x: Rational) -> Rational { Rational(fixedLog(x), one) }

  static func exp(_ x: Rational) -> Rational { exp(fixed: fixed(x)) }

  /// `baseʸ` of a positive base.
  static func power(_ base: Rational, _ exponent: Rational) -> Rational {
    exp(fixed: (fixedLog(base) * exponent.numerator) / exponent.denominator)
  }
}
