internal import Diagnostics
public import Formulas
public import Numbers
public import Properties
internal import Yams

/// An optimizer that exists as a formula: the contents of a formula file.
public struct FormulaFile: Sendable {
  /// The name that it gives itself.
  public let name: String
  /// The family whose laws it declares.
  public let family: String?
  public let rule: FormulaRule
  /// Where each hyper-parameter may lie, by canonical name; one that is not listed is fixed.
  public let domains: [String: Domain]
  /// What it says of every reachable state, over its own names.
  public let invariants: [Relation]

  /// Reads a formula file.
  ///
  /// - Throws: an error that names line and column: exit code 66 for a file that cannot be read, 65 for
  ///   one with wrong contents.
  public init(reading path: String) throws(FormulaFileError) {
    try self.init(document: YAMLDocument(reading: path))
  }

  /// Reads the text of a formula file.
  ///
  /// - Parameter path: the name that errors give it.
  public init(text: String, path: String) throws(FormulaFileError) {
    try self.init(document: YAMLDocument(text: text, path: path))
  }

  private init(document: YAMLDocument) throws(FormulaFileError) {
    var reader = FormulaFileReader(document: document)
    try reader.read()
    name = reader.name
    family = reader.family
    domains = reader.domains
    invariants = reader.invariants
    rule = try reader.rule()
  }
}

/// The canonical names of the roles that hyper-parameters play, and what else they are called.
enum HyperparameterRole {
  static let aliases: [String: String] = [
    "alpha": "learningRate", "eta": "learningRate", "lr": "learningRate",
    "learning_rate": "learningRate", "stepSize": "learningRate", "step_size": "learningRate",
    "mu": "momentum", "eps": "epsilon", "weight_decay": "weightDecay", "wd": "weightDecay",
    "lambda": "weightDecay", "b1": "beta1", "b2": "beta2", "b3": "beta3", "beta_1": "beta1",
    "beta_2": "beta2", "beta_3": "beta3", "rho": "beta2", "gamma": "beta2", "beta": "beta1",
  ]

  static func canonicalName(of name: String) -> String { aliases[name] ?? name }
}

/// Reads the parts of a formula file in turn.
private struct FormulaFileReader {
  static let keys = [
    "optimizer", "family", "state", "hyperparameters", "domain", "roles", "invariants", "update",
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
  private var nodes: [String: Node] = [:]

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
    state = try numbers("state").map { ($0.name, $0.value) }
    hyperparameters = try numbers("hyperparameters")
    try checkNames()
    try readRoles()
    try readDomains()
    try readInvariants()
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
  private static func isWord(_ text: String) -> Bool {
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

  private mutating func readInvariants() throws(FormulaFileError) {
    guard let node = nodes["invariants"] else { return }
    // Without `t`: an invariant is a set of states that a step maps into itself, at any step.
    let names = state.map(\.name) + hyperparameters.map(\.name)
    let arena = FormulaArena()
    for element in try document.elements(node, of: "invariants") {
      let text = try document.text(element, of: "an invariant")
      do {
        // Traces know hyper-parameters by their canonical names.
        let canonical = roles.mapValues { arena.symbol($0) }
        invariants.append(
          try Relation(parsing: text, variables: names, in: arena).substituting(canonical))
      } catch {
        throw located(error, text: text, at: element)
      }
    }
  }

  /// A syntax error at its place in the file.
  private func located(
    _ error: FormulaSyntaxError, text: String, skipping: Int = 0, at node: Node
  ) -> FormulaFileError {
    guard let mark = node.mark, error.line == 1 else {
      return document.error(error.message, at: node)
    }
    // A quoted scalar begins after its quotation mark.
    let line = document.lines.indices.contains(mark.line - 1) ? document.lines[mark.line - 1] : ""
    let first = line.dropFirst(max(0, mark.column - 1)).first
    let quote = first == "\"" || first == "'" ? 1 : 0
    return document.error(
      error.message, line: mark.line, column: mark.column + quote + skipping + error.column - 1)
  }

  /// Runs the statements on symbols, in order, each reading what the ones before it have written.
  func rule() throws(FormulaFileError) -> FormulaRule {
    guard let node = nodes["update"] else {
      throw document.error("the key `update`, a sequence of statements, is missing", at: nil)
    }
    let arena = FormulaArena()
    let names = state.map(\.name) + hyperparameters.map(\.name) + Self.given
    var current: [String: Formula] = [:]
    for name in names { current[name] = arena.symbol(name) }
    var quantities: [String] = []
    let elements = try document.elements(node, of: "update")
    guard elements.count <= 1_000 else {
      throw document.error("more than 1000 statements", at: node)
    }
    for element in elements {
      let text = try document.text(element, of: "a statement")
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let words = parts[0].split(whereSeparator: \.isWhitespace)
      guard parts.count == 2, words.count == 1, Self.isWord(String(words[0])) else {
        throw document.error("`\(text)` is no statement `name = formula`", at: element)
      }
      let target = String(words[0])
      let isFixed =
        hyperparameters.contains { $0.name == target } || ["g", "t", "loss"].contains(target)
      guard !isFixed else {
        throw document.error("`\(target)` is given, and cannot be assigned", at: element)
      }
      if current[target] == nil { quantities.append(target) }
      do {
        let formula = try Formula(
          parsing: String(parts[1]), variables: current.keys.sorted(), in: arena)
        current[target] = formula.substituting(current)
      } catch {
        throw located(error, text: text, skipping: parts[0].count + 1, at: element)
      }
    }
    guard let parameter = current["theta"], parameter != arena.symbol("theta") else {
      throw document.error("no statement of `update` assigns `theta`", at: node)
    }
    return FormulaRule(
      slots: state.map { ($0.name, $0.start, current[$0.name] ?? arena.symbol($0.name)) },
      hyperparameters: hyperparameters.map {
        (roles[$0.name, default: $0.name], $0.name, $0.value)
      },
      fixed: Set(hyperparameters.map { roles[$0.name, default: $0.name] })
        .subtracting(domains.keys),
      parameter: parameter,
      quantities: quantities.map { ($0, current[$0] ?? 0) })
  }
}
