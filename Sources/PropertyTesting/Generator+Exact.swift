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
    // The numerators that a denominator can have between the bounds.
    let grids = [1, 2, 3, 7, 16, 1000, 1024, 99_991].compactMap {
      denominator -> (Rational, BigInteger, ClosedRange<BigInteger>)? in
      let scale = Rational(denominator)
      var first = -(-(lower * scale)).floor
      var last = (upper * scale).floor
      if excludingLower, Rational(first) == lower * scale { first = first + 1 }
      if excludingUpper, Rational(last) == upper * scale { last = last - 1 }
      return first <= last ? (scale, BigInteger(denominator), first...last) : nil
    }
    return Generator { source throws(Rejection) in
      let near = try source.float(distribution)
      let index = try source.uniform(in: 0...grids.count)
      let exact = Rational(exactly: near) ?? lower
      guard index > 0 else {
        // The shortest decimal may lie beyond a bound, by less than half an ulp.
        let decimal = Rational(floatLiteral: near)
        let isInside =
          (excludingLower ? lower < decimal : lower <= decimal)
          && (excludingUpper ? decimal < upper : decimal <= upper)
        return isInside ? decimal : exact
      }
      let (scale, denominator, numerators) = grids[index - 1]
      let nearest = (exact * scale + Rational(1, 2)).floor
      return Rational(
        min(max(nearest, numerators.lowerBound), numerators.upperBound), denominator)
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
