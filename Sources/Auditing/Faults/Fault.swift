internal import Formulas
internal import Numbers
internal import Optimizers
internal import Properties

/// A rule with one thing wrong in it.
struct Fault: Sendable {
  /// The rule, the operator, and which of its uses: `adam/drop-term/3`.
  let id: String
  let `operator`: FaultOperator
  /// What stands where, for people.
  let change: String
  let text: StepText
}

extension Fault {
  /// All faults of a text: every operator at every place, those left out that are the text itself or
  /// another fault of the list.
  static func all(of text: StepText, named name: String) -> [Fault] {
    var faults: [Fault] = []
    var seen: Set<[Formula]> = [text.signature]
    var parts: [FormulaPart] = []
    var known: Set<Formula> = []
    for root in text.roots {
      for part in root.operations where known.insert(part.formula).inserted { parts.append(part) }
    }
    for faultOperator in FaultOperator.allCases {
      var count = 0
      func add(_ changed: StepText, _ change: @autoclosure () -> String) {
        count += 1
        guard seen.insert(changed.signature).inserted else { return }
        faults.append(
          Fault(
            id: "\(name)/\(faultOperator.rawValue)/\(count)", operator: faultOperator,
            change: change(), text: changed))
      }
      for part in parts {
        for substitute in faultOperator.substitutes(for: part, in: text) {
          add(
            text.replacing(part.formula, by: substitute),
            "\(shown(substitute)) for \(shown(part.formula))")
        }
      }
      for (changed, note) in faultOperator.texts(from: text) { add(changed, note) }
    }
    return faults
  }

  /// A formula in a line, its middle left out where it is long.
  private static func shown(_ formula: Formula) -> String {
    let text = formula.description
    return text.count <= 90 ? text : "\(text.prefix(50)) … \(text.suffix(30))"
  }
}

extension StepText {
  /// What tells two texts apart.
  fileprivate var signature: [Formula] {
    [parameter] + slots.map(\.update) + slots.map(\.start) + [factor ?? 1]
  }
}

/// Runs a text that may have a fault in it.
struct TextRule: TransparentRule {
  let slotNames: [String]
  let slotStart: [Rational]
  private(set) var hyperparameters: [(name: String, value: Rational)]
  let fixedHyperparameters: Set<String>
  let requiresLoss: Bool
  private let quantityNames: [String]
  let program: FormulaProgram
  let factorProgram: FormulaProgram?
  private let startProgram: FormulaProgram

  init(_ text: StepText) {
    slotNames = text.slots.map(\.name)
    hyperparameters = text.hyperparameters.map { ($0.name, $0.value) }
    fixedHyperparameters = text.fixedHyperparameters
    quantityNames = text.quantities.map(\.name)
    let outputs = [text.parameter] + text.slots.map(\.update) + text.quantities.map(\.formula)
    let symbols = text.hyperparameters.map(\.symbol)
    startProgram = FormulaProgram(outputs: text.slots.map(\.start), inputs: symbols)
    slotStart =
      (try? startProgram.run(text.hyperparameters.map(\.value))) ?? text.slots.map { _ in 0 }
    requiresLoss = text.requiresLoss
    program = FormulaProgram(
      outputs: outputs, inputs: ["theta", "g", "t", "loss"] + slotNames + symbols)
    factorProgram = text.factor.map {
      FormulaProgram(outputs: [$0], inputs: ["norm", "loss"] + symbols)
    }
  }

  /// The rule with other values of hyper-parameters.
  func setting(_ values: [String: Rational]) -> TextRule {
    var rule = self
    for index in hyperparameters.indices {
      let name = hyperparameters[index].name
      rule.hyperparameters[index].value = values[name] ?? hyperparameters[index].value
    }
    return rule
  }

  func start<N: RuleNumber>(at parameter: N, hyperparameters: [N]) -> CoordinateState<N> {
    let slots = (try? startProgram.run(hyperparameters)) ?? slotStart.map { N($0) }
    return CoordinateState(
      parameter: parameter, slots: slots, history: [N](repeating: 0, count: 4))
  }

  func gradientFactor<N: RuleNumber>(
    gradients: [N], loss: N?, hyperparameters: [N]
  ) throws(N.Failure) -> N {
    guard let factorProgram else { return 1 }
    var norm: N
    if gradients.count == 1 {
      norm = gradients[0].magnitude
    } else {
      var squares: N = 0
      for gradient in gradients { squares = squares + gradient.squared() }
      norm = try .root(squares)
    }
    return try factorProgram.run([norm, loss ?? 0] + hyperparameters)[0]
  }

