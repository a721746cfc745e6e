import Numbers

/// A polynomial in one variable with exact coefficients, the constant one first, the last not 0.
struct Polynomial: Hashable, Sendable {
  let coefficients: [Rational]

  init(_ coefficients: [Rational]) {
    let count = (coefficients.lastIndex { !$0.isZero } ?? -1) + 1
    self.coefficients = Array(coefficients.prefix(count))
  }

  /// −1 for the zero polynomial.
  var degree: Int { coefficients.count - 1 }

  func value(at x: Rational) -> Rational {
    coefficients.reversed().reduce(0) { $0 * x + $1 }
  }

  var derivative: Polynomial {
    Polynomial(coefficients.enumerated().dropFirst().map { Rational($0.offset) * $0.element })
  }

  /// The remainder of a division.
  func remainder(by divisor: Polynomial) -> Polynomial {
    var rest = coefficients
    guard let lead = divisor.coefficients.last, let inverse = try? lead.reciprocal() else {
      preconditionFailure("division by the zero polynomial")
    }
    while rest.count >= divisor.coefficients.count, let top = rest.popLast() {
      let factor = top * inverse
      let shift = rest.count + 1 - divisor.coefficients.count
      for (place, coefficient) in divisor.coefficients.dropLast().enumerated() {
        rest[shift + place] -= factor * coefficient
      }
    }
    return Polynomial(rest)
  }

  /// Sturm's sequence: the polynomial, its derivative, and the negated remainders of Euclid's algorithm.
  private var sturmSequence: [Polynomial] {
    var sequence = [self, derivative]
    while let last = sequence.last, last.degree > 0 {
      let rest = sequence[sequence.count - 2].remainder(by: last)
      if rest.degree < 0 { break }
      sequence.append(Polynomial(rest.coefficients.map { -$0 }))
    }
    return sequence
  }

  private static func signChanges(_ sequence: [Polynomial], at x: Rational) -> Int {
    let signs = sequence.map { $0.value(at: x).signum() }.filter { $0 != 0 }
    return zip(signs, signs.dropFirst()).filter { $0 != $1 }.count
  }

  /// Bounds between which lies one root, the `index`-th from the left; nil where there are fewer.
  ///
  /// By bisection; the number of roots in `(a, b]` is Sturm's. Degrees above 24 and coefficients of more than
  /// 4096 bits are given up.
  func isolated(root index: Int) -> (lower: Rational, upper: Rational)? {
    guard 1...24 ~= degree, let lead = coefficients.last,
      coefficients.allSatisfy({ $0.numerator.bitWidth + $0.denominator.bitWidth <= 4096 })
    else { return nil }
    let sequence = sturmSequence
    // Cauchy: no root is as large as 1 + max |aᵢ/aₙ|.
    let largest = coefficients.map(\.magnitude).max() ?? 0
    guard let ratio = try? largest / lead.magnitude else { return nil }
    var (lower, upper) = (-(ratio + 1), ratio + 1)
    let before = Self.signChanges(sequence, at: lower)
    guard before - Self.signChanges(sequence, at: upper) >= index else { return nil }
    // Roots at or below `upper` number at least `index`, those at or below `lower` fewer.
    for _ in 0..<10_000 {
      let (low, high) = (
        Self.signChanges(sequence, at: lower), Self.signChanges(sequence, at: upper)
      )
      if low - high == 1 { return (lower, upper) }
      let middle = (lower + upper) * Rational(1, 2)
      if before - Self.signChanges(sequence, at: middle) >= index {
        upper = middle
      } else {
        lower = middle
      }
    }
    return nil
  }

  /// Bounds around the same root, no further apart than `2⁻ᵇ` times its size or 1, whichever is less.
  func refined(
    _ bounds: (lower: Rational, upper: Rational), toBits bits: Int
  ) -> (lower: Rational, upper: Rational) {
    var (lower, upper) = bounds
    let sequence = sturmSequence
    let above = Self.signChanges(sequence, at: upper)
    let scale = Rational(1, 2).power(bits)
    for _ in 0..<10_000 {
      let size = Rational.lesser(1, Rational.lesser(lower.magnitude, upper.magnitude))
      let isNarrow = upper - lower <= scale * size
      // A root at 0 has no size of its own.
      if isNarrow || upper - lower <= scale * scale { break }
      let middle = (lower + upper) * Rational(1, 2)
      if Self.signChanges(sequence, at: middle) == above {
        upper = middle
      } else {
        lower = middle
      }
    }
    return (lower, upper)
  }
}

extension Polynomial {
  /// Reads a polynomial in one variable as Z3 prints it, `(+ (* 3 (^ x 4)) (- 2))`; nil for anything else.
  init?(_ expression: SExpression) {
    guard let coefficients = Self.coefficients(expression, depth: 0) else { return nil }
    self.init(coefficients)
  }

  private static func coefficients(_ expression: SExpression, depth: Int) -> [Rational]? {
    guard depth < 16 else { return nil }
    switch expression {
    case .atom("x"): return [0, 1]
    case .atom(let text): return Rational(text).map { [$0] }
    case .list(let items):
      if items.count == 3, items[0].atom == "^", let power = items[2].atom.flatMap({ Int($0) }),
        0...200 ~= power, let base = coefficients(items[1], depth: depth + 1)
      {
        return (0..<power).reduce([1]) { product, _ in multiplied(product, base) }
      }
      let parts = items.dropFirst().compactMap { coefficients($0, depth: depth + 1) }
      guard let first = parts.first, parts.count == items.count - 1 else { return nil }
      switch items[0].atom {
      case "+": return parts.dropFirst().reduce(first) { added($0, $1) }
      case "*": return parts.dropFirst().reduce(first) { multiplied($0, $1) }
      case "-" where parts.count == 1: return first.map { -$0 }
      case "-": return parts.dropFirst().reduce(first) { added($0, $1.map { -$0 }) }
      case "/" where parts.count == 2 && parts[1].count == 1:
        guard let inverse = try? parts[1][0].reciprocal() else { return nil }
        return first.map { $0 * inverse }
      default: return nil
      }
    }
  }

  private static func added(_ x: [Rational], _ y: [Rational]) -> [Rational] {
    (0..<max(x.count, y.count)).map {
      ($0 < x.count ? x[$0] : 0) + ($0 < y.count ? y[$0] : 0)
    }
  }

  private static func multiplied(_ x: [Rational], _ y: [Rational]) -> [Rational] {
    guard x.count + y.count <= 400 else { return x }
    var product = [Rational](repeating: 0, count: max(0, x.count + y.count - 1))
    for (i, a) in x.enumerated() { for (j, b) in y.enumerated() { product[i + j] += a * b } }
    return product
  }
}
