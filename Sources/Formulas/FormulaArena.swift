public import Numbers
internal import Synchronization

/// The nodes of formulas: equal ones stored once, operands before what is computed from them.
///
/// A formula keeps its arena alive, and an arena keeps all of its nodes. They lie in flat arrays and every
/// walk is a loop, so a trace of a hundred thousand steps overflows no stack, and is freed at once.
public final class FormulaArena: Sendable {
  private let contents = Mutex(Contents())

  public init() {}

  /// The symbol of that name, the same for equal names.
  ///
  /// - Precondition: the name is not empty, does not begin with `$` (such names are the printers' own), and
  ///   holds no `|`, no `\` and no control character.
  public func symbol(_ name: String) -> Formula {
    precondition(
      !name.isEmpty && !name.hasPrefix("$")
        && !name.unicodeScalars.contains { $0 == "|" || $0 == "\\" || $0.value < 32 },
      "no name for a symbol: '\(name)'")
    return Formula(contents.withLock { $0.index(ofSymbol: name) }, in: self)
  }

  /// The constant as a node of this arena. A literal becomes one by itself where it is combined.
  public func constant(_ value: Rational) -> Formula {
    Formula(contents.withLock { $0.index(of: value) }, in: self)
  }

  /// How many different nodes there are.
  public var count: Int { contents.withLock { $0.nodes.count } }

  /// The formula as one of this arena, copied if it belongs to another.
  public func adopt(_ formula: Formula) -> Formula {
    switch formula.storage {
    case .constant(let value): constant(value)
    case .node(_, let arena) where arena === self: formula
    case .node(let index, let arena):
      Formula(root(of: arena.graph(from: [index])), in: self)
    }
  }

  func combine(_ operation: FormulaOperation, _ operands: [Formula]) -> Formula {
    let indices = operands.map { index(of: $0) }
    return Formula(contents.withLock { $0.index(of: operation, indices) }, in: self)
  }

  func index(of formula: Formula) -> Int32 {
    switch formula.storage {
    case .constant(let value): contents.withLock { $0.index(of: value) }
    case .node(let index, let arena) where arena === self: index
    case .node(let index, let arena): root(of: arena.graph(from: [index]))
    }
  }

  /// The nodes that `roots` reach, operands first, in an order that depends on the formulas alone.
  func graph(from roots: [Int32]) -> FormulaGraph {
    contents.withLock { $0.graph(from: roots) }
  }

  /// Copies a graph, and returns where its nodes are here.
  func places(of graph: FormulaGraph) -> [Int32] {
    contents.withLock { contents in
      var places: [Int32] = []
      places.reserveCapacity(graph.nodes.count)
      for node in graph.nodes {
        switch node {
        case .constant(let value): places.append(contents.index(of: value))
        case .symbol(let name): places.append(contents.index(ofSymbol: name))
        case .operation(let operation, let operands):
          places.append(contents.index(of: operation, operands.map { places[$0] }))
        }
      }
      return places
    }
  }

  /// The place here of the one root of a graph.
  func root(of graph: FormulaGraph) -> Int32 { places(of: graph)[graph.roots[0]] }

  func node(at index: Int32) -> FormulaGraph.Node { contents.withLock { $0.node(at: index) } }
  func depth(at index: Int32) -> Int { contents.withLock { Int($0.nodes[Int(index)].depth) } }
  /// A number computed from the structure of the node, the same in every arena and every run.
  func fingerprint(at index: Int32) -> UInt64 {
    contents.withLock { $0.nodes[Int(index)].fingerprint }
  }
}

/// What an arena holds, behind its lock.
private struct Contents {
  /// A node: `code` is an operation's raw value, or one of the two below.
  struct StoredNode {
    var key: Key
    var depth: Int32
    var fingerprint: UInt64
  }
  struct Key: Hashable {
    var code: UInt8
    /// Operands, or in `first` the place among the constants or symbols.
    var first: Int32
    var second: Int32 = -1
    var third: Int32 = -1
    var fourth: Int32 = -1
  }
  static let constantCode: UInt8 = 254
  static let symbolCode: UInt8 = 255

  var nodes: [StoredNode] = []
  var constants: [Rational] = []
  var symbols: [String] = []
  var indices: [Key: Int32] = [:]
  var constantIndices: [Rational: Int32] = [:]
  var symbolIndices: [String: Int32] = [:]

