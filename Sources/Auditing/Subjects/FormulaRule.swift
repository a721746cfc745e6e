public import Formulas
public import Numbers
public import Optimizers

/// A rule that is given by the formulas of one step, and run by evaluating them.
public struct FormulaRule: TransparentRule {
  public let slotNames: [String]
  public let slotStart: [Rational]
  /// By canonical name.
  public private(set) var hyperparameters: [(name: String, value: Rational)]
  public let fixedHyperparameters: Set<String>
  public let requiresLoss: Bool
  public let reductions: [VectorReduction]
  /// The symbols that stand for the hyper-parameters in the formulas, in their order.
  let hyperparameterSymbols: [String]
  private let quantityNames: [String]
  private let program: FormulaProgram
  /// What a coordinate contributes to each reduction, which may read those before it.
  private let contributions: [FormulaProgram]

  /// A number that many coordinates make together, and the symbol that stands for it.
  struct ReductionTerm {
    var symbol: String
    var reduction: VectorReduction
    var argument: Formula
  }

  /// - Parameters:
  ///   - slots: the numbers kept for each coordinate, each with its start and its formula after a step.
  ///   - hyperparameters: canonical name, the symbol in the formulas, value.
  ///   - fixed: the canonical names of those that have no domain.
  ///   - reductions: each over the same names, and the symbols of those before it.
  ///   - parameter: `theta` after a step, over `theta`, `g`, `t`, `loss`, slots, hyper-parameters and the
  ///     reductions' symbols.
  ///   - quantities: the numbers within a step that have a name of their own.
  init(
    slots: [(name: String, start: Rational, update: Formula)],
    hyperparameters: [(name: String, symbol: String, value: Rational)],
    fixed: Set<String> = [], reductions: [ReductionTerm] = [],
    parameter: Formula, quantities: [(name: String, formula: Formula)]
  ) {
    slotNames = slots.map(\.name)
    slotStart = slots.map(\.start)
    self.hyperparameters = hyperparameters.map { ($0.name, $0.value) }
    hyperparameterSymbols = hyperparameters.map(\.symbol)
    fixedHyperparameters = fixed
    self.reductions = reductions.map(\.reduction)
    quantityNames = quantities.map(\.name)
    let outputs = [parameter] + slots.map(\.update) + quantities.map(\.formula)
    requiresLoss = (outputs + reductions.map(\.argument)).contains { $0.symbols.contains("loss") }
    let inputs = ["theta", "g", "t", "loss"] + slotNames + hyperparameterSymbols
    let symbols = reductions.map(\.symbol)
    program = FormulaProgram(outputs: outputs, inputs: inputs + symbols)
    contributions = reductions.enumerated().map { index, term in
      FormulaProgram(outputs: [term.argument], inputs: inputs + symbols.prefix(index))
    }
  }

  public func gradientFactor<N: RuleNumber>(
    gradients: [N], loss: N?, hyperparameters: [N]
  ) -> N { 1 }

  /// The inputs of the programs, but for the reductions.
  private func inputs<N: RuleNumber>(
    _ state: CoordinateState<N>, _ gradient: N, _ context: StepContext<N>, _ hyperparameters: [N]
  ) -> [N] {
    [state.parameter, gradient, context.t, requiresLoss ? context.requiredLoss : 0]
      + state.slots + hyperparameters
  }

  public func contribution<N: RuleNumber>(
    to reduction: Int, of state: CoordinateState<N>, gradient: N, context: StepContext<N>,
    hyperparameters: [N], reduced: [N]
  ) throws(N.Failure) -> N {
    try contributions[reduction].run(
      inputs(state, gradient, context, hyperparameters) + reduced.prefix(reduction))[0]
  }

  /// As of a vector of this one coordinate.
  @discardableResult
  public func step<N: RuleNumber>(
    _ state: inout CoordinateState<N>, gradient: N, context: StepContext<N>, hyperparameters: [N]
  ) throws(N.Failure) -> [NamedQuantity<N>] {
    var reduced: [N] = []
    for index in reductions.indices {
      let own = try contribution(
        to: index, of: state, gradient: gradient, context: context,
        hyperparameters: hyperparameters, reduced: reduced)
      reduced.append(try reductions[index].value([own]))
    }
    return try step(
      &state, gradient: gradient, context: context, hyperparameters: hyperparameters,
      reduced: reduced)
  }

  @discardableResult
  public func step<N: RuleNumber>(
    _ state: inout CoordinateState<N>, gradient: N, context: StepContext<N>, hyperparameters: [N],
    reduced: [N]
  ) throws(N.Failure) -> [NamedQuantity<N>] {
    let outputs = try program.run(inputs(state, gradient, context, hyperparameters) + reduced)
    state.parameter = outputs[0]
    state.slots = Array(outputs[1..<(1 + slotNames.count)])
    return zip(quantityNames, outputs[(1 + slotNames.count)...]).map { NamedQuantity($0, $1) }
  }

  /// The rule with another value of a hyper-parameter.
  func setting(_ name: String, to value: Rational) -> FormulaRule {
    var rule = self
    for index in hyperparameters.indices where hyperparameters[index].name == name {
      rule.hyperparameters[index].value = value
    }
    return rule
  }
}
