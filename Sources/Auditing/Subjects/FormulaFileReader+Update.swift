internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Properties
internal import Yams

extension FormulaFileReader {
  mutating func readInvariants() throws(FormulaFileError) {
    let bases = (base?.invariants ?? []).compactMap { try? Relation(parsing: $0) }
    invariants += bases.filter { $0.symbols.allSatisfy(state.map(\.name).contains) }
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
  func located(
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
    let elements = try document.elements(node, of: "update")
    guard elements.count <= 1_000 else {
      throw document.error("more than 1000 statements", at: node)
    }
    let run = StatementRun(
      names: state.map(\.name) + hyperparameters.map(\.name) + Self.given, base: base)
    var quantities: [String] = []
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
      if run.current[target] == nil { quantities.append(target) }
      do {
        try run.assign(target, String(parts[1]))
      } catch {
        throw located(error, text: text, skipping: parts[0].count + 1, at: element)
      }
      guard run.baseSteps <= 1 else {
        throw document.error("the base makes one step in a step", at: element)
      }
    }
    let current = run.current
    guard let parameter = current["theta"], parameter != run.arena.symbol("theta") else {
      throw document.error("no statement of `update` assigns `theta`", at: node)
    }
    guard base == nil || run.baseSteps == 1 else {
      throw document.error("no statement of `update` calls `base(…)`, the base's step", at: node)
    }
    return FormulaRule(
      slots: state.map { ($0.name, $0.start, current[$0.name] ?? run.arena.symbol($0.name)) },
      hyperparameters: hyperparameters.map {
        (roles[$0.name, default: $0.name], $0.name, $0.value)
      },
      fixed: Set(hyperparameters.map { roles[$0.name, default: $0.name] })
        .subtracting(domains.keys),
      reductions: run.reductions, parameter: parameter,
      quantities: quantities.map { ($0, current[$0] ?? 0) })
  }
}

/// A step's statements as they are run on symbols.
private final class StatementRun {
  let arena = FormulaArena()
  /// What each name stands for so far.
  private(set) var current: [String: Formula] = [:]
  private(set) var reductions: [FormulaRule.ReductionTerm] = []
  /// How many steps the base has made.
  private(set) var baseSteps = 0
  private let base: FormulaBase?

  init(names: [String], base: FormulaBase?) {
    self.base = base
    for name in names { current[name] = arena.symbol(name) }
  }

  func assign(_ target: String, _ text: String) throws(FormulaSyntaxError) {
    var functions: [String: (Formula) -> Formula] = [:]
    for reduction in VectorReduction.all {
      functions[reduction.name] = { [self] argument in reduced(reduction, argument) }
    }
    if let base {
      functions["base"] = { [self] gradient in
        baseSteps += 1
        let after = base.step(on: gradient.substituting(current), current: current, in: arena)
        current.merge(after.slots, uniquingKeysWith: { $1 })
        // A name that no file can have, so that nothing is put in its place twice.
        current["base(g)"] = after.parameter
        return arena.symbol("base(g)")
      }
    }
    let formula = try Formula(
      parsing: text, variables: current.keys.filter { $0 != "base(g)" }.sorted(), in: arena,
      functions: functions)
    current[target] = formula.substituting(current)
    current["base(g)"] = nil
  }

  /// The symbol of a reduction, the same for equal ones.
  private func reduced(_ reduction: VectorReduction, _ argument: Formula) -> Formula {
    let own = argument.substituting(current)
    let known = reductions.first { $0.reduction == reduction && $0.argument == own }
    if let known { return arena.symbol(known.symbol) }
    // Printed as it was written, where that is short.
    let text = "\(reduction.name)(\(argument))"
    let isPlain = text.count <= 40 && !reductions.contains { $0.symbol == text }
    let symbol = isPlain ? text : "\(reduction.name)#\(reductions.count + 1)"
    reductions.append(.init(symbol: symbol, reduction: reduction, argument: own))
    return arena.symbol(symbol)
  }
}
