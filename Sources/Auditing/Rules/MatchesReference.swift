internal import Diagnostics
internal import Formulas
internal import Numbers
internal import PropertyTesting
internal import Properties

extension RuleProperties {
  static let matchesReference = Behaviour<LoopScenario>(
    description: PropertyDescription(
      id: "rule.matches-reference",
      statement: "every step lies in the reference rule's enclosure on the same gradients",
      source: "the paper of the declared family; Higham, Accuracy and Stability, 3.3",
      domain:
        "several groups and tensors, absent gradients, rate changes, reloads, up to 360 like steps, up"
        + " to 640 of rest; open loop, and closed: gradients and loss of a quadratic at the subject's"
        + " own parameters",
      arithmetic: .float64, evidence: [.generated]),
    cases: { context throws(Exclusion) in
      guard context.subject.reference != nil else {
        throw Exclusion("no family is declared, so there is no reference")
      }
      let scenarios = context.subject.scenarios(.whole)
      return Generator { source throws(Rejection) in
        // The choice of the loop comes last, so that shrinking can open it and leave the rest as it is.
        var scenario = try scenarios.make(source)
        // A rest is one only where the gradients are given.
        let rests = scenario.steps[0].gradients.joined().allSatisfy {
          $0?.allSatisfy { $0 == 0 } ?? true
        }
        guard !rests, try source.boolean(probability: 0.2) else {
          return LoopScenario(scenario: scenario)
        }
        let curvature = try Generator<Double>.element(of: [1, 2, 0.5, 8, 0.125]).make(source)
        // In a closed loop each step is a run of all before it.
        scenario.steps = Array(scenario.steps.prefix(8))
        return LoopScenario(scenario: scenario, curvature: curvature)
      }
    },
    examination: { value, executor, context in
      guard let reference = context.subject.reference else {
        throw CaseError(message: "no family is declared, so there is no reference")
      }
      let scenario: Scenario
      do {
        scenario = try value.unrolled(on: executor)
      } catch let fault as SubjectFault {
        return .outsidePremise(fault.reason)
      }
      return try examine(scenario, executor, against: reference, context)
    })

  /// Runs a scenario, and holds the run to a rule's text.
  static func examine(
    _ scenario: Scenario, _ executor: any SubjectExecutor, against rule: any TransparentRule,
    _ context: AuditContext
  ) throws -> Examination {
    let trajectory: Trajectory<Double>
    do {
      trajectory = try executor.run(scenario)
    } catch let fault as SubjectFault {
      // A step that the optimizer's own domain forbids says nothing about its formula.
      return .outsidePremise(fault.reason)
    }
    let comparison = compare(trajectory, of: scenario, with: rule, in: executor.arithmetic)
    guard let departure = comparison.departure else {
      guard comparison.bounded > 0 || scenario.scalarCount == 0 else {
        return .outsidePremise("rounding errors have no bound here")
      }
      return Examination(holds: true, summary: "the run lies in the enclosure")
    }
    return Examination(
      holds: false, summary: departure.summary,
      lines: lines(of: trajectory, beside: comparison.expected),
      trajectories: [
        "subject": trajectory.json, "expected": enclosureJSON(comparison.expected),
      ])
  }

  /// A line a step: what the subject computed, and the enclosure of what is exact.
  static func lines(
    of trajectory: Trajectory<Double>, beside expected: [[[[Interval]]]]
  ) -> [String] {
    zip(trajectory.parameters, expected).enumerated().map { index, pair in
      let computed = pair.0.joined().joined().map { "\($0)" }.joined(separator: ", ")
      let exact = pair.1.joined().joined().map { "\($0)" }.joined(separator: ", ")
      return "step \(index + 1): subject \(computed); exact \(exact)"
    }
  }

  private static func enclosureJSON(_ steps: [[[[Interval]]]]) -> JSONValue {
    .array(
      steps.map { step in
        .array(
          step.map { group in
            .array(
              group.map { tensor in
                .array(tensor.map { JSONValue([$0.lower, $0.upper]) })
              })
          })
      })
  }
}
