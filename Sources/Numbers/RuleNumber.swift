/// A number that an update rule can be written over.
///
/// There is no `<` and no `==`: a rule that branches on data cannot be traced, so it does not compile.
/// What would be a branch is `select`, which evaluates both sides.
public protocol RuleNumber: ExpressibleByIntegerLiteral, Sendable {
  /// Why an operation has no value of this type; `Never` where each has one.
  associatedtype Failure: Error

  /// The number nearest to an exact one, rounded once; for an interval, an enclosure of it.
  init(_ exact: Rational)

  static func + (x: Self, y: Self) -> Self
  static func - (x: Self, y: Self) -> Self
  static func * (x: Self, y: Self) -> Self
  static prefix func - (x: Self) -> Self
  static func / (x: Self, y: Self) throws(Failure) -> Self

  /// `√x`.
  static func root(_ x: Self) throws(Failure) -> Self
  /// `eˣ`.
  static func exp(_ x: Self) throws(Failure) -> Self
  /// The natural logarithm.
  static func log(_ x: Self) throws(Failure) -> Self
  /// `baseʸ` for a base above 0 and any exponent, or any base and a whole exponent; `0⁰ = 1`.
  static func power(_ base: Self, _ exponent: Self) throws(Failure) -> Self
  /// `1 − baseᵗ` for a decay in `0 ..< 1`, or any base below 0, and a whole number `t ≥ 1`.
  ///
  /// Evaluated in floating point as `−expm1(t·log base)`: the direct form loses `log₂(1/(1 − baseᵗ))` bits.
  static func oneMinusPower(_ base: Self, _ t: Self) throws(Failure) -> Self

  /// `consequent` where `x < y`, else `alternative`. Both are evaluated. Where `x` or `y` is NaN, NaN.
  static func select(
    _ x: Self, isLessThan y: Self, then consequent: Self, else alternative: Self
  ) -> Self

  /// The lesser of two numbers, NaN if either is (IEEE 754-2019 `minimum`, as torch's `clamp`).
  static func lesser(_ x: Self, _ y: Self) -> Self
  /// The greater of two numbers, NaN if either is (IEEE 754-2019 `maximum`).
  static func greater(_ x: Self, _ y: Self) -> Self
  /// −1, 0 or 1; NaN of NaN; 0 of −0.
  static func sign(_ x: Self) -> Self

  var magnitude: Self { get }
  /// `x²`; for an interval the tight one, unlike `x * x`.
  func squared() -> Self
}

extension RuleNumber {
  @inlinable @inline(__always)
  public func squared() -> Self { self * self }
}
