extension Rational {
  /// The digits that a numeral may have.
  static let digitLimit = 4_000
  /// The largest magnitude of a decimal exponent that is read.
  static let exponentLimit = 5_000

  /// Reads a decimal numeral (`-0.25`, `.5`, `1e-3`) or a fraction (`7/9`) exactly.
  ///
  /// Returns nil where the text is neither, where the denominator is 0, and for numerals of more than
  /// 4,000 digits or exponents beyond ±5,000, before they take time or memory.
  public init?(_ text: String) {
    self.init(text[...])
  }

  /// As of a string.
  public init?(_ text: Substring) {
    guard text.utf8.count <= 2 * Rational.digitLimit + 16 else { return nil }
    if let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) {
      let bottom = text[text.utf8.index(after: slash)...]
      guard bottom.utf8.first.map({ (48...57).contains($0) }) == true,
        let numerator = Rational.whole(text[..<slash]), let denominator = Rational.whole(bottom),
        !denominator.isZero
      else { return nil }
      self.init(numerator, denominator)
    } else {
      guard let value = Rational.decimal(text.utf8) else { return nil }
      self = value
    }
  }

  private static func whole(_ text: Substring) -> BigInteger? {
    text.utf8.count <= digitLimit + 1 ? BigInteger(text) : nil
  }

  private static func decimal(_ text: Substring.UTF8View) -> Rational? {
    var mantissa = text
    var exponent = 0
    if let mark = text.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
      let typed = text[text.index(after: mark)...]
      guard typed.count <= 20, let value = Int(Substring(typed)) else { return nil }
      guard value.magnitude <= UInt(exponentLimit) else { return nil }
      (mantissa, exponent) = (text[..<mark], value)
    }
    var digits = mantissa
    if let point = mantissa.firstIndex(of: UInt8(ascii: ".")) {
      let fraction = mantissa[mantissa.index(after: point)...]
      exponent -= fraction.count
      guard fraction.allSatisfy({ (48...57).contains($0) }) else { return nil }
      digits = Substring(Substring(mantissa[..<point]) + Substring(fraction))[...].utf8
      guard fraction.count <= digitLimit else { return nil }
    }
    guard digits.count <= digitLimit + 1, let significand = BigInteger(Substring(digits)) else {
      return nil
    }
    if exponent == 0 || significand.isZero { return Rational(significand) }
    let power = BigInteger(10).power(Int(exponent.magnitude))
    return exponent < 0 ? Rational(significand, power) : Rational(significand * power)
  }

  /// The decimal numeral where it terminates within 30 digits, else `p/q`.
  ///
  /// Reads back as the same number.
  public var decimalDescription: String {
    if isInteger, numerator.bitWidth <= 70 { return "\(numerator)" }
    // q = 2^twos · 5^fives
    let twos = denominator.trailingZeroBitCount
    var (rest, fives) = (denominator >> twos, 0)
    guard twos <= 400, rest.bitWidth <= 1000 else { return description }
    while !rest.isOne {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 5)
      guard remainder.isZero else { return description }
      (rest, fives) = (quotient, fives + 1)
    }
    var places = max(twos, fives)
    var digits =
      "\(magnitude.numerator * BigInteger(2).power(places - twos) * BigInteger(5).power(places - fives))"
    while isInteger, digits.utf8.last == UInt8(ascii: "0") {
      digits.removeLast()
      places -= 1
    }
    guard digits.utf8.count <= 30 else { return description }
    let sign = isNegative ? "-" : ""
    let exponent = digits.utf8.count - places - 1
    if exponent < -5 || places < 0 {
      let tail = digits.dropFirst()
      return "\(sign)\(digits.prefix(1))\(tail.isEmpty ? "" : ".")\(tail)e\(exponent)"
    }
    if exponent < 0 {
      return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits
    }
    return "\(sign)\(digits.prefix(exponent + 1)).\(digits.dropFirst(exponent + 1))"
  }
}
