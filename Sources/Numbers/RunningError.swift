/// A floating-point format, by what bounds its rounding.
public protocol RoundingFormat: Sendable {
  /// Half the spacing of numbers at 1: `2⁻⁵³` for `Double`.
  static var unitRoundoff: Double { get }
  /// The smallest normal number: what an operation may lose by underflow.
  static var smallestNormal: Double { get }
  /// Whether a number is one of the format's.
  static func holds(_ value: Double) -> Bool
}

/// IEEE 754 `binary64`.
public enum Binary64: RoundingFormat {
  public static var unitRoundoff: Double { 0x1p-53 }
  public static var smallestNormal: Double { .leastNormalMagnitude }
  public static func holds(_ value: Double) -> Bool { true }
}

/// IEEE 754 `binary32`.
public enum Binary32: RoundingFormat {
  public static var unitRoundoff: Double { 0x1p-24 }
  public static var smallestNormal: Double { Double(Float.leastNormalMagnitude) }
  public static func holds(_ value: Double) -> Bool { Double(Float(value)) == value }
}

/// IEEE 754 `binary16`.
public enum Binary16: RoundingFormat {
  public static var unitRoundoff: Double { 0x1p-11 }
  public static var smallestNormal: Double { 0x1p-14 }
  public static func holds(_ value: Double) -> Bool { rounded(value) == value }

  /// The nearest number of the format, ties to even.
  public static func rounded(_ value: Double) -> Double {
    let result = value.rounded(toBits: 11, leastExponent: -14)
    return result.magnitude >= 0x1p16 ? .infinity * (value < 0 ? -1 : 1) : result
  }
}

/// `bfloat16`: the range of `binary32` with eight bits of precision.
public enum BFloat16: RoundingFormat {
  public static var unitRoundoff: Double { 0x1p-8 }
  public static var smallestNormal: Double { Double(Float.leastNormalMagnitude) }
  public static func holds(_ value: Double) -> Bool { rounded(value) == value }

  /// The nearest number of the format, ties to even.
  public static func rounded(_ value: Double) -> Double {
    let result = value.rounded(toBits: 8, leastExponent: -126)
    return result.magnitude >= 0x1p128 ? .infinity * (value < 0 ? -1 : 1) : result
  }
}

extension Double {
  /// The nearest number of so many significant bits, ties to even.
  fileprivate func rounded(toBits bits: Int, leastExponent: Int) -> Double {
    guard isFinite, self != 0 else { return self }
    let exponent = Swift.max(Int(self.exponent), leastExponent) - (bits - 1)
    let unit = Double(sign: .plus, exponent: exponent, significand: 1)
    return (self / unit).rounded(.toNearestOrEven) * unit
  }
}

/// An enclosure of the exact value of an expression, and a bound on how far a correct program that
/// evaluates it in `Format` may be from that value.
///
/// The bound is a running error: each operation adds one rounding, relative not to its result but to
/// the sum of the magnitudes that went into it. So it covers every order of the same sums and products
/// (`β·m + (1−β)·g` and `m + (1−β)·(g−m)` alike), and cancellation with them. It does not cover a
/// program that computes something else.
///
/// Where a divisor or a radicand is not kept away from 0 by more than its own error, the bound is infinite:
/// nothing can be said of such a program, and `isBounded` says so.
///
/// Source: Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., section 3.3.
public struct RunningError<Format: RoundingFormat>: RuleNumber {
  public typealias Failure = Never

  /// An enclosure of the exact value.
  public let exact: Interval
  /// At least the sum of the magnitudes of the terms that the value was added up from.
  public let termSum: Double
  /// At least |computed − exact|.
  public let error: Double

  init(exact: Interval, sum: Double, error: Double) {
    self.exact = exact
    self.termSum = sum.isNaN ? .infinity : sum
    self.error = error.isNaN ? .infinity : error
  }

  /// A number that the program is given as it is.
  public init(given value: Double) {
    self.init(exact: Interval(value, value), sum: value.magnitude, error: 0)
  }

  /// Whether there is anything to hold a program to.
  public var isBounded: Bool { error.isFinite && exact.isDefined }

  /// Whether a program may have computed `value`.
  public func allows(_ value: Double) -> Bool {
    if !isBounded { return true }
    return (exact.lower - error).nextDown <= value && value <= (exact.upper + error).nextUp
  }

  /// The same number, once a program has rounded it to a narrower format to store it.
  ///
  /// - Parameters:
  ///   - unitRoundoff: the relative error of the store.
  ///   - spacing: what it may lose beside that: the spacing of the format's smallest numbers.
  public func stored(unitRoundoff: Double, spacing: Double) -> Self {
    let size = max(exact.lower.magnitude, exact.upper.magnitude) + error
    return Self(exact: exact, sum: termSum, error: error + (unitRoundoff * size + spacing).nextUp)
  }

  private static var u: Double { Format.unitRoundoff }
  private static var tiny: Double { Format.smallestNormal }
  private var largest: Double { max(exact.lower.magnitude, exact.upper.magnitude) }
  private var smallest: Double {
    exact.lower <= 0 && exact.upper >= 0 ? 0 : min(exact.lower.magnitude, exact.upper.magnitude)
  }
}

extension RunningError {
  public init(integerLiteral value: Int) { self.init(given: Double(value)) }

  /// The exact number, which the program rounds once to its format.
  public init(_ exact: Rational) {
    let enclosure = Interval(exact)
    let nearest = enclosure.lower
    let isHeld = nearest == enclosure.upper && Format.holds(nearest)
    let size = max(enclosure.lower.magnitude, enclosure.upper.magnitude)
    self.init(
      exact: enclosure, sum: size, error: isHeld ? 0 : Self.u * size + Self.tiny * Self.u)
  }

