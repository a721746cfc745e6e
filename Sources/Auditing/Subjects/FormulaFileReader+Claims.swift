internal import Formulas
internal import Yams

extension FormulaFileReader {
  /// `claims:` is a sequence of `{id, bound, where}` and `{id, invariant: {replace, gives, where}}`.
  mutating func readClaims() throws(FormulaFileError) {
    guard let node = nodes["claims"] else { return }
    let elements = try document.elements(node, of: "claims")
    guard elements.count <= 100 else { throw document.error("more than 100 claims", at: node) }
    for element in elements {
      let claim = try claim(element)
      guard !claims.contains(where: { $0.id == claim.id }) else {
        throw document.error("the claim `\(claim.id)` stands there twice", at: element)
      }
      claims.append(claim)
    }
  }

  private func claim(_ node: Node) throws(FormulaFileError) -> AuthorsClaim {
    var members = try members(
      of: node, named: "a claim", known: ["id", "bound", "invariant", "where"])
    guard let idNode = members["id"] else {
      throw document.error("a claim has an `id`", at: node)
    }
    let id = try document.text(idNode, of: "id")
    guard !id.isEmpty, id.count <= 60,
      id.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
    else {
      throw document.error("`\(id)` is no id: letters, digits, - and _ make one", at: idNode)
    }
    let arena = FormulaArena()
    switch (members["bound"], members["invariant"]) {
    case (let bound?, nil):
      let premises = try relations(members["where"], in: arena)
      let text = try document.text(bound, of: "bound")
      let relation = try parsed(text, at: bound) { text throws(FormulaSyntaxError) in
        try Relation(parsing: text, variables: known + ["step"], in: arena)
      }
      return AuthorsClaim(
        id: id, statement: .bound(canonical(relation, arena)), premises: premises,
        text: text + condition(premises), freeSymbols: [])
    case (nil, let invariant?):
      let own = try self.members(
        of: invariant, named: "an invariance", known: ["replace", "gives", "where"])
      guard let replace = own["replace"] else {
        throw document.error("an invariance has a mapping `replace`", at: invariant)
      }
      members.merge(own, uniquingKeysWith: { $1 })
      var replacements: [String: Formula] = [:]
      var words: [String] = []
      for entry in try document.entries(replace, of: "replace") {
        guard ["g", "theta", "loss"].contains(entry.name) || roles[entry.name] != nil else {
          throw document.error(
            "`\(entry.name)` cannot be replaced: g, theta, loss and the hyper-parameters can",
            at: entry.key)
        }
        let text = try document.text(entry.value, of: entry.name)
        let formula = try parsed(text, at: entry.value) { text throws(FormulaSyntaxError) in
          try Formula(parsing: text, in: arena)
        }
        replacements[symbol(of: entry.name)] = formula.substituting(canonicalSymbols(arena))
        words.append("\(entry.name) → \(text)")
      }
      let gives = try own["gives"].map { node throws(FormulaFileError) in
        try parsed(try document.text(node, of: "gives"), at: node) {
          text throws(FormulaSyntaxError) in
          try Formula(parsing: text, in: arena).substituting(canonicalSymbols(arena))
        }
      }
      let premises = try relations(members["where"], in: arena, isFree: true)
      let formulas = Array(replacements.values) + [gives].compactMap(\.self)
      let symbols = Set(formulas.flatMap(\.symbols) + premises.flatMap(\.symbols))
      let given = Set(Self.given + hyperparameters.map { symbol(of: $0.name) } + ["step"])
      let free = symbols.subtracting(given)
      if let slot = state.map(\.name).first(where: free.contains) {
        throw document.error(
          "the state `\(slot)` cannot stand in an invariance, which speaks of whole runs", at: node)
      }
      guard free.count <= 3 else {
        throw document.error("an invariance has at most three symbols of its own", at: node)
      }
      let result = gives.map { "makes each step \($0)" } ?? "leaves the steps as they are"
      return AuthorsClaim(
        id: id,
        statement: .invariance(replacing: replacements, gives: gives ?? arena.symbol("step")),
        premises: premises,
        text: words.joined(separator: ", ") + " " + result + condition(premises),
        freeSymbols: free.sorted())
    default:
      throw document.error("a claim has a `bound` or an `invariant`", at: node)
    }
  }

  private func condition(_ premises: [Relation]) -> String {
    premises.isEmpty ? "" : ", where " + premises.map(\.description).joined(separator: ", ")
  }

  /// The names that a claim may use.
  private var known: [String] {
    state.map(\.name) + hyperparameters.map(\.name) + Self.given
  }

  /// A hyper-parameter's symbol in a trace; other names are their own.
  private func symbol(of name: String) -> String {
    roles[name].map(RuleTrace.symbolName) ?? name
  }

  private func canonicalSymbols(_ arena: FormulaArena) -> [String: Formula] {
    roles.mapValues { arena.symbol(RuleTrace.symbolName(of: $0)) }
  }

  private func canonical(_ relation: Relation, _ arena: FormulaArena) -> Relation {
    relation.substituting(canonicalSymbols(arena))
  }

  private func relations(
    _ node: Node?, in arena: FormulaArena, isFree: Bool = false
  ) throws(FormulaFileError) -> [Relation] {
    guard let node else { return [] }
    let nodes: [Node]
    if case .sequence = node {
      nodes = try document.elements(node, of: "where")
    } else {
      nodes = [node]
    }
    var relations: [Relation] = []
    for element in nodes {
      let text = try document.text(element, of: "where")
      relations.append(
        canonical(
          try parsed(text, at: element) { text throws(FormulaSyntaxError) in
            try Relation(parsing: text, variables: isFree ? nil : known, in: arena)
          }, arena))
    }
    return relations
  }

  private func parsed<Value>(
    _ text: String, at node: Node, _ body: (String) throws(FormulaSyntaxError) -> Value
  ) throws(FormulaFileError) -> Value {
    do {
      return try body(text)
    } catch {
      throw located(error, text: text, at: node)
    }
  }

  private func members(
    of node: Node, named name: String, known: [String]
  ) throws(FormulaFileError) -> [String: Node] {
    var members: [String: Node] = [:]
    for entry in try document.entries(node, of: name) {
      guard known.contains(entry.name) else {
        throw document.error(
          "unknown key `\(entry.name)` (known: \(known.joined(separator: ", ")))", at: entry.key)
      }
      members[entry.name] = entry.value
    }
    return members
  }
}
