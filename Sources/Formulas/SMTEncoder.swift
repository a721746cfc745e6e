internal import Numbers

/// Builds an `SMTEncoding`, operands first.
struct SMTEncoder {
  /// The largest whole exponent that is unrolled.
  static let unrolledExponentLimit = 4_096
  /// The largest degree of a root that is encoded by its power.
  static let rootDegreeLimit = 64

  let graph: FormulaGraph
  let wholeSymbols: Set<String>
  let uses: [Int]
  /// The term of each node.
  var terms: [String]
  var commands: [String] = []
  var obligations: [SMTObligation] = []
  var assumptions: Set<String> = []
  /// Conditions without their paths, in the order of the nodes that they belong to.
  private var conditions: [(place: Int, kind: SMTObligation.Kind, claim: String, operand: Int)] = []
  private var definitionCount = 0
  private var constantCounts: [String: Int] = [:]
  /// Powers with a symbolic exponent, by base: exponent without its whole part, the part, place.
  private var powers: [SMTPower] = []

  init(_ graph: FormulaGraph, wholeSymbols: Set<String>) {
    (self.graph, self.wholeSymbols) = (graph, wholeSymbols)
    uses = graph.useCounts
    terms = [String](repeating: "", count: graph.nodes.count)
  }

  mutating func encode() {
    for (place, node) in graph.nodes.enumerated() {
      switch node {
      case .symbol(let name):
        terms[place] = SMTEncoding.quoted(name)
        commands.append("(declare-const \(terms[place]) Real)")
      case .constant(let value): terms[place] = SMTEncoding.term(value)
      case .operation(let operation, let operands):
        let term = encode(operation, operands, at: place)
        terms[place] =
          term.utf8.count > (uses[place] > 1 ? 24 : 160) ? define(term, type: "Real") : term
      }
    }
    linkPowers()
    placeObligations()
  }

  private mutating func encode(
    _ operation: FormulaOperation, _ operands: [Int], at place: Int
  ) -> String {
    let x = terms[operands[0]]
    let y = operands.count > 1 ? terms[operands[1]] : ""
    switch operation {
    case .sum: return "(+ \(x) \(y))"
    case .difference: return "(- \(x) \(y))"
    case .product: return "(* \(x) \(y))"
    case .negation: return "(- \(x))"
    case .quotient:
      require(.divisorIsNotZero, "(distinct \(y) 0.0)", of: operands[1], at: place)
      return "(/ \(x) \(y))"
    case .root:
      require(.radicandIsNotNegative, "(<= 0.0 \(x))", of: operands[0], at: place)
      let root = declare("sqrt")
      let radicand = short(operands[0])
      assert("(=> (<= 0.0 \(radicand)) (and (<= 0.0 \(root)) (= (* \(root) \(root)) \(radicand))))")
      return root
    case .exponential:
      let value = declare("exp")
      assert("(< 0.0 \(value))")
      assumptions.insert("exp(x) > 0")
      return value
    case .logarithm:
      require(.argumentIsPositive, "(< 0.0 \(x))", of: operands[0], at: place)
      return declare("log")
    case .power: return power(operands[0], operands[1], at: place)
    case .select:
      return "(ite (< \(x) \(y)) \(terms[operands[2]]) \(terms[operands[3]]))"
    case .lesser:
      let (x, y) = (short(operands[0]), short(operands[1]))
      return "(ite (< \(y) \(x)) \(y) \(x))"
    case .greater:
      let (x, y) = (short(operands[0]), short(operands[1]))
      return "(ite (< \(x) \(y)) \(y) \(x))"
    case .magnitude:
      let x = short(operands[0])
      return "(ite (< \(x) 0.0) (- \(x)) \(x))"
    case .sign:
      let x = short(operands[0])
      return "(ite (< \(x) 0.0) (- 1.0) (ite (< 0.0 \(x)) 1.0 0.0))"
    }
  }

  // MARK: Commands

  /// A new constant, `$kind1`, `$kind2`, …
  private mutating func declare(_ kind: String) -> String {
    let count = constantCounts[kind, default: 0] + 1
    constantCounts[kind] = count
    let name = SMTEncoding.quoted("$\(kind)\(count)")
    commands.append("(declare-const \(name) Real)")
    return name
  }

