internal import Formulas
internal import Numbers
internal import Optimizers

/// The critical points of a polynomial in one variable, exactly: Sturm's sequences separate the roots of its
/// derivative, square-free factors give their orders, common divisors decide the values 0 and ±1.
struct PolynomialSearch {
  let function: RationalPolynomial
  let side: SearchBox.Side
  let transform: PowerTransform?

  func run() -> SearchFindings {
    var findings = SearchFindings()
    findings.isComplete = true
    let slope = function.derivative
    if slope.isZero {
      findings.sets.append(wholeBox)
      return findings
    }
    findings.notes.append("Found exactly, by Sturm's sequences over the fractions.")
    for (factor, multiplicity) in slope.squareFreeFactors {
      for root in factor.realRoots(from: side.lower, to: side.upper) {
        findings.points.append(critical(root, order: multiplicity + 1))
      }
    }
    if let transform { zeros(transform, &findings) }
    return findings
  }

  /// A constant function.
  private var wholeBox: CriticalSet {
    CriticalSet(
      equation: "0 = 0", dimension: 1, status: transform.map { _ in .preserved },
      statusProvedBy: transform.map { _ in .exact },
      samples: [[Double((side.lower + side.upper) * Rational(1, 2))]], variables: [side.variable],
      notes: ["The function is constant."])
  }

  /// A root of the derivative at which the first derivative that is not 0 has this order.
  private func critical(_ root: RealRoot, order: Int) -> CriticalPoint {
    var root = root
    var highest = function
    for _ in 0..<order { highest = highest.derivative }
    let sign = root.sign(of: highest)
    let kind: CriticalPoint.Kind =
      order.isMultiple(of: 2) ? (sign > 0 ? .minimum : .maximum) : .degenerate
    var notes: [String] = []
    if !order.isMultiple(of: 2) {
      notes.append("an inflection: the first derivative that is not 0 is the \(ordinal(order))")
    } else if order > 2 {
      notes.append("f″ = 0: the first derivative that is not 0 is the \(ordinal(order))")
    }
    let eigenvalue = root.value(of: function.derivative.derivative)
    var changed: TransformedPoint?
    if let transform {
      let knowledge: ValueKnowledge
      if root.sign(of: function) == 0 {
        knowledge = .zero(order: order)
      } else if root.sign(of: function - 1) == 0 {
        knowledge = .unit(sign: 1)
      } else if root.sign(of: function + 1) == 0 {
        knowledge = .unit(sign: -1)
      } else {
        knowledge = .other(magnitudeOnItsSide(&root))
      }
      let factorial = (1...order).reduce(Rational(1)) { $0 * Rational($1) }
      let leading = root.value(of: highest.scaled(by: reciprocal(factorial)))
      changed = transform.transformed(knowledge, eigenvalues: [eigenvalue], leading: leading)
      if let note = changed?.note { notes.append(note) }
    }
    return CriticalPoint(
      at: [coordinate(root)], value: root.value(of: function), kind: kind, kindProvedBy: .exact,
      eigenvalues: [eigenvalue], transformedEigenvalues: changed?.eigenvalues,
      status: changed?.status, statusProvedBy: changed.map { _ in .exact }, isProved: true,
      isConfirmedByDifferences: witness(root.double, eigenvalue), notes: notes)
  }

  private func witness(_ x: Double, _ curvature: Double) -> Bool? {
    let (values, slopes) = (function.rounded, function.derivative.rounded)
    return DifferenceWitness.agrees(
      at: [x], value: { horner(values, $0[0]) }, gradient: { [horner(slopes, $0[0])] },
      hessian: [[curvature]])
  }

  /// The value as `Double`, kept on the side of ±1 on which it lies exactly.
  private func magnitudeOnItsSide(_ root: inout RealRoot) -> Double {
    let value = root.value(of: function)
    let isBelow = root.sign(of: function - 1) < 0 && root.sign(of: function + 1) > 0
    if isBelow, value.magnitude >= 1 { return value < 0 ? -(1.0.nextDown) : 1.0.nextDown }
    if !isBelow, value.magnitude <= 1 { return value < 0 ? -(1.0.nextUp) : 1.0.nextUp }
    return value
  }

  /// The zeros of the function where its slope is not 0: critical for the transform alone where N₁ > 1.
  private func zeros(_ transform: PowerTransform, _ findings: inout SearchFindings) {
    let simple = function.squareFreeFactors.filter { $0.multiplicity == 1 }
    let roots = simple.flatMap { $0.factor.realRoots(from: side.lower, to: side.upper) }
    if transform.smallExponent < 1, !roots.isEmpty {
      let places = roots.map { "\($0.double)" }.joined(separator: ", ")
      findings.notes.append(
        "At the regular zeros of l (\(side.variable) = \(places)) the gradient of L is unbounded.")
    }
    guard transform.smallExponent > 1 else { return }
    for root in roots {
      var root = root
      findings.points.append(
        CriticalPoint(
          at: [coordinate(root)], value: 0, kind: nil, kindProvedBy: nil,
          eigenvalues: [root.value(of: function.derivative.derivative)],
          transformedEigenvalues: transform.smallExponent > 2 ? [0] : nil, status: .spurious,
          statusProvedBy: .exact, isProved: true, isConfirmedByDifferences: nil,
          notes: [spuriousNote]))
    }
  }

  private func coordinate(_ root: RealRoot) -> CriticalPoint.Coordinate {
    CriticalPoint.Coordinate(
      variable: side.variable, value: root.double, exact: root.rational.map { "\($0)" })
  }
}

/// What a search found, before it is ordered into a report.
struct SearchFindings {
  var points: [CriticalPoint] = []
  var sets: [CriticalSet] = []
  var isComplete = false
  var undecidedBoxes: [[ClosedRange<Double>]] = []
  var notes: [String] = []
  var boxCount = 0
}

/// Both of what `specification.md` §1 asks to be said of a regular zero.
let spuriousNote =
  "critical for L, yet no fixed point of the step: w(0) = 1 and the gradient of l is not 0"

func ordinal(_ number: Int) -> String {
  switch number {
  case 1: "first"
  case 2: "second"
  case 3: "third"
  default: "\(number)th"
  }
}

/// `Σ aᵢ xⁱ` by Horner's rule.
private func horner(_ coefficients: [Double], _ x: Double) -> Double {
  coefficients.reversed().reduce(0) { $0 * x + $1 }
}

extension RationalPolynomial {
  /// The coefficients as `Double`s.
  fileprivate var rounded: [Double] { coefficients.map { Double($0) } }

  static func - (p: RationalPolynomial, constant: Rational) -> RationalPolynomial {
    p - RationalPolynomial([constant])
  }

  static func + (p: RationalPolynomial, constant: Rational) -> RationalPolynomial {
    p + RationalPolynomial([constant])
  }
}
