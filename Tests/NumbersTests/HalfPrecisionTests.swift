import Numbers
import Testing

@Suite("Half precision")
struct HalfPrecisionTests {
  /// Values of every size that binary16 has, and beyond, none of them round.
  private static let values = (-30...20).flatMap { exponent in
    [1.0, 1.00048828125, 1.000732421875, 1.3, 1.9997, -1.7].map {
      $0 * Double(sign: .plus, exponent: exponent, significand: 1)
    }
  }

  @Test("binary16 rounds as the processor does")
  func binary16() {
    for value in Self.values + [0, -0.0, .infinity, -.infinity, 65_519.99, 65_520, 2.9e-8] {
      #expect(Binary16.rounded(value) == Double(Float16(value)), "\(value)")
      #expect(Binary16.holds(Double(Float16(value))))
    }
    #expect(Binary16.rounded(.nan).isNaN)
  }

  @Test("bfloat16 keeps eight bits of Float, ties to even")
  func bfloat16() {
    for (value, rounded) in [
      (1.0, 1.0), (1.00390625, 1.0), (1.01171875, 1.015625), (1.004, 1.0078125), (257, 256),
      (-3.0078125, -3), (1e39, .infinity), (-1e39, -.infinity),
    ] {
      #expect(BFloat16.rounded(value) == rounded, "\(value)")
    }
    #expect(BFloat16.holds(256))
    #expect(!BFloat16.holds(257))
  }
}
