public import Numbers

extension Key {
  /// AYLA's exponent where |l| < 1.
  @inlinable public static var N1: Key { Key("ayla.N1", 18) }
  /// AYLA's exponent where |l| > 1.
  @inlinable public static var N2: Key { Key("ayla.N2", 19) }
}

/// AYLA's transform of a loss, `L = sign(l)·|l|ⁿ`, whose gradient is that of `l` times `w(l) = n·|l|ⁿ⁻¹`.
///
/// The exponent `n` is `N₁` where |l| < 1, `N₂` where |l| > 1, and 1 where |l| is 0 or 1. So `w(0) = 1`:
/// an iteration keeps moving at a zero of `l`, although `L` itself may be critical there.
///
/// Source: the AYLA paper, version 2, section 2; specification, section 1.
public struct PowerTransform: Sendable, Hashable, CustomStringConvertible {
  public let smallExponent: Rational
  public let largeExponent: Rational

  /// - Precondition: both exponents are above 0.
  public init(N1 smallExponent: Rational, N2 largeExponent: Rational) {
    precondition(smallExponent > 0, "N1 must lie in (0, inf), got \(smallExponent)")
    precondition(largeExponent > 0, "N2 must lie in (0, inf), got \(largeExponent)")
    self.smallExponent = smallExponent
    self.largeExponent = largeExponent
  }

  /// As it is typed: `ayla:N1=1.5,N2=1`.
  public var description: String {
    "ayla:N1=\(smallExponent.decimalDescription),N2=\(largeExponent.decimalDescription)"
  }

  /// Whether this changes nothing: both exponents are 1.
  public var isIdentity: Bool { smallExponent == 1 && largeExponent == 1 }

  /// `n`, the exponent at `loss`.
  public func exponent<N: RuleNumber>(at loss: N) -> N {
    PowerTransform.exponent(at: loss, N1: N(smallExponent), N2: N(largeExponent))
  }

  /// `sign(l)·|l|ⁿ`.
  public func value<N: RuleNumber>(at loss: N) throws(N.Failure) -> N {
    try PowerTransform.value(at: loss, N1: N(smallExponent), N2: N(largeExponent))
  }

  /// `w(l) = n·|l|ⁿ⁻¹`.
  public func weight<N: RuleNumber>(at loss: N) throws(N.Failure) -> N {
    try PowerTransform.weight(at: loss, N1: N(smallExponent), N2: N(largeExponent))
  }

  /// `n`, the exponent at `loss`.
  @inlinable
  public static func exponent<N: RuleNumber>(at loss: N, N1: N, N2: N) -> N {
    let size = nonZero(loss.magnitude)
    return .select(
      size, isLessThan: 1, then: N1, else: .select(1, isLessThan: size, then: N2, else: 1))
  }

  /// `sign(l)·|l|ⁿ`.
  public static func value<N: RuleNumber>(at loss: N, N1: N, N2: N) throws(N.Failure) -> N {
    // The exponent at 0 is 1, and 0¹ is 0: no special case.
    try N.sign(loss) * N.power(loss.magnitude, exponent(at: loss, N1: N1, N2: N2))
  }

  /// `w(l) = n·|l|ⁿ⁻¹`, with `w(0) = 1`.
  ///
  /// In `Double` no intermediate overflows or underflows where the weight does not.
  @inlinable
  public static func weight<N: RuleNumber>(
    at loss: N, N1: N, N2: N
  ) throws(N.Failure) -> N {
    let n = exponent(at: loss, N1: N1, N2: N2)
    let size = nonZero(loss.magnitude)
    if let size = size as? Double, let n = n as? Double {
      if let weight = weightByHalves(size, n) as? N { return weight }
    }
    return try n * .power(size, n - 1)
  }

  /// `|l|`, or 1 where that is 0: so that a power with a negative exponent is defined on both sides of a
  /// `select`.
  @inlinable
  static func nonZero<N: RuleNumber>(_ size: N) -> N {
    .select(0, isLessThan: size, then: size, else: 1)
  }

  /// `n·sizeⁿ⁻¹`, through `size^((n−1)/2)` where the power alone leaves the range of normal numbers.
  @usableFromInline
  static func weightByHalves(_ size: Double, _ n: Double) -> Double {
    let power = Double.power(size, n - 1)
    if power.isNormal { return n * power }
    let half = Double.power(size, (n - 1) / 2)
    return (n * half) * half
  }
}
