public import Numbers

extension Generator where Value == Rational {
  /// Fractions from one bound to the other: decimals of few digits, binary fractions, and those of
  /// denominators such as 3 and 7.
  ///
  /// They shrink to whole numbers, then to decimals of few digits.
  ///
  /// - Parameters:
  ///   - lower: the least; the bounds lie within the range of `Double`.
  ///   - upper: the greatest.
  ///   - excludingLower: whether `lower` itself is left out.
  ///   - excludingUpper: whether `upper` itself is left out.
  public static func fractions(
    from lower: Rational, through upper: Rational, excludingLower: Bool = false,
    excludingUpper: Bool = false
  ) -> Generator {
    guard lower < upper || lower == upper && !excludingLower && !excludingUpper else {
      return .invalid("there is no number from \(lower) through \(upper), ends left out")
    }
    var (least, greatest) = (lower.doubleAbove, upper.doubleBelow)
    if excludingLower, Rational(exactly: least) == lower { least = least.nextUp }
    if excludingUpper, Rational(exactly: greatest) == upper { greatest = greatest.nextDown }
    guard least.isFinite, greatest.isFinite else {
      return .invalid("a bound of fractions lies within the range of Double")
    }
    // Between two neighbouring doubles there is none to begin with.
    guard least <= greatest else { return .always((lower + upper) * Rational(1, 2)) }
    let distribution = FloatDistribution(
      FloatDomain(lower: least, upper: greatest, allowsNaN: false, isSingle: false))
    let denominators = [0, 1, 2, 3, 7, 16, 1000, 1024, 99_991]
    return Generator { source throws(Rejection) in
      try source.attempt("no fraction lies between \(lower) and \(upper)") {
        () throws(Rejection) in
        let near = try source.float(distribution.domain) { words, size in
          distribution.random(&words, size: size)
        }
        let denominator = denominators[try source.uniform(in: 0...(denominators.count - 1))]
        guard denominator > 0, let exact = Rational(exactly: near) else {
          // The shortest decimal; it may lie beyond a bound by less than half an ulp.
          let decimal = Rational(floatLiteral: near)
          return min(max(decimal, lower), upper)
        }
        let scaled = exact * Rational(denominator)
        return Rational((scaled + Rational(1, 2)).floor, BigInteger(denominator))
      } accepts: {
        (excludingLower ? lower < $0 : lower <= $0) && (excludingUpper ? $0 < upper : $0 <= upper)
      }
    }
  }
}

extension Generator where Value == Interval {
  /// Intervals whose ends lie from one bound to the other; points and intervals from 0 are among them.
  public static func intervals(from lower: Double, through upper: Double) -> Generator {
    guard lower.isFinite, upper.isFinite else {
      return .invalid("the ends of intervals are finite, got bounds \(lower)...\(upper)")
    }
    let ends = Generator<Double>.numbers(from: lower, through: upper)
    return Generator { source throws(Rejection) in
      try source.span(.whole) { () throws(Rejection) in
        let first = try ends.make(source)
        let second = try source.boolean() ? try ends.make(source) : first
        return Interval(min(first, second), max(first, second))
      }
    }
  }
}
