public import Numbers

/// A number type of rules that can be generated between exact bounds, so that one test serves all of them.
public protocol GeneratedNumber: RuleNumber {
  /// Numbers of this type between exact bounds; of an interval type, intervals between them.
  static func generator(
    from lower: Rational, through upper: Rational, excludingLower: Bool, excludingUpper: Bool
  ) -> Generator<Self>
}

extension Generator where Value: GeneratedNumber {
  /// Numbers of any type between exact bounds, to be made `vector(count:)` or `matrix(rows:columns:)`.
  ///
  /// - Parameters:
  ///   - lower: the least; numbers of a type that rounds are those that lie between the exact bounds.
  ///   - upper: the greatest.
  ///   - excludingLower: whether `lower` itself is left out.
  ///   - excludingUpper: whether `upper` itself is left out.
  public static func domain(
    from lower: Rational, through upper: Rational, excludingLower: Bool = false,
    excludingUpper: Bool = false
  ) -> Generator {
    Value.generator(
      from: lower, through: upper, excludingLower: excludingLower, excludingUpper: excludingUpper)
  }
}

extension Rational: GeneratedNumber {
  public static func generator(
    from lower: Rational, through upper: Rational, excludingLower: Bool, excludingUpper: Bool
  ) -> Generator<Rational> {
    .fractions(
      from: lower, through: upper, excludingLower: excludingLower, excludingUpper: excludingUpper)
  }
}

extension Double: GeneratedNumber {
  public static func generator(
    from lower: Rational, through upper: Rational, excludingLower: Bool, excludingUpper: Bool
  ) -> Generator<Double> {
    let (least, greatest) = (lower.doubleAbove, upper.doubleBelow)
    return .numbers(
      from: least, through: greatest,
      excludingLower: excludingLower && Rational(exactly: least) == lower,
      excludingUpper: excludingUpper && Rational(exactly: greatest) == upper)
  }
}

extension Float: GeneratedNumber {
  public static func generator(
    from lower: Rational, through upper: Rational, excludingLower: Bool, excludingUpper: Bool
  ) -> Generator<Float> {
    var (least, greatest) = (Float(lower), Float(upper))
    if let exact = Rational(exactly: least), exact < lower { least = least.nextUp }
    if let exact = Rational(exactly: greatest), exact > upper { greatest = greatest.nextDown }
    return .numbers(
      from: least, through: greatest,
      excludingLower: excludingLower && Rational(exactly: least) == lower,
      excludingUpper: excludingUpper && Rational(exactly: greatest) == upper)
  }
}

extension Interval: GeneratedNumber {
  public static func generator(
    from lower: Rational, through upper: Rational, excludingLower: Bool, excludingUpper: Bool
  ) -> Generator<Interval> {
    var (least, greatest) = (lower.doubleAbove, upper.doubleBelow)
    if excludingLower, Rational(exactly: least) == lower { least = least.nextUp }
    if excludingUpper, Rational(exactly: greatest) == upper { greatest = greatest.nextDown }
    return .intervals(from: least, through: greatest)
  }
}
