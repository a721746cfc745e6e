extension BigInteger {
  /// The greatest number that divides both, at least 0; `gcd(0, 0) = 0`.
  public func greatestCommonDivisor(with other: BigInteger) -> BigInteger {
    if limbs == nil, other.limbs == nil {
      return BigInteger(binaryGreatestCommonDivisor(small.magnitude, other.small.magnitude))
    }
    if isZero { return other.magnitude }
    if other.isZero { return magnitude }
    if isPowerOfTwo || other.isPowerOfTwo {
      return 1 << min(trailingZeroBitCount, other.trailingZeroBitCount)
    }
    var (x, y) = (magnitudeLimbs, other.magnitudeLimbs)
    if Limbs.order(x.span, y.span) < 0 { swap(&x, &y) }
    return BigInteger(
      isNegative: false, magnitude: Limbs.greatestCommonDivisor(x, y))
  }

  /// Whether the magnitude is a power of 2.
  var isPowerOfTwo: Bool {
    guard let limbs else { return small.magnitude.nonzeroBitCount == 1 }
    return limbs[limbs.count - 1].nonzeroBitCount == 1
      && limbs.dropLast().allSatisfy { $0 == 0 }
  }

  /// The quotient by a divisor that leaves no remainder.
  func exactQuotient(by divisor: BigInteger) -> BigInteger {
    if divisor.isOne { return self }
    if !divisor.isNegative, divisor.isPowerOfTwo { return self >> divisor.trailingZeroBitCount }
    return self / divisor
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

extension Limbs {
  /// Of `x ≥ y > 0`.
  ///
  /// Source: Lehmer's method with the stopping condition of Collins and Jebelean: quotients come from the
  /// leading 62 bits, and about 30 bits are removed by one pass over the limbs, in place.
  static func greatestCommonDivisor(_ x: [UInt], _ y: [UInt]) -> [UInt] {
    var (x, y) = (x, y)
    while y.count > 1 {
      let padding = x.count - y.count
      if padding <= 1, let step = LehmerStep(x, y) {
        if padding == 1 { y.append(0) }
        step.apply(&x, &y)
        normalize(&x)
        normalize(&y)
      } else {
        (x, y) = (y, dividing(x.span, by: y.span).remainder)
      }
    }
    if y.isEmpty { return x }
    let remainder = x.count == 1 ? x[0] : dividing(x.span, by: y[0]).remainder
    return [binaryGreatestCommonDivisor(y[0], remainder)]
  }
}

/// Several steps of Euclid's algorithm as one linear map of determinant ±1.
private struct LehmerStep {
  var (a, b, c, d): (UInt, UInt, UInt, UInt) = (1, 0, 0, 1)
  var isOdd = false

  /// Nil where the leading bits decide no quotient.
  init?(_ x: [UInt], _ y: [UInt]) {
    let top = x.count - 1
    let shift = UInt(x[top].leadingZeroBitCount)
    func leading(_ limbs: [UInt]) -> Int {
      let high = limbs.count > top ? limbs[top] : 0
      let bits = shift == 0 ? high : high &<< shift | limbs[top - 1] &>> (64 - shift)
      return Int(bits >> 2)
    }
    var (high, low) = (leading(x), leading(y))
    var (a, b, c, d) = (1, 0, 0, 1)
    while low != c {
      let quotient = Int(UInt(bitPattern: high &+ a &- 1) / UInt(bitPattern: low &- c))
      let (next, rest) = (b &+ quotient &* d, high &- quotient &* low)
      if next > rest { break }
      (high, low) = (low, rest)
      (a, b, c, d) = (d, c, next, a &+ quotient &* c)
      isOdd.toggle()
    }
    if c == 0 { return nil }
    (self.a, self.b, self.c, self.d) = (UInt(a), UInt(b), UInt(c), UInt(d))
  }

  /// `(x, y) ← (ax − by, dy − cx)`, with both operands exchanged after an odd number of steps.
  func apply(_ first: inout [UInt], _ second: inout [UInt]) {
    if isOdd { swap(&first, &second) }
    var x = first.mutableSpan
    var y = second.mutableSpan
    var (carry, other) = (0 as Int128, 0 as Int128)
    for index in 0..<min(x.count, y.count) {
      let (p, q) = (UInt128(x[index]), UInt128(y[index]))
      carry = carry &+ Int128(bitPattern: UInt128(a) &* p) &- Int128(bitPattern: UInt128(b) &* q)
      other = other &+ Int128(bitPattern: UInt128(d) &* q) &- Int128(bitPattern: UInt128(c) &* p)
      x[index] = UInt(truncatingIfNeeded: carry)
      y[index] = UInt(truncatingIfNeeded: other)
      carry >>= 64
      other >>= 64
    }
  }
}
