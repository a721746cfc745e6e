public import Formulas
internal import Numbers
internal import Properties

/// Two texts of one rule, and what makes them the same: the definition, as the paper prints it, and the one
/// that runs because it is faster.
///
/// Over the reals only. In floating point the two differ by roundings, both within the running error of the
/// definition.
public struct SecondText: Sendable {
  /// One step of the definition from any state.
  public let definition: OptimizerTrace
  /// One step of the text that runs, on the same symbols.
  public let text: OptimizerTrace
  /// The domains of the hyper-parameters, and which slots are never negative.
  public let assumptions: [Relation]

  /// That the parameter and every slot are the same after the step.
  public var equalities: [Relation] {
    zip(definition.coordinate.slots, text.coordinate.slots).map {
      Relation($0.after, .equal, $1.after)
    } + [Relation(definition.parameter, .equal, text.parameter)]
  }
}

extension Optimizer {
  /// The definition of the rule beside the text that it runs; nil where it has but one.
  ///
  /// To be proved: under `assumptions`, for every step number `t`, the `equalities`.
  public func secondText(in arena: FormulaArena = FormulaArena()) -> SecondText? {
    guard let definition = rule.definition else { return nil }
    let names = Set(rule.hyperparameters.map(\.key.symbol))
    var texts: [String] = []
    for decay in ["beta1", "beta2", "beta3"] where names.contains(decay) {
      texts += ["\(decay) >= 0", "\(decay) < 1"]
    }
    texts += ["epsilon > 0", "learningRate > 0"].filter { text in
      names.contains { text.hasPrefix($0) }
    }
    // What keeps the radicands away from 0; other invariants only make a solver's work longer.
    texts += rule.card.invariants.filter { $0.hasSuffix(">= 0") }
    // A text that did not parse would be an assumption less.
    let assumptions = texts.compactMap { try? Relation(parsing: $0, in: arena) }
    return SecondText(
      definition: Optimizer(definition).trace(in: arena), text: Optimizer(rule).trace(in: arena),
      assumptions: assumptions)
  }
}
