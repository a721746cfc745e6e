extension BigInteger {
  public static func + (x: BigInteger, y: BigInteger) -> BigInteger {
    if x.limbs == nil, y.limbs == nil {
      let (total, overflow) = x.small.addingReportingOverflow(y.small)
      return overflow ? BigInteger(Int128(x.small) + Int128(y.small)) : BigInteger(total)
    }
    return sum(x, y, y.isNegative)
  }

  public static func - (x: BigInteger, y: BigInteger) -> BigInteger {
    if x.limbs == nil, y.limbs == nil {
      let (rest, overflow) = x.small.subtractingReportingOverflow(y.small)
      return overflow ? BigInteger(Int128(x.small) - Int128(y.small)) : BigInteger(rest)
    }
    return sum(x, y, !y.isNegative)
  }

  public static prefix func - (x: BigInteger) -> BigInteger {
    if let limbs = x.limbs { return BigInteger(isNegative: !x.isNegative, magnitude: limbs) }
    return x.small == .min ? BigInteger(x.small.magnitude) : BigInteger(-x.small)
  }

  /// `x + y`, with another sign for `y`.
  private static func sum(_ x: BigInteger, _ y: BigInteger, _ isNegative: Bool) -> BigInteger {
    let (first, second) = (x.magnitudeLimbs, y.magnitudeLimbs)
    if x.isNegative == isNegative {
      return BigInteger(
        isNegative: isNegative, magnitude: Limbs.sum(first.span, second.span))
    }
    return Limbs.order(first.span, second.span) < 0
      ? BigInteger(
        isNegative: isNegative, magnitude: Limbs.difference(second.span, first.span))
      : BigInteger(
        isNegative: x.isNegative, magnitude: Limbs.difference(first.span, second.span))
  }

  public static func * (x: BigInteger, y: BigInteger) -> BigInteger {
    let isNegative = x.isNegative != y.isNegative
    switch (x.limbs, y.limbs) {
    case (nil, nil):
      let (product, overflow) = x.small.multipliedReportingOverflow(by: y.small)
      return overflow ? BigInteger(Int128(x.small) * Int128(y.small)) : BigInteger(product)
    case (let limbs?, nil):
      return BigInteger(
        isNegative: isNegative, magnitude: Limbs.product(limbs.span, y.small.magnitude))
    case (nil, let limbs?):
      return BigInteger(
        isNegative: isNegative, magnitude: Limbs.product(limbs.span, x.small.magnitude))
    case (let first?, let second?):
      return BigInteger(
        isNegative: isNegative, magnitude: Limbs.product(first.span, second.span))
    }
  }

  /// The quotient rounded towards 0, and the remainder, which has the sign of the dividend.
  ///
  /// - Precondition: `divisor` is not 0.
  public func quotientAndRemainder(
    dividingBy divisor: BigInteger
  ) -> (quotient: BigInteger, remainder: BigInteger) {
    precondition(!divisor.isZero, "\(self) divided by 0")
    let isNegative = self.isNegative != divisor.isNegative
    guard let limbs else {
      guard divisor.limbs == nil else {
        // Of all values that fit, only Int.min has a magnitude that reaches a divisor which does not fit.
        return small == .min && divisor.limbs == [small.magnitude] ? (-1, 0) : (0, self)
      }
      if divisor.small == -1 { return (-self, 0) }
      let (quotient, remainder) = small.quotientAndRemainder(dividingBy: divisor.small)
      return (BigInteger(quotient), BigInteger(remainder))
    }
    if let divisorLimbs = divisor.limbs {
      let (quotient, remainder) = Limbs.dividing(limbs.span, by: divisorLimbs.span)
      return (
        BigInteger(isNegative: isNegative, magnitude: quotient),
        BigInteger(isNegative: self.isNegative, magnitude: remainder)
      )
    }
    let (quotient, remainder) = Limbs.dividing(limbs.span, by: divisor.small.magnitude)
    return (
      BigInteger(isNegative: isNegative, magnitude: quotient),
      self.isNegative ? -BigInteger(remainder) : BigInteger(remainder)
    )
  }

  public static func / (x: BigInteger, y: BigInteger) -> BigInteger {
    x.quotientAndRemainder(dividingBy: y).quotient
  }

  public static func % (x: BigInteger, y: BigInteger) -> BigInteger {
    x.quotientAndRemainder(dividingBy: y).remainder
  }

  public static func += (x: inout BigInteger, y: BigInteger) { x = x + y }
  public static func -= (x: inout BigInteger, y: BigInteger) { x = x - y }
  public static func *= (x: inout BigInteger, y: BigInteger) { x = x * y }

  /// `x · 2^count`.
  ///
  /// - Precondition: `count` is not negative.
  public static func << (x: BigInteger, count: Int) -> BigInteger {
    precondition(count >= 0, "a shift counts bits, got \(count)")
    if count == 0 || x.isZero { return x }
    if x.limbs == nil, count < x.small.magnitude.leadingZeroBitCount - 1 {
      return BigInteger(x.small << count)
    }
    return BigInteger(
      isNegative: x.isNegative, magnitude: Limbs.shiftedLeft(x.magnitudeLimbs.span, by: count))
  }

  /// `x / 2^count`, rounded towards 0.
  ///
  /// - Precondition: `count` is not negative.
  public static func >> (x: BigInteger, count: Int) -> BigInteger {
    precondition(count >= 0, "a shift counts bits, got \(count)")
    if count == 0 { return x }
    guard let limbs = x.limbs else {
      guard count < 64 else { return 0 }
      let shifted = BigInteger(x.small.magnitude >> UInt(count))
      return x.isNegative ? -shifted : shifted
    }
    return BigInteger(
      isNegative: x.isNegative, magnitude: Limbs.shiftedRight(limbs.span, by: count))
  }

  /// `self` multiplied by itself `exponent` times; `0⁰ = 1`.
  ///
  /// - Precondition: `exponent` is not negative.
  public func power(_ exponent: Int) -> BigInteger {
    precondition(
      exponent >= 0, "the power of a whole number needs an exponent ≥ 0, got \(exponent)")
    if exponent == 0 { return 1 }
    if limbs == nil, small.magnitude <= 1 { return exponent.isMultiple(of: 2) ? self * self : self }
    if limbs == nil, small == 2 { return 1 << exponent }
    var result = self
    var bit = Int.bitWidth - 1 - exponent.leadingZeroBitCount
    while bit > 0 {
      bit -= 1
      result *= result
      if exponent >> bit & 1 == 1 { result *= self }
    }
    return result
  }
}
