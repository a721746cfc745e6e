internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import Properties

/// A fault in what is audited under its name alone: a schedule, a loss transform, a wrapper, a stage. There is
/// no telling what such a thing should be where it does not say so, so its family is always declared.
struct NamedFault: Sendable {
  let id: String
  let `operator`: String
  /// What stands where, for people.
  let change: String
  let nature: FaultNature
  let subject: AuditSubject
  /// Those that speak of it, and look at the faulty one.
  let properties: [any AuditableProperty]
}

extension NamedFault {
  /// A rule as it is, or with a fault: the thing that is named, and how its runs are told from the right one's.
  static func all() throws -> [NamedFault] {
    try PlantedTransform.faults() + PlantedSchedule.faults() + PlantedWrapper.faults()
      + PlantedStage.faults()
  }
}

extension StepText {
  /// A formula that stands for itself, in which faults are planted as in a rule's.
  init(
    _ formula: Formula, in arena: FormulaArena, slot: (name: String, update: Formula)? = nil,
    hyperparameters: [(name: String, symbol: String, value: Rational)]
  ) {
    self.arena = arena
    parameter = formula
    slots = slot.map { [Slot(name: $0.name, start: 0, update: $0.update)] } ?? []
    self.hyperparameters = hyperparameters
    fixedHyperparameters = []
    requiresLoss = false
    quantities = []
  }
}

/// Whether formulas are others than those that they stand for: at a point, or by their normal form.
///
/// - Parameter range: where every input may lie.
func nature(
  of formulas: [Formula], beside right: [Formula], _ inputs: [String],
  in range: ClosedRange<Double> = -1...3
) -> FaultNature {
  let programs = (
    FormulaProgram(outputs: formulas, inputs: inputs),
    FormulaProgram(outputs: right, inputs: inputs)
  )
  var source = Philox(seed: 0, property: Philox.number(of: "nature of a fault"), case: 0)
  for _ in 0..<64 {
    let point = inputs.map { _ in
      range.lowerBound + (range.upperBound - range.lowerBound) * source.unit()
    }
    for (x, y) in zip(programs.0.run(point), programs.1.run(point)) {
      if x.isNaN && y.isNaN || abs(x - y) <= 1e-12 * max(abs(x), abs(y)) { continue }
      return .different("its value at \(point)")
    }
  }
  return zip(formulas, right).allSatisfy { $0.isIdentical(to: $1) }
    ? .equivalent("one normal form for both formulas") : .undecided
}

extension FormulaProgram {
  /// The value of the only output, at numbers of any type.
  func value<N: RuleNumber>(_ inputs: [N]) throws(N.Failure) -> N { try run(inputs)[0] }
}

extension AuditSubject {
  /// The same subject, its compiled optimizer another.
  func compiled(as optimizer: Optimizer) -> AuditSubject {
    replacing(optimizer, executors: [OptimizerExecutor<Double>(optimizer: optimizer)])
  }

  /// The same subject, its code another.
  func replacing(
    _ optimizer: Optimizer?, executors: [any SubjectExecutor]
  ) -> AuditSubject {
    AuditSubject(
      kind: kind, name: name, family: family, traits: traits, source: source, domains: domains,
      conventions: conventions, invariants: invariants, stepBound: stepBound, floatBox: floatBox,
      transform: transform, rule: rule, reference: reference, executors: executors,
      optimizer: optimizer, specification: specification, commandArguments: commandArguments)
  }
}
