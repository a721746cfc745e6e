public import Diagnostics

extension Rational {
  /// Why an operation has no rational result.
  public enum Failure: Error, Equatable, Sendable {
    case divisionByZero
    case irrationalRoot(of: Rational)
    /// A root of a negative number, a logarithm of a number that is not positive.
    case undefined(function: String, of: Rational)
    /// A value of a function that is a real number, but no rational one.
    case irrational(function: String, of: Rational)
    /// A power that would take more bits than are allowed.
    case tooLarge(bits: Int)
  }
}

extension Rational.Failure: Diagnosable, CustomStringConvertible {
  public var exitCode: ExitCode { .data }

  public var message: String {
    switch self {
    case .divisionByZero: "division by zero"
    case .irrationalRoot(let x): "the root of \(x.shortDescription) is irrational"
    case .undefined(let function, let x): "\(function) is not defined at \(x.shortDescription)"
    case .irrational(let function, let x): "\(function) is irrational at \(x.shortDescription)"
    case .tooLarge(let bits):
      "an exact power takes \(bits) bits, more than \(Rational.powerBitLimit)"
    }
  }

  public var description: String { message }
}

extension Rational {
  /// The decimal where it is short, the fraction where that is, else its size and the nearest `Double`.
  var shortDescription: String {
    let bits = numerator.bitWidth + denominator.bitWidth
    return bits < 400 ? decimalDescription : "about \(Double(self)) (\(bits) bits)"
  }
}
