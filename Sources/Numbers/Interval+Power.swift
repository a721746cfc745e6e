internal import Glibc

extension Interval {
  /// `baseʸ`: by products, rounded outwards, where the exponent is one whole number; otherwise over the
  /// part of `base` that is not negative.
  ///
  /// Undefined where `base` may be negative under another exponent, or 0 under a negative one.
  @inlinable
  public static func power(_ base: Interval, _ exponent: Interval) -> Interval {
    if exponent.isPoint, exponent.lower.magnitude <= 0x1p53,
      exponent.lower == exponent.lower.rounded(.towardZero)
    {
      let power = base.power(Int(exponent.lower))
      return Interval(unchecked: power.lower, power.upper, power.isDefined && exponent.isDefined)
    }
    return realPower(base, exponent)
  }

  /// `self` to a whole power; `0⁰ = 1`.
  @inlinable
  public func power(_ exponent: Int) -> Interval {
    if exponent == 0 { return Interval(unchecked: 1, 1, isDefined) }
    if exponent < 0 {
      guard exponent > -(1 << 62) else { return .realPower(self, Interval(Double(exponent))) }
      return 1 / power(-exponent)
    }
    if exponent.isMultiple(of: 2) {
      return Interval(
        unchecked: Interval.powerBelow(leastMagnitude, exponent),
        Interval.powerAbove(largestMagnitude, exponent), isDefined)
    }
    let low =
      lower >= 0
      ? Interval.powerBelow(lower, exponent) : -Interval.powerAbove(-lower, exponent)
    let high =
      upper >= 0
      ? Interval.powerAbove(upper, exponent) : -Interval.powerBelow(-upper, exponent)
    return Interval(unchecked: low, high, isDefined)
  }

  /// A lower bound of `baseⁿ` for `base ≥ 0` and `n ≥ 1`.
  @inlinable
  static func powerBelow(_ base: Double, _ exponent: Int) -> Double {
    var bit = Int.bitWidth - 1 - exponent.leadingZeroBitCount
    var result = base
    while bit > 0 {
      bit -= 1
      result = DirectedRounding.productBelow(result, result)
      if exponent >> bit & 1 == 1 { result = DirectedRounding.productBelow(result, base) }
    }
    return max(0, result)
  }

  @inlinable
  static func powerAbove(_ base: Double, _ exponent: Int) -> Double {
    var bit = Int.bitWidth - 1 - exponent.leadingZeroBitCount
    var result = base
    while bit > 0 {
      bit -= 1
      result = DirectedRounding.productAbove(result, result)
      if exponent >> bit & 1 == 1 { result = DirectedRounding.productAbove(result, base) }
    }
    return result
  }

  /// Powers of what is not negative in `base`: monotone in each argument, so extreme at the corners.
  @usableFromInline
  static func realPower(_ base: Interval, _ exponent: Interval) -> Interval {
    guard base.upper >= 0 else { return .undefined }
    let (low, high) = (max(0, base.lower), base.upper)
    let isDefined =
      base.isDefined && exponent.isDefined && base.lower >= 0
      && (base.lower > 0 || exponent.lower >= 0)
    if high == 0 && exponent.upper < 0 { return .undefined }
    var (lower, upper) = corner(low, exponent.lower)
    func include(_ x: Double, _ y: Double) {
      let (below, above) = corner(x, y)
      (lower, upper) = (min(lower, below), max(upper, above))
    }
    if low < high { include(high, exponent.lower) }
    if !exponent.isPoint {
      include(low, exponent.upper)
      include(high, exponent.upper)
    }
    return Interval(unchecked: min(max(0, lower), .greatestFiniteMagnitude), upper, isDefined)
  }

  /// Bounds of `xʸ` for `x ≥ 0`; where an end is infinite or `x` is 0, of its limit.
  private static func corner(_ x: Double, _ y: Double) -> (below: Double, above: Double) {
    let value = pow(x, y)
    let isExact = x == 0 || x == 1 || y == 0 || y == 1 || x == .infinity || y.isInfinite
    return isExact
      ? (value, value)
      : (DirectedRounding.widenedBelow(value), DirectedRounding.widenedAbove(value))
  }

  /// `1 − baseᵗ`, decreasing in `base` and increasing in `t` where the base is in `0 ... 1` and `t > 0`.
  public static func oneMinusPower(_ base: Interval, _ t: Interval) -> Interval {
    let isDefined = base.isDefined && t.isDefined
    guard base.lower >= 0, base.upper <= 1, t.lower > 0 else { return 1 - power(base, t) }
    return Interval(
      unchecked: oneMinusPower(base.upper, t.lower).lower,
      oneMinusPower(base.lower, t.upper).upper, isDefined)
  }

  /// At one base in `0 ... 1`: the intersection of two enclosures, by products or `pow`, and by
  /// `−expm1(t·log base)`, which does not cancel.
  private static func oneMinusPower(_ base: Double, _ t: Double) -> Interval {
    if base == 0 { return 1 }
    if base == 1 { return 0 }
    if t == .infinity { return 1 }
    let (base, t) = (Interval(unchecked: base, base, true), Interval(unchecked: t, t, true))
    let direct = 1 - power(base, t)
    let exponent = t * log(base)
    let lower = -DirectedRounding.widenedAbove(expm1(exponent.upper))
    let upper = -DirectedRounding.widenedBelow(expm1(exponent.lower))
    return Interval(
      unchecked: max(0, max(lower, direct.lower)), min(1, min(upper, direct.upper)), true)
  }
}
