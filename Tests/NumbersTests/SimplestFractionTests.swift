internal import Numbers
internal import Testing

@Suite("The simplest fraction")
struct SimplestFractionTests {
  @Test("has the least denominator of all in the range")
  func leastDenominator() {
    var draws = Draws("simplest")
    for _ in 0..<300 {
      let middle = Rational(draws.below(4001) - 2000, 1 + draws.below(500))
      let width = Rational(1 + draws.below(50), 1 + draws.below(5000))
      let (lower, upper) = (middle - width, middle + width)
      let simplest = Rational.simplest(from: lower, through: upper)
      #expect(lower <= simplest && simplest <= upper)
      var denominator = 1
      while true {
        // The multiple of 1/denominator that is the first from the lower bound on.
        let scaled = lower * Rational(denominator)
        let first = scaled.isInteger ? scaled.floor : scaled.floor + 1
        if Rational(first, BigInteger(denominator)) <= upper { break }
        denominator += 1
      }
      #expect(simplest.denominator == BigInteger(denominator), "\(lower) ... \(upper)")
    }
  }

  @Test("is the bound itself where the range is one number")
  func points() {
    for x in [Rational(355, 113), -7, 0, Rational(-1, 3)] {
      #expect(Rational.simplest(from: x, through: x) == x)
    }
    #expect(Rational.simplest(from: Rational(-1, 2), through: Rational(1, 3)) == 0)
    #expect(Rational.simplest(from: Rational(5, 2), through: 10) == 3)
    #expect(Rational.simplest(from: -10, through: Rational(-5, 2)) == -3)
  }

  @Test("of a Double rounds back to it")
  func doubles() {
    #expect(Rational(simplestFor: 1.0 / 3) == Rational(1, 3))
    #expect(Rational(simplestFor: -0.1) == Rational(-1, 10))
    #expect(Rational(simplestFor: .infinity) == nil && Rational(simplestFor: .nan) == nil)
    var draws = Draws("simplestFor")
    for _ in 0..<300 {
      let x = draws.double()
      #expect(Rational(simplestFor: x).map { Double($0) } == x)
    }
  }

  @Test func `reversed bounds trap`() async {
    await #expect(processExitsWith: .failure) { _ = Rational.simplest(from: 1, through: 0) }
  }
}
