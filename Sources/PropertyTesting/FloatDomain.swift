/// The floating-point numbers that a choice could have been.
struct FloatDomain: Hashable, Sendable {
  let lower: Double
  let upper: Double
  let allowsNaN: Bool
  /// Whether only numbers that a `Float` holds belong to it.
  let isSingle: Bool
  /// The first number in the order of simplicity.
  let simplest: Double

  /// - Precondition (unchecked): `lower` is at most `upper`, and neither is NaN.
  init(lower: Double, upper: Double, allowsNaN: Bool, isSingle: Bool) {
    self.lower = lower
    self.upper = upper
    self.allowsNaN = allowsNaN
    self.isSingle = isSingle
    simplest = Self.simplest(from: lower, through: upper, isSingle: isSingle)
  }

  func contains(_ value: Double) -> Bool {
    if value.isNaN { return allowsNaN }
    guard lower <= value && value <= upper else { return false }
    // −0 lies in no domain that begins at 0.
    if value == 0, value.sign == .minus, lower == 0, lower.sign == .plus { return false }
    return !isSingle || Double(Float(value)) == value
  }

  /// The nearest number of the domain.
  func clamp(_ value: Double) -> Double {
    if value.isNaN { return allowsNaN ? value : simplest }
    let rounded = isSingle ? Double(Float(value)) : value
    let clamped = min(max(rounded, lower), upper)
    return clamped == 0 && !contains(clamped) ? 0 : clamped
  }

  private static func simplest(from lower: Double, through upper: Double, isSingle: Bool) -> Double
  {
    if lower <= 0 && upper >= 0 { return 0 }
    if upper < 0 { return -simplest(from: -upper, through: -lower, isSingle: isSingle) }
    let whole = lower.rounded(.up)
    if whole <= upper, whole <= 0x1p53 { return whole }
    if lower.isInfinite { return lower }
    // The fewest digits, the leading one as near to the point as may be, then the least digits.
    let (first, last) = (leadingPlace(upper), leadingPlace(lower))
    let places =
      first > 0
      ? Array(last...min(first, last + 20))
      : Array(
        (max(last, first - 20)...first).reversed())
    for digits in 1...17 {
      for place in places {
        let least = whole10(digits - 1)
        let scaled = lower / power10(place - digits)
        var significand = scaled.isFinite && scaled > least ? scaled.rounded(.up) : least
        // The division rounds: one more or less may be the one.
        significand = max(least, significand - 1)
        for _ in 0..<3 {
          if significand < 10 * least,
            let value = Double("\(UInt64(significand))e\(place - digits)")
          {
            let rounded = isSingle ? Double(Float(value)) : value
            if lower <= rounded && rounded <= upper { return rounded }
          }
          significand += 1
        }
      }
    }
    return lower
  }

  /// 1 for numbers from 1 to below 10, 0 for those from 0.1, and so on.
  private static func leadingPlace(_ value: Double) -> Int {
    let finite = min(value, .greatestFiniteMagnitude)
    let decimal = DecimalDigits(finite, isSingle: false)
    return decimal.exponent + decimal.digits
  }

  private static func whole10(_ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }

  private static func power10(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? 0 }
}
