internal import Numbers

extension Formula: CustomStringConvertible {
  /// The formula as it is typed: reads back as the same formula.
  ///
  /// Where sharing makes the one line longer than about 10,000 operations, the shared parts stand before
  /// it, a line each.
  public var description: String {
    let graph = FormulaGraph(self)
    let sizes: [Double] = graph.fold { _, operands in operands.reduce(1, +) }
    if sizes[graph.roots[0]] <= 10_000, depth <= 900 {
      return TextNotation(graph: graph, names: []).line(graph.roots[0])
    }
    let outline = FormulaOutline(graph, labels: [:], prefix: "p", bounds: .lines)
    let notation = TextNotation(graph: graph, names: outline.names)
    let lines = outline.named.map { "\(outline.names[$0] ?? "") = \(notation.line($0))" }
    if let name = outline.names[graph.roots[0]] {
      return (lines + [name]).joined(separator: "\n")
    }
    return (lines + [notation.line(graph.roots[0])]).joined(separator: "\n")
  }

  /// Formulas as lines `name = …`, each large part that they share on a line of its own before them.
  ///
  /// Read one after the other by `Assignment(parsing:bindings:)`, the lines give the same formulas. A label
  /// that is also a symbol's name is written as `label_new`.
  public static func listing(_ labels: [(name: String, formula: Formula)]) -> [String] {
    let outline = FormulaOutline(labels, prefix: "p", bounds: .lines)
    let notation = TextNotation(graph: outline.graph, names: outline.names)
    return outline.lines(separator: " = ", notation.line)
  }
}

/// Formulas as they are typed.
struct TextNotation {
  let graph: FormulaGraph
  /// Empty, or for each node the name that stands for it.
  let names: [String?]

  /// The node, whatever its own name is.
  func line(_ place: Int) -> String {
    var isFirst = true
    return FormulaWriter { operand in
      if !isFirst, !names.isEmpty, let name = names[operand] {
        return FormulaWriter.Phrase(precedence: 5, pieces: [.text(name)])
      }
      isFirst = false
      return phrase(operand)
    }.write(place)
  }

  private func isConstant(_ place: Int) -> Bool {
    if !names.isEmpty, names[place] != nil { return false }
    if case .constant = graph.nodes[place] { return true }
    return false
  }

  private func phrase(_ place: Int) -> FormulaWriter.Phrase {
    switch graph.nodes[place] {
    case .symbol(let name): return .init(precedence: 5, pieces: [.text(name)])
    case .constant(let value):
      let text = value.decimalDescription
      let precedence = text.contains("/") ? 2 : value < 0 ? 3 : 5
      return .init(precedence: precedence, pieces: [.text(text)])
    case .operation(let operation, let x):
      switch operation {
      case .sum: return infix(" + ", 1, left: (x[0], 1), right: (x[1], 2))
      case .difference: return infix(" - ", 1, left: (x[0], 1), right: (x[1], 2))
      case .product: return infix("*", 2, left: (x[0], 2), right: (x[1], 4))
      case .quotient:
        // Two bare numbers with a `/` between them would read as one.
        let areBothConstant = isConstant(x[0]) && isConstant(x[1])
        return infix("/", 2, left: (x[0], 2), right: (x[1], areBothConstant ? 6 : 4))
      case .negation:
        let minimum = isConstant(x[0]) ? 6 : 4
        return .init(precedence: 3, pieces: [.text("-"), .operand(x[0], minimum: minimum)])
      case .power: return infix("^", 4, left: (x[0], 5), right: (x[1], 4))
      case .root: return call("sqrt", x)
      case .exponential: return call("exp", x)
      case .logarithm: return call("log", x)
      case .lesser: return call("min", x)
      case .greater: return call("max", x)
      case .magnitude: return call("abs", x)
      case .sign: return call("sign", x)
      case .select:
        return .init(
          precedence: 5,
          pieces: [
            .text("if("), .operand(x[0], minimum: 0), .text(" < "), .operand(x[1], minimum: 0),
            .text(", "), .operand(x[2], minimum: 0), .text(", "), .operand(x[3], minimum: 0),
            .text(")"),
          ])
      }
    }
  }

  private func infix(
    _ mark: String, _ precedence: Int, left: (Int, Int), right: (Int, Int)
  ) -> FormulaWriter.Phrase {
    .init(
      precedence: precedence,
      pieces: [
        .operand(left.0, minimum: left.1), .text(mark),
        .operand(right.0, minimum: beginsWithMinus(right.0) ? 6 : right.1),
      ])
  }

  /// Whether a node is written with a minus sign before it.
  private func beginsWithMinus(_ place: Int) -> Bool {
    if !names.isEmpty, names[place] != nil { return false }
    switch graph.nodes[place] {
    case .constant(let value): return value < 0
    case .operation(.negation, _): return true
    default: return false
    }
  }

  private func call(_ name: String, _ operands: [Int]) -> FormulaWriter.Phrase {
    var pieces: [FormulaWriter.Piece] = [.text(name + "(")]
    for (place, operand) in operands.enumerated() {
      if place > 0 { pieces.append(.text(", ")) }
      pieces.append(.operand(operand, minimum: 0))
    }
    pieces.append(.text(")"))
    return .init(precedence: 5, pieces: pieces)
  }
}
