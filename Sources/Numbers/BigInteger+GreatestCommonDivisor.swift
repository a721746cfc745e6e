extension BigInteger {
  /// The greatest number that divides both, at least 0; `gcd(0, 0) = 0`.
  ///
  /// Source: Lehmer's method with the exact stopping condition of Collins and Jebelean: quotients come
  /// from the leading 62 bits, and about 30 bits are removed by one pass over the limbs.
  public func greatestCommonDivisor(with other: BigInteger) -> BigInteger {
    if limbs == nil, other.limbs == nil {
      return BigInteger(binaryGreatestCommonDivisor(small.magnitude, other.small.magnitude))
    }
    var (x, y) = (self.magnitude, other.magnitude)
    if x < y { swap(&x, &y) }
    while let high = x.limbs, !y.isZero {
      if y.limbs == nil {
        let remainder = Limbs.dividing(high.span, by: y.small.magnitude).remainder
        return BigInteger(binaryGreatestCommonDivisor(y.small.magnitude, remainder))
      }
      (x, y) = lehmerStep(x, y) ?? (y, x % y)
    }
    guard !y.isZero else { return x }
    return x.greatestCommonDivisor(with: y)
  }
}

/// Source: Stein 1967, by subtraction and shifts.
func binaryGreatestCommonDivisor(_ x: UInt, _ y: UInt) -> UInt {
  if x == 0 { return y }
  if y == 0 { return x }
  let shift = (x | y).trailingZeroBitCount
  var (x, y) = (x >> UInt(x.trailingZeroBitCount), y >> UInt(y.trailingZeroBitCount))
  while x != y {
    let difference = x > y ? x &- y : y &- x
    y = min(x, y)
    x = difference &>> UInt(truncatingIfNeeded: difference.trailingZeroBitCount)
  }
  return x << UInt(shift)
}

/// Several steps of Euclid's algorithm at once, for `x ≥ y > 0`; nil where the leading bits decide none.
private func lehmerStep(_ x: BigInteger, _ y: BigInteger) -> (BigInteger, BigInteger)? {
  let shift = x.bitWidth - 62
  guard shift > 0, y.bitWidth > shift, case var high = (x >> shift).small,
    case var low = (y >> shift).small
  else { return nil }
  var (a, b, c, d) = (1, 0, 0, 1)
  var isOdd = false
  var isEmpty = true
  while low != c {
    let quotient = (high + (a - 1)) / (low - c)
    let (next, rest) = (b + quotient * d, high - quotient * low)
    if next > rest { break }
    (high, low) = (low, rest)
    (a, b, c, d) = (d, c, next, a + quotient * c)
    isOdd.toggle()
    isEmpty = false
  }
  if isEmpty { return nil }
  let (a1, b1, c1, d1) = (BigInteger(a), BigInteger(b), BigInteger(c), BigInteger(d))
  return isOdd ? (a1 * y - b1 * x, d1 * x - c1 * y) : (a1 * x - b1 * y, d1 * y - c1 * x)
}
