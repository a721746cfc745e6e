internal import BigInt
internal import Numbers
internal import Testing

/// Whole numbers of many shapes: small, near the ends of `Int`, with long runs of equal bits.
struct WholeNumbers {
  var state: UInt64

  mutating func bits() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func next(limbs: Int) -> BigInteger {
    let special: [BigInteger] = [
      0, 1, -1, BigInteger(Int.max), BigInteger(Int.min), BigInteger(UInt.max), 2, -3,
    ]
    if bits() % 16 == 0 { return special[Int(bits() % 8)] }
    var result: BigInteger = 0
    for _ in 0...(bits() % UInt64(limbs)) {
      let limb: UInt64 =
        switch bits() % 8 {
        case 0: 0
        case 1: .max
        case 2: 1 << 63
        default: bits()
        }
      result = (result << 64) + BigInteger(UInt(limb))
    }
    result = result >> Int(bits() % 64)
    return bits() % 2 == 0 ? result : -result
  }
}

func oracle(_ x: BigInteger) -> BigInt { BigInt(x.description)! }

@Suite("Whole numbers of any size")
struct BigIntegerTests {
  @Test("agree with BigInt in every operation")
  func agreeWithBigInt() throws {
    var source = WholeNumbers(state: 1)
    for _ in 0..<1500 {
      let (x, y) = (source.next(limbs: 12), source.next(limbs: 6))
      let (a, b) = (oracle(x), oracle(y))
      #expect(BigInteger(a.description) == x)
      #expect(oracle(x + y) == a + b)
      #expect(oracle(x - y) == a - b)
      #expect(oracle(x * y) == a * b)
      #expect((x < y) == (a < b))
      #expect((x == y) == (a == b))
      if !y.isZero {
        let (quotient, remainder) = x.quotientAndRemainder(dividingBy: y)
        let expected = a.quotientAndRemainder(dividingBy: b)
        #expect(oracle(quotient) == expected.quotient, "\(x) / \(y)")
        #expect(oracle(remainder) == expected.remainder, "\(x) % \(y)")
      }
      #expect(
        oracle(x.greatestCommonDivisor(with: y)) == a.greatestCommonDivisor(with: b), "\(x), \(y)")
      let common = x * y
      #expect(
        oracle(common.greatestCommonDivisor(with: y * y))
          == (a * b).greatestCommonDivisor(with: b * b))
      #expect(oracle(x.magnitude.squareRoot()) == a.magnitude.squareRoot())
      #expect(x.bitWidth == a.magnitude.bitWidth)
    }
  }
}
