public import Numbers

/// A method that is an affine map of the gradients it is given: where it asks for them, and what iterates it
/// makes of them.
///
/// Vectors are coefficients on the basis `x₀ − x*`, `g₀`, `g₁`, …, with `gₖ` the gradient at
/// `evaluations[k]`; a missing coefficient is 0.
public struct FixedCoefficientMethod: Sendable, Equatable {
  /// The points at which gradients are taken, in order. The point of a proximal step holds its own gradient.
  public var evaluations: [[Rational]]
  /// `x₀ … x_N`.
  public var iterates: [[Rational]]
  /// The averaged iterate that the method keeps itself, where it keeps one.
  public var average: [Rational]?
  /// Whether irrational coefficients were rounded: the method is then the one with these coefficients.
  public var isRounded: Bool

  public init(
    evaluations: [[Rational]], iterates: [[Rational]], average: [Rational]? = nil,
    isRounded: Bool = false
  ) {
    precondition(!iterates.isEmpty, "a method has a first iterate")
    self.evaluations = evaluations
    self.iterates = iterates
    self.average = average
    self.isRounded = isRounded
    if isRounded { roundCoefficients() }
  }

  public var steps: Int { iterates.count - 1 }

  /// The iterate that a question is about, `nil` for the best of all, which is no single one.
  func outcome(_ iterate: WorstCaseQuestion.Iterate) -> [Rational]? {
    switch iterate {
    case .last: iterates[steps]
    case .best: nil
    case .average: average ?? mean
    }
  }

  /// The mean of `x₀ … x_N`.
  private var mean: [Rational] {
    var total: [Rational] = []
    for iterate in iterates { total = total.adding(iterate, times: 1) }
    return total.map { $0 * Rational(1, iterates.count) }
  }

  /// Every coefficient to a multiple of 2⁻⁴⁸: what 64 bits of each root have grown to in products would make
  /// the certificate long, and prove nothing more of the method that has no short coefficients anyway.
  private mutating func roundCoefficients() {
    func rounded(_ vector: [Rational]) -> [Rational] { vector.map { $0.rounded(toBits: 48) } }
    evaluations = evaluations.map(rounded)
    iterates = iterates.map(rounded)
    average = average.map(rounded)
  }
}

extension [Rational] {
  /// The sum with a multiple of another vector; a missing coefficient is 0.
  func adding(_ other: [Rational], times factor: Rational) -> [Rational] {
    var total = self
    if total.count < other.count {
      total += [Rational](repeating: 0, count: other.count - total.count)
    }
    for (index, coefficient) in other.enumerated() where !coefficient.isZero {
      total[index] = total[index] + factor * coefficient
    }
    return total
  }

  /// The vector without zeros at its end, by which equal vectors are equal arrays.
  var trimmed: [Rational] {
    var vector = self
    while vector.last?.isZero == true { vector.removeLast() }
    return vector
  }
}

extension Rational {
  /// The nearest multiple of `2^−bits`, the one above of two.
  func rounded(toBits bits: Int) -> Rational {
    isInteger
      ? self
      : Rational(
        (self + Rational(1, BigInteger(1) << (bits + 1))).scaledFloor(bits), BigInteger(1) << bits)
  }

  private func scaledFloor(_ bits: Int) -> BigInteger {
    Rational(numerator << bits, denominator).floor
  }

  /// The least multiple of `2^−bits` that is not below this number.
  func roundedUp(toBits bits: Int) -> Rational {
    -Rational((-self).scaledFloor(bits), BigInteger(1) << bits)
  }
}