  mutating func append(_ key: Key, depth: Int32, fingerprint: UInt64) -> Int32 {
    precondition(nodes.count < Int(Int32.max), "an arena holds at most 2³¹ − 1 nodes")
    nodes.append(StoredNode(key: key, depth: depth, fingerprint: fingerprint))
    return Int32(nodes.count - 1)
  }

  mutating func index(of value: Rational) -> Int32 {
    if let index = constantIndices[value] { return index }
    constants.append(value)
    let fingerprint = Fingerprint.of("\(value)", salt: UInt64(Self.constantCode))
    let index = append(
      Key(code: Self.constantCode, first: Int32(constants.count - 1)), depth: 0,
      fingerprint: fingerprint)
    constantIndices[value] = index
    return index
  }

  mutating func index(ofSymbol name: String) -> Int32 {
    if let index = symbolIndices[name] { return index }
    symbols.append(name)
    let fingerprint = Fingerprint.of(name, salt: UInt64(Self.symbolCode))
    let index = append(
      Key(code: Self.symbolCode, first: Int32(symbols.count - 1)), depth: 0,
      fingerprint: fingerprint)
    symbolIndices[name] = index
    return index
  }

  mutating func index(of operation: FormulaOperation, _ operands: [Int32]) -> Int32 {
    precondition(operands.count == operation.operandCount)
    var key = Key(code: operation.rawValue, first: operands[0])
    if operands.count > 1 { key.second = operands[1] }
    if operands.count > 2 { (key.third, key.fourth) = (operands[2], operands[3]) }
    if let index = indices[key] { return index }
    var depth: Int32 = 0
    var fingerprint = Fingerprint.mix(UInt64(operation.rawValue) &+ 1)
    for operand in operands {
      depth = max(depth, nodes[Int(operand)].depth)
      fingerprint = Fingerprint.mix(
        fingerprint &* 0x9E37_79B9_7F4A_7C15 ^ nodes[Int(operand)].fingerprint)
    }
    let index = append(key, depth: depth + 1, fingerprint: fingerprint)
    indices[key] = index
    return index
  }

  /// The operands' indices, in order.
  func operands(at index: Int32) -> [Int32] {
    let key = nodes[Int(index)].key
    if key.code >= Self.constantCode { return [] }
    if key.second < 0 { return [key.first] }
    if key.third < 0 { return [key.first, key.second] }
    return [key.first, key.second, key.third, key.fourth]
  }

  /// The node, its operands named by their indices here.
  func node(at index: Int32) -> FormulaGraph.Node {
    let key = nodes[Int(index)].key
    switch key.code {
    case Self.constantCode: return .constant(constants[Int(key.first)])
    case Self.symbolCode: return .symbol(symbols[Int(key.first)])
    default:
      guard let operation = FormulaOperation(rawValue: key.code) else {
        preconditionFailure("no operation has the code \(key.code)")
      }
      return .operation(operation, operands(at: index).map { Int($0) })
    }
  }

  func graph(from roots: [Int32]) -> FormulaGraph {
    var graph = FormulaGraph()
    var places: [Int32: Int] = [:]
    // A node is on the stack as itself until its operands are placed, and as its complement after.
    var stack: [Int32] = []
    for root in roots {
      stack.append(root)
      while let top = stack.popLast() {
        if top >= 0 {
          if places[top] != nil { continue }
          stack.append(~top)
          for operand in operands(at: top).reversed() where places[operand] == nil {
            stack.append(operand)
          }
        } else {
          let index = ~top
          if places[index] != nil { continue }
          var node = node(at: index)
          if case .operation(let operation, let operands) = node {
            node = .operation(
              operation,
              operands.map { operand in
                guard let place = places[Int32(operand)] else {
                  preconditionFailure("operand \(operand) is placed before its user")
                }
                return place
              })
          }
          places[index] = graph.nodes.count
          graph.nodes.append(node)
          graph.fingerprints.append(nodes[Int(index)].fingerprint)
        }
      }
      guard let place = places[root] else { preconditionFailure("root \(root) was visited") }
      graph.roots.append(place)
    }
    return graph
  }
}

/// A hash that is the same in every process, so that an order derived from it repeats.
enum Fingerprint {
  /// The finaliser of SplitMix64, a bijection that spreads every bit.
  static func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  static func of(_ text: String, salt: UInt64) -> UInt64 {
    var state = mix(salt)
    for byte in text.utf8 { state = mix(state ^ UInt64(byte)) }
    return state
  }
}
