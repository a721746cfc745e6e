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
    let (top, bottom) =
      divisor.isOne ? (numerator, denominator) : (numerator / divisor, denominator / divisor)
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
    // A product of n and m bits has n + m − 1 or n + m bits.
    let widths = (
      x.numerator.bitWidth + y.denominator.bitWidth, y.numerator.bitWidth + x.denominator.bitWidth
    )
    if widths.0 + 1 < widths.1 { return !x.isNegative }
    if widths.1 + 1 < widths.0 { return x.isNegative }
    return x.numerator * y.denominator < y.numerator * x.denominator
  }
}

extension Rational: CustomStringConvertible {
  /// `p/q`, or `p` of a whole number.
  public var description: String {
    isInteger ? "\(numerator)" : "\(numerator)/\(denominator)"
  }
}
