extension Interval {
  @inlinable @inline(__always)
  public static func + (x: Interval, y: Interval) -> Interval {
    Interval(
      unchecked: DirectedRounding.sumBelow(x.lower, y.lower),
      DirectedRounding.sumAbove(x.upper, y.upper), x.isDefined && y.isDefined)
  }

  @inlinable @inline(__always)
  public static func - (x: Interval, y: Interval) -> Interval {
    Interval(
      unchecked: DirectedRounding.sumBelow(x.lower, -y.upper),
      DirectedRounding.sumAbove(x.upper, -y.lower), x.isDefined && y.isDefined)
  }

  @inlinable @inline(__always)
  public static prefix func - (x: Interval) -> Interval {
    Interval(unchecked: -x.upper, -x.lower, x.isDefined)
  }

  @inlinable
  public static func * (x: Interval, y: Interval) -> Interval {
    let (a, b, c, d) = (x.lower, x.upper, y.lower, y.upper)
    let isDefined = x.isDefined && y.isDefined
    let lower: Double
    let upper: Double
    if a >= 0 {
      lower = DirectedRounding.productBelow(c >= 0 ? a : b, c)
      upper = DirectedRounding.productAbove(d >= 0 ? b : a, d)
    } else if b <= 0 {
      lower = DirectedRounding.productBelow(d >= 0 ? a : b, d)
      upper = DirectedRounding.productAbove(c >= 0 ? b : a, c)
    } else if c >= 0 {
      lower = DirectedRounding.productBelow(a, d)
      upper = DirectedRounding.productAbove(b, d)
    } else if d <= 0 {
      lower = DirectedRounding.productBelow(b, c)
      upper = DirectedRounding.productAbove(a, c)
    } else {
      lower = min(DirectedRounding.productBelow(a, d), DirectedRounding.productBelow(b, c))
      upper = max(DirectedRounding.productAbove(a, c), DirectedRounding.productAbove(b, d))
    }
    return Interval(unchecked: lower, upper, isDefined)
  }

  /// The least interval around all quotients; undefined where the divisor may be 0.
  @inlinable
  public static func / (x: Interval, y: Interval) -> Interval {
    let (a, b, c, d) = (x.lower, x.upper, y.lower, y.upper)
    let isDefined = x.isDefined && y.isDefined
    if c > 0 {
      return Interval(
        unchecked: DirectedRounding.quotientBelow(a, a >= 0 ? d : c),
        DirectedRounding.quotientAbove(b, b >= 0 ? c : d), isDefined)
    }
    if d < 0 {
      return Interval(
        unchecked: DirectedRounding.quotientBelow(b, b >= 0 ? d : c),
        DirectedRounding.quotientAbove(a, a >= 0 ? c : d), isDefined)
    }
    return dividedByZero(x, y)
  }

  /// The quotient by an interval that holds 0.
  @inlinable
  static func dividedByZero(_ x: Interval, _ y: Interval) -> Interval {
    let (a, b, c, d) = (x.lower, x.upper, y.lower, y.upper)
    if c == 0 && d == 0 { return .undefined }
    if a == 0 && b == 0 { return Interval(unchecked: 0, 0, false) }
    if c < 0 && d > 0 || a < 0 && b > 0 { return .undefined }
    // Dividend and divisor have one sign each.
    let (dividend, divisor) = (a >= 0 ? a : -b, c == 0 ? d : -c)
    let least = DirectedRounding.quotientBelow(dividend, divisor)
    return (a >= 0) == (c == 0)
      ? Interval(unchecked: least, .infinity, false)
      : Interval(unchecked: -.infinity, -least, false)
  }

  /// All `z` with `y·z = x` for some `x` of `self` and `y` of `divisor`, in one piece or in two, the lower
  /// one first; nil where there are none.
  ///
  /// For the interval Newton method, which may cut a gap out of its box. Where both hold 0, that is the
  /// whole line. `isDefined` is that of the operands alone.
  @inlinable
  public func dividedExtended(by divisor: Interval) -> (Interval, Interval?)? {
    let isDefined = self.isDefined && divisor.isDefined
    let (c, d) = (divisor.lower, divisor.upper)
    if containsZero && divisor.containsZero {
      return (Interval(unchecked: -.infinity, .infinity, isDefined), nil)
    }
    if c == 0 && d == 0 { return nil }
    if c < 0 && d > 0 {
      let nearest = leastMagnitude
      let below = -DirectedRounding.quotientBelow(nearest, lower > 0 ? -c : d)
      let above = DirectedRounding.quotientBelow(nearest, lower > 0 ? d : -c)
      return (
        Interval(unchecked: -.infinity, below, isDefined),
        Interval(unchecked: above, .infinity, isDefined)
      )
    }
    let quotient = self / divisor
    return (Interval(unchecked: quotient.lower, quotient.upper, isDefined), nil)
  }

  /// Unlike `x * x`, never negative.
  @inlinable
  public func squared() -> Interval {
    let (least, largest) = (leastMagnitude, largestMagnitude)
    return Interval(
      unchecked: DirectedRounding.productBelow(least, least),
      DirectedRounding.productAbove(largest, largest), isDefined)
  }

  @inlinable
  public var magnitude: Interval {
    Interval(unchecked: leastMagnitude, largestMagnitude, isDefined)
  }
}
