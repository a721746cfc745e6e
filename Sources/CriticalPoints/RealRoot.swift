internal import Numbers

/// One real root of a square-free polynomial: an interval with no other root in it.
struct RealRoot: Sendable {
  /// Square-free.
  let polynomial: RationalPolynomial
  /// The root lies in `lower < x < upper`, or is the one number that both are.
  private(set) var lower: Rational
  private(set) var upper: Rational

  /// The root itself, where it is known to be rational.
  var rational: Rational? { lower == upper ? lower : nil }
  var middle: Rational { (lower + upper) * Rational(1, 2) }
  var enclosure: Interval { Interval(lower, upper) }

  /// Halves the interval.
  mutating func refine() {
    guard lower != upper else { return }
    let middle = middle
    let sign = polynomial.value(at: middle).signum()
    if sign == 0 {
      (lower, upper) = (middle, middle)
    } else if sign == signAbove {
      upper = middle
    } else {
      lower = middle
    }
  }

  /// The sign of the polynomial between the root and `upper`; neither end is a root.
  private var signAbove: Int { polynomial.value(at: upper).signum() }

  /// Halves until the width is at most `width`.
  mutating func refine(to width: Rational) {
    while lower != upper, width < upper - lower { refine() }
  }

  /// Halves until both ends lie on one side of 0, or the root is 0.
  mutating func refineAwayFromZero() {
    if lower.signum() <= 0, upper.signum() >= 0, polynomial.value(at: 0).isZero {
      (lower, upper) = (0, 0)
    }
    while lower != upper, lower.signum() <= 0, upper.signum() >= 0 { refine() }
  }

  /// The sign of another polynomial at the root, exactly.
  mutating func sign(of other: RationalPolynomial) -> Int {
    if other.isZero { return 0 }
    if let rational { return other.value(at: rational).signum() }
    // Bounds nearly always decide; only a common root keeps them around 0 for ever.
    for _ in 0..<4 {
      if let sign = boundedSign(of: other) { return sign }
      for _ in 0..<48 { refine() }
    }
    let common = RationalPolynomial.greatestCommonDivisor(other, polynomial)
    if common.degree > 0, SturmSequence(common).rootCount(above: lower, to: upper) > 0 { return 0 }
    while true {
      if let sign = boundedSign(of: other) { return sign }
      refine()
    }
  }

  /// The sign that another polynomial has all over the interval, if it has one.
  private func boundedSign(of other: RationalPolynomial) -> Int? {
    if let rational { return other.value(at: rational).signum() }
    let (low, high) = other.bounds(from: lower, to: upper)
    return low.signum() == high.signum() && !low.isZero ? low.signum() : nil
  }

  /// The root as `Double`, rounded from an interval far narrower than its spacing.
  var double: Double { Double(middle) }

  /// The value of another polynomial at the root, within 2 ulp, or exactly 0.
  mutating func value(of other: RationalPolynomial) -> Double {
    if sign(of: other) == 0 { return 0 }
    while true {
      if let rational { return Double(other.value(at: rational)) }
      let (low, high) = other.bounds(from: lower, to: upper)
      let (below, above) = (Double(low), Double(high))
      if below.sign == above.sign, above - below <= 2 * min(below.magnitude, above.magnitude).ulp {
        return below
      }
      for _ in 0..<64 { refine() }
    }
  }

  fileprivate init(_ polynomial: RationalPolynomial, _ lower: Rational, _ upper: Rational) {
    (self.polynomial, self.lower, self.upper) = (polynomial, lower, upper)
  }
}

/// Sturm's sequence, which counts the different real roots of any polynomial but 0 in an interval.
struct SturmSequence: Sendable {
  let sequence: [RationalPolynomial]

  /// - Precondition: the polynomial is not 0.
  init(_ polynomial: RationalPolynomial) {
    precondition(!polynomial.isZero, "every number is a root of the polynomial 0")
    // Without repeated factors, the count also holds where an end is a root.
    let shared = RationalPolynomial.greatestCommonDivisor(polynomial, polynomial.derivative)
    var current = shared.degree > 0 ? polynomial.divided(by: shared).quotient : polynomial
    current = current.normalised
    var next = current.derivative.normalised
    var sequence = [current]
    while !next.isZero {
      sequence.append(next)
      (current, next) = (next, -current.divided(by: next).remainder.normalised)
    }
    self.sequence = sequence
  }

  private func signChanges(at x: Rational) -> Int {
    var changes = 0
    var last = 0
    for polynomial in sequence {
      let sign = polynomial.value(at: x).signum()
      if sign != 0 {
        if last == -sign { changes += 1 }
        last = sign
      }
    }
    return changes
  }

