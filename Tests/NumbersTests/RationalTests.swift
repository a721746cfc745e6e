internal import BigInt
internal import Diagnostics
internal import Numbers
internal import Testing

@Suite("Fractions", .tags(.property))
struct RationalTests {
  /// A fraction over BigInt, reduced in the plainest way.
  private struct Fraction: Equatable {
    var top: BigInt
    var bottom: BigInt

    init(_ top: BigInt, _ bottom: BigInt) {
      let divisor = top.greatestCommonDivisor(with: bottom) * bottom.signum()
      (self.top, self.bottom) = (top / divisor, bottom / divisor)
    }

    init(_ x: Rational) {
      self.init(BigInt(x.numerator.description)!, BigInt(x.denominator.description)!)
      let isLowest = top.description == x.numerator.description
      precondition(isLowest && bottom.description == x.denominator.description, "not lowest: \(x)")
    }
  }

  @Test("agree with fractions over BigInt, in lowest terms")
  func agreeWithBigInt() throws {
    var draws = Draws("rational")
    for _ in 0..<1_000 {
      let limbs = draws.choose([1, 1, 4])
      let x = draws.rational(limbs: limbs)
      let y = draws.below(8) == 0 ? x : draws.rational(limbs: limbs)
      let (a, b) = (Fraction(x), Fraction(y))
      #expect(Fraction(x + y) == Fraction(a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom))
      #expect(Fraction(x - y) == Fraction(a.top * b.bottom - b.top * a.bottom, a.bottom * b.bottom))
      #expect(Fraction(x * y) == Fraction(a.top * b.top, a.bottom * b.bottom))
      #expect((x < y) == (a.top * b.bottom < b.top * a.bottom), "\(x) < \(y)")
      #expect((x == y) == (a == b))
      #expect(Fraction(x.squared()) == Fraction(a.top * a.top, a.bottom * a.bottom))
      if y.isZero {
        #expect(throws: Rational.Failure.divisionByZero) { try x / y }
      } else {
        #expect(Fraction(try x / y) == Fraction(a.top * b.bottom, a.bottom * b.top))
      }
      #expect(try Rational.root(x.squared()) == x.magnitude)
      #expect(Rational(x.floor) <= x && x < Rational(x.floor + 1))
    }
  }

  @Test("round to the nearest Double and Float, ties to even")
  func rounding() {
    var draws = Draws("rounding")
    for index in 0..<4_000 {
      // Near, on and between the midpoints of neighbours, and anywhere.
      let x = draws.double()
      let exact = Rational(exactly: x)!
      let next = Rational(exactly: x.nextUp) ?? exact
      let middle = (exact + next) * Rational(1, 2)
      let tiny = Rational(1, BigInteger(1) << 1200) * draws.choose([0, 1, -1] as [Rational])
      let value = index % 4 == 0 ? draws.rational(limbs: 20) : middle + tiny
      checkRounding(value)
    }
  }