  private mutating func define(_ term: String, type: String) -> String {
    definitionCount += 1
    let name = SMTEncoding.quoted("$\(definitionCount)")
    commands.append("(define-fun \(name) () \(type) \(term))")
    return name
  }

  private mutating func assert(_ term: String) { commands.append("(assert \(term))") }

  /// The term of a node, by a definition if it is not short already, to be written several times.
  private mutating func short(_ place: Int) -> String {
    if terms[place].utf8.count > 24 { terms[place] = define(terms[place], type: "Real") }
    return terms[place]
  }

  private mutating func require(
    _ kind: SMTObligation.Kind, _ claim: String, of operand: Int, at place: Int
  ) {
    conditions.append((place, kind, claim, operand))
  }

  // MARK: Powers

  private mutating func power(_ base: Int, _ exponent: Int, at place: Int) -> String {
    guard case .constant(let value) = graph.nodes[exponent] else {
      return symbolicPower(base, exponent, at: place)
    }
    guard let top = Int(exactly: value.numerator), let degree = Int(exactly: value.denominator),
      top.magnitude <= UInt(Self.unrolledExponentLimit), degree <= Self.rootDegreeLimit
    else {
      // Nothing is known of so large a power but that it is positive.
      require(.powerIsDefined, "(< 0.0 \(terms[base]))", of: base, at: place)
      let value = declare("power")
      assert("(=> (< 0.0 \(short(base))) (< 0.0 \(value)))")
      return value
    }
    if top == 0 { return "1.0" }
    var factor = short(base)
    if degree > 1 {
      require(.powerIsDefined, "(< 0.0 \(factor))", of: base, at: place)
      let root = declare("root")
      let power = unrolled(root, degree)
      assert("(=> (< 0.0 \(factor)) (and (< 0.0 \(root)) (= \(power) \(factor))))")
      factor = root
    } else if top < 0 {
      require(.powerIsDefined, "(distinct \(factor) 0.0)", of: base, at: place)
    }
    let product = unrolled(factor, Int(top.magnitude))
    return top < 0 ? "(/ 1.0 \(product))" : product
  }

  /// `baseⁿ` by repeated squaring, for `n ≥ 1`.
  private mutating func unrolled(_ base: String, _ exponent: Int) -> String {
    var rest = exponent
    var square = base
    var product: String?
    while true {
      if rest % 2 == 1 {
        if let factor = product {
          product = "(* \(factor) \(square))"
        } else {
          product = square
        }
      }
      rest /= 2
      if rest == 0 { break }
      square = "(* \(square) \(square))"
      if square.utf8.count > 48 { square = define(square, type: "Real") }
    }
    return product ?? "1.0"
  }

  private mutating func symbolicPower(_ base: Int, _ exponent: Int, at place: Int) -> String {
    let (b, t) = (short(base), short(exponent))
    let power = declare("power")
    let positive = "(< 0.0 \(b))"
    // A whole exponent is defined for every base, but for 0 to a negative power.
    let claim =
      isWhole(exponent)
      ? "(or (distinct \(b) 0.0) (<= 0.0 \(t)))"
      : "(or \(positive) (and (= \(b) 0.0) (< 0.0 \(t))))"
    require(.powerIsDefined, claim, of: base, at: place)
    assert(
      "(=> (and (<= 0.0 \(b)) (< \(b) 1.0) (<= 1.0 \(t))) (and (<= 0.0 \(power)) (<= \(power) \(b))))"
    )
    assert("(=> \(positive) (< 0.0 \(power)))")
    assumptions.insert("0 ≤ βᵗ ≤ β for 0 ≤ β < 1, t ≥ 1")
    let (rest, part) = shift(of: exponent)
    powers.append(SMTPower(base: base, exponent: exponent, rest: rest, part: part, term: power))
    return power
  }

