/// An exact fraction in lowest terms, with a positive denominator.
public struct Rational: Hashable, Sendable {
  public let numerator: BigInteger
  /// At least 1.
  public let denominator: BigInteger

  /// A fraction that is in lowest terms already.
  @usableFromInline
  init(lowest numerator: BigInteger, _ denominator: BigInteger) {
    self.numerator = numerator
    self.denominator = denominator
  }

  @inlinable
  public init(_ value: Int) {
    self.init(lowest: BigInteger(value), 1)
  }

  public init(_ value: BigInteger) {
    self.init(lowest: value, 1)
  }

  /// - Precondition: `denominator` is not 0.
  public init(_ numerator: BigInteger, _ denominator: BigInteger) {
    precondition(!denominator.isZero, "the fraction \(numerator)/0")
    let divisor = numerator.greatestCommonDivisor(with: denominator)
    let (top, bottom) = (
      numerator.exactQuotient(by: divisor), denominator.exactQuotient(by: divisor)
    )
    self = bottom.isNegative ? Rational(lowest: -top, -bottom) : Rational(lowest: top, bottom)
  }

  /// - Precondition: `denominator` is not 0.
  public init(_ numerator: Int, _ denominator: Int) {
    self.init(BigInteger(numerator), BigInteger(denominator))
  }

  @inlinable public var isZero: Bool { numerator.isZero }
  @inlinable public var isNegative: Bool { numerator.isNegative }
  /// Whether the number is whole.
  public var isInteger: Bool { denominator.isOne }
  /// −1, 0 or 1.
  @inlinable
  public func signum() -> Int { numerator.signum() }
  public var magnitude: Rational { isNegative ? -self : self }

  /// The largest whole number that is not above this one.
  public var floor: BigInteger {
    let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
    return remainder.isNegative ? quotient - 1 : quotient
  }
}

extension Rational: ExpressibleByIntegerLiteral {
  @inlinable
  public init(integerLiteral value: Int) { self.init(value) }
}

extension Rational: ExpressibleByFloatLiteral {
  /// The shortest decimal that denotes the literal's `Double`: `0.9` is 9/10.
  ///
  /// - Precondition: the literal is finite in `Double`.
  public init(floatLiteral value: Double) {
    guard let typed = Rational("\(value)") else { preconditionFailure("not finite: \(value)") }
    self = typed
  }
}

extension Rational {
  /// The binary value, exactly; nil of NaN and infinities.
  public init?(exactly value: Double) {
    guard value.isFinite else { return nil }
    guard value != 0 else {
      self = 0
      return
    }
    let significand = Int(value.significandBitPattern | (value.isNormal ? 1 << 52 : 0))
    let zeros = significand.trailingZeroBitCount
    let exponent = Int(max(value.exponentBitPattern, 1)) - 1075 + zeros
    let top = BigInteger(value < 0 ? -(significand >> zeros) : significand >> zeros)
    self = exponent >= 0 ? Rational(top << exponent) : Rational(lowest: top, 1 << -exponent)
  }

  /// The binary value, exactly; nil of NaN and infinities.
  public init?(exactly value: Float) { self.init(exactly: Double(value)) }
}

extension Rational: Comparable {
  public static func < (x: Rational, y: Rational) -> Bool {
    if x.signum() != y.signum() { return x.signum() < y.signum() }
    if x.denominator == y.denominator { return x.numerator < y.numerator }
    if let a = Int(exactly: x.numerator), let b = Int(exactly: x.denominator),
      let c = Int(exactly: y.numerator), let d = Int(exactly: y.denominator)
    {
      return Int128(a) * Int128(d) < Int128(c) * Int128(b)
    }
    if x == y { return false }
    let order = Rational.leadingOrder(x, y)
    if order != 0 { return (order < 0) != x.isNegative }
    return x.numerator * y.denominator < y.numerator * x.denominator
  }
}

extension Rational {
  /// The order of two magnitudes where the leading 64 bits of the numbers decide it, else 0.
  private static func leadingOrder(_ x: Rational, _ y: Rational) -> Int {
    let (a, b) = (x.numerator.leadingBits, x.denominator.leadingBits)
    let (c, d) = (y.numerator.leadingBits, y.denominator.leadingBits)
    // |x| < |y| where a·d < c·b. The products lie in 2¹²⁶ ..< 2¹²⁸ and above.
    let difference = a.exponent + d.exponent - c.exponent - b.exponent
    if difference.magnitude >= 2 { return difference.signum() }
    return difference < 0
      ? -order(c.bits, b.bits, a.bits, d.bits, shift: UInt128(-difference))
      : order(a.bits, d.bits, c.bits, b.bits, shift: UInt128(difference))
  }

  /// The order of `a·d·2^shift` and `c·b`, each factor being up to 1 larger than given; 0 if undecided.
  private static func order(
    _ a: UInt, _ d: UInt, _ c: UInt, _ b: UInt, shift: UInt128
  ) -> Int {
    let (first, second) = (UInt128(a) &* UInt128(d), UInt128(c) &* UInt128(b))
    let (firstAbove, overflow) = first.addingReportingOverflow(UInt128(a) + UInt128(d) + 1)
    let (secondAbove, again) = second.addingReportingOverflow(UInt128(c) + UInt128(b) + 1)
    if !overflow, firstAbove <= second >> shift { return -1 }
    if !again, (secondAbove >> shift) + (shift == 1 ? secondAbove & 1 : 0) <= first { return 1 }
    return 0
  }
}

extension Rational: CustomStringConvertible {
  /// `p/q`, or `p` of a whole number.
  public var description: String {
    isInteger ? "\(numerator)" : "\(numerator)/\(denominator)"
  }
}
