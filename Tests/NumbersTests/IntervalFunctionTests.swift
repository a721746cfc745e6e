internal import Numbers
internal import Testing

@Suite("Functions of intervals", .tags(.reference))
struct IntervalFunctionTests {
  /// Whether an enclosure holds a value that is known up to the error of the series.
  private func holds(_ interval: Interval, _ value: Rational) -> Bool {
    let slack = value.magnitude * Series.relativeError
    return interval.contains(value - slack) && interval.contains(value + slack)
  }

  /// Where a bound may be the value itself: whether the enclosure comes as near to it as the series does.
  private func reaches(_ interval: Interval, _ value: Rational, slack: Rational) -> Bool {
    Interval(value - slack, value + slack).intersection(interval) != nil
      && Rational(exactly: interval.lower).map { $0 <= value + slack } ?? true
      && Rational(exactly: interval.upper).map { value - slack <= $0 } ?? true
  }

  /// How far a computed number lies from a value, in ulp of the value.
  private func ulps(_ computed: Double, _ value: Rational) -> Double {
    let distance = (Rational(exactly: computed)! - value).magnitude
    let unit = Rational(exactly: Double(value).ulp)!
    return Double(
      Rational(distance.numerator * unit.denominator, distance.denominator * unit.numerator))
  }

  /// Ends where glibc may be hard to round, and the ends of the range.
  private static let exponents: [Double] = [
    1, -1, 709.782712893384, -708.3964185322641, -745.1332191019411, -744.5, 0x1p-53, -0x1p-54,
    0x1p-1074, -0x1p-1074, 0.5, 0.34657359027997264, -0.34657359027997264,
  ]

  @Test("exp holds the series, and the C library errs by less than an ulp")
  func exponential() {
    var draws = Draws("exponential")
    var worst = 0.0
    for index in 0..<3_000 {
      let x =
        index < Self.exponents.count
        ? Self.exponents[index] : (draws.unit() - 0.5) * draws.choose([1, 20, 1400])
      let value = Series.exp(Rational(exactly: x)!)
      let result = Interval.exp(Interval(x))
      #expect(holds(result, value), "exp(\(x)) in \(result)")
      worst = max(worst, ulps(Double.exp(x), value))
    }
    #expect(worst < 1, "\(worst) ulp of the 4 that the enclosure allows")
  }

  @Test("log holds the series, and the C library errs by less than an ulp")
  func logarithm() {
    var draws = Draws("logarithm")
    var worst = 0.0
    let edges: [Double] = [
      1.nextUp, 1.nextDown, .leastNonzeroMagnitude, .leastNormalMagnitude,
      .greatestFiniteMagnitude, 0.5, 2, 10, 0.9375, 1.0644,
    ]
    for index in 0..<3_000 {
      let x =
        index < edges.count
        ? edges[index]
        : draws.choose([draws.double().magnitude, 1 + (draws.unit() - 0.5) / 64, draws.unit()])
      guard x > 0, x != 1 else { continue }
      let value = Series.log(Rational(exactly: x)!)
      let result = Interval.log(Interval(x))
      #expect(holds(result, value), "log(\(x)) in \(result)")
      worst = max(worst, ulps(Double.log(x), value))
    }
    #expect(worst < 1, "\(worst) ulp of the 4 that the enclosure allows")
  }

  @Test("powers hold the series, and the C library errs by less than an ulp")
  func powers() {
    var draws = Draws("powers")
    var (worst, count) = (0.0, 0)
    while count < 3_000 {
      let base = draws.choose([draws.unit() * 4, draws.double().magnitude, 1 - draws.unit() / 1024])
      let exponent = draws.choose([
        draws.double(), (draws.unit() - 0.5) * 20, Double(draws.below(3000)) / 2, 0.5,
      ])
      guard base > 0, base != 1, exponent != 0 else { continue }
      let logarithm = exponent * Double.log(base)
      guard logarithm > -740, logarithm < 709, logarithm.magnitude > 1e-300 else { continue }
      count += 1
      let value = Series.power(Rational(exactly: base)!, Rational(exactly: exponent)!)
      let result = Interval.power(Interval(base), Interval(exponent))
      let isHeld =
        exponent == exponent.rounded()
        ? reaches(result, value, slack: value * Series.relativeError) : holds(result, value)
      #expect(isHeld, "\(base)^\(exponent) in \(result)")
      if value > Rational(exactly: 0x1p-1022)! {
        worst = max(worst, ulps(Double.power(base, exponent), value))
      }
    }
    #expect(worst < 1, "\(worst) ulp of the 4 that the enclosure allows")
  }

  @Test("boxes of powers hold the powers of their members")
  func boxesOfPowers() {
    var draws = Draws("boxesOfPowers")
    for _ in 0..<2_000 {
      let (a, b) = (draws.unit() * 3, draws.unit() * 3)
      let (c, d) = ((draws.unit() - 0.5) * 30, (draws.unit() - 0.5) * 30)
      let (base, exponent) = (Interval(min(a, b), max(a, b)), Interval(min(c, d), max(c, d)))
      let (x, y) = (draws.member(of: base), draws.member(of: exponent))
      guard x > 0, y != 0 else { continue }
      let value = Series.power(Rational(exactly: x)!, Rational(exactly: y)!)
      let result = Interval.power(base, exponent)
      #expect(holds(result, value), "\(x)^\(y) in \(base)^\(exponent) = \(result)")
    }
  }

