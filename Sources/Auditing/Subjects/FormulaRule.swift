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
  /// The symbols that stand for the hyper-parameters in the formulas, in their order.
  let hyperparameterSymbols: [String]
  private let quantityNames: [String]
  private let program: FormulaProgram

  /// - Parameters:
  ///   - slots: the numbers kept for each coordinate, each with its start and its formula after a step.
  ///   - hyperparameters: canonical name, the symbol in the formulas, value.
  ///   - fixed: the canonical names of those that have no domain.
  ///   - parameter: `theta` after a step, over `theta`, `g`, `t`, `loss`, slots and hyper-parameters.
  ///   - quantities: the numbers within a step that have a name of their own.
  init(
    slots: [(name: String, start: Rational, update: Formula)],
    hyperparameters: [(name: String, symbol: String, value: Rational)],
    fixed: Set<String> = [],
    parameter: Formula, quantities: [(name: String, formula: Formula)]
  ) {
    slotNames = slots.map(\.name)
    slotStart = slots.map(\.start)
    self.hyperparameters = hyperparameters.map { ($0.name, $0.value) }
    hyperparameterSymbols = hyperparameters.map(\.symbol)
    fixedHyperparameters = fixed
    quantityNames = quantities.map(\.name)
    let outputs = [parameter] + slots.map(\.update) + quantities.map(\.formula)
    requiresLoss = outputs.contains { $0.symbols.contains("loss") }
    program = FormulaProgram(
      outputs: outputs,
      inputs: ["theta", "g", "t", "loss"] + slotNames + hyperparameterSymbols)
  }

  public func gradientFactor<N: RuleNumber>(
    gradients: [N], loss: N?, hyperparameters: [N]
  ) -> N { 1 }

  @discardableResult
  public func step<N: RuleNumber>(
    _ state: inout CoordinateState<N>, gradient: N, context: StepContext<N>, hyperparameters: [N]
  ) throws(N.Failure) -> [NamedQuantity<N>] {
    let outputs = try program.run(
      [state.parameter, gradient, context.t, requiresLoss ? context.requiredLoss : 0]
        + state.slots + hyperparameters)
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
