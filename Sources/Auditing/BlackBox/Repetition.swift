internal import Diagnostics
internal import Numbers
internal import PropertyTesting
internal import Properties

extension BlackBox {
  static let deterministic = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "rule.deterministic", statement: "the same run gives the same bits",
      source: "what every other comparison of runs rests on",
      domain: "several groups and tensors, rate changes", arithmetic: .float64,
      evidence: [.generated]),
    cases: { context in context.subject.scenarios(.full) },
    examination: { scenario, executor, _ in
      try examining {
        let first = try executor.run(scenario)
        return hold(try executor.run(scenario), to: first, executor, "the same run before")
      }
    })

  static let causal = Behaviour<MarkedScenario>(
    description: PropertyDescription(
      id: "rule.causal", statement: "later gradients change no earlier step",
      source: "an algorithm of steps", domain: "any run", arithmetic: .float64,
      evidence: [.generated]),
    cases: { context in
      var shape = ScenarioShape.full
      shape.steps = 2...6
      shape.repeatsSteps = false
      return marked(context.subject.scenarios(shape)) { 1...max(1, $0.steps.count - 1) }
    },
    examination: { value, executor, _ in
      guard value.mark < value.scenario.steps.count else {
        return .outsidePremise("no step comes after")
      }
      return try examining {
        var other = value.scenario
        for step in value.mark..<other.steps.count {
          other.steps[step].gradients = other.steps[step].gradients.map { list in
            list.map { tensor in tensor.map { $0.map { 3 - $0 } } }
          }
        }
        var run = try executor.run(value.scenario)
        var changed = try executor.run(other)
        run.parameters = Array(run.parameters.prefix(value.mark))
        changed.parameters = Array(changed.parameters.prefix(value.mark))
        return hold(run, to: changed, executor, "the run with other gradients later")
      }
    })

  static let pure = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "rule.pure", statement: "a step leaves its gradients as they were given",
      source: "known bugs: damage to arguments in place", domain: "any run",
      arithmetic: .float64, evidence: [.generated]),
    cases: { context throws(Exclusion) in
      guard context.subject.kind == .process else {
        throw Exclusion("its gradients are values, which no step can change")
      }
      return context.subject.scenarios(
        ScenarioShape(
          groups: 1...2, tensors: 1...2, coordinates: 1...3, changesHyperparameters: true,
          hasAbsentGradients: true))
    },
    examination: { scenario, executor, _ in
      guard let executor = executor as? ProcessExecutor else {
        return .outsidePremise("its gradients are values, which no step can change")
      }
      executor.process.note(scenario)
      return try examining {
        let (_, left) = try executor.process.converse(about: scenario) { conversation in
          try executor.runStepwise(scenario, in: conversation)
        }
        for (index, step) in scenario.steps.enumerated() {
          for (group, tensors) in step.gradients.enumerated() {
            for (tensor, given) in tensors.enumerated() where left[index][group][tensor] != given {
              let after = left[index][group][tensor].map { "\($0)" } ?? "none"
              return Examination(
                holds: false,
                summary: "step \(index + 1), group \(group), tensor \(tensor): the gradient"
                  + " \(given.map { "\($0)" } ?? "none") was left as \(after)")
            }
          }
        }
        return Examination(holds: true, summary: "every gradient was left as it was")
      }
    })

  static let resume = Behaviour<MarkedScenario>(
    description: PropertyDescription(
      id: "rule.resume",
      statement:
        "saved and loaded before any step, a run goes on as if it had not been, to the bit",
      source: "known bugs 63 and 73 of the audit's corpus", domain: "several groups, rate changes",
      arithmetic: .float64, evidence: [.generated]),
    cases: { context throws(Exclusion) in
      switch context.subject.kind {
      case .formula:
        throw Exclusion("a formula's state is a value: there is nothing to save and load")
      case .process where context.subject.process?.capabilities.contains(.state) != true:
        throw Exclusion("the process says that it cannot save its state")
      default: break
      }
      return marked(context.subject.scenarios(.full)) { 0...max(0, $0.steps.count - 1) }
    },
    examination: { value, executor, _ in
      guard value.scenario.steps.indices.contains(value.mark) else {
        return .outsidePremise("there is no such step")
      }
      return try examining {
        var other = value.scenario
        other.steps[value.mark].reloads = true
        let run = try executor.run(value.scenario)
        return hold(
          try executor.run(other), to: run, executor,
          "the run without a reload before step \(value.mark + 1)")
      }
    })

  /// Scenarios with a mark within a range that depends on the scenario.
  static func marked(
    _ scenarios: Generator<Scenario>, in range: @escaping @Sendable (Scenario) -> ClosedRange<Int>
  ) -> Generator<MarkedScenario> {
    Generator { source throws(Rejection) in
      let scenario = try scenarios.make(source)
      let marks = range(scenario)
      let mark = try Generator<Int>.integers(in: marks, origin: marks.lowerBound).make(source)
      return MarkedScenario(scenario: scenario, mark: mark)
    }
  }
}
