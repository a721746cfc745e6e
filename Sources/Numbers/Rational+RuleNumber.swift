extension Rational: RuleNumber {
  /// The bits that the numerator or the denominator of a power may have.
  static let powerBitLimit = 1 << 20

  @inlinable
  public init(_ exact: Rational) { self = exact }

  /// `√x`, which throws where it is irrational or `x` is negative.
  public static func root(_ x: Rational) throws(Failure) -> Rational {
    guard !x.isNegative else { throw .undefined(function: "sqrt", of: x) }
    guard let top = x.numerator.exactRoot(2), let bottom = x.denominator.exactRoot(2) else {
      throw .irrationalRoot(of: x)
    }
    return Rational(lowest: top, bottom)
  }

  /// `eˣ`, rational at 0 alone (Lindemann).
  public static func exp(_ x: Rational) throws(Failure) -> Rational {
    guard x.isZero else { throw .irrational(function: "exp", of: x) }
    return 1
  }

  /// The natural logarithm, rational at 1 alone (Lindemann).
  public static func log(_ x: Rational) throws(Failure) -> Rational {
    guard x.signum() > 0 else { throw .undefined(function: "log", of: x) }
    guard x == 1 else { throw .irrational(function: "log", of: x) }
    return 0
  }

  /// `baseʸ`, which throws where it is irrational, undefined, or takes more than 2²⁰ bits.
  public static func power(_ base: Rational, _ exponent: Rational) throws(Failure) -> Rational {
    if exponent.isZero || base == 1 { return 1 }
    if base.isZero {
      guard exponent.signum() > 0 else { throw .divisionByZero }
      return 0
    }
    var base = base
    if !exponent.isInteger {
      guard !base.isNegative else { throw .undefined(function: "power", of: base) }
      guard let degree = Int(exactly: exponent.denominator),
        let top = base.numerator.exactRoot(degree), let bottom = base.denominator.exactRoot(degree)
      else { throw .irrational(function: "power", of: base) }
      base = Rational(lowest: top, bottom)
    }
    if base.magnitude == 1 { return exponent.numerator.isEven ? 1 : base }
    let bits = max(base.numerator.bitWidth, base.denominator.bitWidth)
    guard let count = Int(exactly: exponent.numerator), count != .min,
      count.magnitude <= UInt(powerBitLimit / bits)
    else {
      throw .tooLarge(
        bits: Int(exactly: exponent.numerator.magnitude)?
          .multipliedReportingOverflow(by: bits).partialValue ?? .max)
    }
    let power = base.power(Int(count.magnitude))
    return count < 0 ? try power.reciprocal() : power
  }

  /// `self` multiplied by itself `exponent` times; `0⁰ = 1`.
  ///
  /// - Precondition: `exponent` is not negative.
  public func power(_ exponent: Int) -> Rational {
    Rational(lowest: numerator.power(exponent), denominator.power(exponent))
  }

  public static func oneMinusPower(_ base: Rational, _ t: Rational) throws(Failure) -> Rational {
    1 - (try power(base, t))
  }

  public static func select(
    _ x: Rational, isLessThan y: Rational, then consequent: Rational, else alternative: Rational
  ) -> Rational { x < y ? consequent : alternative }

  public static func lesser(_ x: Rational, _ y: Rational) -> Rational { y < x ? y : x }
  public static func greater(_ x: Rational, _ y: Rational) -> Rational { x < y ? y : x }
  public static func sign(_ x: Rational) -> Rational { Rational(x.signum()) }
}
