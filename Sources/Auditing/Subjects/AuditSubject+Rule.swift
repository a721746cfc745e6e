internal import Diagnostics
public import Optimizers
public import Properties

extension AuditSubject {
  /// A rule of somebody's own, in Swift.
  ///
  /// - Parameter card: what it declares to be; its own card where that is nil. Where the card is a
  ///   built-in's, `Card.adam`, that built-in is the reference, at the rule's values of the
  ///   hyper-parameters that they share.
  public init(rule update: any UpdateRule, card: Card? = nil) throws {
    try self.init(optimizer: Optimizer(update), card: card)
  }

  /// An optimizer that is made of a rule, stages and wrappers, of somebody's own.
  public init(optimizer: Optimizer, card: Card? = nil) throws {
    let card = card ?? optimizer.card
    let own = OptimizerRule(optimizer: optimizer)
    let hasText = !optimizer.wrappers.contains { $0 is Lookahead }
    kind = .builtIn
    name = optimizer.card.name
    family = card.family == nil ? nil : card.name
    traits = card.traits
    source = [card.source, card.reading].filter { !$0.isEmpty }.joined(separator: "; ")
    domains = Self.domains(of: card, among: own)
    conventions = Self.conventions(of: card, settings: [])
    // A card of another rule speaks of that rule's state.
    let names = Set(own.slotNames)
    let isOwn = Set(card.slots.map(\.name)).isSubset(of: names)
    invariants = isOwn ? card.invariants : []
    stepBound = card.stepBound
    floatBox = card.floatBox
    transform = nil
    rule = hasText ? own : nil
    let isKnown = Optimizer.builtInNames.contains(card.name)
    reference =
      isKnown
      ? OptimizerRule(optimizer: try Self.claimedOptimizer(card.name, of: own, settings: []))
      : hasText ? own : nil
    executors = [
      OptimizerExecutor<Double>(optimizer: optimizer),
      OptimizerExecutor<Float>(optimizer: optimizer),
    ]
    self.optimizer = optimizer
    specification = ["kind": "swift", "name": .string(optimizer.card.name)]
    commandArguments = []
  }
}
