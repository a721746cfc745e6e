/// All real numbers from `lower` to `upper`; an infinite end stands for no bound on that side.
///
/// A result contains the image of its operands. Bounds that are `Double`s exactly stay as they are, others
/// move outwards to the next `Double`; `exp`, `log` and powers that are not whole are widened by 4 ulp.
/// These are the set-based intervals of IEEE 1788-2015, with a decoration of one bit. None is empty: an
/// operation that is defined nowhere on its operands gives the whole line, and `isDefined` says so.
public struct Interval: Equatable, Sendable {
  /// Below +∞.
  public let lower: Double
  /// Above −∞.
  public let upper: Double
  /// Whether every operation so far was defined on the whole of its operands: no divisor that may be 0, no
  /// radicand below 0.
  public let isDefined: Bool

  @inlinable @inline(__always)
  init(unchecked lower: Double, _ upper: Double, _ isDefined: Bool) {
    self.lower = lower
    self.upper = upper
    self.isDefined = isDefined
  }

  /// - Precondition: the bounds are in order, and enclose a real number.
  @inlinable
  public init(_ lower: Double, _ upper: Double, isDefined: Bool = true) {
    precondition(
      lower <= upper && lower < .infinity && upper > -.infinity,
      "no interval has the bounds \(lower) and \(upper)")
    self.init(unchecked: lower, upper, isDefined)
  }

  /// - Precondition: the value is finite.
  @inlinable
  public init(_ value: Double) { self.init(value, value) }

  /// The whole line.
  @inlinable
  public static var entire: Interval { Interval(unchecked: -.infinity, .infinity, true) }

  @inlinable @inline(__always)
  static var undefined: Interval { Interval(unchecked: -.infinity, .infinity, false) }

  /// The least interval around all numbers between two exact ones.
  ///
  /// - Precondition: the bounds are in order.
  public init(_ lower: Rational, _ upper: Rational) {
    precondition(lower <= upper, "no interval has the bounds \(lower) and \(upper)")
    self.init(unchecked: lower.doubleBelow, upper.doubleAbove, true)
  }
}

extension Interval {
  @inlinable @inline(__always)
  public func contains(_ value: Double) -> Bool {
    lower <= value && value <= upper && value.isFinite
  }

  public func contains(_ value: Rational) -> Bool {
    let isAbove = Rational(exactly: lower).map { $0 <= value } ?? true
    let isBelow = Rational(exactly: upper).map { value <= $0 } ?? true
    return isAbove && isBelow
  }

  @inlinable public var containsZero: Bool { lower <= 0 && 0 <= upper }

  @inlinable
  public func isSubset(of other: Interval) -> Bool { other.lower <= lower && upper <= other.upper }

  /// Whether it lies within the other one without touching its bounds, infinite ones aside.
  @inlinable
  public func isInterior(of other: Interval) -> Bool {
    (other.lower < lower || other.lower == -.infinity)
      && (upper < other.upper || other.upper == .infinity)
  }

  @inlinable public var isBounded: Bool { lower > -.infinity && upper < .infinity }
  /// Whether it is one number.
  @inlinable public var isPoint: Bool { lower == upper }

  /// The common part, nil where there is none.
  @inlinable
  public func intersection(_ other: Interval) -> Interval? {
    let (low, high) = (max(lower, other.lower), min(upper, other.upper))
    return low <= high ? Interval(unchecked: low, high, isDefined && other.isDefined) : nil
  }

  /// The least interval around both.
  @inlinable
  public func hull(_ other: Interval) -> Interval {
    Interval(
      unchecked: min(lower, other.lower), max(upper, other.upper), isDefined && other.isDefined)
  }

  /// A `Double` in the interval, its middle where it is bounded.
  @inlinable
  public var midpoint: Double {
    if lower == -.infinity {
      if upper == .infinity { return 0 }
      return upper > 0 ? 0 : max(-.greatestFiniteMagnitude, upper * 2 - 1)
    }
    if upper == .infinity { return lower < 0 ? 0 : min(.greatestFiniteMagnitude, lower * 2 + 1) }
    return min(max(0.5 * lower + 0.5 * upper, lower), upper)
  }

  /// The length, rounded up.
  @inlinable public var width: Double { DirectedRounding.sumAbove(upper, -lower) }

  /// The largest distance from the midpoint, rounded up.
  @inlinable
  public var radius: Double {
    let middle = midpoint
    return max(
      DirectedRounding.sumAbove(upper, -middle), DirectedRounding.sumAbove(middle, -lower))
  }

  /// The largest magnitude in it.
  @inlinable public var largestMagnitude: Double { max(-lower, upper) }
  /// The least magnitude in it.
  @inlinable public var leastMagnitude: Double { max(0, max(lower, -upper)) }

  /// The parts below and above the midpoint, which share it.
  @inlinable
  public func bisected() -> (Interval, Interval) {
    let middle = midpoint
    return (
      Interval(unchecked: lower, middle, isDefined), Interval(unchecked: middle, upper, isDefined)
    )
  }
}

extension Interval: CustomStringConvertible {
  public var description: String {
    isDefined ? "[\(lower), \(upper)]" : "[\(lower), \(upper)] or undefined"
  }
}
