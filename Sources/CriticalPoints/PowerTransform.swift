internal import Glibc
public import Numbers

/// AYLA's transform of a loss, `L = sign(l)·|l|ⁿ`: n is N₁ where `|l| < 1`, N₂ where `|l| > 1`, and 1 at
/// `|l| = 1` and `l = 0`.
public struct PowerTransform: Hashable, Sendable {
  /// N₁.
  public let exponentBelowOne: Rational
  /// N₂.
  public let exponentAboveOne: Rational

  /// - Throws: ``CriticalPointError`` where an exponent is not above 0.
  public init(belowOne: Rational = 1, aboveOne: Rational = 1) throws(CriticalPointError) {
    for (name, exponent) in [("N1", belowOne), ("N2", aboveOne)] where exponent.signum() <= 0 {
      throw .exponent(name: name, text: exponent.decimalDescription)
    }
    (exponentBelowOne, exponentAboveOne) = (belowOne, aboveOne)
  }

  /// Reads a transform as typed: `ayla:N1=1.5,N2=1`. An exponent that is not given is 1.
  ///
  /// - Throws: ``CriticalPointError`` with what is at fault.
  public init(parsing text: String) throws(CriticalPointError) {
    guard text == "ayla" || text.hasPrefix("ayla:") && text.count > 5 else {
      throw .unreadableTransform(text: text)
    }
    var exponents: [String: Rational] = [:]
    for part in text.dropFirst(5).split(separator: ",", omittingEmptySubsequences: false)
    where text.count > 5 {
      let halves = part.split(separator: "=", omittingEmptySubsequences: false).map(\.trimmed)
      guard halves.count == 2, ["N1", "N2"].contains(halves[0]), exponents[halves[0]] == nil else {
        throw .unreadableTransform(text: text)
      }
      guard let value = Rational(halves[1]) else {
        throw .exponent(name: halves[0], text: halves[1])
      }
      exponents[halves[0]] = value
    }
    try self.init(belowOne: exponents["N1"] ?? 1, aboveOne: exponents["N2"] ?? 1)
  }

  /// `w(l) = n·|l|ⁿ⁻¹` for one exponent, as `Double`; infinite where it overflows.
  static func factor(_ value: Double, exponent: Rational) -> Double {
    let n = Double(exponent)
    return n == 1 ? 1 : n * pow(value.magnitude, n - 1)
  }

  static func power(_ base: Double, _ exponent: Rational) -> Double { pow(base, Double(exponent)) }

  public var description: String {
    "ayla:N1=\(exponentBelowOne.decimalDescription),N2=\(exponentAboveOne.decimalDescription)"
  }
}

extension PowerTransform: CustomStringConvertible {}
