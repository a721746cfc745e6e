internal import Numbers

/// Which parts of some formulas are written once under a name, so that what is written is linear in the
/// number of nodes, and no line is too long or too deep.
struct FormulaOutline {
  /// Bounds beyond which a part gets a name.
  struct Bounds {
    /// The nodes that a part used more than once must have at least.
    var sharedSize: Int
    /// The nodes that a line has at most.
    var lineSize: Int
    /// The operations inside each other that a line has at most.
    var lineDepth = 60

    static let lines = Bounds(sharedSize: 6, lineSize: 60)
    static let mathematics = Bounds(sharedSize: 10, lineSize: 60, lineDepth: 12)
  }

  let graph: FormulaGraph
  /// The name of each node that has one.
  private(set) var names: [String?]
  /// The nodes that have a name, operands first.
  private(set) var named: [Int] = []
  /// The name of each label.
  private(set) var labelNames: [String] = []

  /// - Parameters:
  ///   - labels: names of some of the graph's nodes.
  ///   - prefix: what the names of other parts begin with, a number following.
  init(_ graph: FormulaGraph, labels: [Int: String], prefix: String, bounds: Bounds) {
    self.graph = graph
    names = [String?](repeating: nil, count: graph.nodes.count)
    var taken = Set(labels.values)
    for case .symbol(let name) in graph.nodes { taken.insert(name) }
    let uses = graph.useCounts
    var sizes = [Int](repeating: 1, count: graph.nodes.count)
    var depths = [Int](repeating: 0, count: graph.nodes.count)
    var count = 0
    for (place, node) in graph.nodes.enumerated() {
      if let label = labels[place] {
        names[place] = label
        named.append(place)
        continue
      }
      let operands = node.operands
      if operands.isEmpty { continue }
      sizes[place] = operands.reduce(1) { $0 + sizes[$1] }
      depths[place] = 1 + operands.reduce(0) { max($0, depths[$1]) }
      guard
        sizes[place] >= (uses[place] > 1 ? bounds.sharedSize : bounds.lineSize)
          || depths[place] >= bounds.lineDepth
      else { continue }
      repeat { count += 1 } while taken.contains("\(prefix)\(count)")
      names[place] = "\(prefix)\(count)"
      named.append(place)
      (sizes[place], depths[place]) = (1, 0)
    }
  }

  /// As the other initialiser, for formulas with labels: of two labels of one node, the first. A label that
  /// is also a symbol's name is written as `label_new`, so that the two can be told apart.
  init(_ labels: [(name: String, formula: Formula)], prefix: String, bounds: Bounds) {
    let graph = FormulaGraph(labels.map(\.formula))
    let symbols = Set(graph.symbols)
    let labelNames = zip(labels, graph.roots).map { label, root in
      graph.nodes[root] != .symbol(label.name) && symbols.contains(label.name)
        ? label.name + "_new" : label.name
    }
    let places = zip(graph.roots, labelNames).filter { !graph.nodes[$0.0].operands.isEmpty }
    self.init(
      graph, labels: Dictionary(places, uniquingKeysWith: { first, _ in first }), prefix: prefix,
      bounds: bounds)
    self.labelNames = labelNames
  }

  /// The lines of all that has a name, operands first, and then of the labels that stand for a part with
  /// another name, or for a symbol or constant.
  ///
  /// - Parameters:
  ///   - line: writes a node, whatever its own name is.
  ///   - symbol: writes a name.
  func lines(
    separator: String, _ line: (Int) -> String, symbol: (String) -> String = { $0 }
  ) -> [String] {
    var lines: [String] = []
    for place in named {
      if let name = names[place] { lines.append(symbol(name) + separator + line(place)) }
    }
    for (label, root) in zip(labelNames, graph.roots) where names[root] != label {
      if graph.nodes[root] == .symbol(label) { continue }
      lines.append(symbol(label) + separator + (names[root].map(symbol) ?? line(root)))
    }
    return lines
  }
}

/// Writes trees of nodes without recursion.
struct FormulaWriter {
  /// A piece of what a node is written as: text, or an operand in brackets unless it binds at least as
  /// tightly as `minimum`.
  enum Piece {
    case text(String)
    case operand(Int, minimum: Int)
  }
  /// A node as it is written, and how tightly its outermost operation binds.
  struct Phrase {
    var precedence: Int
    var pieces: [Piece]
  }

  var brackets = ("(", ")")
  /// How a node is written.
  let phrase: (Int) -> Phrase

  func write(_ place: Int) -> String {
    var text = ""
    var stack: [Piece] = phrase(place).pieces.reversed()
    while let piece = stack.popLast() {
      switch piece {
      case .text(let words): text += words
      case .operand(let operand, let minimum):
        let phrase = phrase(operand)
        let isBracketed = phrase.precedence < minimum
        if isBracketed { stack.append(.text(brackets.1)) }
        stack.append(contentsOf: phrase.pieces.reversed())
        if isBracketed { stack.append(.text(brackets.0)) }
      }
    }
    return text
  }
}
