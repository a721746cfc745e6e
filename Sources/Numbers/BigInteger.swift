/// A whole number of any size.
///
/// A value that fits an `Int` is kept as one and allocates nothing; any other is a sign and a magnitude in
/// 64-bit limbs. Sums take time linear in the length; products take `n^1.585`; quotients, greatest common
/// divisors and decimal text are quadratic.
public struct BigInteger: Sendable {
  /// The value where `limbs` is nil, otherwise its sign, −1 or 1.
  @usableFromInline var small: Int
  /// The magnitude of a value that fits no `Int`, least significant limb first, the last one not 0.
  @usableFromInline var limbs: [UInt]?

  @inlinable
  init(small: Int, limbs: [UInt]?) {
    self.small = small
    self.limbs = limbs
  }

  @inlinable
  public init(_ value: Int) {
    self.init(small: value, limbs: nil)
  }

  public init(_ value: UInt) {
    self = value <= UInt(Int.max) ? BigInteger(Int(value)) : BigInteger(small: 1, limbs: [value])
  }

  init(_ value: Int128) {
    if let small = Int(exactly: value) {
      self.init(small)
    } else {
      let magnitude = value.magnitude
      self.init(
        isNegative: value < 0,
        magnitude: [UInt(truncatingIfNeeded: magnitude), UInt(truncatingIfNeeded: magnitude >> 64)])
    }
  }

  /// From a magnitude that need not be normal.
  init(isNegative: Bool, magnitude: [UInt]) {
    var magnitude = magnitude
    Limbs.normalize(&magnitude)
    if magnitude.count == 0 {
      self.init(0)
    } else if magnitude.count == 1, magnitude[0] <= UInt(Int.max) {
      self.init(isNegative ? -Int(magnitude[0]) : Int(magnitude[0]))
    } else if magnitude.count == 1, isNegative, magnitude[0] == Int.min.magnitude {
      self.init(Int.min)
    } else {
      self.init(small: isNegative ? -1 : 1, limbs: magnitude)
    }
  }

  /// The magnitude's limbs, empty for 0.
  var magnitudeLimbs: [UInt] {
    limbs ?? (small == 0 ? [] : [small.magnitude])
  }

  @inlinable public var isNegative: Bool { small < 0 }
  @inlinable public var isZero: Bool { limbs == nil && small == 0 }
  public var isOne: Bool { limbs == nil && small == 1 }
  public var isEven: Bool { if let limbs { limbs[0] % 2 == 0 } else { small % 2 == 0 } }

  /// −1, 0 or 1.
  @inlinable
  public func signum() -> Int { small.signum() }

  public var magnitude: BigInteger { isNegative ? -self : self }

  /// The number of bits of the magnitude: 0 for 0, 1 for ±1, 2 for ±2 and ±3.
  public var bitWidth: Int {
    if let limbs { return Limbs.bitWidth(limbs.span) }
    return 64 - small.magnitude.leadingZeroBitCount
  }

  /// How often 2 divides the number; 0 for 0.
  public var trailingZeroBitCount: Int {
    if let limbs { return Limbs.trailingZeroBitCount(limbs.span) }
    return small == 0 ? 0 : small.trailingZeroBitCount
  }
}

extension BigInteger {
  /// The leading 64 bits, the first of them 1, and the exponent of the last: the magnitude lies in
  /// `bits·2^exponent ..< (bits + 1)·2^exponent`. The number is not 0.
  var leadingBits: (bits: UInt, exponent: Int) {
    guard let limbs else {
      let zeros = small.magnitude.leadingZeroBitCount
      return (small.magnitude << UInt(zeros), -zeros)
    }
    let top = limbs.count - 1
    let zeros = UInt(limbs[top].leadingZeroBitCount)
    let rest = top > 0 && zeros > 0 ? limbs[top - 1] >> (64 - zeros) : 0
    return (limbs[top] &<< zeros | rest, top * 64 - Int(zeros))
  }
}

extension BigInteger: ExpressibleByIntegerLiteral {
  @inlinable
  public init(integerLiteral value: Int) { self.init(value) }
}

extension BigInteger: Hashable {
  public static func == (x: BigInteger, y: BigInteger) -> Bool {
    x.small == y.small && x.limbs == y.limbs
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(small)
    if let limbs { hasher.combine(limbs) }
  }
}

extension BigInteger: Comparable {
  public static func < (x: BigInteger, y: BigInteger) -> Bool {
    switch (x.limbs, y.limbs) {
    case (nil, nil): x.small < y.small
    case (nil, _?): !y.isNegative
    case (_?, nil): x.isNegative
    case (let first?, let second?):
      if x.isNegative != y.isNegative {
        x.isNegative
      } else if x.isNegative {
        Limbs.order(second.span, first.span) < 0
      } else {
        Limbs.order(first.span, second.span) < 0
      }
    }
  }
}

extension Int {
  /// The value, if it fits.
  @inlinable
  public init?(exactly value: BigInteger) {
    guard value.limbs == nil else { return nil }
    self = value.small
  }
}
