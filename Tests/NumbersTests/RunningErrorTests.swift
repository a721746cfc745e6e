import Numbers
import Testing

@Suite("Running error bounds")
struct RunningErrorTests {
  typealias Bound32 = RunningError<Binary32>

  /// A random straight-line program: what it does is decided by the bits alone, so that it does the same
  /// in every number type.
  private func value<N: RuleNumber>(
    of inputs: [N], bits: [UInt64]
  ) -> N where N.Failure == Never {
    var values = inputs
    for word in bits {
      let x = values[Int(word >> 8) % values.count]
      let y = values[Int(word >> 24) % values.count]
      let result: N =
        switch word % 9 {
        case 0: x + y
        case 1: x - y
        case 2, 3: x * y
        case 4: x / (1 + y.magnitude)
        case 5: .root(x.magnitude)
        case 6: .select(x, isLessThan: y, then: x * y, else: x + y)
        case 7: x.squared()
        default: .greater(x, -y)
        }
      values.append(result)
    }
    return values[values.count - 1]
  }

  @Test("cover what Float computes, in 20,000 random programs")
  func coversRandomPrograms() {
    var bounded = 0
    for number in 0..<20_000 {
      var generator = Philox(
        seed: 7, property: Philox.number(of: "running-error"), case: UInt64(number))
      let inputs = (0..<3).map { _ in
        Float(Int64(bitPattern: generator.next()) >> 40) * 0x1p-20
      }
      let bits = (0..<12).map { _ in generator.next() }
      let computed = value(of: inputs, bits: bits)
      let bound = value(of: inputs.map { Bound32(given: Double($0)) }, bits: bits)
      guard bound.isBounded, computed.isFinite else { continue }
      bounded += 1
      #expect(
        bound.allows(Double(computed)),
        "program \(number): \(computed) is not within \(bound.error) of \(bound.exact)")
    }
    #expect(bounded > 15_000, "most programs have a finite bound")
  }

  @Test("hold a program of halves to hyper-parameters of more digits, each rounded once")
  func sharedNumbers() {
    typealias Bound = RunningError<BFloat16>
    let decay = Bound(Rational("0.999")!)
    // Of 8 bits, 0.999 is 1, and 1 less it would be 0.
    #expect((1 - decay).error < 1e-6)
    #expect(Bound.oneMinusPower(decay, 300).error < 1e-4)
    let mean = (1 - decay) * Bound(given: 0.5)
    #expect(mean.allows(BFloat16.rounded(BFloat16.rounded(0.001) * 0.5)))
    #expect(mean.allows(BFloat16.rounded(0.001 * 0.5)))
    #expect(!mean.allows(0.00051))
    // A decay that is rounded to 1 is within the rounding of what it multiplies.
    #expect((decay * Bound(given: 0.5)).allows(0.5))
  }

  @Test("allow every order of the same sums")
  func allowsOtherOrders() {
    let (m, g, beta) = (1.37 as Float, -2.385 as Float, 0.9 as Float)
    let bound =
      Bound32(given: Double(beta)) * Bound32(given: Double(m))
      + (1 - Bound32(given: Double(beta))) * Bound32(given: Double(g))
    #expect(bound.allows(Double(beta * m + (1 - beta) * g)))
    #expect(bound.allows(Double(m + (1 - beta) * (g - m))))
    #expect(bound.error < 1e-6)
  }

  @Test("tell a wrong formula from a rounded one")
  func catchesWrongFormulas() {
    let (v, epsilon) = (0.37 as Float, 1e-4 as Float)
    let bound =
      1 / (Bound32.root(Bound32(given: Double(v))) + Bound32(given: Double(epsilon)))
    #expect(bound.allows(Double(1 / (v.squareRoot() + epsilon))))
    #expect(!bound.allows(Double(1 / (v + epsilon).squareRoot())))
  }

  @Test("say that nothing can be said where a divisor may be 0 by rounding")
  func unbounded() {
    let third = 1 / Bound32(given: 3)
    let nothing = 3 * third - 1
    #expect(!(1 / nothing).isBounded)
    #expect((1 / nothing).allows(1e30))
    #expect(!Bound32(given: 0).allows(.nan), "a number that is bounded is no NaN")
  }

  @Test("take what the format holds as exact, and round the rest once")
  func constants() {
    #expect(Bound32(0.5).error == 0)
    #expect(Bound32(0.9).error > 0)
    #expect(Bound32(0.9).allows(Double(0.9 as Float)))
    #expect(Bound32(1e-8).error < 1e-15)
  }

  @Test(
    "1 − bᵗ of a base below 0, as a moving decay may be, is a number, within its bound",
    arguments: [-0.5, -1, -1.75], [1, 2, 3, 40])
  func negativeBase(base: Double, t: Int) throws {
    let exact = 1 - (try #require(Rational(exactly: base))).power(t)
    let value = Double.oneMinusPower(base, Double(t))
    let bound = RunningError<Binary64>.oneMinusPower(
      RunningError<Binary64>(try #require(Rational(exactly: base))),
      RunningError<Binary64>(integerLiteral: t))
    #expect(bound.exact.contains(exact))
    #expect(bound.allows(value), "\(value) for \(exact)")
    // pow within an ulp, and one subtraction.
    let error = (try #require(Rational(exactly: value)) - exact).magnitude
    #expect(Double(error) <= 0x1p-51 * (1 + Double.power(base.magnitude, Double(t))))
  }

  @Test("cover 1 − βᵗ in its direct form")
  func directForm() {
    let beta = 0.999 as Float
    for t in [1, 2, 17, 500] {
      let bound = Bound32.oneMinusPower(Bound32(0.999), Bound32(integerLiteral: t))
      var power = 1 as Float
      for _ in 0..<t { power *= beta }
      // A loop of t roundings is no single power: allow it what the loop adds.
      let slack = Double(t) * 0x1p-24
      #expect(abs(Double(1 - power) - bound.exact.lower) <= bound.error + slack)
      #expect(bound.allows(Double(1 - Float.power(beta, Float(t)))))
    }
  }
}
