public import Numbers

extension Formula {
  /// What a formula is at its root.
  public enum Node: Hashable, Sendable {
    case constant(Rational)
    case symbol(String)
    case operation(FormulaOperation, [Formula])
  }

  /// The root, its operands as formulas of the same arena.
  public var node: Node {
    switch storage {
    case .constant(let value): return .constant(value)
    case .node(let index, let arena):
      switch arena.node(at: index) {
      case .constant(let value): return .constant(value)
      case .symbol(let name): return .symbol(name)
      case .operation(let operation, let operands):
        return .operation(operation, operands.map { Formula(Int32($0), in: arena) })
      }
    }
  }

  /// The value, where the formula is a constant as it stands.
  public var constantValue: Rational? {
    switch storage {
    case .constant(let value): return value
    case .node(let index, let arena):
      if case .constant(let value) = arena.node(at: index) { return value }
      return nil
    }
  }

  /// The name, where the formula is a symbol.
  public var symbolName: String? {
    guard case .node(let index, let arena) = storage else { return nil }
    if case .symbol(let name) = arena.node(at: index) { return name }
    return nil
  }

  /// The names of the symbols in it, sorted.
  public var symbols: [String] { FormulaGraph(self).symbols }

  /// The number of different nodes, shared ones counted once.
  public var nodeCount: Int { FormulaGraph(self).nodes.count }

  /// The number of operations on the longest way from the root to a symbol or constant.
  public var depth: Int {
    guard case .node(let index, let arena) = storage else { return 0 }
    return arena.depth(at: index)
  }

  /// Computes a value for each node from the values of its operands, each node once, operands first, and
  /// returns the root's.
  ///
  /// - Parameter combine: gets the node as a formula, its operation if it is one, and its operands' values.
  public func fold<Value>(
    _ combine: (Node, _ operands: [Value]) -> Value
  ) -> Value {
    let home = home
    let graph = FormulaGraph(self)
    let places = home.places(of: graph)
    var values: [Value] = []
    values.reserveCapacity(graph.nodes.count)
    for node in graph.nodes {
      let shown: Node =
        switch node {
        case .constant(let value): .constant(value)
        case .symbol(let name): .symbol(name)
        case .operation(let operation, let operands):
          .operation(operation, operands.map { Formula(places[$0], in: home) })
        }
      values.append(combine(shown, node.operands.map { values[$0] }))
    }
    return values[graph.roots[0]]
  }
}
