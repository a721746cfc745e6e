internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import Properties

/// A built-in optimizer inside a formula file: `base: adam`, and a statement `theta = base(g)`.
struct FormulaBase {
  /// Its state, the scalars that it keeps for all coordinates included.
  private(set) var slots: [(name: String, start: Rational)] = []
  /// Those of its hyper-parameters that the file does not list: canonical name, symbol, value, domain.
  private(set) var inherited: [(name: String, symbol: String, value: Rational, domain: Domain?)] =
    []
  /// What its card says of every reachable state.
  let invariants: [String]
  private let rule: OptimizerRule
  /// The symbols of its hyper-parameters in the file, in its order.
  private let symbols: [String]
  /// The places of the history that it uses.
  private let history: [Int]

  /// - Parameters:
  ///   - hyperparameters: the file's, whose values stand in the place of the base's where they share a role.
  ///   - failure: throws the file's error with a message.
  init(
    named name: String, hyperparameters: [(name: String, value: Rational)],
    roles: [String: String], failure: (String) throws(FormulaFileError) -> Never
  ) throws(FormulaFileError) {
    var optimizer: Optimizer
    do {
      let known = Set(try Optimizer(named: name).card.hyperparameters.map(\.key))
      let shared = hyperparameters.filter { known.contains(roles[$0.name, default: $0.name]) }
      optimizer = try Optimizer(
        named: name,
        settings: shared.map { (roles[$0.name, default: $0.name], $0.value.decimalDescription) })
    } catch {
      try failure("the base: \(error.message)")
    }
    // What depends on the whole gradient is written in `update:`, where it can be read.
    optimizer.stages = []
    guard !optimizer.wrappers.contains(where: { $0 is Lookahead }) else {
      try failure("the base goes back every few steps, which no formula of one step says")
    }
    rule = OptimizerRule(optimizer: optimizer)
    invariants = optimizer.card.invariants
    let own = Dictionary(
      hyperparameters.map { (roles[$0.name, default: $0.name], $0.name) },
      uniquingKeysWith: { first, _ in first })
    let domains = AuditSubject.domains(of: optimizer.card, among: rule)
    var symbols: [String] = []
    for (key, value) in rule.hyperparameters {
      symbols.append(own[key] ?? RuleTrace.symbolName(of: key))
      if own[key] == nil {
        inherited.append((key, RuleTrace.symbolName(of: key), value, domains[key]))
      }
    }
    self.symbols = symbols
    let trace = RuleTrace(rule)
    history = trace.after.history.indices.filter {
      !trace.after.history[$0].isIdentical(to: trace.before.history[$0])
    }
    slots = Array(zip(rule.slotNames, rule.slotStart)) + history.map { ("history\($0)", 0) }
  }

  /// A step of the base on a gradient, from what the names stand for so far.
  func step(
    on gradient: Formula, current: [String: Formula], in arena: FormulaArena
  ) -> (parameter: Formula, slots: [String: Formula]) {
    func value(_ name: String) -> Formula { current[name] ?? arena.symbol(name) }
    var state: CoordinateState<Formula> = rule.start(at: value("theta"))
    state.slots = rule.slotNames.map(value)
    for place in history { state.history[place] = value("history\(place)") }
    let loss = rule.requiresLoss ? value("loss") : nil
    let hyperparameters = symbols.map(value)
    let factor = rule.gradientFactor(
      gradients: [gradient], loss: loss, hyperparameters: hyperparameters)
    rule.step(
      &state, gradient: factor == 1 ? gradient : factor * gradient,
      context: StepContext(t: value("t"), loss: loss), hyperparameters: hyperparameters)
    var slots = Dictionary(
      zip(rule.slotNames, state.slots), uniquingKeysWith: { $1 })
    for place in history { slots["history\(place)"] = state.history[place] }
    return (state.parameter, slots)
  }
}
