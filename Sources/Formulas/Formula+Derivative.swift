internal import Numbers

extension Formula {
  /// The partial derivative with respect to a symbol, sharing all parts with this formula.
  ///
  /// It holds where the formula is differentiable: `|x|` and `sign(x)` away from 0, `min`, `max` and `if`
  /// away from where the sides are equal (there, one of the one-sided derivatives, or 0 of `sign`), a
  /// root away from 0 (there, a division by zero). The time is linear in the number of nodes.
  public func derivative(withRespectTo symbol: String) -> Formula {
    gradient(withRespectTo: [symbol])[0]
  }

  /// The partial derivatives with respect to some symbols, in their order.
  public func gradient(withRespectTo symbols: [String]) -> [Formula] {
    let home = home
    let rules = DerivativeRules(home: home)
    return symbols.map { symbol in
      let result: (value: Formula, slope: FoldedFormula?) =
        fold { (node: Node, operands: [(value: Formula, slope: FoldedFormula?)]) in
          switch node {
          case .constant(let value): (home.constant(value), nil)
          case .symbol(let name):
            (home.symbol(name), name == symbol ? rules.constant(1) : nil)
          case .operation(let operation, _):
            rules.slope(operation, operands, home.combine(operation, operands.map(\.value)))
          }
        }
      return result.slope?.formula ?? home.constant(0)
    }
  }

  /// The second partial derivatives: row i, column j is the derivative with respect to symbols i and j.
  ///
  /// The matrix is symmetric in structure: each pair is derived once.
  public func hessian(withRespectTo symbols: [String]) -> [[Formula]] {
    let slopes = gradient(withRespectTo: symbols)
    var rows: [[Formula]] = []
    for (row, slope) in slopes.enumerated() {
      let right = slope.gradient(withRespectTo: Array(symbols[row...]))
      rows.append((0..<row).map { rows[$0][row] } + right)
    }
    return rows
  }
}

/// The rules of differentiation. A slope that is nil is 0 wherever the formula is defined.
private struct DerivativeRules {
  let home: FormulaArena

  func constant(_ value: Rational) -> FoldedFormula {
    FoldedFormula(home.constant(value), constant: value)
  }

  func make(_ operation: FormulaOperation, _ operands: FoldedFormula...) -> FoldedFormula {
    FoldedFormula(operation, operands, in: home)
  }

  /// A part of the formula as it stands. That it may be undefined is no matter: then so is the formula.
  func part(_ formula: Formula) -> FoldedFormula {
    FoldedFormula(formula, constant: formula.constantValue, isTotal: false)
  }

  func sum(_ x: FoldedFormula?, _ y: FoldedFormula?) -> FoldedFormula? {
    guard let x else { return y }
    guard let y else { return x }
    return make(.sum, x, y)
  }

  func product(_ x: FoldedFormula, _ y: FoldedFormula?) -> FoldedFormula? {
    y.map { make(.product, x, $0) }
  }

  func slope(
    _ operation: FormulaOperation, _ operands: [(value: Formula, slope: FoldedFormula?)],
    _ whole: Formula
  ) -> (value: Formula, slope: FoldedFormula?) {
    if operands.allSatisfy({ $0.slope == nil }) { return (whole, nil) }
    let dx = operands[0].slope
    let dy = operands.count > 1 ? operands[1].slope : nil
    let x = part(operands[0].value)
    let y = operands.count > 1 ? part(operands[1].value) : x
    let slope: FoldedFormula? =
      switch operation {
      case .sum: sum(dx, dy)
      case .difference:
        if let dy { dx.map { make(.difference, $0, dy) } ?? make(.negation, dy) } else { dx }
      case .product: sum(product(y, dx), product(x, dy))
      // (x′ − q·y′)/y for the quotient q.
      case .quotient:
        if let dy {
          make(
            .quotient,
            dx.map { make(.difference, $0, make(.product, part(whole), dy)) }
              ?? make(.negation, make(.product, part(whole), dy)), y)
        } else {
          dx.map { make(.quotient, $0, y) }
        }
      case .negation: dx.map { make(.negation, $0) }
      case .power: power(x, dx, y, dy, whole)
      case .root: dx.map { make(.quotient, $0, make(.product, constant(2), part(whole))) }
      case .exponential: product(part(whole), dx)
      case .logarithm: dx.map { make(.quotient, $0, x) }
      case .select:
        choice(x, y, operands[2].slope, operands[3].slope)
      case .lesser: choice(x, y, dx, dy)
      case .greater: choice(x, y, dy, dx)
      case .magnitude: product(make(.sign, x), dx)
      case .sign: nil
      }
    return (whole, slope)
  }

  /// `y·x^(y−1)·x′ + xʸ·log x·y′`.
  private func power(
    _ x: FoldedFormula, _ dx: FoldedFormula?, _ y: FoldedFormula, _ dy: FoldedFormula?,
    _ whole: Formula
  ) -> FoldedFormula? {
    // x⁰ is 1 everywhere, at 0 too.
    if y.constant == 0 { return nil }
    let lowered = y.constant == 2 ? x : make(.power, x, make(.difference, y, constant(1)))
    let first = dx.map { make(.product, make(.product, y, lowered), $0) }
    let second = dy.map { make(.product, make(.product, part(whole), make(.logarithm, x)), $0) }
    return sum(first, second)
  }

  private func choice(
    _ x: FoldedFormula, _ y: FoldedFormula, _ a: FoldedFormula?, _ b: FoldedFormula?
  ) -> FoldedFormula? {
    if a == nil, b == nil { return nil }
    return make(.select, x, y, a ?? constant(0), b ?? constant(0))
  }
}
