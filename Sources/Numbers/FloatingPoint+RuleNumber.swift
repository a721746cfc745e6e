public import CVectorMath
public import Glibc

extension Double: RuleNumber {
  @inlinable @inline(__always)
  public static func root(_ x: Double) -> Double { v_sqrt(x) }

  @inlinable @inline(__always)
  public static func exp(_ x: Double) -> Double { Glibc.exp(x) }

  @inlinable @inline(__always)
  public static func log(_ x: Double) -> Double { Glibc.log(x) }

  @inlinable @inline(__always)
  public static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

  /// Evaluated as `−expm1(t·log base)`: the direct form loses `log₂(1/(1 − baseᵗ))` bits. Of a base below 0,
  /// where there is no logarithm, by the direct form, which loses none.
  @inlinable @inline(__always)
  public static func oneMinusPower(_ base: Double, _ t: Double) -> Double {
    base < 0 ? 1 - pow(base, t) : -expm1(t * Glibc.log(base))
  }

  @inlinable @inline(__always)
  public static func select(
    _ x: Double, isLessThan y: Double, then consequent: Double, else alternative: Double
  ) -> Double {
    let chosen = x < y ? consequent : alternative
    return x == x && y == y ? chosen : x + y
  }

  @inlinable @inline(__always)
  public static func lesser(_ x: Double, _ y: Double) -> Double {
    let chosen = y < x ? y : x
    // Equal numbers have equal bits, but for the signs of zeros.
    let joined = Double(bitPattern: x.bitPattern | y.bitPattern)
    let ordered = x == y ? joined : chosen
    return y == y ? ordered : y
  }

  @inlinable @inline(__always)
  public static func greater(_ x: Double, _ y: Double) -> Double {
    let chosen = x < y ? y : x
    // Equal numbers have equal bits, but for the signs of zeros.
    let joined = Double(bitPattern: x.bitPattern & y.bitPattern)
    let ordered = x == y ? joined : chosen
    return y == y ? ordered : y
  }

  @inlinable @inline(__always)
  public static func sign(_ x: Double) -> Double {
    let chosen: Double = x > 0 ? 1 : 0
    let signed: Double = x < 0 ? -1 : chosen
    return x == x ? signed : x
  }
}

extension Float: RuleNumber {
  @inlinable @inline(__always)
  public static func root(_ x: Float) -> Float { v_sqrtf(x) }

  @inlinable @inline(__always)
  public static func exp(_ x: Float) -> Float { Float(Glibc.exp(Double(x))) }

  @inlinable @inline(__always)
  public static func log(_ x: Float) -> Float { Float(Glibc.log(Double(x))) }

  @inlinable @inline(__always)
  public static func power(_ base: Float, _ exponent: Float) -> Float {
    Float(pow(Double(base), Double(exponent)))
  }

  /// Evaluated in `Double`, and rounded once.
  @inlinable @inline(__always)
  public static func oneMinusPower(_ base: Float, _ t: Float) -> Float {
    Float(Double.oneMinusPower(Double(base), Double(t)))
  }

  @inlinable @inline(__always)
  public static func select(
    _ x: Float, isLessThan y: Float, then consequent: Float, else alternative: Float
  ) -> Float {
    let chosen = x < y ? consequent : alternative
    return x == x && y == y ? chosen : x + y
  }

  @inlinable @inline(__always)
  public static func lesser(_ x: Float, _ y: Float) -> Float {
    let chosen = y < x ? y : x
    // Equal numbers have equal bits, but for the signs of zeros.
    let joined = Float(bitPattern: x.bitPattern | y.bitPattern)
    let ordered = x == y ? joined : chosen
    return y == y ? ordered : y
  }

  @inlinable @inline(__always)
  public static func greater(_ x: Float, _ y: Float) -> Float {
    let chosen = x < y ? y : x
    // Equal numbers have equal bits, but for the signs of zeros.
    let joined = Float(bitPattern: x.bitPattern & y.bitPattern)
    let ordered = x == y ? joined : chosen
    return y == y ? ordered : y
  }

  @inlinable @inline(__always)
  public static func sign(_ x: Float) -> Float {
    let chosen: Float = x > 0 ? 1 : 0
    let signed: Float = x < 0 ? -1 : chosen
    return x == x ? signed : x
  }
}
