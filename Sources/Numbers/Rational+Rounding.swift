extension Rational {
  enum RoundingDirection {
    /// To the nearest, and of two to the one with an even significand.
    case nearest
    case towardZero
    case awayFromZero
  }

  /// `|x|` as `significand · 2^exponent` with at most `precision` bits and no exponent below the given one.
  ///
  /// The significand may be `2^precision` after a carry.
  func rounded(
    precision: Int, leastExponent: Int, _ direction: RoundingDirection
  ) -> (significand: UInt, exponent: Int) {
    if isZero { return (0, leastExponent) }
    // A quotient of precision + 2 or precision + 3 bits; what is cut off is remembered in `isInexact`.
    let shift = precision + 2 - numerator.bitWidth + denominator.bitWidth
    let (top, bottom) =
      shift >= 0
      ? (numerator.magnitude << shift, denominator) : (numerator.magnitude, denominator << -shift)
    let (quotient, remainder) = top.quotientAndRemainder(dividingBy: bottom)
    let bits = UInt(quotient.small)
    var isInexact = !remainder.isZero
    let dropped = max(quotient.bitWidth - precision, leastExponent + shift)
    guard dropped < 64 else { return (direction == .awayFromZero ? 1 : 0, leastExponent) }
    var significand = bits >> UInt(dropped)
    let tail = bits - (significand << UInt(dropped))
    let half = (1 as UInt) << UInt(dropped - 1)
    isInexact = isInexact || tail != 0
    let isUp =
      switch direction {
      case .nearest:
        tail > half || tail == half && (!remainder.isZero || significand % 2 == 1)
      case .towardZero: false
      case .awayFromZero: isInexact
      }
    if isUp { significand += 1 }
    return (significand, dropped - shift)
  }

  /// The largest `Double` that is not above this number: −∞ below all finite ones.
  public var doubleBelow: Double {
    isNegative ? -directed(.awayFromZero) : directed(.towardZero)
  }

  /// The least `Double` that is not below this number: ∞ above all finite ones.
  public var doubleAbove: Double {
    isNegative ? -directed(.towardZero) : directed(.awayFromZero)
  }

  private func directed(_ direction: RoundingDirection) -> Double {
    let (significand, exponent) = rounded(precision: 53, leastExponent: -1074, direction)
    let value = Double(sign: .plus, exponent: exponent, significand: Double(significand))
    return direction == .towardZero ? min(value, .greatestFiniteMagnitude) : value
  }
}

extension Double {
  /// The nearest `Double`, ties to even, subnormal and overflowing numbers included.
  public init(_ exact: Rational) {
    let limit: UInt = 1 << 53
    if let top = Int(exactly: exact.numerator), let bottom = Int(exactly: exact.denominator),
      top.magnitude <= limit, bottom.magnitude <= limit
    {
      self = Double(top) / Double(bottom)
    } else {
      let (significand, exponent) = exact.rounded(precision: 53, leastExponent: -1074, .nearest)
      let value = Double(sign: .plus, exponent: exponent, significand: Double(significand))
      self = exact.isNegative ? -value : value
    }
  }
}

extension Float {
  /// The nearest `Float`, ties to even, subnormal and overflowing numbers included.
  public init(_ exact: Rational) {
    let (significand, exponent) = exact.rounded(precision: 24, leastExponent: -149, .nearest)
    let value = Float(sign: .plus, exponent: exponent, significand: Float(significand))
    self = exact.isNegative ? -value : value
  }
}