  /// An exponent as another node and a whole number added to it; nil and a number for a bare number.
  private func shift(of exponent: Int) -> (rest: Int, part: Int) {
    guard case .operation(let operation, let x) = graph.nodes[exponent] else {
      return (exponent, 0)
    }
    func whole(_ place: Int) -> Int? {
      guard case .constant(let value) = graph.nodes[place], value.isInteger else { return nil }
      return Int(exactly: value.numerator).flatMap { $0.magnitude < 1 << 30 ? $0 : nil }
    }
    switch operation {
    case .sum:
      if let part = whole(x[1]) { return (x[0], part) }
      if let part = whole(x[0]) { return (x[1], part) }
    case .difference: if let part = whole(x[1]) { return (x[0], -part) }
    default: break
    }
    return (exponent, 0)
  }

  /// `βᵗ⁺¹ = β·βᵗ` for the powers that stand side by side.
  private mutating func linkPowers() {
    for power in powers {
      for next in powers
      where next.base == power.base && next.rest == power.rest && next.part == power.part + 1 {
        let (b, t) = (terms[power.base], terms[power.exponent])
        assert(
          "(=> (or (< 0.0 \(b)) (<= 1.0 \(t))) (= \(next.term) (* \(b) \(power.term))))")
        assumptions.insert("βᵗ⁺¹ = β·βᵗ")
      }
    }
  }

  /// Whether a node is a whole number wherever the symbols said to be whole are.
  private func isWhole(_ root: Int) -> Bool {
    var stack = [root]
    while let place = stack.popLast() {
      switch graph.nodes[place] {
      case .symbol(let name): if !wholeSymbols.contains(name) { return false }
      case .constant(let value): if !value.isInteger { return false }
      case .operation(let operation, let operands):
        guard [.sum, .difference, .product, .negation, .lesser, .greater].contains(operation),
          stack.count < 64
        else { return false }
        stack.append(contentsOf: operands)
      }
    }
    return true
  }

  // MARK: Paths

  /// Defines the condition on which each node's value is used, users first, and states the obligations.
  private mutating func placeObligations() {
    // The ways in which a node is used: always, or where one of these conditions holds.
    var isAlwaysUsed = [Bool](repeating: false, count: graph.nodes.count)
    var ways = [[String]](repeating: [], count: graph.nodes.count)
    for root in graph.roots { isAlwaysUsed[root] = true }
    func use(_ place: Int, on condition: String?) {
      if let condition {
        if !ways[place].contains(condition) { ways[place].append(condition) }
      } else {
        isAlwaysUsed[place] = true
      }
    }
    var paths = [String?](repeating: nil, count: graph.nodes.count)
    for place in graph.nodes.indices.reversed() {
      if !isAlwaysUsed[place] {
        let way = ways[place]
        let path = way.count == 1 ? way[0] : "(or \(way.joined(separator: " ")))"
        paths[place] = path.utf8.count > 24 ? define(path, type: "Bool") : path
      }
      guard case .operation(let operation, let operands) = graph.nodes[place] else { continue }
      let path = paths[place]
      if operation == .select {
        let test = "(< \(terms[operands[0]]) \(terms[operands[1]]))"
        let (yes, no) = (test, "(not \(test))")
        use(operands[0], on: path)
        use(operands[1], on: path)
        use(operands[2], on: path.map { "(and \($0) \(yes))" } ?? yes)
        use(operands[3], on: path.map { "(and \($0) \(no))" } ?? no)
      } else {
        for operand in operands { use(operand, on: path) }
      }
    }
    let notation = TextNotation(graph: graph, names: [])
    for condition in conditions {
      let path = paths[condition.place]
      obligations.append(
        SMTObligation(
          kind: condition.kind,
          term: path.map { "(=> \($0) \(condition.claim))" } ?? condition.claim, path: path,
          operand: notation.beginning(condition.operand)))
    }
  }
}

/// A power with a symbolic exponent: `exponent` is the node `rest` plus the whole number `part`.
private struct SMTPower {
  let base: Int
  let exponent: Int
  let rest: Int
  let part: Int
  let term: String
}

extension TextNotation {
  /// The text of a node of few nodes, else a mark.
  func beginning(_ place: Int) -> String {
    var count = 0
    var stack = [place]
    while let top = stack.popLast() {
      count += 1
      if count > 60 { return "…" }
      stack.append(contentsOf: graph.nodes[top].operands)
    }
    return line(place)
  }
}
