/// A number and its derivative in one direction of the inputs (forward mode).
///
/// A constant carries no derivative at all, so that `xⁿ` needs no `log x` and `√0` of a constant is no
/// division by zero. Duals nest: `Dual<Dual<Double>>` gives second derivatives.
///
/// At a kink of `magnitude`, `lesser`, `greater` and `select` the derivative is that of the side taken;
/// that of `magnitude` at 0 and that of `sign` is 0. So a jump is not seen: an argument by the mean value
/// theorem over `Dual<Interval>` has to know that the function is continuous.
public struct Dual<Base: RuleNumber>: Sendable {
  public let value: Base
  /// Nil of a constant.
  @usableFromInline let tangent: Base?

  /// The derivative, 0 of a constant.
  @inlinable public var derivative: Base { tangent ?? 0 }
  /// Whether no input that is differentiated by went into the number.
  @inlinable public var isConstant: Bool { tangent == nil }

  @inlinable
  init(_ value: Base, tangent: Base?) {
    self.value = value
    self.tangent = tangent
  }

  /// An input: with derivative 1, the one that is differentiated by.
  @inlinable
  public init(_ value: Base, derivative: Base) { self.init(value, tangent: derivative) }

  @inlinable
  public init(constant value: Base) { self.init(value, tangent: nil) }

  @inlinable
  static func sum(_ x: Base?, _ y: Base?) -> Base? {
    guard let x else { return y }
    guard let y else { return x }
    return x + y
  }
}

extension Dual: Equatable where Base: Equatable {
  @inlinable
  public static func == (x: Dual, y: Dual) -> Bool {
    x.value == y.value && x.derivative == y.derivative
  }
}

extension Dual: RuleNumber {
  public typealias Failure = Base.Failure

  @inlinable
  public init(integerLiteral value: Base.IntegerLiteralType) {
    self.init(constant: Base(integerLiteral: value))
  }

  @inlinable
  public init(_ exact: Rational) { self.init(constant: Base(exact)) }

  @inlinable
  public static func + (x: Dual, y: Dual) -> Dual {
    Dual(x.value + y.value, tangent: sum(x.tangent, y.tangent))
  }

  @inlinable
  public static func - (x: Dual, y: Dual) -> Dual {
    Dual(x.value - y.value, tangent: sum(x.tangent, y.tangent.map { -$0 }))
  }

  @inlinable
  public static prefix func - (x: Dual) -> Dual {
    Dual(-x.value, tangent: x.tangent.map { -$0 })
  }

  @inlinable
  public static func * (x: Dual, y: Dual) -> Dual {
    Dual(
      x.value * y.value,
      tangent: sum(x.tangent.map { $0 * y.value }, y.tangent.map { x.value * $0 }))
  }

  /// `(x/y)' = (x' − (x/y)·y')/y`.
  @inlinable
  public static func / (x: Dual, y: Dual) throws(Failure) -> Dual {
    let quotient = try x.value / y.value
    guard let rest = sum(x.tangent, y.tangent.map { -(quotient * $0) }) else {
      return Dual(constant: quotient)
    }
    return Dual(quotient, tangent: try rest / y.value)
  }

  /// `(√x)' = x'/(2√x)`, infinite at 0.
  @inlinable
  public static func root(_ x: Dual) throws(Failure) -> Dual {
    let root = try Base.root(x.value)
    guard let tangent = x.tangent else { return Dual(constant: root) }
    return Dual(root, tangent: try tangent / (2 * root))
  }

  @inlinable
  public static func exp(_ x: Dual) throws(Failure) -> Dual {
    let value = try Base.exp(x.value)
    return Dual(value, tangent: x.tangent.map { value * $0 })
  }

  @inlinable
  public static func log(_ x: Dual) throws(Failure) -> Dual {
    let value = try Base.log(x.value)
    guard let tangent = x.tangent else { return Dual(constant: value) }
    return Dual(value, tangent: try tangent / x.value)
  }

  /// `(bʸ)' = y·b^(y−1)·b' + bʸ·log b·y'`, each part only where `b` or `y` is no constant.
  @inlinable
  public static func power(_ base: Dual, _ exponent: Dual) throws(Failure) -> Dual {
    let value = try Base.power(base.value, exponent.value)
    return Dual(value, tangent: try powerTangent(base, exponent, value: value))
  }

  @inlinable
  public static func oneMinusPower(_ base: Dual, _ t: Dual) throws(Failure) -> Dual {
    let value = try Base.oneMinusPower(base.value, t.value)
    if base.isConstant && t.isConstant { return Dual(constant: value) }
    let power = try Base.power(base.value, t.value)
    return Dual(value, tangent: try powerTangent(base, t, value: power).map { -$0 })
  }

  @inlinable
  static func powerTangent(
    _ base: Dual, _ exponent: Dual, value: Base
  ) throws(Failure) -> Base? {
    var tangent: Base?
    if let slope = base.tangent {
      tangent = exponent.value * (try Base.power(base.value, exponent.value - 1)) * slope
    }
    if let slope = exponent.tangent {
      tangent = sum(tangent, value * (try Base.log(base.value)) * slope)
    }
    return tangent
  }

  @inlinable
  public static func select(
    _ x: Dual, isLessThan y: Dual, then consequent: Dual, else alternative: Dual
  ) -> Dual {
    Dual(
      .select(x.value, isLessThan: y.value, then: consequent.value, else: alternative.value),
      tangent: choose(x, isLessThan: y, consequent, alternative))
  }

  /// The derivative of the side taken, nil where both are constants.
  @inlinable
  static func choose(
    _ x: Dual, isLessThan y: Dual, _ consequent: Dual, _ alternative: Dual
  ) -> Base? {
    if consequent.isConstant && alternative.isConstant { return nil }
    return .select(
      x.value, isLessThan: y.value, then: consequent.derivative, else: alternative.derivative)
  }

  @inlinable
  public static func lesser(_ x: Dual, _ y: Dual) -> Dual {
    Dual(.lesser(x.value, y.value), tangent: choose(y, isLessThan: x, y, x))
  }

  @inlinable
  public static func greater(_ x: Dual, _ y: Dual) -> Dual {
    Dual(.greater(x.value, y.value), tangent: choose(x, isLessThan: y, y, x))
  }

  @inlinable
  public static func sign(_ x: Dual) -> Dual { Dual(constant: .sign(x.value)) }

  @inlinable
  public var magnitude: Dual {
    Dual(value.magnitude, tangent: tangent.map { .sign(value) * $0 })
  }

  @inlinable
  public func squared() -> Dual {
    Dual(value.squared(), tangent: tangent.map { 2 * value * $0 })
  }
}
