/// Where a floating-point number stands in the order in which people find numbers simple.
///
/// Whole numbers up to 2⁵³ come first, by magnitude; then the others by the number of significant digits
/// of their shortest decimal (0.5 before 0.25 before 0.123), by how far the leading digit is from the
/// point, and by the digits; then ∞ and NaN. Of two that differ in sign only, the positive comes first.
struct Simplicity: Comparable, Sendable {
  let kind: Int
  let digits: Int
  let exponent: Int
  let significand: UInt64
  let isNegative: Bool

  init(_ value: Double, isSingle: Bool = false) {
    isNegative = value.sign == .minus
    let magnitude = value.magnitude
    if value.isNaN {
      (kind, digits, exponent, significand) = (3, 0, 0, value.significandBitPattern)
    } else if value.isInfinite {
      (kind, digits, exponent, significand) = (2, 0, 0, 0)
    } else if magnitude <= 0x1p53, magnitude.rounded(.towardZero) == magnitude {
      (kind, digits, exponent, significand) = (0, 0, 0, UInt64(magnitude))
    } else {
      let decimal = DecimalDigits(magnitude, isSingle: isSingle)
      let leading = decimal.exponent + decimal.digits
      // 0.1 has its leading digit at place 0, 1e17 at place 18.
      (kind, digits, significand) = (1, decimal.digits, decimal.significand)
      exponent = leading <= 0 ? -2 * leading : 2 * leading - 1
    }
  }

  static func < (left: Self, right: Self) -> Bool {
    if left.kind != right.kind { return left.kind < right.kind }
    if left.digits != right.digits { return left.digits < right.digits }
    if left.exponent != right.exponent { return left.exponent < right.exponent }
    if left.significand != right.significand { return left.significand < right.significand }
    return !left.isNegative && right.isNegative
  }
}

/// A number as `significand × 10^exponent`, by the shortest decimal that denotes it.
struct DecimalDigits {
  let significand: UInt64
  let exponent: Int
  let digits: Int

  init(_ magnitude: Double, isSingle: Bool) {
    var significand: UInt64 = 0
    var exponent = 0
    var isFraction = false
    var written = 0
    var isExponent = false
    var isExponentNegative = false
    for byte in (isSingle ? Float(magnitude).description : magnitude.description).utf8 {
      switch byte {
      case UInt8(ascii: "."): isFraction = true
      case UInt8(ascii: "e"): isExponent = true
      case UInt8(ascii: "-"): isExponentNegative = true
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        if isExponent {
          written = written * 10 + Int(byte - UInt8(ascii: "0"))
        } else if significand < 100_000_000_000_000_000 {
          significand = significand * 10 + UInt64(byte - UInt8(ascii: "0"))
          if isFraction { exponent -= 1 }
        } else if !isFraction {
          exponent += 1
        }
      default: break
      }
    }
    exponent += isExponentNegative ? -written : written
    while significand != 0, significand % 10 == 0 {
      significand /= 10
      exponent += 1
    }
    var digits = 0
    var rest = significand
    while rest > 0 {
      digits += 1
      rest /= 10
    }
    self.significand = significand
    self.exponent = exponent
    self.digits = digits
  }
}