  private func checkRounding(_ value: Rational) {
    let (below, above) = (value.doubleBelow, value.doubleAbove)
    #expect(below == above || below.nextUp == above)
    let (low, high) = (Rational(exactly: below), Rational(exactly: above))
    #expect((low.map { $0 <= value } ?? true) && (high.map { value <= $0 } ?? true))
    let nearest = Double(value)
    #expect(nearest == below || nearest == above)
    guard let low, let high, low != high else { return }
    let (down, up) = (value - low, high - value)
    if down < up { #expect(nearest == below) }
    if up < down { #expect(nearest == above) }
    if down == up { #expect(nearest.significandBitPattern % 2 == 0) }
    checkFloat(value)
  }

  private func checkFloat(_ value: Rational) {
    let nearest = Float(value)
    guard let exact = Rational(exactly: nearest) else {
      // Half an ulp beyond the greatest: there rounding to the nearest overflows.
      #expect(value.magnitude >= Rational((BigInteger(1) << 128) - (BigInteger(1) << 103)))
      return
    }
    for neighbour in [nearest.nextUp, nearest.nextDown] {
      guard let other = Rational(exactly: neighbour) else { continue }
      let (distance, otherDistance) = ((value - exact).magnitude, (value - other).magnitude)
      let isEven = nearest.significandBitPattern % 2 == 0
      #expect(distance < otherDistance || distance == otherDistance && isEven, "\(value)")
    }
  }

  @Test("round the edges of the range as IEEE 754 does")
  func edgesOfRange() {
    let least = Rational(exactly: Double.leastNonzeroMagnitude)!
    let half = least * Rational(1, 2)
    #expect(Double(half) == 0 && Double(half + half * Rational(1, 1000)) == .leastNonzeroMagnitude)
    #expect(half.doubleBelow == 0 && half.doubleAbove == .leastNonzeroMagnitude)
    #expect((-half).doubleBelow == -.leastNonzeroMagnitude && (-half).doubleAbove == 0)
    let greatest = Rational(exactly: Double.greatestFiniteMagnitude)!
    let limit = Rational((BigInteger(1) << 1024) - (BigInteger(1) << 970))
    #expect(Double(limit) == .infinity && Double(limit - 1) == .greatestFiniteMagnitude)
    #expect(limit.doubleBelow == .greatestFiniteMagnitude && limit.doubleAbove == .infinity)
    #expect((-limit).doubleBelow == -.infinity)
    #expect(greatest.doubleAbove == .greatestFiniteMagnitude)
    let vast = Rational(BigInteger(10).power(5000))
    #expect(Double(vast) == .infinity && Float(-vast) == -.infinity && Double(0 as Rational) == 0)
    let minute = Rational(1, BigInteger(10).power(5000))
    #expect(Double(minute) == 0 && minute.doubleAbove == .leastNonzeroMagnitude)
    // Rounded once: through Double it would come out as 1.
    let twice = 1 + Rational(1, 1 << 24) + Rational(1, 1 << 60)
    #expect(Float(twice) == 1.0000001 && Float(Double(twice)) == 1)
  }

  @Test(
    "read decimals and fractions exactly",
    arguments: [
      ("0.9", Rational(9, 10)), ("-0.25", Rational(-1, 4)), ("1e-3", Rational(1, 1000)),
      ("1E+3", 1000), (".5", Rational(1, 2)), ("5.", 5), ("7/9", Rational(7, 9)),
      ("-6/4", Rational(-3, 2)), ("0/5", 0), ("+3", 3), ("0e5000", 0), ("-0", 0),
      ("123456789012345678901234567890", Rational(BigInteger("123456789012345678901234567890")!)),
    ])
  func reading(text: String, value: Rational) {
    #expect(Rational(text) == value)
  }

  @Test(
    "refuse other text, and numerals that would take too much memory",
    arguments: [
      "", ".", "-", "e5", "1e", "1e1.5", "1.2.3", "1/0", "1/-2", "1/", "/2", "1/2/3", "0x1p3",
      "nan",
      "inf", " 1", "1_0", "1e999999999", "1e-999999999", "1e99999999999999999999999", "1.5/2", "٣",
      ".-5", "1.+5", "--1", "1e5001", String(repeating: "9", count: 4002),
      "0." + String(repeating: "0", count: 1_000_000) + "1",
    ])
  func refusing(text: String) {
    #expect(Rational(text) == nil)
  }

  @Test(
    "print decimals that read back",
    arguments: [
      ("0.999", "0.999"), ("1e-8", "1e-8"), ("-2.5e-7", "-2.5e-7"), ("0.00001", "0.00001"),
      ("1/3", "1/3"), ("-7/2", "-3.5"), ("100", "100"), ("0", "0"), ("1e25", "1e25"),
      ("1.5e30", "1.5e30"), ("-12e24", "-1.2e25"), ("1/1024", "0.0009765625"),
    ])
  func printing(text: String, expected: String) {
    #expect(Rational(text)?.decimalDescription == expected)
    #expect(Rational(expected) == Rational(text))
  }

  @Test("read back whatever they print")
  func printingRandomly() {
    var draws = Draws("printing")
    for _ in 0..<500 {
      let x = draws.below(2) == 0 ? draws.rational(limbs: 3) : Rational(exactly: draws.double())!
      #expect(Rational(x.description) == x)
      #expect(Rational(x.decimalDescription) == x)
    }
  }

  @Test("a float literal is the decimal that was typed, a wire value the binary one")
  func literals() {
    let typed: Rational = 0.1
    #expect(typed == Rational(1, 10))
    #expect(Rational(exactly: 0.1) != typed)
    #expect(Rational(exactly: 0.1)!.denominator == BigInteger(1) << 55)
    #expect(Rational(exactly: Double.nan) == nil && Rational(exactly: -Double.infinity) == nil)
    #expect(Rational(exactly: Float(0.5)) == Rational(1, 2))
    #expect(Rational(exactly: -0.0) == 0)
  }

  @Test("what is irrational or undefined throws, and says why")
  func failures() throws {
    #expect(throws: Rational.Failure.irrationalRoot(of: 2)) { try Rational.root(2) }
    #expect(throws: Rational.Failure.undefined(function: "sqrt", of: -4)) { try Rational.root(-4) }
    #expect(throws: Rational.Failure.irrational(function: "exp", of: 1)) { try Rational.exp(1) }
    #expect(throws: Rational.Failure.irrational(function: "log", of: 2)) { try Rational.log(2) }
    #expect(throws: Rational.Failure.undefined(function: "log", of: 0)) { try Rational.log(0) }
    #expect(throws: Rational.Failure.divisionByZero) { try Rational.power(0, -1) }
    #expect(throws: Rational.Failure.irrational(function: "power", of: 2)) {
      try Rational.power(2, Rational(1, 2))
    }
    #expect(throws: Rational.Failure.undefined(function: "power", of: -8)) {
      try Rational.power(-8, Rational(1, 3))
    }
    for exponent in [Rational(BigInteger(10).power(30)), Rational(Int.max), Rational(Int.min)] {
      #expect(throws: Rational.Failure.self) { try Rational.power(3, exponent) }
      #expect(throws: Rational.Failure.self) { try Rational.oneMinusPower(0.9, exponent) }
    }
    #expect(throws: Rational.Failure.self) {
      try Rational.power(3, Rational(1, BigInteger(10).power(30)))
    }
    #expect(Rational.Failure.irrationalRoot(of: 0.5).message == "the root of 0.5 is irrational")
    #expect(Rational.Failure.divisionByZero.exitCode == .data)
    let long = Rational(BigInteger(10).power(2000))
    #expect(Rational.Failure.irrationalRoot(of: long).message.utf8.count < 100)
  }

  @Test("powers are exact, of huge exponents too where that is possible")
  func powers() throws {
    #expect(try Rational.power(Rational(2, 3), -3) == Rational(27, 8))
    #expect(try Rational.power(Rational(4, 9), Rational(3, 2)) == Rational(8, 27))
    #expect(try Rational.power(Rational(-2), 3) == -8)
    #expect(try Rational.power(0, 0) == 1)
    #expect(try Rational.power(0, Rational(5, 2)) == 0)
    let vast = Rational(BigInteger(10).power(30))
    #expect(try Rational.power(-1, vast) == 1)
    #expect(try Rational.power(-1, vast + 1) == -1)
    #expect(try Rational.power(1, vast) == 1)
    #expect(try Rational.oneMinusPower(0.5, 3) == 0.875)
    #expect(try Rational.exp(0) == 1)
    #expect(try Rational.log(1) == 0)
  }

  @Test func `a denominator of 0 traps`() async {
    await #expect(processExitsWith: .failure) { _ = Rational(1, 0) }
  }
}
