internal import Numbers

extension Formula {
  /// The formula with operations on constants carried out exactly, and 0, 1 and double signs removed where
  /// that changes neither a value nor where it is defined: `1·x` is `x`, but `0·x` is 0 only where `x` has a
  /// value for all numbers, and `x/x` stays.
  public func folded() -> Formula {
    let home = home
    let folded: FoldedFormula = fold { (node: Node, operands: [FoldedFormula]) in
      switch node {
      case .constant(let value): FoldedFormula(home.constant(value), constant: value)
      case .symbol(let name): FoldedFormula(home.symbol(name))
      case .operation(let operation, _): FoldedFormula(operation, operands, in: home)
      }
    }
    return folded.formula
  }
}

/// A formula, and what folding must know of it.
struct FoldedFormula {
  let formula: Formula
  /// The value of a constant.
  var constant: Rational?
  /// Whether it has a value for all real values of its symbols; false where that is not seen.
  var isTotal = true

  init(_ formula: Formula, constant: Rational? = nil, isTotal: Bool = true) {
    (self.formula, self.constant, self.isTotal) = (formula, constant, isTotal)
  }

  /// The bits beyond which constants are left as they stand.
  static let bitLimit = 4_096

  init(_ operation: FormulaOperation, _ operands: [FoldedFormula], in home: FormulaArena) {
    if let value = Self.value(operation, operands.map(\.constant)) {
      self.init(home.constant(value), constant: value)
      return
    }
    if let identity = Self.identity(operation, operands, in: home) {
      self = identity
      return
    }
    let areTotal = operands.allSatisfy(\.isTotal)
    let isSafe =
      switch operation {
      case .quotient: operands[1].constant.map { !$0.isZero } ?? false
      case .power: operands[1].constant.map { $0.isInteger && $0 >= 0 } ?? false
      case .root: operands[0].constant.map { $0 >= 0 } ?? false
      case .logarithm: operands[0].constant.map { $0 > 0 } ?? false
      default: true
      }
    self.init(home.combine(operation, operands.map(\.formula)), isTotal: areTotal && isSafe)
  }

  /// The value of an operation on constants, if it is rational and short.
  static func value(_ operation: FormulaOperation, _ operands: [Rational?]) -> Rational? {
    var x: [Rational] = []
    for operand in operands {
      guard let operand else { return nil }
      x.append(operand)
    }
    let value: Rational? =
      switch operation {
      case .sum: x[0] + x[1]
      case .difference: x[0] - x[1]
      case .product: x[0] * x[1]
      case .quotient: try? x[0] / x[1]
      case .negation: -x[0]
      case .power: x[1].magnitude <= 1_024 ? try? Rational.power(x[0], x[1]) : nil
      case .root: try? Rational.root(x[0])
      case .exponential: try? Rational.exp(x[0])
      case .logarithm: try? Rational.log(x[0])
      case .select: .select(x[0], isLessThan: x[1], then: x[2], else: x[3])
      case .lesser: .lesser(x[0], x[1])
      case .greater: .greater(x[0], x[1])
      case .magnitude: x[0].magnitude
      case .sign: .sign(x[0])
      }
    guard let value, value.numerator.bitWidth + value.denominator.bitWidth <= bitLimit else {
      return nil
    }
    return value
  }

  private static func identity(
    _ operation: FormulaOperation, _ x: [FoldedFormula], in home: FormulaArena
  ) -> FoldedFormula? {
    switch operation {
    case .sum:
      if x[0].constant == 0 { return x[1] }
      if x[1].constant == 0 { return x[0] }
    case .difference:
      if x[1].constant == 0 { return x[0] }
      if x[0].constant == 0 { return FoldedFormula(.negation, [x[1]], in: home) }
      if x[0].formula == x[1].formula, x[0].isTotal { return FoldedFormula(0, constant: 0) }
    case .product:
      for (one, other) in [(x[0], x[1]), (x[1], x[0])] {
        if one.constant == 1 { return other }
        if one.constant == -1 { return FoldedFormula(.negation, [other], in: home) }
        if one.constant == 0, other.isTotal { return one }
      }
    case .quotient: if x[1].constant == 1 { return x[0] }
    case .negation:
      if case .operation(.negation, let inner) = x[0].formula.node {
        return FoldedFormula(inner[0], isTotal: x[0].isTotal)
      }
    case .power:
      if x[1].constant == 1 { return x[0] }
      if x[1].constant == 0, x[0].isTotal { return FoldedFormula(home.constant(1), constant: 1) }
    case .select:
      if let low = x[0].constant, let high = x[1].constant {
        let (chosen, other) = low < high ? (x[2], x[3]) : (x[3], x[2])
        if other.isTotal { return chosen }
      }
      if x[2].formula == x[3].formula, x[0].isTotal, x[1].isTotal { return x[2] }
    case .lesser, .greater: if x[0].formula == x[1].formula { return x[0] }
    case .magnitude:
      if case .operation(.negation, let inner) = x[0].formula.node {
        let inner = FoldedFormula(inner[0], isTotal: x[0].isTotal)
        return FoldedFormula(.magnitude, [inner], in: home)
      }
      if case .operation(.magnitude, _) = x[0].formula.node { return x[0] }
    case .root, .exponential, .logarithm, .sign: break
    }
    return nil
  }
}
