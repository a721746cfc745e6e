internal import Formulas
internal import Numbers
internal import Optimizers
internal import Properties

/// The moments of a rule, as one step of its text on symbols shows them.
///
/// The gradient is the one that the rule sees, behind clips and loss transforms; weight decay is 0. A slot is
/// found by its name, or by what it does with the gradient from a fresh state. A corrected moment is what the
/// step makes of a slot's new value with decays and the step count alone: the slot's new value itself where
/// it makes nothing of it.
struct MomentTrace: Sendable {
  let arena: FormulaArena
  /// The symbol `g`.
  let gradient: Formula
  /// The symbol `t`.
  let step: Formula
  let slotNames: [String]
  let slotStart: [Rational]
  /// The slots after the step, over the symbols of the state before it.
  let slots: [Formula]
  /// What the rule keeps for all coordinates alike, after the step, over `history0`, `history1`, …
  let history: [Formula]
  /// The symbols of the hyper-parameters, by canonical name.
  let hyperparameters: [String: Formula]
  /// The change of θ.
  let change: Formula
  let quantities: [String: Formula]
  /// The places of the slots of `m`, `v` and `s`.
  let meanSlot: Int?
  let squareSlot: Int?
  let varianceSlot: Int?
  /// What its subject declares, and the readings that it follows: which moments are to be looked for.
  private(set) var traits: Set<Trait> = []
  private(set) var conventions: [String: String] = [:]

  /// The trace of a subject's rule, with what the subject declares of it.
  init(_ rule: any TransparentRule, of subject: AuditSubject) {
    self.init(rule)
    traits = subject.traits
    conventions = subject.conventions
  }

