internal import Numbers
internal import Testing

@Suite("Tolerances and compensated sums")
struct ToleranceTests {
  @Test("an ulp is an ulp of the reference")
  func ulps() {
    let one = Tolerance<Double>.ulps(1, because: "one rounding")
    #expect(one.allows(1.nextUp, reference: 1) && !one.allows(1.nextUp.nextUp, reference: 1))
    #expect(one.allows(.leastNonzeroMagnitude, reference: 0) && !one.allows(1e-300, reference: 0))
    #expect(one.description == "1.0 ulp, because one rounding")
  }

  @Test("relative, absolute and summed tolerances are bounds")
  func bounds() {
    let relative = Tolerance<Double>.relative(0.25, because: "the fit")
    #expect(relative.allows(-5, reference: -4) && !relative.allows(-5.1, reference: -4))
    #expect(!relative.allows(1e-300, reference: 0) && relative.allows(0, reference: 0))
    let absolute = Tolerance<Float>.absolute(0.5, because: "the grid")
    #expect(absolute.allows(1.5, reference: 1) && !absolute.allows(1.6, reference: 1))
    let sum = Tolerance<Double>.sumOfMagnitudes(100, terms: 3, because: "three terms")
    #expect(sum.allows(3 * 100 * 0x1p-52, reference: 0) && !sum.allows(7e-14, reference: 0))
  }

  @Test("NaN is near NaN alone, and an infinity itself alone")
  func nonFinite() {
    let wide = Tolerance<Double>.absolute(.greatestFiniteMagnitude, because: "anything finite")
    #expect(wide.allows(.nan, reference: .nan) && !wide.allows(.nan, reference: 1))
    #expect(!wide.allows(1, reference: .nan) && wide.allows(.infinity, reference: .infinity))
    #expect(!wide.allows(-.infinity, reference: .infinity) && !wide.allows(1, reference: .infinity))
    #expect(!wide.allows(.infinity, reference: 1))
  }

  @Test func `a negative tolerance traps`() async {
    await #expect(processExitsWith: .failure) { _ = Tolerance<Double>.ulps(-1, because: "none") }
  }

  @Test("ulp distances count steps, across 0 as well")
  func distances() {
    #expect(1.0.ulpDistance(to: 1.nextUp.nextUp) == 2)
    #expect(0.0.ulpDistance(to: -0.0) == 0)
    #expect(Double.leastNonzeroMagnitude.ulpDistance(to: -.leastNonzeroMagnitude) == 2)
    #expect(
      (-Double.infinity).ulpDistance(to: .infinity)
        == 2 * Double.infinity.bitPattern)
    #expect(Double.nan.ulpDistance(to: 1) == nil)
    #expect(Float(1).ulpDistance(to: Float(1).nextDown) == 1)
    #expect((-Float.leastNonzeroMagnitude).ulpDistance(to: .leastNonzeroMagnitude) == 2)
    #expect(Float(1).ulpDistance(to: .nan) == nil)
  }

  @Test("a compensated sum is as good as one in twice the precision")
  func sums() {
    #expect([1, 1e100, 1, -1e100].compensatedSum() == 2)
    #expect([Double]().compensatedSum() == 0)
    #expect([1, .infinity, 2].compensatedSum() == .infinity)
    #expect([.infinity, -Double.infinity].compensatedSum().isNaN)
    var draws = Draws("sums")
    for _ in 0..<50 {
      let x = (0..<100).map { _ in (draws.unit() - 0.5) * draws.choose([1, 1e5, 1e-5]) }
      let y = (0..<100).map { _ in draws.unit() - 0.5 }
      let terms = zip(x, y).map { Rational(exactly: $0)! * Rational(exactly: $1)! }
      let sum = x.map { Rational(exactly: $0)! }.reduce(0, +)
      let dot = terms.reduce(0, +)
      let scale = Double(terms.map(\.magnitude).reduce(0, +))
      let size = Double(x.map { Rational(exactly: $0)!.magnitude }.reduce(0, +))
      // n²ε² of the sum of magnitudes besides the last rounding.
      let spare = 10_000 * 0x1p-104
      #expect((x.compensatedSum() - Double(sum)).magnitude <= Double(sum).ulp + spare * size)
      #expect(
        (compensatedDotProduct(x, y) - Double(dot)).magnitude <= Double(dot).ulp + spare * scale)
    }
  }
}
