import Formulas
import Numbers

extension Formula {
  /// The formula with the exponents of powers of step counts in one form, so that equal ones are seen to be
  /// equal and neighbours to be neighbours: `b^((t + 1) − 1)` becomes `b^t`, `b^(2·t + 1)` becomes
  /// `(b^t)²·b`, and `b^(1 + 1)` becomes `b²`.
  ///
  /// Both have the same value wherever the step symbols are whole numbers from 1.
  func withPlainStepPowers(_ steps: Set<String>) -> Formula {
    let arena = FormulaArena()
    let rewritten: (formula: Formula, exponent: StepExponent?) =
      fold { (node: Node, operands: [(formula: Formula, exponent: StepExponent?)]) in
        switch node {
        case .constant(let value):
          return (
            arena.constant(value), value.isInteger ? StepExponent(factor: 0, constant: value) : nil
          )
        case .symbol(let name):
          let symbol = arena.symbol(name)
          return (
            symbol,
            steps.contains(name) ? StepExponent(symbol: symbol, factor: 1, constant: 0) : nil
          )
        case .operation(let operation, _):
          let formula = Formula(operation, operands.map(\.formula))
          if operation == .power, let exponent = operands[1].exponent,
            let power = exponent.power(of: operands[0].formula)
          {
            return (power, nil)
          }
          return (formula, StepExponent(operation, operands.map(\.exponent)))
        }
      }
    return rewritten.formula
  }
}

/// `c·t + k` with whole `c` and `k`.
private struct StepExponent {
  var symbol: Formula?
  var factor: Rational
  var constant: Rational

  init(symbol: Formula? = nil, factor: Rational, constant: Rational) {
    (self.symbol, self.factor, self.constant) = (symbol, factor, constant)
  }

  /// The result of an operation on such numbers, where it is one again.
  init?(_ operation: FormulaOperation, _ operands: [StepExponent?]) {
    let x = operands.compactMap { $0 }
    guard x.count == operands.count else { return nil }
    switch operation {
    case .negation: self.init(symbol: x[0].symbol, factor: -x[0].factor, constant: -x[0].constant)
    case .sum, .difference:
      let sign: Rational = operation == .sum ? 1 : -1
      if let a = x[0].symbol, let b = x[1].symbol, a != b { return nil }
      self.init(
        symbol: x[0].symbol ?? x[1].symbol, factor: x[0].factor + sign * x[1].factor,
        constant: x[0].constant + sign * x[1].constant)
    case .product:
      let (constant, other) = x[0].symbol == nil ? (x[0], x[1]) : (x[1], x[0])
      guard constant.symbol == nil else { return nil }
      self.init(
        symbol: other.symbol, factor: constant.constant * other.factor,
        constant: constant.constant * other.constant)
    default: return nil
    }
  }

  /// The power of a base in the plain form; nil where there is none.
  func power(of base: Formula) -> Formula? {
    guard constant.magnitude <= 64 else { return nil }
    guard let symbol, !factor.isZero else { return Formula.power(base, Formula(constant)) }
    guard 1...8 ~= factor else { return nil }
    if factor == 1 {
      return Formula.power(base, constant.isZero ? symbol : symbol + Formula(constant))
    }
    guard constant >= 0 else { return nil }
    let power = Formula.power(Formula.power(base, symbol), Formula(factor))
    return constant.isZero ? power : power * Formula.power(base, Formula(constant))
  }
}
