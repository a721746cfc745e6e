/// How far a computed number may lie from its reference, and why.
public struct Tolerance<T: BinaryFloatingPoint & Sendable>: Sendable, CustomStringConvertible {
  private enum Measure: Sendable {
    case ulps(T)
    case relative(T)
    case absolute(T)
  }

  private let measure: Measure
  /// What the allowance rests on.
  public let reason: String
  public let description: String

  private init(_ measure: Measure, _ amount: String, _ reason: String) {
    self.measure = measure
    self.reason = reason
    description = "\(amount), because \(reason)"
  }

  /// So many units in the last place of the reference.
  ///
  /// - Precondition: `count` is not negative.
  public static func ulps(_ count: T, because reason: String) -> Tolerance {
    precondition(count >= 0, "a tolerance of \(count) ulp")
    return Tolerance(.ulps(count), "\(count) ulp", reason)
  }

  /// A share of the reference's magnitude.
  ///
  /// - Precondition: `share` is not negative.
  public static func relative(_ share: T, because reason: String) -> Tolerance {
    precondition(share >= 0, "a relative tolerance of \(share)")
    return Tolerance(.relative(share), "\(share) of the reference", reason)
  }

  /// - Precondition: `distance` is not negative.
  public static func absolute(_ distance: T, because reason: String) -> Tolerance {
    precondition(distance >= 0, "an absolute tolerance of \(distance)")
    return Tolerance(.absolute(distance), "\(distance)", reason)
  }

  /// `terms·ε·scale`, which bounds the error of a plain sum of so many terms, or of a dot product, whose
  /// magnitudes add up to `scale`.
  ///
  /// - Precondition: neither is negative.
  ///
  /// Source: Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., section 4.2.
  public static func sumOfMagnitudes(
    _ scale: T, terms: Int, because reason: String
  ) -> Tolerance {
    precondition(scale >= 0 && terms >= 0, "\(terms) terms of \(scale)")
    return Tolerance(
      .absolute(T(terms) * T.ulpOfOne * scale), "\(terms)·ε of the sum of magnitudes \(scale)",
      reason)
  }

  /// Whether a computed number is near enough. NaN is near NaN alone, and an infinity itself alone.
  public func allows(_ value: T, reference: T) -> Bool {
    if reference.isNaN || value.isNaN { return reference.isNaN && value.isNaN }
    guard value.isFinite, reference.isFinite else { return value == reference }
    let distance = (value - reference).magnitude
    return switch measure {
    case .ulps(let count): distance <= count * reference.ulp
    case .relative(let share): distance <= share * reference.magnitude
    case .absolute(let bound): distance <= bound
    }
  }
}

extension Double {
  /// How many steps from one `Double` to the next lead to the other one; nil where either is NaN.
  ///
  /// Both zeros are one number.
  @inlinable
  public func ulpDistance(to other: Double) -> UInt64? {
    if isNaN || other.isNaN { return nil }
    func place(_ x: Double) -> Int64 {
      let bits = Int64(bitPattern: x.bitPattern)
      return bits >= 0 ? bits : .min &- bits
    }
    let (first, second) = (place(self), place(other))
    return UInt64(bitPattern: first > second ? first &- second : second &- first)
  }
}

extension Float {
  /// How many steps from one `Float` to the next lead to the other one; nil where either is NaN.
  ///
  /// Both zeros are one number.
  @inlinable
  public func ulpDistance(to other: Float) -> UInt64? {
    if isNaN || other.isNaN { return nil }
    func place(_ x: Float) -> Int64 {
      let bits = Int64(Int32(bitPattern: x.bitPattern))
      return bits >= 0 ? bits : Int64(Int32.min) &- bits
    }
    return (place(self) - place(other)).magnitude
  }
}
