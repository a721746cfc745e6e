public import Glibc

extension Interval: RuleNumber {
  public typealias Failure = Never

  /// - Precondition: the bounds are `Double`s, as whole numbers up to 2⁵³ are.
  @inlinable
  public init(integerLiteral value: Int) {
    precondition(value.magnitude <= 1 << 53, "\(value) needs an exact construction")
    self.init(unchecked: Double(value), Double(value), true)
  }

  /// The least enclosure.
  public init(_ exact: Rational) { self.init(exact, exact) }

  /// `√x` over the part of `x` that is not negative; undefined where `x` may be negative.
  @inlinable
  public static func root(_ x: Interval) -> Interval {
    if x.upper < 0 { return .undefined }
    return Interval(
      unchecked: DirectedRounding.rootBelow(max(0, x.lower)), DirectedRounding.rootAbove(x.upper),
      x.isDefined && x.lower >= 0)
  }

  @inlinable
  public static func exp(_ x: Interval) -> Interval {
    let lower = x.lower == 0 ? 1 : max(0, DirectedRounding.widenedBelow(Glibc.exp(x.lower)))
    let upper = x.upper == 0 ? 1 : DirectedRounding.widenedAbove(Glibc.exp(x.upper))
    return Interval(unchecked: lower, upper, x.isDefined)
  }

  /// The logarithm over the positive part of `x`; undefined where `x` may be 0 or negative.
  @inlinable
  public static func log(_ x: Interval) -> Interval {
    if x.upper <= 0 { return .undefined }
    let lower =
      x.lower <= 0
      ? -Double.infinity
      : x.lower == 1 ? 0 : DirectedRounding.widenedBelow(Glibc.log(x.lower))
    let upper = x.upper == 1 ? 0 : DirectedRounding.widenedAbove(Glibc.log(x.upper))
    return Interval(unchecked: lower, upper, x.isDefined && x.lower > 0)
  }

  /// `consequent` or `alternative` where the comparison is certain, with the decoration of that side;
  /// otherwise the hull of both, defined where both are.
  @inlinable
  public static func select(
    _ x: Interval, isLessThan y: Interval, then consequent: Interval, else alternative: Interval
  ) -> Interval {
    let isCompared = x.isDefined && y.isDefined
    let chosen =
      if x.upper < y.lower {
        consequent
      } else if x.lower >= y.upper {
        alternative
      } else {
        consequent.hull(alternative)
      }
    return Interval(unchecked: chosen.lower, chosen.upper, chosen.isDefined && isCompared)
  }

  @inlinable
  public static func lesser(_ x: Interval, _ y: Interval) -> Interval {
    Interval(
      unchecked: min(x.lower, y.lower), min(x.upper, y.upper), x.isDefined && y.isDefined)
  }

  @inlinable
  public static func greater(_ x: Interval, _ y: Interval) -> Interval {
    Interval(
      unchecked: max(x.lower, y.lower), max(x.upper, y.upper), x.isDefined && y.isDefined)
  }

  @inlinable
  public static func sign(_ x: Interval) -> Interval {
    Interval(unchecked: Double.sign(x.lower), Double.sign(x.upper), x.isDefined)
  }
}