  init(_ rule: any TransparentRule) {
    let arena = FormulaArena()
    self.arena = arena
    var values: [String: Formula] = [:]
    for (name, _) in rule.hyperparameters {
      values[name] = name == "weightDecay" ? 0 : arena.symbol(RuleTrace.symbolName(of: name))
    }
    hyperparameters = values
    (gradient, step) = (arena.symbol("g"), arena.symbol("t"))
    slotNames = rule.slotNames
    slotStart = rule.slotStart
    var state: CoordinateState<Formula> = rule.start(at: arena.symbol("theta"))
    let parameter = state.parameter
    state.slots = rule.slotNames.map { arena.symbol($0) }
    state.history = state.history.indices.map { arena.symbol("history\($0)") }
    let named = rule.step(
      &state, gradient: gradient,
      context: StepContext(t: step, loss: rule.requiresLoss ? arena.symbol("loss") : nil),
      hyperparameters: rule.hyperparameters.map { values[$0.name] ?? 0 })
    slots = state.slots
    history = state.history
    change = state.parameter - parameter
    quantities = Dictionary(named.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    let fresh = zip(slots, rule.slotNames).map { slot, _ in
      slot.substituting(
        Dictionary(
          zip(rule.slotNames, rule.slotStart.map { Formula($0) }), uniquingKeysWith: { $1 }
        ).merging(["theta": 0], uniquingKeysWith: { $1 }))
    }
    func grows(_ place: Int, by factor: Formula) -> Bool {
      let doubled = fresh[place].substituting(["g": 2 * arena.symbol("g")])
      return !fresh[place].isIdentical(to: 0)
        && doubled.isIdentical(to: factor * fresh[place])
    }
    func slot(_ name: String, _ condition: (Int) -> Bool) -> Int? {
      rule.slotNames.firstIndex(of: name) ?? rule.slotNames.indices.first(where: condition)
    }
    let mean = slot("m") { grows($0, by: 2) }
    meanSlot = mean
    let meanName = mean.map { rule.slotNames[$0] }
    let formulas = slots
    func followsMean(_ place: Int) -> Bool {
      meanName.map { formulas[place].symbols.contains($0) } ?? false
    }
    squareSlot = slot("v") { grows($0, by: 4) && !followsMean($0) }
    varianceSlot = slot("s") { grows($0, by: 4) && followsMean($0) }
  }

  var beta1: Formula? { hyperparameters["beta1"] }
  var beta2: Formula? { hyperparameters["beta2"] }
  var beta3: Formula? { hyperparameters["beta3"] }

  /// The place of the slot that keeps the largest second moment so far; nil where there is none.
  var maximumSlot: Int? {
    guard traits.contains(.maximumMoment) else { return nil }
    return slotNames.indices.first { $0 != meanSlot && $0 != squareSlot && $0 != varianceSlot }
  }

  /// The slots before the first step, by name.
  var start: [String: Formula] {
    Dictionary(zip(slotNames, slotStart.map { Formula($0) }), uniquingKeysWith: { $1 })
  }

  /// The symbol that stands for a slot's value after the step.
  func afterSymbol(_ place: Int) -> Formula { arena.symbol("\(slotNames[place])_t") }

  /// A formula of the step in the terms of the slots after it.
  func afterStep(_ formula: Formula) -> Formula {
    formula.replacing(slots.indices.map { (slots[$0], afterSymbol($0)) }, in: arena)
  }

  /// A slot's new value times a correction of decays and the step count alone, in the terms of the slots
  /// after the step: the named quantity, else the largest such part of the step.
  ///
  /// - Throws: why there is none: the named quantity is something else, the corrections depend on earlier
  ///   steps, or the step does not use the slot.
  func corrected(_ place: Int, named name: String) throws(Exclusion) -> Formula {
    if let formula = quantities[name].map(afterStep) {
      guard correction(of: formula, place) != nil else {
        throw Exclusion("its \(name) is more than \(slotNames[place]) and a correction")
      }
      return formula
    }
    var used = Set(afterStep(change).symbols)
    if place == varianceSlot { used.formUnion(quantities.values.flatMap { afterStep($0).symbols }) }
    guard !used.contains(where: { $0.hasPrefix("history") }) else {
      throw Exclusion("its corrections depend on earlier steps")
    }
    guard let symbol = afterSymbol(place).symbolName, used.contains(symbol) else {
      throw Exclusion("its step does not use \(slotNames[place]) itself")
    }
    let parts =
      quantities.sorted { $0.key < $1.key }.map(\.value) + change.parts(in: arena)
    let candidates = parts.map(afterStep).filter { correction(of: $0, place) != nil }
    if let largest = candidates.max(by: { $0.nodeCount < $1.nodeCount }),
      largest != afterSymbol(place)
    {
      return largest
    }
    // A correction that is there, but merged with other factors, is not a missing one.
    // One slot may play two of these roles.
    let decay =
      place == meanSlot
      ? beta1 : place == squareSlot ? beta2 : place == varianceSlot ? beta3 : nil
    guard let decay, !change.parts(in: arena).contains(.power(decay, step)) else {
      throw Exclusion("its correction of \(slotNames[place]) is merged with other factors")
    }
    return afterSymbol(place)
  }

  /// The factor of a formula `c·m_t` whose `c` holds nothing but decays and `t`; nil for any other.
  func correction(of formula: Formula, _ place: Int) -> Formula? {
    let symbol = afterSymbol(place)
    guard let name = symbol.symbolName, formula.symbols.contains(name) else { return nil }
    let allowed = hyperparameters.filter { $0.key.hasPrefix("beta") }.values
      .compactMap(\.symbolName)
    let others = Set(formula.symbols).subtracting([name])
    guard others.isSubset(of: Set(allowed).union(["t"])) else { return nil }
    let factor = formula.substituting([name: 1])
    return formula.isIdentical(to: factor * symbol) ? factor : nil
  }

  /// What holds of the decays: their domains, or their values where the subject fixes them.
  func decayDomain(_ subject: AuditSubject) -> [Relation] {
    hyperparameters.keys.sorted().filter { $0.hasPrefix("beta") }
      .flatMap { domain(of: $0, subject) }
  }

  /// What holds of a hyper-parameter: its domain, or its value where the subject fixes it.
  func domain(of name: String, _ subject: AuditSubject) -> [Relation] {
    guard let symbol = hyperparameters[name] else { return [] }
    if let rule = subject.rule, rule.fixedHyperparameters.contains(name),
      let value = rule.value(of: name)
    {
      return [Relation(symbol, .equal, Formula(value))]
    }
    if let domain = subject.domains[name] { return relations(of: symbol, in: domain) }
    return name.hasPrefix("beta") ? relations(of: symbol, in: .decay) : []
  }

  /// The relations that say that a formula lies in a domain.
  private func relations(of formula: Formula, in domain: Domain) -> [Relation] {
    var relations: [Relation] = []
    if let lower = domain.lower {
      relations.append(
        Relation(Formula(lower), domain.lowerIsOpen ? .less : .lessOrEqual, formula))
    }
    if let upper = domain.upper {
      relations.append(
        Relation(formula, domain.upperIsOpen ? .less : .lessOrEqual, Formula(upper)))
    }
    return relations
  }
}

extension Formula {
  /// The formula with other formulas in the place of some of its parts.
  func replacing(
    _ replacements: [(part: Formula, formula: Formula)], in arena: FormulaArena
  ) -> Formula {
    let rebuilt: (original: Formula, formula: Formula) = fold { node, operands in
      let (original, formula): (Formula, Formula) =
        switch node {
        case .constant(let value): (arena.constant(value), arena.constant(value))
        case .symbol(let name): (arena.symbol(name), arena.symbol(name))
        case .operation(let operation, _):
          (
            Formula(operation, operands.map(\.original)),
            Formula(operation, operands.map(\.formula))
          )
        }
      let replacement = replacements.first { $0.part == original }?.formula
      return (original, replacement ?? formula)
    }
    return rebuilt.formula
  }

  /// All operations in it, each once, operands first.
  func parts(in arena: FormulaArena) -> [Formula] {
    var parts: [Formula] = []
    let _: Formula = fold { node, operands in
      switch node {
      case .constant(let value): return arena.constant(value)
      case .symbol(let name): return arena.symbol(name)
      case .operation(let operation, _):
        let formula = Formula(operation, operands)
        parts.append(formula)
        return formula
      }
    }
    return parts
  }
}
