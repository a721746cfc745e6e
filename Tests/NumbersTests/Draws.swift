internal import Numbers

/// Test inputs of many shapes, the same in every run.
struct Draws {
  private var generator: Philox

  init(_ name: String, seed: UInt64 = 1) {
    generator = Philox(seed: seed, property: Philox.number(of: name), case: 0)
  }

  mutating func bits() -> UInt64 { generator.next() }

  mutating func below(_ bound: Int) -> Int { Int(bits() % UInt64(bound)) }

  mutating func choose<T>(_ values: [T]) -> T { values[below(values.count)] }

  /// A whole number: small, near the ends of `Int`, or with long runs of equal bits.
  mutating func whole(limbs: Int) -> BigInteger {
    if below(16) == 0 {
      return choose([
        0, 1, -1, BigInteger(Int.max), BigInteger(Int.min), BigInteger(UInt.max), 2, -3,
        -BigInteger(UInt.max), BigInteger(Int.min.magnitude),
      ])
    }
    var result: BigInteger = 0
    for _ in 0...below(limbs) {
      let limb: UInt64 =
        switch below(8) {
        case 0: 0
        case 1: .max
        case 2: 1 << 63
        default: bits()
        }
      result = (result << 64) + BigInteger(UInt(limb))
    }
    result = result >> below(64)
    return below(2) == 0 ? result : -result
  }

  mutating func rational(limbs: Int) -> Rational {
    let denominator = whole(limbs: limbs)
    return Rational(whole(limbs: limbs), denominator.isZero ? 1 : denominator)
  }

  /// A finite `Double` of any kind: edge cases, any exponent, short significands.
  mutating func double() -> Double {
    let sign = below(2) == 0 ? 1.0 : -1.0
    switch below(8) {
    case 0:
      return sign
        * choose([
          0, 1, 0.1, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude,
          0x1p-967, 0x1p-1021, 0x1p53, 0x1.fffffffffffffp-1, 0x1.0000000000001p0, 0x1p512,
          Double.leastNormalMagnitude.nextDown, 0x1p-537, 0x1p1023, 3,
        ])
    case 1: return sign * Double(below(20))
    case 2:
      let value = Double(bitPattern: bits())
      return value.isFinite ? value : sign
    case 3: return sign * Double(below(4096)) * 0x1p-6
    case 4: return sign * unit() * 0x1p-1000 * (below(4) == 0 ? 0x1p-60 : 1)
    default: return sign * unit() * Double(sign: .plus, exponent: below(60) - 30, significand: 1)
    }
  }

  /// In `0 ..< 1`.
  mutating func unit() -> Double { Double(bits() >> 11) * 0x1p-53 }

  /// An interval of any kind: points, thin, wide and unbounded ones.
  mutating func interval() -> Interval {
    let x = double()
    switch below(8) {
    case 0: return Interval(x)
    case 1: return Interval(x, x.nextUp)
    case 2: return Interval(-.infinity, x)
    case 3: return Interval(x, .infinity)
    default:
      let y = double()
      return Interval(min(x, y), max(x, y))
    }
  }

  /// A number in an interval: an end, the middle or any.
  mutating func member(of interval: Interval) -> Double {
    switch below(4) {
    case 0: return interval.lower.isFinite ? interval.lower : interval.midpoint
    case 1: return interval.upper.isFinite ? interval.upper : interval.midpoint
    case 2: return interval.midpoint
    default: return min(max(double(), interval.lower), interval.upper)
    }
  }
}
