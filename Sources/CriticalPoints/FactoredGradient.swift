internal import Formulas
internal import Numbers

/// The gradient of a polynomial whose components share a factor h: `∇f = h·q`.
///
/// Where the components of q have no common zero, critical points are the zeros of h, and they are not isolated
/// where `∇h ≠ 0`: a smooth hypersurface.
final class FactoredGradient {
  let factor: Polynomial
  /// h as a formula.
  let formula: Formula
  private let variables: [String]
  private let quotients: FormulaProgram
  private let values: FormulaProgram
  private let slopes: FormulaProgram

  init?(_ function: Polynomial, variables: [String]) {
    guard variables.count > 1 else { return nil }
    let gradient = variables.indices.map { function.derivative($0) }
    guard let factor = Polynomial.commonFactor(gradient) else { return nil }
    let rest = gradient.compactMap { $0.divided(exactlyBy: factor) }
    guard rest.count == gradient.count else { return nil }
    self.factor = factor
    self.variables = variables
    formula = factor.formula(variables)
    quotients = FormulaProgram(outputs: rest.map { $0.formula(variables) }, inputs: variables)
    values = FormulaProgram(outputs: [formula], inputs: variables)
    slopes = FormulaProgram(
      outputs: formula.gradient(withRespectTo: variables), inputs: variables)
  }

  /// What the factors say about a box.
  func decide(_ box: [Interval]) -> BranchAndPrune.SpecialCase? {
    guard quotients.run(box).contains(where: { !$0.containsZero }) else { return nil }
    guard values.run(box)[0].containsZero else { return .empty }
    return slopes.run(box).contains { !$0.containsZero } ? .continuum : nil
  }

  /// A point of h = 0 near a start.
  func sample(from start: [Double]) -> [Double]? {
    leastNewton(from: start) { point in (values.run(point), [slopes.run(point)]) }
  }

  /// The constant that the function is on the part of `h = 0` where it is near a value, and the divisor of h
  /// whose zeros that part is: the common divisor of h and `f − c`.
  func level(of function: Polynomial, near value: Double) -> (constant: Rational, part: Formula)? {
    guard let low = Rational(exactly: value - 1e-9 * max(1, value.magnitude)),
      let high = Rational(exactly: value + 1e-9 * max(1, value.magnitude))
    else { return nil }
    let candidate = simplestRational(between: low, and: high)
    let difference =
      function + Polynomial(constant: -candidate, variableCount: function.variableCount)
    guard let part = Polynomial.commonFactor([difference, factor]) else { return nil }
    return (candidate, part.formula(variables))
  }
}

extension Polynomial {
  /// The polynomial as a formula, terms of high degree first.
  func formula(_ variables: [String]) -> Formula {
    let arena = FormulaArena()
    let symbols = variables.map { arena.symbol($0) }
    let ordered = terms.sorted {
      ($1.exponents.reduce(0, +), $1.exponents.description)
        < ($0.exponents.reduce(0, +), $0.exponents.description)
    }
    var sum: Formula?
    for term in ordered {
      var product: Formula?
      for (place, exponent) in term.exponents.enumerated() where exponent > 0 {
        let power =
          exponent == 1
          ? symbols[place] : Formula.power(symbols[place], Formula(Rational(exponent)))
        product = product.map { $0 * power } ?? power
      }
      let size = Formula(term.coefficient.magnitude)
      let isOne = term.coefficient.magnitude == 1
      let part = product.map { isOne ? $0 : size * $0 } ?? size
      let isNegative = term.coefficient.isNegative
      sum = sum.map { isNegative ? $0 - part : $0 + part } ?? (isNegative ? -part : part)
    }
    return sum ?? 0
  }
}
