extension Rational {
  /// The fraction of least denominator, and of those the least in magnitude, from `lower` to `upper`.
  ///
  /// By the continued fractions of both bounds, as far as they agree; linear in the number of their bits.
  ///
  /// - Precondition: the bounds are in order.
  public static func simplest(from lower: Rational, through upper: Rational) -> Rational {
    precondition(lower <= upper, "no fraction lies between \(lower) and \(upper)")
    if lower.signum() <= 0 && upper.signum() >= 0 { return 0 }
    if upper.isNegative { return -simplest(from: -upper, through: -lower) }
    var (low, high) = (lower, upper)
    // The last two convergents, p/q.
    var (p, q, lastP, lastQ): (BigInteger, BigInteger, BigInteger, BigInteger) = (1, 0, 0, 1)
    while true {
      let floor = low.floor
      let isWhole = low.isInteger
      if isWhole || Rational(floor + 1) <= high {
        let term = isWhole ? floor : floor + 1
        return Rational(lowest: term * p + lastP, term * q + lastQ)
      }
      (p, q, lastP, lastQ) = (floor * p + lastP, floor * q + lastQ, p, q)
      let (above, below) = (high - Rational(floor), low - Rational(floor))
      // Neither is 0: no whole number lies from low to high.
      (low, high) = (
        Rational(lowest: above.denominator, above.numerator),
        Rational(lowest: below.denominator, below.numerator)
      )
    }
  }

  /// The simplest fraction within 4095/8192 of an ulp, so that it rounds to the `Double`: 1/3 of
  /// `0.3333333333333333`; nil of NaN and infinities.
  public init?(simplestFor value: Double) {
    guard let exact = Rational(exactly: value) else { return nil }
    if exact.isZero {
      self = 0
      return
    }
    // The ulp below, which is the smaller one at powers of 2.
    let spacing = Rational(exactly: value.magnitude - value.magnitude.nextDown)!
    let distance = spacing * Rational(4095, 8192)
    self = Rational.simplest(from: exact - distance, through: exact + distance)
  }
}
