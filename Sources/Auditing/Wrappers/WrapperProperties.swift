internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties

/// The laws of what surrounds a rule: each wrapper and stage, on the compiled optimizer that has it.
enum WrapperProperties {
  static let all: [any AuditableProperty] = [
    lookahead, averaging, accumulation, lossScaling, clip,
  ]

  /// Runs the laws on an executor's own optimizer, at its own number type.
  ///
  /// - Throws: `CaseError` for an executor that runs no compiled optimizer.
  static func examine(
    _ executor: any SubjectExecutor, _ laws: any WrapperLaws, _ scenario: Scenario
  ) throws -> Examination {
    try BlackBox.examining {
      if let executor = executor as? OptimizerExecutor<Double> {
        return try laws.examine(scenario, executor)
      }
      if let executor = executor as? OptimizerExecutor<Float> {
        return try laws.examine(scenario, executor)
      }
      throw CaseError(message: "the laws of wrappers are about compiled optimizers")
    }
  }

  /// Scenarios for a subject that is a compiled optimizer.
  static func scenarios(
    of context: AuditContext, _ shape: ScenarioShape
  ) throws(Exclusion) -> Generator<Scenario> {
    guard context.subject.optimizer != nil else {
      throw Exclusion("what a wrapper keeps is known of compiled optimizers")
    }
    return context.subject.scenarios(shape)
  }
}

/// What is to hold of a run of an optimizer in a wrapper.
protocol WrapperLaws {
  func examine<S: OptimizerScalar>(
    _ scenario: Scenario, _ executor: OptimizerExecutor<S>
  ) throws -> Examination
}

extension Optimizer {
  /// The place of a wrapper among the wrappers; nil where there is none of that name.
  func place(ofWrapper name: String) -> Int? { wrappers.firstIndex { $0.name == name } }

  /// The same optimizer without its outer wrappers down to that place.
  func inside(_ place: Int) -> Optimizer {
    var inner = self
    inner.wrappers.removeSubrange(...place)
    return inner
  }

  /// The same, but for one wrapper.
  func without(_ place: Int) -> Optimizer {
    var rest = self
    rest.wrappers.remove(at: place)
    return rest
  }
}

extension Wrapper {
  /// The value of one of its hyper-parameters; nil where it has none of that name.
  func value(of name: String) -> Rational? {
    hyperparameters.first { $0.key.name == name }?.value
  }
}
