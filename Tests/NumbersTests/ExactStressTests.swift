internal import Numbers
internal import Testing

/// Cases whose answer is known by construction, where the fast paths of exact arithmetic are at their edges.
@Suite("Exact arithmetic at its edges", .tags(.property))
struct ExactStressTests {
  @Test("a common divisor is found through any sequence of quotients")
  func commonDivisors() {
    var draws = Draws("commonDivisors")
    for index in 0..<400 {
      let divisor = draws.whole(limbs: 3).magnitude + 1
      var (x, y) = (divisor, 0 as BigInteger)
      // Quotients of 1 are the worst case of Euclid, of 2⁶³ and beyond that of Lehmer's windows.
      for _ in 0..<(20 + draws.below(400)) {
        let quotient: BigInteger =
          switch index % 4 {
          case 0: 1
          case 1: BigInteger(1 + draws.below(3))
          case 2: draws.below(30) == 0 ? draws.whole(limbs: 2).magnitude + 1 : 1
          default: BigInteger(UInt(draws.bits() >> UInt64(draws.below(64)))) + 1
          }
        (x, y) = (quotient * x + y, x)
      }
      #expect(x.greatestCommonDivisor(with: y) == divisor)
      #expect((-y).greatestCommonDivisor(with: x) == divisor)
    }
  }

  @Test("common divisors with 0, 1 and powers of 2")
  func simpleDivisors() {
    let vast = BigInteger(3).power(200) << 70
    #expect(vast.greatestCommonDivisor(with: 0) == vast)
    #expect((0 as BigInteger).greatestCommonDivisor(with: -vast) == vast)
    #expect((0 as BigInteger).greatestCommonDivisor(with: 0) == 0)
    #expect(vast.greatestCommonDivisor(with: 1) == 1)
    #expect(vast.greatestCommonDivisor(with: 1 << 100) == BigInteger(1) << 70)
    #expect((BigInteger(1) << 64).greatestCommonDivisor(with: vast) == BigInteger(1) << 64)
    #expect(vast.greatestCommonDivisor(with: -vast) == vast)
  }

  @Test("quotient and remainder make up the dividend")
  func division() {
    var draws = Draws("division")
    for _ in 0..<6_000 {
      let (x, y) = (draws.whole(limbs: 8), draws.whole(limbs: 5))
      guard !y.isZero else { continue }
      let (quotient, remainder) = x.quotientAndRemainder(dividingBy: y)
      #expect(quotient * y + remainder == x)
      #expect(remainder.magnitude < y.magnitude)
      #expect(remainder.isZero || remainder.isNegative == x.isNegative)
    }
  }

  @Test("numbers that differ late are told apart")
  func comparisons() {
    var draws = Draws("comparisons")
    for _ in 0..<3_000 {
      let x = draws.rational(limbs: draws.choose([1, 2, 6]))
      let step = Rational(1, BigInteger(1) << draws.below(600))
      #expect(x < x + step && !(x + step < x))
      #expect(x - step < x && !(x < x - step))
      #expect(!(x < x) && x <= x)
    }
    // Leading bits that are all ones, where their products overflow 128 bits.
    let ones = (BigInteger(1) << 200) - 1
    let (x, y) = (Rational(ones, 7), Rational(ones - 1, 7))
    #expect(y < x && !(x < y) && -x < -y)
    #expect(Rational(ones, ones - 2) > 1 && Rational(ones - 2, ones) < 1)
  }

  @Test("sorting by value agrees with sorting by Double")
  func sorting() {
    var draws = Draws("sorting")
    let values = (0..<500).map { _ in draws.double() }
    let exact = values.map { Rational(exactly: $0)! }
    #expect(exact.sorted() == values.sorted().map { Rational(exactly: $0)! })
  }
}
