public import Numbers

/// Why a method is none with fixed coefficients: what it does to a gradient that no affine map does.
public struct NotFixedCoefficient: Error, Hashable, Sendable {
  public let reason: String

  public init(_ reason: String) { self.reason = reason }
}

/// A vector as a rule sees it whose gradients are unknown: a combination of `x₀ − x*` and the gradients with
/// rational coefficients, or a scalar.
///
/// A rule that runs on these numbers is traced to the affine maps that it is, all coordinates at once. Where
/// it is none (a gradient is squared, divided by or compared) the number is refused, and says why; so is a
/// sum of a vector and a scalar other than 0, which singles out a direction of space.
public struct AffineNumber: Sendable {
  /// The value where there is no vector.
  let scalar: Rational
  /// The coefficients on the basis, the last of them not 0; empty for a scalar, and for the vector 0.
  public let coefficients: [Rational]
  /// Why this is no affine map, where it is none.
  public let refusal: NotFixedCoefficient?
  /// Whether an irrational scalar was rounded on the way here.
  public let isRounded: Bool

  private init(
    scalar: Rational = 0, coefficients: [Rational] = [], refusal: NotFixedCoefficient? = nil,
    isRounded: Bool = false
  ) {
    self.scalar = scalar
    self.coefficients = coefficients
    self.refusal = refusal
    self.isRounded = isRounded
  }

  /// The vector of the basis with that index.
  public static func basis(_ index: Int) -> AffineNumber {
    precondition(index >= 0, "a basis is counted from 0, got \(index)")
    return AffineNumber(coefficients: [Rational](repeating: 0, count: index) + [1])
  }

  /// The bits that a coefficient may have.
  static let bitLimit = 1 << 14

  private var isVector: Bool { !coefficients.isEmpty }

  private static func refused(_ reason: String) -> AffineNumber {
    AffineNumber(refusal: NotFixedCoefficient(reason))
  }

  /// A scalar that a function of scalars has; rounded to a `Double` where it is irrational.
  private static func scalar(
    _ x: AffineNumber, _ name: String, _ exact: (Rational) throws(Rational.Failure) -> Rational,
    rounded: (Rational) -> Rational?
  ) throws(NotFixedCoefficient) -> AffineNumber {
    if let refusal = x.refusal { throw refusal }
    guard !x.isVector else { throw NotFixedCoefficient("the \(name) of a gradient is taken") }
    do {
      return AffineNumber(scalar: try exact(x.scalar), isRounded: x.isRounded)
    } catch {
      switch error {
      case .irrationalRoot, .irrational:
        if let value = rounded(x.scalar) { return AffineNumber(scalar: value, isRounded: true) }
      default: break
      }
      throw NotFixedCoefficient(error.message)
    }
  }
}

extension AffineNumber: RuleNumber {
  public typealias Failure = NotFixedCoefficient

  public init(integerLiteral value: Int) { self.init(scalar: Rational(value)) }
  public init(_ exact: Rational) { self.init(scalar: exact) }

  public static func + (x: AffineNumber, y: AffineNumber) -> AffineNumber { sum(x, y, sign: 1) }
  public static func - (x: AffineNumber, y: AffineNumber) -> AffineNumber { sum(x, y, sign: -1) }
  public static prefix func - (x: AffineNumber) -> AffineNumber { x.scaled(by: -1) }

  private static func sum(_ x: AffineNumber, _ y: AffineNumber, sign: Rational) -> AffineNumber {
    if let refusal = x.refusal ?? y.refusal { return AffineNumber(refusal: refusal) }
    let isRounded = x.isRounded || y.isRounded
    if !x.isVector && !y.isVector {
      return AffineNumber(scalar: x.scalar + sign * y.scalar, isRounded: isRounded)
    }
    guard x.isVector || x.scalar.isZero, y.isVector || y.scalar.isZero else {
      return refused("a number is added to every coordinate")
    }
    var total = x.coefficients
    if total.count < y.coefficients.count {
      total += [Rational](repeating: 0, count: y.coefficients.count - total.count)
    }
    for (index, coefficient) in y.coefficients.enumerated() where !coefficient.isZero {
      total[index] = total[index] + sign * coefficient
    }
    while total.last?.isZero == true { total.removeLast() }
    return AffineNumber(coefficients: total, isRounded: isRounded)
  }

