/// A floating-point format, by what bounds its rounding.
public protocol RoundingFormat: Sendable {
  /// Half the spacing of numbers at 1: `2⁻⁵³` for `Double`.
  static var unitRoundoff: Double { get }
  /// The smallest normal number: what an operation may lose by underflow.
  static var smallestNormal: Double { get }
  /// Whether a number is one of the format's.
  static func holds(_ value: Double) -> Bool
  /// The format in which programs of this one work with hyper-parameters and the step, where no tensor is.
  associatedtype Shared: RoundingFormat = Self
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
  public typealias Shared = Binary32
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
  public typealias Shared = Binary32
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
/// What is made of hyper-parameters and the step alone, `1 − β` and `1 − βᵗ`, nobody computes in 16 bits:
/// `1 − 0.999` would be 0 there. Such numbers are of `Format.Shared`, and are rounded to `Format` where they
/// meet a number of a tensor.
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
  /// Whether it is made of hyper-parameters and the step alone.
  private let isShared: Bool

  init(exact: Interval, sum: Double, error: Double, isShared: Bool = false) {
    self.exact = exact
    self.isShared = isShared
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

  private static func u(_ isShared: Bool) -> Double {
    isShared ? Format.Shared.unitRoundoff : Format.unitRoundoff
  }

  private static func tiny(_ isShared: Bool) -> Double {
    isShared ? Format.Shared.smallestNormal : Format.smallestNormal
  }

  /// Two numbers as an operation meets them: one that is shared alone is rounded to the format first.
  private static func met(_ x: Self, _ y: Self) -> (Self, Self) {
    (x.beside(y), y.beside(x))
  }

  private func beside(_ other: Self) -> Self {
    guard isShared, !other.isShared, Format.Shared.self != Format.self else { return self }
    let isHeld = error == 0 && exact.lower == exact.upper && Format.holds(exact.lower)
    let rounding = isHeld ? 0 : Self.u(false) * (largest + error) + Self.tiny(false) * Self.u(false)
    // What it was added up from cancelled among numbers of more digits.
    return Self(exact: exact, sum: largest, error: error + rounding)
  }

  private var largest: Double { max(exact.lower.magnitude, exact.upper.magnitude) }
  private var smallest: Double {
    exact.lower <= 0 && exact.upper >= 0 ? 0 : min(exact.lower.magnitude, exact.upper.magnitude)
  }
}

extension RunningError {
  public init(integerLiteral value: Int) {
    let number = Double(value)
    self.init(exact: Interval(number, number), sum: number.magnitude, error: 0, isShared: true)
  }

  /// The exact number, a hyper-parameter's or the step's, which the program rounds once.
  public init(_ exact: Rational) {
    let enclosure = Interval(exact)
    let nearest = enclosure.lower
    let isHeld = nearest == enclosure.upper && Format.Shared.holds(nearest)
    let size = max(enclosure.lower.magnitude, enclosure.upper.magnitude)
    self.init(
      exact: enclosure, sum: size,
      error: isHeld ? 0 : Self.u(true) * size + Self.tiny(true) * Self.u(true), isShared: true)
  }

  public static func + (x: Self, y: Self) -> Self {
    added(x, y, exact: x.exact + y.exact)
  }

  public static func - (x: Self, y: Self) -> Self {
    added(x, y, exact: x.exact - y.exact)
  }

  private static func added(_ x: Self, _ y: Self, exact: Interval) -> Self {
    let (x, y) = met(x, y)
    let isShared = x.isShared && y.isShared
    let sum = x.termSum + y.termSum
    return Self(
      exact: exact, sum: sum, error: x.error + y.error + u(isShared) * sum, isShared: isShared)
  }

  public static prefix func - (x: Self) -> Self {
    Self(exact: -x.exact, sum: x.termSum, error: x.error, isShared: x.isShared)
  }

  public static func * (x: Self, y: Self) -> Self {
    product(x, y, exact: x.exact * y.exact)
  }

  public func squared() -> Self { Self.product(self, self, exact: exact.squared()) }

  private static func product(_ x: Self, _ y: Self, exact: Interval) -> Self {
    let (x, y) = met(x, y)
    let isShared = x.isShared && y.isShared
    let sum = x.termSum * y.termSum
    // 0 times a bound that is infinite is NaN, which counts as infinite.
    let error = x.error * (y.largest + y.error) + y.error * x.largest + u(isShared) * sum
    return Self(
      exact: exact, sum: sum, error: exact == 0 && error == 0 ? 0 : error + tiny(isShared),
      isShared: isShared)
  }

  public static func / (x: Self, y: Self) -> Self {
    let exact = x.exact / y.exact
    let (x, y) = met(x, y)
    let isShared = x.isShared && y.isShared
    let divisor = y.smallest - y.error
    guard divisor > 0 else { return Self(exact: exact, sum: .infinity, error: .infinity) }
    let sum = x.termSum / y.smallest
    let quotient = x.largest / y.smallest
    let error = (x.error + quotient * y.error) / divisor + u(isShared) * sum
    return Self(
      exact: exact, sum: sum, error: error == 0 ? 0 : error + tiny(isShared), isShared: isShared)
  }