  /// How many different roots lie in `lower < x ≤ upper`.
  func rootCount(above lower: Rational, to upper: Rational) -> Int {
    signChanges(at: lower) - signChanges(at: upper)
  }
}

extension RationalPolynomial {
  /// Exact bounds of the values between two numbers, by Horner's rule on both.
  fileprivate func bounds(from lower: Rational, to upper: Rational) -> (Rational, Rational) {
    coefficients.reversed().reduce((0, 0)) { sum, coefficient in
      let products = [sum.0 * lower, sum.0 * upper, sum.1 * lower, sum.1 * upper]
      let least = products.reduce(products[0]) { $1 < $0 ? $1 : $0 }
      let largest = products.reduce(products[0]) { $0 < $1 ? $1 : $0 }
      return (least + coefficient, largest + coefficient)
    }
  }

  /// The real roots of a square-free polynomial in a closed interval, ascending, each to `2⁻⁸⁰` of itself or
  /// exactly; every rational one exactly.
  func realRoots(from lower: Rational, to upper: Rational) -> [RealRoot] {
    guard degree > 0 else { return [] }
    var roots: [RealRoot] = []
    if value(at: lower).isZero { roots.append(RealRoot(self, lower, lower)) }
    let sequence = SturmSequence(self)
    var pending = [(lower, upper)]
    while let (low, high) = pending.popLast() {
      let count = sequence.rootCount(above: low, to: high)
      if count == 0 { continue }
      if value(at: high).isZero {
        roots.append(RealRoot(self, high, high))
        if count == 1 { continue }
      } else if count == 1, !value(at: low).isZero {
        roots.append(RealRoot(self, low, high))
        continue
      }
      let middle = (low + high) * Rational(1, 2)
      // The root at `high` is found: what is left of it is searched without it.
      if value(at: high).isZero {
        let gap = isolatedBelow(high, sequence, from: low)
        pending.append((low, gap))
      } else {
        pending.append((middle, high))
        pending.append((low, middle))
      }
    }
    let threshold = rationalRootWidth
    for place in roots.indices where roots[place].rational == nil {
      roots[place].refineAwayFromZero()
      if let threshold { roots[place].refine(to: threshold) }
      let least = min(roots[place].lower.magnitude, roots[place].upper.magnitude)
      let width = least * Rational(1, 1 << 40) * Rational(1, 1 << 40)
      if !width.isZero { roots[place].refine(to: width) }
      guard roots[place].rational == nil else { continue }
      let simple = simplestRational(between: roots[place].lower, and: roots[place].upper)
      if value(at: simple).isZero { roots[place] = RealRoot(self, simple, simple) }
    }
    return roots.sorted { $0.middle < $1.middle }
  }

  /// A number below the root `high` and above every other root below it.
  private func isolatedBelow(
    _ high: Rational, _ sequence: SturmSequence, from low: Rational
  ) -> Rational {
    var gap = (low + high) * Rational(1, 2)
    while sequence.rootCount(above: gap, to: high) > 1 || value(at: gap).isZero {
      gap = (gap + high) * Rational(1, 2)
    }
    return gap
  }

  /// A width below which an interval holds one candidate for a rational root only: its denominator divides
  /// the leading coefficient q of the polynomial with whole coefficients, and two such fractions are `1/q²`
  /// apart.
  /// Nil where that would take thousands of bits: rational roots may then pass for irrational ones.
  private var rationalRootWidth: Rational? {
    var common = BigInteger(1)
    for coefficient in coefficients {
      let denominator = coefficient.denominator
      common = common / common.greatestCommonDivisor(with: denominator) * denominator
    }
    let whole = (leading * Rational(common)).magnitude
    guard common.bitWidth + whole.numerator.bitWidth < 4096 else { return nil }
    return reciprocal(Rational(4) * whole * whole)
  }
}

/// The fraction with the least denominator in a closed interval.
func simplestRational(between lower: Rational, and upper: Rational) -> Rational {
  if lower.signum() <= 0, upper.signum() >= 0 { return 0 }
  if upper.isNegative { return -simplestRational(between: -upper, and: -lower) }
  // The continued fractions of both ends, as far as they agree.
  var (low, high) = (lower, upper)
  var terms: [BigInteger] = []
  while true {
    let floor = low.floor
    if Rational(floor) == low {
      terms.append(floor)
      break
    }
    if Rational(floor + 1) <= high {
      terms.append(floor + 1)
      break
    }
    terms.append(floor)
    (low, high) = (
      reciprocal(high - Rational(floor)), reciprocal(low - Rational(floor))
    )
  }
  var result = Rational(terms[terms.count - 1])
  for term in terms.dropLast().reversed() { result = Rational(term) + reciprocal(result) }
  return result
}
