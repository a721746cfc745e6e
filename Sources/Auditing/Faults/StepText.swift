internal import Formulas
internal import Numbers
internal import Optimizers
internal import Properties

/// One step of an optimizer as formulas that stand on their own, the factor on the gradients included: what
/// faults are planted in.
///
/// The symbols are `theta`, `g` (the gradient with its factor), `t`, `loss`, the slots and the
/// hyper-parameters; the factor is a formula of `norm`, `loss` and the hyper-parameters.
struct StepText: Sendable {
  struct Slot: Sendable {
    var name: String
    /// What it holds before the first step: a formula of the hyper-parameters.
    var start: Formula
    /// What it holds after a step.
    var update: Formula
  }

  let arena: FormulaArena
  var slots: [Slot]
  let hyperparameters: [(name: String, symbol: String, value: Rational)]
  let fixedHyperparameters: Set<String>
  /// Whether the rule needs the loss, even if a fault leaves it out.
  let requiresLoss: Bool
  /// θ after a step.
  var parameter: Formula
  /// What the gradients are multiplied by; nil for 1.
  var factor: Formula?
  /// Whether slots count that θ never depends on.
  var isSeenWhole = false
  /// The numbers within the step that have a name.
  var quantities: [(name: String, formula: Formula)]

  /// The text of a rule, its history kept as slots.
  init(_ rule: any TransparentRule) {
    let arena = FormulaArena()
    let symbols = rule.hyperparameters.map { RuleTrace.symbolName(of: $0.name) }
    let values = symbols.map { arena.symbol($0) }
    var state: CoordinateState<Formula> = rule.start(
      at: arena.symbol("theta"), hyperparameters: values)
    let starts = state.slots
    state.slots = rule.slotNames.map { arena.symbol($0) }
    let history = state.history.indices.map { arena.symbol("history\($0)") }
    state.history = history
    let loss = rule.requiresLoss ? arena.symbol("loss") : nil
    let factor = rule.gradientFactor(
      gradients: [arena.symbol("norm")], loss: loss, hyperparameters: values)
    let named = rule.step(
      &state, gradient: arena.symbol("g"), context: StepContext(t: arena.symbol("t"), loss: loss),
      hyperparameters: values)
    self.arena = arena
    slots = zip(zip(rule.slotNames, starts), state.slots).map {
      Slot(name: $0.0, start: $0.1, update: $1)
    }
    for (before, after) in zip(history, state.history) where before != after {
      slots.append(Slot(name: before.symbolName ?? "history", start: 0, update: after))
    }
    hyperparameters = zip(rule.hyperparameters, symbols).map { ($0.name, $1, $0.value) }
    fixedHyperparameters = rule.fixedHyperparameters
    requiresLoss = rule.requiresLoss
    parameter = state.parameter
    self.factor = factor == 1 ? nil : factor
    quantities = named.map { ($0.name, $0.value) }
  }

  /// The text of an optimizer with Lookahead around it: the two kinds of step, and a count of steps that
  /// chooses between them.
  init(lookahead optimizer: Optimizer) {
    let period = optimizer.wrappers.lazy.compactMap { ($0 as? Lookahead)?.period }.first ?? 1
    var base = optimizer
    base.wrappers.removeAll { $0 is Lookahead }
    self.init(OptimizerRule(optimizer: optimizer))
    let plain = optimizer.trace(in: arena, after: period > 1 ? 0 : period - 1)
    let synchronised = optimizer.trace(in: arena, after: period - 1)
    guard let slow = synchronised.coordinate.vectors.first(where: { $0.name == "slow" }) else {
      return
    }
    // The slow weights begin as the parameters; a slot begins as a number.
    let (t, theta) = (arena.symbol("t"), arena.symbol("theta"))
    let before = Formula.select(t, isLessThan: 2, then: theta, else: arena.symbol("slow"))
    let start = ["slow": before]
    let phase = arena.symbol("phase")
    let (next, length) = (phase + 1, arena.symbol("k"))
    // The driver's factor is ours already.
    func stepped(_ formula: Formula) -> Formula {
      guard let scale = synchronised.gradientScale else { return formula }
      return formula.replacing(
        [scale * arena.symbol("g"): arena.symbol("g")], in: arena)
    }
    let ordinary = stepped(plain.coordinate.parameter.after)
    parameter = .select(
      next, isLessThan: length, then: ordinary,
      else: stepped(synchronised.coordinate.parameter.after).substituting(start))
    slots.append(
      Slot(
        name: "slow", start: 0,
        update: .select(
          next, isLessThan: length, then: before, else: stepped(slow.after).substituting(start))))
    slots.append(
      Slot(
        name: "phase", start: 0, update: .select(next, isLessThan: length, then: next, else: 0)))
  }

  /// The slots that θ depends on, now or later.
  var liveSlots: Set<String> {
    if isSeenWhole { return Set(slots.map(\.name)) }
    var live: Set<String> = []
    var pending = parameter.symbols
    while let name = pending.popLast() {
      guard let slot = slots.first(where: { $0.name == name }), live.insert(name).inserted else {
        continue
      }
      pending += slot.update.symbols
    }
    return live
  }

  /// The formulas that say what a run does: of θ, of the slots that it depends on, of the factor.
  var roots: [Formula] {
    let live = liveSlots
    let slots = slots.filter { live.contains($0.name) }
    return [parameter] + slots.map(\.update) + slots.map(\.start) + (factor.map { [$0] } ?? [])
  }

  /// The text with `body` applied to every formula.
  func mapping(_ body: (Formula) -> Formula) -> StepText {
    var text = self
    text.parameter = body(parameter)
    for index in slots.indices {
      text.slots[index].update = body(slots[index].update)
      text.slots[index].start = body(slots[index].start)
    }
    text.factor = factor.map(body)
    for index in quantities.indices {
      text.quantities[index].formula = body(quantities[index].formula)
    }
    return text
  }

  /// The text with another formula in the place of a part, wherever that stands.
  func replacing(_ part: Formula, by substitute: Formula) -> StepText {
    mapping { $0.replacing([part: substitute], in: arena) }
  }

  /// Whether a run of the two does the same by structure alone.
  func hasSameText(as other: StepText) -> Bool {
    parameter == other.parameter && factor == other.factor
      && slots.map(\.update) == other.slots.map(\.update)
      && slots.map(\.start) == other.slots.map(\.start)
  }
}

extension Formula {
  /// The formula with other formulas in the place of some of its parts.
  func replacing(_ substitutes: [Formula: Formula], in arena: FormulaArena) -> Formula {
    fold { (node: Node, operands: [Formula]) -> Formula in
      switch node {
      case .constant(let value): return arena.constant(value)
      case .symbol(let name):
        let symbol = arena.symbol(name)
        return substitutes[symbol] ?? symbol
      case .operation(let operation, let parts):
        let whole = Formula(operation, parts)
        return substitutes[whole] ?? (parts == operands ? whole : Formula(operation, operands))
      }
    }
  }

  /// The operations in it, operands first, each once.
  var operations: [FormulaPart] {
    var found: [FormulaPart] = []
    fold { (node: Node, _: [Void]) in
      if case .operation(let operation, let operands) = node {
        found.append(
          FormulaPart(
            formula: Formula(operation, operands), operation: operation, operands: operands))
      }
    }
    return found
  }
}

/// An operation within a formula.
struct FormulaPart {
  let formula: Formula
  let operation: FormulaOperation
  let operands: [Formula]
}