  public static func root(_ x: Self) -> Self {
    let exact = Interval.root(x.exact)
    let sum = x.termSum.squareRoot()
    var error = x.error.squareRoot()
    let least = x.exact.lower - x.error
    if least > 0 {
      error = min(error, x.error / (max(0, x.exact.lower).squareRoot() + least.squareRoot()))
    }
    return Self(exact: exact, sum: sum, error: error + u(x.isShared) * sum, isShared: x.isShared)
  }

  /// libm's functions are taken to be within 4 ulp, which is 8 unit roundoffs.
  private static func elementary(_ x: Self, _ exact: Interval, slope: Double) -> Self {
    let size = max(exact.lower.magnitude, exact.upper.magnitude)
    let carried = x.error == 0 ? 0 : slope * x.error
    return Self(
      exact: exact, sum: size, error: carried + 8 * u(x.isShared) * size + tiny(x.isShared),
      isShared: x.isShared)
  }

  public static func exp(_ x: Self) -> Self {
    let widened = Interval.exp(Interval(x.exact.lower - x.error, x.exact.upper + x.error))
    return elementary(x, .exp(x.exact), slope: widened.upper)
  }

  public static func log(_ x: Self) -> Self {
    let least = x.exact.lower - x.error
    return elementary(x, .log(x.exact), slope: least > 0 ? 1 / least : .infinity)
  }

  public static func power(_ base: Self, _ exponent: Self) -> Self {
    let exact = Interval.power(base.exact, exponent.exact)
    let (base, exponent) = met(base, exponent)
    let isShared = base.isShared && exponent.isShared
    let rounding = { (size: Double) in 8 * u(isShared) * size + tiny(isShared) }
    let size = max(exact.lower.magnitude, exact.upper.magnitude)
    if base.error == 0 && exponent.error == 0 {
      return Self(exact: exact, sum: size, error: rounding(size), isShared: isShared)
    }
    // d(bʸ) = bʸ·(y/b·db + log b·dy), to first order doubled.
    let least = base.smallest - base.error
    guard least > 0 else { return Self(exact: exact, sum: size, error: .infinity) }
    let logarithm = max(
      Interval.log(Interval(least, base.largest)).upper.magnitude,
      Interval.log(Interval(least, base.largest)).lower.magnitude)
    let relative = exponent.largest * base.error / least + logarithm * exponent.error
    return Self(
      exact: exact, sum: size, error: 2 * relative * size + rounding(size), isShared: isShared)
  }

  /// `1 − baseᵗ`, allowing a program the direct form, which errs by a rounding of 1.
  public static func oneMinusPower(_ base: Self, _ t: Self) -> Self {
    let exact = Interval.oneMinusPower(base.exact, t.exact)
    let (base, t) = met(base, t)
    let isShared = base.isShared && t.isShared
    // Above 1 for a base below −1 alone.
    let power = (1 - exact).magnitude.upper
    let slope = base.smallest > 0 ? t.largest * power / base.smallest : t.largest
    let carried = base.error == 0 ? 0 : 2 * slope * base.error
    let size = max(1, power)
    return Self(
      exact: exact, sum: 2 * size, error: carried + 8 * size * u(isShared), isShared: isShared)
  }

  public static func select(
    _ x: Self, isLessThan y: Self, then consequent: Self, else alternative: Self
  ) -> Self {
    let (x, y) = met(x, y)
    let reach = x.error + y.error
    if x.exact.upper + reach < y.exact.lower { return consequent }
    if x.exact.lower - reach >= y.exact.upper { return alternative }
    // Either branch may be the exact one, and the other the computed one.
    let hull = Interval.select(
      x.exact, isLessThan: y.exact, then: consequent.exact, else: alternative.exact)
    let apart = (consequent.exact - alternative.exact).magnitude.upper
    return Self(
      exact: hull, sum: max(consequent.termSum, alternative.termSum),
      error: max(consequent.error, alternative.error) + apart,
      isShared: x.isShared && y.isShared && consequent.isShared && alternative.isShared)
  }

  public static func lesser(_ x: Self, _ y: Self) -> Self {
    let (x, y) = met(x, y)
    return Self(
      exact: .lesser(x.exact, y.exact), sum: max(x.termSum, y.termSum),
      error: max(x.error, y.error), isShared: x.isShared && y.isShared)
  }

  public static func greater(_ x: Self, _ y: Self) -> Self {
    let (x, y) = met(x, y)
    return Self(
      exact: .greater(x.exact, y.exact), sum: max(x.termSum, y.termSum),
      error: max(x.error, y.error), isShared: x.isShared && y.isShared)
  }

  public static func sign(_ x: Self) -> Self {
    let exact = Interval.sign(x.exact)
    return Self(
      exact: exact, sum: 1, error: x.smallest > x.error || x.error == 0 ? 0 : 2,
      isShared: x.isShared)
  }

  public var magnitude: Self {
    Self(exact: exact.magnitude, sum: termSum, error: error, isShared: isShared)
  }
}
