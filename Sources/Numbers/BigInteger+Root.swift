extension BigInteger {
  /// The largest whole number whose square is at most this one.
  ///
  /// - Precondition: the number is not negative.
  public func squareRoot() -> BigInteger { root(2) }

  /// The largest whole number whose power is at most this one.
  ///
  /// Newton's iteration from above, which decreases until it arrives.
  ///
  /// - Precondition: the number is not negative, and `degree` is at least 1.
  public func root(_ degree: Int) -> BigInteger {
    precondition(!isNegative, "the root of \(self)")
    precondition(degree >= 1, "a root has a degree of at least 1, got \(degree)")
    if degree == 1 || isZero || isOne { return self }
    if degree >= bitWidth { return 1 }
    var estimate: BigInteger = 1 << ((bitWidth + degree - 1) / degree)
    if degree == 2, bitWidth > 128 {
      // Half of the bits from a root half as long: Newton's last step only.
      let shift = (bitWidth / 4) & ~1
      estimate = ((self >> (2 * shift)).squareRoot() + 1) << shift
    }
    while true {
      let power = estimate.power(degree - 1)
      let next = (BigInteger(degree - 1) * estimate + self / power) / BigInteger(degree)
      if next >= estimate { return estimate }
      estimate = next
    }
  }

  /// The number whose power this is, if there is one.
  public func exactRoot(_ degree: Int) -> BigInteger? {
    if isNegative {
      guard !degree.isMultiple(of: 2) else { return nil }
      return (-self).exactRoot(degree).map { -$0 }
    }
    let root = root(degree)
    return root.power(degree) == self ? root : nil
  }
}
