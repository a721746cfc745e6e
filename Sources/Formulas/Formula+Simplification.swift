internal import Numbers

extension Formula {
  /// The formula in a canonical form, with the same values, defined where it was.
  ///
  /// Constants are folded exactly; sums and products are multiplied out and collected, so that equal
  /// polynomials become equal formulas, as do formulas that are equal polynomials of the same roots,
  /// quotients and so on. What may be undefined stays: `x/x` does, and `0·log(x)`; a term that is 0 goes
  /// only where that loses nothing. Polynomials of more than 200 terms stay in factors.
  ///
  /// For fewer operations or tighter intervals than the formula as it stands, this is no good: it multiplies
  /// out. `folded()` keeps the structure.
  public func simplified() -> Formula {
    let home = home
    var simplifier = Simplifier(home: home)
    let graph = FormulaGraph(self)
    var values: [SparsePolynomial] = []
    for node in graph.nodes {
      switch node {
      case .constant(let value): values.append(SparsePolynomial(value))
      case .symbol(let name): values.append(simplifier.atom(home.symbol(name), isTotal: true))
      case .operation(let operation, let operands):
        values.append(simplifier.apply(operation, operands.map { values[$0] }))
      }
    }
    return home.adopt(simplifier.formula(of: values[graph.roots[0]]))
  }
}

/// Holds the atoms of canonical forms: symbols, and operations that are not multiplied out.
private struct Simplifier {
  static let termLimit = 200
  static let degreeLimit = 64

  let home: FormulaArena
  private var atoms: [Formula] = []
  private var places: [Formula: Int] = [:]
  /// Whether each atom has a value for all values of the symbols.
  private var areTotal: [Bool] = []

  init(home: FormulaArena) { self.home = home }

  mutating func atom(_ formula: Formula, isTotal: Bool) -> SparsePolynomial {
    let place = places[formula] ?? atoms.count
    if place == atoms.count {
      atoms.append(formula)
      areTotal.append(isTotal)
      places[formula] = place
    }
    return SparsePolynomial(variable: place)
  }

  private func isTotal(_ x: SparsePolynomial) -> Bool {
    x.variables.allSatisfy { areTotal[$0] }
  }

  mutating func apply(
    _ operation: FormulaOperation, _ x: [SparsePolynomial]
  ) -> SparsePolynomial {
    switch operation {
    case .sum, .difference, .negation, .product, .power:
      if let result = SparsePolynomial(
        operation, x, termLimit: Self.termLimit, degreeLimit: Self.degreeLimit),
        keepsDefinedness(result, x)
      {
        return result
      }
    case .quotient:
      if let divisor = x[1].constant, let inverse = try? divisor.reciprocal() {
        return x[0].scaled(by: inverse)
      }
    default:
      if let value = FoldedFormula.value(operation, x.map(\.constant)) {
        return SparsePolynomial(value)
      }
    }
    let operands = x.map { part in
      FoldedFormula(formula(of: part), constant: part.constant, isTotal: isTotal(part))
    }
    let folded = FoldedFormula(operation, operands, in: home)
    if let constant = folded.constant { return SparsePolynomial(constant) }
    if let place = operands.firstIndex(where: { $0.formula == folded.formula }) { return x[place] }
    return atom(folded.formula, isTotal: folded.isTotal)
  }

  /// Whether every atom that may be undefined is still there: none went with a term that became 0.
  private func keepsDefinedness(_ result: SparsePolynomial, _ x: [SparsePolynomial]) -> Bool {
    let partial = x.reduce(into: Set<Int>()) { $0.formUnion($1.variables) }.filter { !areTotal[$0] }
    return partial.isEmpty || partial.isSubset(of: result.variables)
  }

  func formula(of polynomial: SparsePolynomial) -> Formula {
    // Symbols by name, then operations by fingerprint: the same order in every arena and every run.
    let order = atoms.indices.sorted { x, y in
      switch (atoms[x].symbolName, atoms[y].symbolName) {
      case (let a?, let b?): a < b
      case (.some, nil): true
      case (nil, .some): false
      case (nil, nil): atoms[x].fingerprint < atoms[y].fingerprint
      }
    }
    var rank = [Int](repeating: 0, count: atoms.count)
    for (place, atom) in order.enumerated() { rank[atom] = place }
    return SumOfProducts(atoms: atoms, rank: rank, arena: home).formula(of: polynomial)
  }
}