  public static func + (x: Self, y: Self) -> Self {
    let sum = x.termSum + y.termSum
    return Self(exact: x.exact + y.exact, sum: sum, error: x.error + y.error + u * sum)
  }

  public static func - (x: Self, y: Self) -> Self {
    let sum = x.termSum + y.termSum
    return Self(exact: x.exact - y.exact, sum: sum, error: x.error + y.error + u * sum)
  }

  public static prefix func - (x: Self) -> Self {
    Self(exact: -x.exact, sum: x.termSum, error: x.error)
  }

  public static func * (x: Self, y: Self) -> Self {
    product(x, y, exact: x.exact * y.exact)
  }

  public func squared() -> Self { Self.product(self, self, exact: exact.squared()) }

  private static func product(_ x: Self, _ y: Self, exact: Interval) -> Self {
    let sum = x.termSum * y.termSum
    // 0 times a bound that is infinite is NaN, which counts as infinite.
    let error = x.error * (y.largest + y.error) + y.error * x.largest + u * sum
    return Self(exact: exact, sum: sum, error: exact == 0 && error == 0 ? 0 : error + tiny)
  }

  public static func / (x: Self, y: Self) -> Self {
    let exact = x.exact / y.exact
    let divisor = y.smallest - y.error
    guard divisor > 0 else { return Self(exact: exact, sum: .infinity, error: .infinity) }
    let sum = x.termSum / y.smallest
    let quotient = x.largest / y.smallest
    let error = (x.error + quotient * y.error) / divisor + u * sum
    return Self(exact: exact, sum: sum, error: error == 0 ? 0 : error + tiny)
  }

  public static func root(_ x: Self) -> Self {
    let exact = Interval.root(x.exact)
    let sum = x.termSum.squareRoot()
    var error = x.error.squareRoot()
    let least = x.exact.lower - x.error
    if least > 0 {
      error = min(error, x.error / (max(0, x.exact.lower).squareRoot() + least.squareRoot()))
    }
    return Self(exact: exact, sum: sum, error: error + u * sum)
  }

  /// libm's functions are taken to be within 4 ulp, which is 8 unit roundoffs.
  private static func elementary(_ exact: Interval, slope: Double, argumentError: Double) -> Self {
    let size = max(exact.lower.magnitude, exact.upper.magnitude)
    let carried = argumentError == 0 ? 0 : slope * argumentError
    return Self(exact: exact, sum: size, error: carried + 8 * u * size + tiny)
  }

  public static func exp(_ x: Self) -> Self {
    let widened = Interval.exp(Interval(x.exact.lower - x.error, x.exact.upper + x.error))
    return elementary(.exp(x.exact), slope: widened.upper, argumentError: x.error)
  }

  public static func log(_ x: Self) -> Self {
    let least = x.exact.lower - x.error
    return elementary(
      .log(x.exact), slope: least > 0 ? 1 / least : .infinity, argumentError: x.error)
  }

  public static func power(_ base: Self, _ exponent: Self) -> Self {
    let exact = Interval.power(base.exact, exponent.exact)
    let size = max(exact.lower.magnitude, exact.upper.magnitude)
    if base.error == 0 && exponent.error == 0 {
      return Self(exact: exact, sum: size, error: 8 * u * size + tiny)
    }
    // d(bʸ) = bʸ·(y/b·db + log b·dy), to first order doubled.
    let least = base.smallest - base.error
    guard least > 0 else { return Self(exact: exact, sum: size, error: .infinity) }
    let logarithm = max(
      Interval.log(Interval(least, base.largest)).upper.magnitude,
      Interval.log(Interval(least, base.largest)).lower.magnitude)
    let relative = exponent.largest * base.error / least + logarithm * exponent.error
    return Self(exact: exact, sum: size, error: 2 * relative * size + 8 * u * size + tiny)
  }

  /// `1 − baseᵗ`, allowing a program the direct form, which errs by a rounding of 1.
  public static func oneMinusPower(_ base: Self, _ t: Self) -> Self {
    let exact = Interval.oneMinusPower(base.exact, t.exact)
    let power = 1 - exact
    let slope =
      base.smallest > 0 ? t.largest * max(0, power.upper) / base.smallest : t.largest
    let carried = base.error == 0 ? 0 : 2 * slope * base.error
    return Self(exact: exact, sum: 2, error: carried + 8 * u)
  }

  public static func select(
    _ x: Self, isLessThan y: Self, then consequent: Self, else alternative: Self
  ) -> Self {
    let reach = x.error + y.error
    if x.exact.upper + reach < y.exact.lower { return consequent }
    if x.exact.lower - reach >= y.exact.upper { return alternative }
    // Either branch may be the exact one, and the other the computed one.
    let hull = Interval.select(
      x.exact, isLessThan: y.exact, then: consequent.exact, else: alternative.exact)
    let apart = (consequent.exact - alternative.exact).magnitude.upper
    return Self(
      exact: hull, sum: max(consequent.termSum, alternative.termSum),
      error: max(consequent.error, alternative.error) + apart)
  }

  public static func lesser(_ x: Self, _ y: Self) -> Self {
    Self(
      exact: .lesser(x.exact, y.exact), sum: max(x.termSum, y.termSum),
      error: max(x.error, y.error))
  }

  public static func greater(_ x: Self, _ y: Self) -> Self {
    Self(
      exact: .greater(x.exact, y.exact), sum: max(x.termSum, y.termSum),
      error: max(x.error, y.error))
  }

  public static func sign(_ x: Self) -> Self {
    let exact = Interval.sign(x.exact)
    return Self(exact: exact, sum: 1, error: x.smallest > x.error || x.error == 0 ? 0 : 2)
  }

  public var magnitude: Self {
    Self(exact: exact.magnitude, sum: termSum, error: error)
  }
}
