internal import Numbers
internal import Testing

@Suite("Duals", .tags(.reference))
struct DualTests {
  private func slope(
    at x: Double, _ function: (Dual<Double>) -> Dual<Double>
  ) -> Double { function(Dual(x, derivative: 1)).derivative }

  private let tolerance = Tolerance<Double>.relative(1e-14, because: "a handful of roundings")

  @Test("give the derivatives of every operation", arguments: [0.37, 1.5, 2.385])
  func derivatives(x: Double) {
    let known: [(String, Double, Double)] = [
      ("x² + 3x", slope(at: x) { $0 * $0 + 3 * $0 }, 2 * x + 3),
      ("2 − x", slope(at: x) { 2 - $0 }, -1),
      ("−x", slope(at: x) { -$0 }, -1),
      ("1/x", slope(at: x) { 1 / $0 }, -1 / (x * x)),
      ("x/(1+x)", slope(at: x) { $0 / (1 + $0) }, 1 / ((1 + x) * (1 + x))),
      ("√x", slope(at: x) { .root($0) }, 0.5 / x.squareRoot()),
      ("eˣ", slope(at: x) { .exp($0) }, Double.exp(x)),
      ("log x", slope(at: x) { .log($0) }, 1 / x),
      ("x³", slope(at: x) { .power($0, 3) }, 3 * x * x),
      ("2ˣ", slope(at: x) { .power(2, $0) }, Double.power(2, x) * Double.log(2)),
      ("xˣ", slope(at: x) { .power($0, $0) }, Double.power(x, x) * (1 + Double.log(x))),
      ("1 − xᵗ", slope(at: x / 4) { .oneMinusPower($0, 5) }, -5 * Double.power(x / 4, 4)),
      ("square", slope(at: x) { $0.squared() }, 2 * x),
      ("|x|", slope(at: -x) { $0.magnitude }, -1),
      ("min", slope(at: x) { .lesser($0, 1) }, x < 1 ? 1 : 0),
      ("max", slope(at: x) { .greater($0, 1) }, x < 1 ? 0 : 1),
      (
        "select", slope(at: x) { .select($0, isLessThan: 1, then: $0 * $0, else: 7) },
        x < 1 ? 2 * x : 0
      ),
      ("sign", slope(at: x) { .sign($0) }, 0),
    ]
    for (name, computed, expected) in known {
      #expect(tolerance.allows(computed, reference: expected), "\(name) at \(x): \(computed)")
    }
  }

  @Test("nest to second derivatives, exactly over fractions")
  func nested() throws {
    typealias Second = Dual<Dual<Rational>>
    let x = Second(Dual(3, derivative: 1), derivative: Dual(constant: 1))
    let quartic = try Second.power(x, 4) - 3 * x * x * x + 2
    #expect(quartic.value.value == 2)
    #expect(quartic.value.derivative == 27)
    #expect(quartic.derivative.derivative == 54)
    let inverse = try 1 / x
    #expect(inverse.derivative.derivative == Rational(2, 27))
  }

  @Test("constants need no derivative where there is none")
  func constants() throws {
    #expect(Dual<Double>.root(0).isConstant)
    #expect(try Dual<Rational>.root(Dual(constant: 0)).derivative == 0)
    // log(−2) does not exist, and (−2)³ does not need it.
    let cube = try Dual<Rational>.power(Dual(-2, derivative: 1), 3)
    #expect(cube.value == -8 && cube.derivative == 12)
    #expect(throws: Rational.Failure.divisionByZero) {
      try Dual<Rational>.root(Dual(0, derivative: 1))
    }
    #expect(Dual<Double>.root(Dual(0, derivative: 1)).derivative == .infinity)
    #expect(Dual<Double>(0.5 as Rational).isConstant)
  }

  @Test("NaN reaches value and derivative")
  func notANumber() {
    let x = Dual(Double.nan, derivative: 1)
    #expect(Dual.lesser(x, 1).value.isNaN && Dual.lesser(x, 1).derivative.isNaN)
    #expect(Dual.greater(1, x).value.isNaN && Dual.greater(1, x).derivative.isNaN)
    #expect(Dual.select(x, isLessThan: 1, then: x, else: x).derivative.isNaN)
  }
}
