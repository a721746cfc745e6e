extension Formula {
  /// The formula with other formulas in the place of symbols, all at once.
  public func substituting(_ replacements: [String: Formula]) -> Formula {
    let home = home
    let adopted = replacements.mapValues { home.adopt($0) }
    return home.adopt(
      fold { (node: Node, operands: [Formula]) in
        switch node {
        case .constant(let value): home.constant(value)
        case .symbol(let name): adopted[name] ?? home.symbol(name)
        case .operation(let operation, _): home.combine(operation, operands)
        }
      })
  }

  /// The arena that the formula belongs to, a new one for a literal.
  var home: FormulaArena {
    if case .node(_, let arena) = storage { arena } else { FormulaArena() }
  }
}