  @Test("1 − βᵗ holds the exact value within 30 ulp")
  func decays() {
    var draws = Draws("decays")
    for _ in 0..<1_500 {
      let decay = draws.choose([0.9, 0.999, 0.5, draws.unit(), 1 - draws.unit() / 1e6])
      let step = Double(draws.choose([1, 2, 1 + draws.below(400), 1 + draws.below(100_000)]))
      let result = Interval.oneMinusPower(Interval(decay), Interval(step))
      let value = 1 - Series.power(Rational(exactly: decay)!, Rational(exactly: step)!)
      // The cancellation costs the series at most 2⁵³ of its 2¹⁸⁵.
      let slack = Rational(1, BigInteger(1) << 185)
      #expect(reaches(result, value, slack: slack), "1 − \(decay)^\(step) in \(result)")
      if step < 30 {
        let exact = 1 - Rational(exactly: decay)!.power(Int(step))
        #expect(result.contains(exact), "1 − \(decay)^\(step) in \(result)")
      }
      // log and expm1 widen by 4 ulp each, and an ulp of log may be two of the result.
      #expect(result.lower.ulpDistance(to: result.upper)! <= 30, "1 − \(decay)^\(step)")
      let computed = Double.oneMinusPower(decay, step)
      // log, × and expm1 err by less than 1, ½ and 1 ulp, each of them up to two ulp of the result.
      #expect(ulps(computed, value) <= 5, "1 − \(decay)^\(step)")
    }
    #expect(Interval.oneMinusPower(0, 5) == 1)
    #expect(Interval.oneMinusPower(1, 5) == 0)
    let box = Interval.oneMinusPower(Interval(0.5, 0.75), Interval(1, 2))
    #expect(box.lower == 0.25 && box.upper == 0.75)
  }

  @Test("exact values stay exact")
  func exactValues() {
    #expect(Interval.exp(0) == 1 && Interval.log(1) == 0)
    #expect(Interval.root(Interval(2.25)) == Interval(1.5))
    #expect(Interval.power(Interval(-3), 3) == -27 && Interval.power(0, 0) == 1)
    #expect(Interval.power(Interval(-2, 1), 2) == Interval(0, 4))
    #expect(Interval.power(Interval(-2, 1), 3) == Interval(-8, 1))
    #expect(Interval.power(2, -2) == Interval(0.25))
    #expect(Interval.power(Interval(0, 4), Interval(0.5)).lower == 0)
    #expect(Interval.exp(Interval(-.infinity, 0)) == Interval(0, 1))
  }

  @Test("parts where a function is undefined are cut off and marked")
  func partial() {
    let root = Interval.root(Interval(-1, 4))
    #expect(root == Interval(0, 2, isDefined: false))
    #expect(Interval.root(Interval(-2, -1)) == Interval(-.infinity, .infinity, isDefined: false))
    let log = Interval.log(Interval(0, 1))
    #expect(log.lower == -.infinity && log.upper == 0 && !log.isDefined)
    #expect(!Interval.log(Interval(-2, -1)).isDefined)
    #expect(!Interval.power(Interval(0, 1), Interval(-1, 1)).isDefined)
    #expect(!Interval.power(Interval(-1, 1), Interval(0.5)).isDefined)
    #expect(!Interval.power(Interval(0), Interval(-1)).isDefined)
    #expect(Interval.power(Interval(0, 1), Interval(0, 1)) == Interval(0, 1))
    #expect(Interval.power(Interval(0.5, 2), Interval(0, .infinity)) == Interval(0, .infinity))
    let guarded = Interval.select(Interval(1), isLessThan: 2, then: 3, else: .root(Interval(-1)))
    #expect(guarded == 3)
    #expect(!(root + 1).isDefined)
  }

  @Test("division by what may be 0 gives half-lines, lines and two pieces")
  func extendedDivision() {
    let half = Interval(1, 2) / Interval(0, 4)
    #expect(half == Interval(0.25, .infinity, isDefined: false))
    #expect(Interval(-2, -1) / Interval(0, 4) == Interval(-.infinity, -0.25, isDefined: false))
    #expect(Interval(1, 2) / Interval(-4, 0) == Interval(-.infinity, -0.25, isDefined: false))
    #expect(Interval(-2, -1) / Interval(-4, 0) == Interval(0.25, .infinity, isDefined: false))
    #expect(!(Interval(1, 2) / Interval(-1, 1)).isDefined)
    #expect(!(Interval(1, 2) / 0).isDefined)
    let pieces = Interval(1, 2).dividedExtended(by: Interval(-4, 2))
    #expect(pieces?.0 == Interval(-.infinity, -0.25) && pieces?.1 == Interval(0.5, .infinity))
    let mirrored = Interval(-2, -1).dividedExtended(by: Interval(-4, 2))
    #expect(mirrored?.0 == Interval(-.infinity, -0.5) && mirrored?.1 == Interval(0.25, .infinity))
    #expect(Interval(1, 2).dividedExtended(by: 0) == nil)
    let line = Interval(-1, 2).dividedExtended(by: Interval(-4, 2))
    #expect(line?.0 == .entire && line?.1 == nil)
    #expect(Interval(0).dividedExtended(by: Interval(-1, 1))?.0 == .entire)
  }
}
