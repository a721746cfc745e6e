internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Properties
internal import Yams

/// Reads the parts of a formula file in turn.
struct FormulaFileReader {
  static let keys = [
    "optimizer", "source", "family", "traits", "base", "state", "hyperparameters", "domain",
    "roles",
    "aliases", "invariants", "claims", "update",
  ]
  /// The names that statements may use without declaring them.
  static let given = ["theta", "g", "t", "loss"]

  let document: YAMLDocument
  var name = ""
  var family: String?
  var state: [(name: String, start: Rational)] = []
  var hyperparameters: [(name: String, value: Rational)] = []
  var roles: [String: String] = [:]
  var domains: [String: Domain] = [:]
  var invariants: [Relation] = []
  var source: String?
  var traits: Set<Trait> = []
  var claims: [AuthorsClaim] = []
  var aliases: [String: String] = [:]
  /// The built-in whose step is part of the file's.
  var base: FormulaBase?
  private(set) var nodes: [String: Node] = [:]

  init(document: YAMLDocument) { self.document = document }

  mutating func read() throws(FormulaFileError) {
    for (key, value) in document.root {
      let name = try document.text(key, of: "a key")
      guard Self.keys.contains(name) else {
        let hint = nearestName(to: name, among: Self.keys).map { "; did you mean `\($0)`?" } ?? ""
        throw document.error(
          "unknown key `\(name)`\(hint) (known: \(Self.keys.joined(separator: ", ")))", at: key)
      }
      nodes[name] = value
    }
    guard let optimizer = nodes["optimizer"] else {
      throw document.error("the key `optimizer`, the rule's name, is missing", at: nil)
    }
    name = try document.text(optimizer, of: "optimizer")
    guard !name.isEmpty, name.count <= 100,
      !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
    else {
      throw document.error("`optimizer` is a name of one line, at most 100 long", at: optimizer)
    }
    family = try nodes["family"].map { node throws(FormulaFileError) in
      try document.text(node, of: "family")
    }
    source = try nodes["source"].map { node throws(FormulaFileError) in
      try document.text(node, of: "source")
    }
    state = try numbers("state").map { ($0.name, $0.value) }
    hyperparameters = try numbers("hyperparameters")
    try checkNames()
    try readTraits()
    try readRoles()
    try readAliases()
    try readDomains()
    try readBase()
    try readInvariants()
    try readClaims()
  }

  private mutating func readTraits() throws(FormulaFileError) {
    guard let node = nodes["traits"] else { return }
    for element in try document.elements(node, of: "traits") {
      let text = try document.text(element, of: "a trait")
      let known = Trait.declarable.map(\.name)
      guard known.contains(text) else {
        let hint = nearestName(to: text, among: known).map { "; did you mean `\($0)`?" } ?? ""
        throw document.error(
          "there is no trait `\(text)`\(hint) (known: \(known.joined(separator: ", ")))",
          at: element)
      }
      traits.insert(Trait(text))
    }
  }

  /// `base:` names a built-in; its state and its hyper-parameters become the file's.
  private mutating func readBase() throws(FormulaFileError) {
    guard let node = nodes["base"] else { return }
    let base = try FormulaBase(
      named: document.text(node, of: "base"), hyperparameters: hyperparameters, roles: roles
    ) { message throws(FormulaFileError) in throw document.error(message, at: node) }
    let own = Set(state.map(\.name) + hyperparameters.map(\.name) + Self.given)
    for (name, start) in base.slots {
      guard !own.contains(name) else {
        throw document.error("the name `\(name)` is of the base's state", at: node)
      }
      state.append((name, start))
    }
    for (name, symbol, value, domain) in base.inherited {
      guard !own.contains(symbol) else {
        throw document.error("the name `\(symbol)` is of a hyper-parameter of the base", at: node)
      }
      hyperparameters.append((symbol, value))
      roles[symbol] = name
      domains[name] = domain
    }
    self.base = base
  }

  /// A mapping of names to exact numbers.
  private func numbers(
    _ key: String
  ) throws(FormulaFileError) -> [(name: String, value: Rational)] {
    guard let node = nodes[key] else { return [] }
    var numbers: [(String, Rational)] = []
    for entry in try document.entries(node, of: key) {
      let text = try document.text(entry.value, of: entry.name)
      guard let value = Rational(text) else {
        throw document.error("`\(entry.name)` is `\(text)`, which is no number", at: entry.value)
      }
      numbers.append((entry.name, value))
    }
    return numbers
  }

  private func checkNames() throws(FormulaFileError) {
    var seen = Set(Self.given)
    for (key, names) in [
      ("state", state.map(\.name)), ("hyperparameters", hyperparameters.map(\.name)),
    ] {
      for name in names {
        guard Self.isWord(name) else {
          throw document.error(
            "`\(name)` is no name: letters, digits and _ make one", at: nodes[key])
        }
        guard seen.insert(name).inserted else {
          throw document.error("the name `\(name)` is taken already", at: nodes[key])
        }
      }
    }
    guard state.count <= 64, hyperparameters.count <= 64 else {
      throw document.error("more than 64 names of a kind", at: nil)
    }
  }

  /// Whether a text is a name that formulas can use.
  static func isWord(_ text: String) -> Bool {
    guard let first = text.first, first.isASCII, first.isLetter || first == "_" else {
      return false
    }
    return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }

  /// `roles:` maps a hyper-parameter's own name to a canonical one.
  private mutating func readRoles() throws(FormulaFileError) {
    for (name, _) in hyperparameters { roles[name] = HyperparameterRole.canonicalName(of: name) }
    if let node = nodes["roles"] {
      for entry in try document.entries(node, of: "roles") {
        guard roles[entry.name] != nil else {
          throw document.error("`\(entry.name)` is no hyper-parameter of this file", at: entry.key)
        }
        roles[entry.name] = try document.text(entry.value, of: entry.name)
      }
    }
    var taken: [String: String] = [:]
    for (name, _) in hyperparameters {
      let role = roles[name, default: name]
      if let other = taken.updateValue(name, forKey: role) {
        throw document.error(
          "`\(other)` and `\(name)` are both the \(role); `roles:` tells them apart",
          at: nodes["hyperparameters"])
      }
    }
  }

  /// `aliases:` lists the names that a hyper-parameter has in programs.
  private mutating func readAliases() throws(FormulaFileError) {
    guard let node = nodes["aliases"] else { return }
    for entry in try document.entries(node, of: "aliases") {
      guard let role = roles[entry.name] else {
        throw document.error("`\(entry.name)` is no hyper-parameter of this file", at: entry.key)
      }
      for element in try document.elements(entry.value, of: entry.name) {
        let alias = try document.text(element, of: "a name")
        guard aliases.updateValue(role, forKey: alias) == nil else {
          throw document.error("`\(alias)` stands for two hyper-parameters", at: element)
        }
      }
    }
  }

  private mutating func readDomains() throws(FormulaFileError) {
    guard let node = nodes["domain"] else { return }
    for entry in try document.entries(node, of: "domain") {
      guard let (name, value) = hyperparameters.first(where: { $0.name == entry.name }) else {
        throw document.error("`\(entry.name)` is no hyper-parameter of this file", at: entry.key)
      }
      let text = try document.text(entry.value, of: entry.name)
      guard let domain = Domain(text) else {
        throw document.error(
          "`\(text)` is no domain; `[0, 1)` or `(0, inf)` would be one", at: entry.value)
      }
      guard domain.contains(value) else {
        throw document.error(
          "`\(name)` is \(value.decimalDescription), outside its domain \(domain)", at: entry.value)
      }
      domains[roles[name, default: name]] = domain
    }
  }

}