  @discardableResult
  func step<N: RuleNumber>(
    _ state: inout CoordinateState<N>, gradient: N, context: StepContext<N>, hyperparameters: [N]
  ) throws(N.Failure) -> [NamedQuantity<N>] {
    let outputs = try program.run(
      [state.parameter, gradient, context.t, context.loss ?? 0] + state.slots + hyperparameters)
    state.parameter = outputs[0]
    state.slots = Array(outputs[1..<(1 + slotNames.count)])
    return zip(quantityNames, outputs[(1 + slotNames.count)...]).map { NamedQuantity($0, $1) }
  }
}

/// Runs a text in `Double`, its memory taken once.
struct TextExecutor: SubjectExecutor {
  let rule: TextRule
  var arithmetic: Arithmetic { .float64 }

  func run(_ scenario: Scenario) throws -> Trajectory<Double> {
    var run = TextRun(rule, scenario.groups)
    var trajectory = Trajectory<Double>()
    trajectory.parameters.reserveCapacity(scenario.steps.count)
    for step in scenario.steps {
      run.advance(step)
      trajectory.parameters.append(run.parameters)
    }
    return trajectory
  }
}

/// A text on the tensors of a scenario, in `Double`.
struct TextRun {
  struct Tensor: Sendable {
    var parameters: [Double]
    /// By coordinate.
    var slots: [[Double]]
    var stepCount = 0
  }

  let rule: TextRule
  var tensors: [[Tensor]]
  var hyperparameters: [[Double]]
  private var workspace: FormulaProgram.Workspace<Double>
  private var outputs: [Double] = []

  init(_ rule: TextRule, _ groups: [Scenario.Group]) {
    self.rule = rule
    let hyperparameters = groups.map {
      rule.values(as: Double.self, replacing: $0.hyperparameters)
    }
    self.hyperparameters = hyperparameters
    tensors = zip(groups, hyperparameters).map { group, own in
      let start = rule.start(at: 0, hyperparameters: own).slots
      return group.parameters.map {
        Tensor(parameters: $0, slots: [[Double]](repeating: start, count: $0.count))
      }
    }
    workspace = FormulaProgram.Workspace(rule.program)
  }

  var parameters: [[[Double]]] { tensors.map { $0.map(\.parameters) } }

  mutating func set(_ values: [String: Rational], group: Int) {
    for (place, entry) in rule.hyperparameters.enumerated() {
      if let value = values[entry.name] { hyperparameters[group][place] = Double(value) }
    }
  }

  /// The factor on the gradients of a step.
  func factor(_ gradients: [[[Double]?]], loss: Double?) -> Double {
    guard rule.factorProgram != nil else { return 1 }
    return rule.gradientFactor(
      gradients: gradients.joined().compactMap(\.self).flatMap(\.self), loss: loss,
      hyperparameters: hyperparameters.first ?? [])
  }

  mutating func advance(_ step: Scenario.Step) {
    for (group, values) in step.changes { set(values, group: group) }
    let factor = factor(step.gradients, loss: step.loss)
    for (group, gradients) in step.gradients.enumerated() {
      for (tensor, gradient) in gradients.enumerated() {
        guard let gradient else { continue }
        advance(
          group: group, tensor: tensor, gradient: gradient.map { factor * $0 }, loss: step.loss)
      }
    }
  }

  /// One step of a tensor, on gradients that bear the factor.
  ///
  /// - Parameter t: the step's number, where it is not the tensor's own.
  mutating func advance(
    group: Int, tensor: Int, gradient: [Double], loss: Double?, t: Double? = nil
  ) {
    tensors[group][tensor].stepCount += 1
    let count = rule.slotNames.count
    let t = t ?? Double(tensors[group][tensor].stepCount)
    for (coordinate, value) in gradient.enumerated() {
      let inputs =
        [tensors[group][tensor].parameters[coordinate], value, t, loss ?? 0]
        + tensors[group][tensor].slots[coordinate] + hyperparameters[group]
      rule.program.run(inputs, into: &outputs, workspace: &workspace)
      tensors[group][tensor].parameters[coordinate] = outputs[0]
      for place in 0..<count {
        tensors[group][tensor].slots[coordinate][place] = outputs[1 + place]
      }
    }
  }
}
