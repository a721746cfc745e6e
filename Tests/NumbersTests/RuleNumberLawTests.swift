internal import Numbers
internal import Testing

/// The laws of the number protocol, on values where every number type is exact.
private func checkLaws<N: RuleNumber & Equatable>(_: N.Type) throws {
  let samples = [-4, -1, -0.25, 0, 0.5, 1, 2.25, 9].map { Rational(exactly: $0)! }
  for x in samples {
    for y in samples {
      let (a, b) = (N(x), N(y))
      #expect(a + b == N(x + y) && a - b == N(x - y) && a * b == N(x * y))
      #expect(N.lesser(a, b) == N(min(x, y)) && N.greater(a, b) == N(max(x, y)))
      #expect(N.select(a, isLessThan: b, then: 1, else: 2) == (x < y ? 1 : 2))
      if !y.isZero, y.numerator.magnitude == 1 || y.denominator == 1 && y.numerator.magnitude <= 4 {
        #expect(try a / b == N(try x / y))
      }
    }
    #expect(-N(x) == N(-x) && N(x).magnitude == N(x.magnitude) && N(x).squared() == N(x.squared()))
    #expect(N.sign(N(x)) == N(Rational(x.signum())))
    #expect(try N.root(N(x.squared())) == N(x.magnitude))
    #expect(try N.power(N(x), 3) == N(x * x * x))
    #expect(try N.power(N(x), 0) == 1)
    #expect(try N.power(N(x), 1) == N(x))
  }
  #expect(try N.exp(0) == 1)
  #expect(try N.log(1) == 0)
  #expect(try N.oneMinusPower(0, 3) == 1)
  #expect(try N.power(N(2), N(-2)) == N(Rational(1, 4)))
}

@Suite("Numbers that rules are written over")
struct RuleNumberLawTests {
  @Test func `Double keeps the laws`() throws { try checkLaws(Double.self) }
  @Test func `Float keeps the laws`() throws { try checkLaws(Float.self) }
  @Test func `Rational keeps the laws`() throws { try checkLaws(Rational.self) }
  @Test func `Interval keeps the laws`() throws { try checkLaws(Interval.self) }
  @Test func `duals keep the laws`() throws {
    try checkLaws(Dual<Double>.self)
    try checkLaws(Dual<Rational>.self)
    try checkLaws(Dual<Dual<Interval>>.self)
  }

  @Test("NaN goes through every choice", arguments: [0.0, 1, -.infinity, .nan])
  func notANumber(other: Double) {
    for (x, y) in [(Double.nan, other), (other, .nan)] {
      #expect(Double.lesser(x, y).isNaN && Double.greater(x, y).isNaN)
      #expect(Double.select(x, isLessThan: y, then: 1, else: 2).isNaN)
      #expect(Float.lesser(Float(x), Float(y)).isNaN && Float.greater(Float(x), Float(y)).isNaN)
      #expect(Float.select(Float(x), isLessThan: Float(y), then: 1, else: 2).isNaN)
    }
    #expect(Double.sign(.nan).isNaN && Float.sign(.nan).isNaN)
    #expect(Double.root(-1).isNaN && Double.root(.nan).isNaN && Float.root(-1).isNaN)
    #expect(Double.nan.magnitude.isNaN)
    #expect(Double.select(1, isLessThan: 2, then: .nan, else: 0).isNaN)
    #expect(Double.select(1, isLessThan: 2, then: 0, else: .nan) == 0)
    #expect(Double.select(-.infinity, isLessThan: .infinity, then: 3, else: 4) == 3)
    #expect(Double.select(.infinity, isLessThan: .infinity, then: 3, else: 4) == 4)
  }

  @Test("zeros have signs that lesser and greater tell apart")
  func zeros() {
    #expect(Double.lesser(0, -0.0).sign == .minus && Double.lesser(-0.0, 0).sign == .minus)
    #expect(Double.greater(0, -0.0).sign == .plus && Double.greater(-0.0, 0).sign == .plus)
    #expect(Float.lesser(0, -0.0).sign == .minus && Float.lesser(-0.0, 0).sign == .minus)
    #expect(Float.greater(0, -0.0).sign == .plus && Float.greater(-0.0, 0).sign == .plus)
    #expect(Double.sign(-0.0) == 0)
  }

  @Test("1 − βᵗ keeps its digits where the direct form loses them")
  func decays() {
    #expect(Double.oneMinusPower(0, 7) == 1 && Float.oneMinusPower(0, 7) == 1)
    for (decay, step) in [(0.9, 1), (0.999, 1), (0.999, 3), (0.999999, 2), (0.37, 40)] {
      let exact = 1 - Rational(exactly: decay)!.power(step)
      let tolerance = Tolerance<Double>.ulps(5, because: "log, × and expm1 round once each")
      let computed = Double.oneMinusPower(decay, Double(step))
      #expect(tolerance.allows(computed, reference: Double(exact)), "β = \(decay), t = \(step)")
      let single = 1 - Rational(exactly: Float(decay))!.power(step)
      #expect(Float.oneMinusPower(Float(decay), Float(step)) == Float(single))
    }
  }

  @Test("an exact number is rounded once")
  func roundedOnce() {
    #expect(Double(0.1 as Rational) == 0.1 && Float(0.1 as Rational) == 0.1)
    let tenth = Interval(0.1 as Rational)
    #expect(tenth.lower.nextUp == tenth.upper && tenth.contains(0.1 as Rational))
    #expect(Interval(0.5 as Rational).isPoint)
  }
}
