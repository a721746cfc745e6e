internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties

/// Gradients of one coordinate, step by step, with exact values of the hyper-parameters and losses.
struct MomentCase: AuditCase, Hashable {
  var gradients: [Rational]
  /// What differs from the subject's own hyper-parameters, by canonical name.
  var hyperparameters: [String: Rational] = [:]
  /// One a step, or none.
  var losses: [Rational] = []

  init(
    gradients: [Rational], hyperparameters: [String: Rational] = [:], losses: [Rational] = []
  ) {
    self.gradients = gradients
    self.hyperparameters = hyperparameters
    self.losses = losses
  }

  var json: JSONValue {
    var object: [String: JSONValue] = [
      "gradients": .array(gradients.map { .string($0.decimalDescription) })
    ]
    if !hyperparameters.isEmpty { object["hyperparameters"] = hyperparameterJSON(hyperparameters) }
    if !losses.isEmpty { object["losses"] = .array(losses.map { .string($0.decimalDescription) }) }
    return .object(object)
  }

  init(json: JSONValue) throws(CaseError) {
    func numbers(_ name: String) throws(CaseError) -> [Rational] {
      var values: [Rational] = []
      for element in json[name]?.array ?? [] {
        guard let value = element.string.flatMap({ Rational($0) }) else {
          throw CaseError(message: "\(name) holds \(element), which is no exact number")
        }
        values.append(value)
      }
      return values
    }
    gradients = try numbers("gradients")
    losses = try numbers("losses")
    guard !gradients.isEmpty, gradients.count <= 10_000 else {
      throw CaseError(message: "a case has from 1 to 10,000 gradients, not \(gradients.count)")
    }
    guard losses.isEmpty || losses.count == gradients.count else {
      throw CaseError(message: "\(losses.count) losses for \(gradients.count) gradients")
    }
    for (name, element) in json["hyperparameters"]?.object ?? [:] {
      guard let value = element.string.flatMap({ Rational($0) }) else {
        throw CaseError(message: "\(name) is no exact number: \(element)")
      }
      hyperparameters[name] = value
    }
  }

  var scalarCount: Int { 1 }
  var stepCount: Int { gradients.count }
}

/// The exact state of one coordinate after each step of a case, and formulas of the step in enclosures.
struct MomentRun {
  /// The slots after each step.
  var slots: [[Rational]] = []
  /// The values of the formulas asked for, after each step.
  var values: [[Interval]] = []
  /// The value of each symbol of a hyper-parameter.
  let hyperparameters: [String: Rational]

  /// Runs the slots' updates in exact arithmetic.
  ///
  /// - Parameters:
  ///   - formulas: what is to be evaluated besides, over the state before a step.
  /// - Throws: why a slot has no exact value.
  init(
    _ rule: any TransparentRule, _ trace: MomentTrace, on value: MomentCase,
    evaluating formulas: [Formula] = []
  ) throws(Rational.Failure) {
    var symbols: [String: Rational] = [:]
    for (name, own) in rule.hyperparameters {
      symbols[RuleTrace.symbolName(of: name)] = value.hyperparameters[name] ?? own
    }
    hyperparameters = symbols
    let names = ["theta", "g", "t", "loss"] + trace.slotNames + symbols.keys.sorted()
    let update = FormulaProgram(outputs: trace.slots, inputs: names)
    let observed = FormulaProgram(outputs: formulas, inputs: names)
    var state = trace.slotStart
    for (index, gradient) in value.gradients.enumerated() {
      var point: [Rational] = [0, gradient, Rational(index + 1)]
      point.append(value.losses.isEmpty ? 1 : value.losses[index])
      point += state + symbols.keys.sorted().map { symbols[$0] ?? 0 }
      if !formulas.isEmpty { values.append(observed.run(point.map { Interval($0) })) }
      state = try update.run(point)
      slots.append(state)
    }
  }
}

extension AuditSubject {
  /// Short cases of small exact gradients, with decays of the subject's domains.
  func momentCases(steps: ClosedRange<Int> = 1...6, isConstant: Bool = false) -> Generator<
    MomentCase
  > {
    let gradient = Generator<Int>.integers(in: -9...9, origin: 1).map { Rational($0) }
    let fixed = rule?.fixedHyperparameters ?? []
    let names =
      rule?.hyperparameters.map(\.name).filter { $0.hasPrefix("beta") && !fixed.contains($0) } ?? []
    let domains = domains
    let decays = Dictionary(
      names.map { name in
        (
          name,
          ([0.5, 0.9, 0.99, 0.75, 0.1] as [Rational]).filter {
            (domains[name] ?? .decay).contains($0)
          }
        )
      }, uniquingKeysWith: { $1 })
    return Generator { source throws(Rejection) in
      var value = MomentCase(gradients: [])
      if isConstant {
        let count = try Generator<Int>.integers(in: steps, origin: 1).make(source)
        value.gradients = [Rational](repeating: try gradient.make(source), count: count)
      } else {
        value.gradients = try gradient.array(count: steps).make(source)
      }
      for name in names where try source.boolean() {
        if let candidates = decays[name], !candidates.isEmpty {
          value.hyperparameters[name] = try Generator.element(of: candidates).make(source)
        }
      }
      return value
    }
  }
}
