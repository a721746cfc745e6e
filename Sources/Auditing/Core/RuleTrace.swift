internal import Formulas
internal import Numbers
internal import Optimizers
internal import Properties

/// One step of one coordinate on symbols: what the rule's text says, as formulas.
///
/// The trace covers one choice of options. Everything is symbolic, the step count and the hyper-parameters
/// included, but for those that a file fixes at their value.
struct RuleTrace: Sendable {
  let before: CoordinateState<Formula>
  let after: CoordinateState<Formula>
  /// The numbers within the step that have a name.
  let quantities: [String: Formula]
  /// The symbols of the hyper-parameters, by canonical name.
  let hyperparameters: [String: Formula]
  let gradient: Formula
  let step: Formula
  let loss: Formula
  let slotNames: [String]

  var arena: FormulaArena

  /// Traces a step from the symbols `theta`, the slots' names, `g`, `t` and `loss`.
  ///
  /// - Parameters:
  ///   - isFresh: whether the slots hold their start instead of symbols.
  ///   - substituting: what stands in the place of symbols, by their names.
  init(
    _ rule: any TransparentRule, isFresh: Bool = false, in arena: FormulaArena = FormulaArena(),
    replacing substitutes: [String: Formula] = [:]
  ) {
    func symbol(_ name: String) -> Formula { substitutes[name] ?? arena.symbol(name) }
    self.arena = arena
    slotNames = rule.slotNames
    var values: [String: Formula] = [:]
    for (name, value) in rule.hyperparameters {
      let symbolName = RuleTrace.symbolName(of: name)
      let isFixed = rule.fixedHyperparameters.contains(name)
      values[name] =
        substitutes[symbolName] ?? (isFixed ? Formula(value) : arena.symbol(symbolName))
    }
    hyperparameters = values
    (gradient, step, loss) = (symbol("g"), symbol("t"), symbol("loss"))
    let ordered = rule.hyperparameters.map { values[$0.name] ?? 0 }
    var state: CoordinateState<Formula> = rule.start(
      at: symbol("theta"), hyperparameters: ordered)
    if !isFresh {
      state.slots = rule.slotNames.map(symbol)
      state.history = state.history.indices.map { symbol("history\($0)") }
    }
    before = state
    let loss = rule.requiresLoss ? loss : nil
    let factor = rule.gradientFactor(
      gradients: [gradient], loss: loss, hyperparameters: ordered)
    let scaled = factor == 1 ? gradient : factor * gradient
    let named = rule.step(
      &state, gradient: scaled, context: StepContext(t: step, loss: loss),
      hyperparameters: ordered)
    after = state
    quantities = Dictionary(named.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
  }

  /// The symbol of a hyper-parameter: the last part of its name, `N1` for `ayla.N1`.
  static func symbolName(of hyperparameter: String) -> String {
    hyperparameter.split(separator: ".").last.map(String.init) ?? hyperparameter
  }

  /// A formula of the rule's names, with what the trace has in their place.
  func formula(_ text: String) throws(FormulaSyntaxError) -> Formula {
    let names = Dictionary(
      hyperparameters.map { (RuleTrace.symbolName(of: $0.key), $0.value) },
      uniquingKeysWith: { $1 })
    return try Formula(parsing: text, variables: nil, in: arena).substituting(names)
  }

  /// The change of θ.
  var change: Formula { after.parameter - before.parameter }

  /// What holds of the hyper-parameters: the domains of their cards.
  func domainAssumptions(_ domains: [String: Domain]) -> [Relation] {
    hyperparameters.sorted { $0.key < $1.key }.flatMap { name, symbol -> [Relation] in
      guard let domain = domains[name], symbol.symbolName != nil else { return [] }
      var relations: [Relation] = []
      if let lower = domain.lower {
        relations.append(
          Relation(Formula(lower), domain.lowerIsOpen ? .less : .lessOrEqual, symbol))
      }
      if let upper = domain.upper {
        relations.append(
          Relation(symbol, domain.upperIsOpen ? .less : .lessOrEqual, Formula(upper)))
      }
      return relations
    }
  }

  /// The step as a textbook prints it.
  var text: String {
    Formula.listing(
      zip(slotNames, after.slots).map { ($0, $1) } + [("theta", after.parameter)]
    ).joined(separator: "\n")
  }
}