  private func scaled(by factor: Rational, isRounded: Bool = false) -> AffineNumber {
    if refusal != nil { return self }
    let size = max(factor.numerator.bitWidth, factor.denominator.bitWidth)
    guard coefficients.allSatisfy({ $0.denominator.bitWidth + size <= Self.bitLimit }) else {
      return .refused("its exact coefficients take more than \(Self.bitLimit) bits")
    }
    return AffineNumber(
      scalar: factor * scalar, coefficients: factor.isZero ? [] : coefficients.map { factor * $0 },
      isRounded: self.isRounded || isRounded)
  }

  public static func * (x: AffineNumber, y: AffineNumber) -> AffineNumber {
    if let refusal = x.refusal ?? y.refusal { return AffineNumber(refusal: refusal) }
    if x.isVector && y.isVector { return refused("a gradient is multiplied by a gradient") }
    return x.isVector
      ? x.scaled(by: y.scalar, isRounded: y.isRounded)
      : y.scaled(by: x.scalar, isRounded: x.isRounded)
  }

  public static func / (
    x: AffineNumber, y: AffineNumber
  ) throws(NotFixedCoefficient) -> AffineNumber {
    if let refusal = x.refusal ?? y.refusal { throw refusal }
    guard !y.isVector else { throw NotFixedCoefficient("something is divided by a gradient") }
    guard let inverse = try? y.scalar.reciprocal() else {
      throw NotFixedCoefficient("something is divided by 0")
    }
    return x.scaled(by: inverse, isRounded: y.isRounded)
  }

  public static func root(_ x: AffineNumber) throws(NotFixedCoefficient) -> AffineNumber {
    try scalar(x, "root", Rational.root) { $0.roundedRoot(bits: 64) }
  }

  public static func exp(_ x: AffineNumber) throws(NotFixedCoefficient) -> AffineNumber {
    try scalar(x, "exponential", Rational.exp) { Rational(exactly: Double.exp(Double($0))) }
  }

  public static func log(_ x: AffineNumber) throws(NotFixedCoefficient) -> AffineNumber {
    try scalar(x, "logarithm", Rational.log) { Rational(exactly: Double.log(Double($0))) }
  }

  public static func power(
    _ base: AffineNumber, _ exponent: AffineNumber
  ) throws(NotFixedCoefficient) -> AffineNumber {
    if let refusal = exponent.refusal { throw refusal }
    guard !exponent.isVector else { throw NotFixedCoefficient("a gradient is an exponent") }
    let y = exponent.scalar
    return try scalar(base, "power") { x throws(Rational.Failure) in
      try Rational.power(x, y)
    } rounded: {
      Rational(exactly: Double.power(Double($0), Double(y)))
    }
  }

  public static func oneMinusPower(
    _ base: AffineNumber, _ t: AffineNumber
  ) throws(NotFixedCoefficient) -> AffineNumber { 1 - (try power(base, t)) }

  public static func select(
    _ x: AffineNumber, isLessThan y: AffineNumber, then consequent: AffineNumber,
    else alternative: AffineNumber
  ) -> AffineNumber {
    if let refusal = x.refusal ?? y.refusal { return AffineNumber(refusal: refusal) }
    if x.isVector || y.isVector { return refused("a gradient is compared") }
    return x.scalar < y.scalar ? consequent : alternative
  }

  public static func lesser(_ x: AffineNumber, _ y: AffineNumber) -> AffineNumber {
    select(y, isLessThan: x, then: y, else: x)
  }
  public static func greater(_ x: AffineNumber, _ y: AffineNumber) -> AffineNumber {
    select(x, isLessThan: y, then: y, else: x)
  }

  public static func sign(_ x: AffineNumber) -> AffineNumber {
    if x.refusal != nil { return x }
    return x.isVector ? refused("the sign of a gradient is taken") : .init(Rational.sign(x.scalar))
  }

  public var magnitude: AffineNumber {
    if refusal != nil { return self }
    return isVector
      ? .refused("the magnitude of a gradient is taken")
      : AffineNumber(scalar: scalar.magnitude, isRounded: isRounded)
  }

  public func squared() -> AffineNumber {
    if refusal != nil { return self }
    return isVector
      ? .refused("a gradient is squared")
      : AffineNumber(scalar: scalar.squared(), isRounded: isRounded)
  }
}

extension Rational {
  /// `√x` of a number that is not negative, rounded down to about that many bits.
  func roundedRoot(bits: Int) -> Rational? {
    guard !isNegative else { return nil }
    if isZero { return 0 }
    // √(p/q) = √(p·4^s/q)/2^s
    let shift = Swift.max(0, bits - (numerator.bitWidth - denominator.bitWidth) / 2)
    return Rational(((numerator << (2 * shift)) / denominator).squareRoot(), BigInteger(1) << shift)
  }
}
