internal import BigInt
internal import Numbers
internal import Testing

func oracle(_ x: BigInteger) -> BigInt { BigInt(x.description)! }

@Suite("Whole numbers of any size")
struct BigIntegerTests {
  @Test("agree with BigInt in every operation")
  func agreeWithBigInt() throws {
    var draws = Draws("agreeWithBigInt")
    for _ in 0..<1500 {
      let (x, y) = (draws.whole(limbs: 12), draws.whole(limbs: 6))
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

  @Test("multiply long numbers as BigInt does", arguments: [55, 56, 57, 112, 113, 200])
  func longProducts(limbs: Int) {
    var draws = Draws("longProducts", seed: UInt64(limbs))
    for other in [1, 20, limbs - 1, limbs, 3 * limbs] {
      let (x, y) = (long(limbs, &draws), long(other, &draws))
      #expect(oracle(x * y) == oracle(x) * oracle(y), "\(limbs) × \(other)")
      let one: BigInteger = 1
      let ones = (one << (64 * limbs)) - one
      let square = (one << (128 * limbs)) - (one << (64 * limbs + 1)) + one
      #expect(ones * ones == square)
    }
  }

  private func long(_ limbs: Int, _ draws: inout Draws) -> BigInteger {
    var result: BigInteger = 1
    for _ in 0..<limbs { result = (result << 64) + BigInteger(UInt(draws.bits())) }
    return result
  }

  @Test("divide with a quotient digit that is guessed too large")
  func addBackOfAlgorithmD() {
    // Knuth's exercise 4.3.1–21 in base 2⁶⁴: the digit is corrected by adding the divisor back.
    let base: BigInteger = 1 << 64
    let divisor = (1 << 63) * base * base + 1
    let dividend = ((1 << 63) - (1 as BigInteger)) * base.power(3) + base.power(3) - 1
    let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
    #expect(quotient * divisor + remainder == dividend)
    #expect(remainder >= 0 && remainder < divisor)
  }

  @Test("keep values that fit an Int as one, at both ends")
  func endsOfInt() {
    let (least, greatest) = (BigInteger(Int.min), BigInteger(Int.max))
    #expect(Int(exactly: least) == .min && Int(exactly: greatest) == .max)
    #expect(Int(exactly: greatest + 1) == nil && Int(exactly: least - 1) == nil)
    #expect((greatest + 1) - 1 == greatest && Int(exactly: (greatest + 1) - 1) == .max)
    #expect(-least == greatest + 1 && -(greatest + 1) == least)
    #expect(Int(exactly: -(greatest + 1)) == .min)
    #expect((least / -1) == greatest + 1 && least % -1 == 0)
    #expect(least / (greatest + 1) == -1 && least % (greatest + 1) == 0)
    #expect(least.magnitude == greatest + 1 && least.bitWidth == 64)
    #expect(least.greatestCommonDivisor(with: least) == greatest + 1)
    #expect(Set([least - 1 + 1, least]).count == 1)
  }

  @Test("shift and round towards 0")
  func shifts() {
    var draws = Draws("shifts")
    for _ in 0..<500 {
      let (x, count) = (draws.whole(limbs: 4), draws.below(200))
      let power = BigInteger(2).power(count)
      #expect(x << count == x * power)
      #expect(x >> count == x / power)
      #expect((x << count).trailingZeroBitCount == (x.isZero ? 0 : x.trailingZeroBitCount + count))
    }
  }

  @Test("take exact roots of powers and bound the others", arguments: 1...9)
  func roots(degree: Int) {
    var draws = Draws("roots", seed: UInt64(degree))
    for _ in 0..<60 {
      let x = draws.whole(limbs: 5).magnitude
      let root = x.root(degree)
      #expect(root.power(degree) <= x && x < (root + 1).power(degree))
      #expect(x.power(degree).exactRoot(degree) == x)
      if x > 1, degree > 1 { #expect((x.power(degree) + 1).exactRoot(degree) == nil) }
    }
    #expect((-27 as BigInteger).exactRoot(3) == -3)
    #expect((-16 as BigInteger).exactRoot(2) == nil)
    #expect(BigInteger(7).root(1_000_000) == 1)
  }

  @Test(
    "read digits only",
    arguments: ["", "-", "+", "1_000", " 1", "1 ", "0x10", "--1", "1.0", "١"])
  func refuseOtherText(text: String) {
    #expect(BigInteger(text) == nil)
  }

  @Test("print and read 19 zeros in a row")
  func zerosInText() {
    let text = "-1" + String(repeating: "0", count: 57) + "7"
    #expect(BigInteger(text)?.description == text)
    #expect(BigInteger("-0") == 0 && BigInteger("+12") == 12)
  }

  @Test func `a division by 0 traps`() async {
    await #expect(processExitsWith: .failure) {
      _ = BigInteger(7).quotientAndRemainder(dividingBy: 0)
    }
  }

  @Test func `a negative exponent traps`() async {
    await #expect(processExitsWith: .failure) { _ = BigInteger(7).power(-1) }
  }
}
