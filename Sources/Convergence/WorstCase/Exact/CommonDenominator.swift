internal import Numbers

/// Rationals as whole numbers over one denominator.
struct CommonDenominator {
  private(set) var value: BigInteger = 1

  init() {}

  init(_ numbers: some Sequence<Rational>) { for number in numbers { include(number) } }

  /// Makes the denominator a multiple of that number's.
  mutating func include(_ number: Rational) {
    let denominator = number.denominator
    if denominator.isOne || denominator == value { return }
    let divisor = value.greatestCommonDivisor(with: denominator)
    value *= denominator / divisor
  }

  mutating func include(_ numbers: some Sequence<Rational>) {
    for number in numbers { include(number) }
  }

  /// The numerator of a number over the common denominator, which its own divides.
  func numerator(of number: Rational) -> BigInteger {
    number.isZero ? 0 : number.numerator * (value / number.denominator)
  }

  func numerators(of numbers: [Rational]) -> [BigInteger] { numbers.map { numerator(of: $0) } }

  /// The bits that a common denominator may have: what a certificate of ours never comes near, and what a
  /// foreign one would take hours beyond.
  static let bitLimit = 1 << 15
}
