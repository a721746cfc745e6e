internal import Numbers

/// The nodes that some formulas are made of, taken out of their arena: operands before their users, in an
/// order that depends on the formulas' structure alone.
struct FormulaGraph: Sendable {
  enum Node: Hashable, Sendable {
    case constant(Rational)
    case symbol(String)
    case operation(FormulaOperation, [Int])

    var operands: [Int] { if case .operation(_, let operands) = self { operands } else { [] } }
  }

  var nodes: [Node] = []
  var fingerprints: [UInt64] = []
  /// Where each formula asked for is.
  var roots: [Int] = []

  init() {}

  init(_ formulas: [Formula]) {
    var arena: FormulaArena?
    var isOfOneArena = true
    for formula in formulas {
      guard case .node(_, let own) = formula.storage else { continue }
      if arena == nil { arena = own } else if arena !== own { isOfOneArena = false }
    }
    let home = isOfOneArena ? arena ?? FormulaArena() : FormulaArena()
    self = home.graph(from: formulas.map { home.index(of: $0) })
  }

  init(_ formula: Formula) { self.init([formula]) }

  /// How often each node is used, being a root counted as a use.
  var useCounts: [Int] {
    var uses = [Int](repeating: 0, count: nodes.count)
    for root in roots { uses[root] += 1 }
    for node in nodes { for operand in node.operands { uses[operand] += 1 } }
    return uses
  }

  /// The names of the symbols, sorted.
  var symbols: [String] {
    nodes.compactMap { if case .symbol(let name) = $0 { name } else { nil } }.sorted()
  }

  /// Computes a value for each node from those of its operands, operands first.
  func fold<Value>(_ combine: (Node, [Value]) -> Value) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(nodes.count)
    for node in nodes { values.append(combine(node, node.operands.map { values[$0] })) }
    return values
  }
}
