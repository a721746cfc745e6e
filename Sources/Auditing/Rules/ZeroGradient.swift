internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties
internal import Proving

extension RuleProperties {
  static let zeroGradient = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "rule.zero-gradient",
      statement: "from a fresh state, zero gradients leave the parameters fixed",
      source: "every optimizer's algorithm at g = 0; known bugs 11 and 13 of the audit's corpus",
      domain: "ε > 0, no weight decay, any number of steps",
      excludes: [.shrinksAtRest, .startsInMotion], evidence: [.smt, .generated]),
    cases: { context in
      var shape = ScenarioShape.vector
      shape.repeatsSteps = true
      shape.fixed = withoutDecay(context.subject)
      return context.subject.scenarios(shape).map { $0.mappingGradients { _ in 0 } }
    },
    examination: { scenario, executor, context in
      let trajectory: Trajectory<Double>
      do {
        trajectory = try executor.run(scenario)
      } catch let fault as SubjectFault {
        return .outsidePremise(fault.reason)
      }
      let start = scenario.groups.map(\.parameters)
      let fixed = Trajectory<Double>(
        parameters: [[[[Double]]]](repeating: start, count: scenario.steps.count))
      if context.subject.kind == .process {
        // Code of others may put θ together anew in every step, from parts of its size.
        return BlackBox.hold(
          trajectory, to: fixed, roundoffs: 4, from: scenario, executor, "standing still")
      }
      guard let place = trajectory.firstDifference(from: fixed) else {
        return Examination(holds: true, summary: "the parameters stay where they are")
      }
      return Examination(
        holds: false,
        summary: "\(place): the parameter moved from \(fixed[place]) to \(trajectory[place])",
        lines: comparisonLines(trajectory, fixed),
        trajectories: ["subject": trajectory.json, "expected": fixed.json])
    },
    claims: { context, rule in
      let (trace, kept) = traceAtRest(rule, fixing: withoutDecay(context.subject))
      var goals = [Relation(trace.after.parameter, .equal, trace.before.parameter)]
      // The slots that rest stay at their start, so that one step speaks for all.
      goals += kept.map { Relation(trace.after.slots[$0], .equal, Formula(rule.slotStart[$0])) }
      return [
        Claim(
          "zero-gradient", assuming: await context.assumptions(for: trace), proving: goals,
          stepSymbols: ["t"])
      ]
    })

  /// A step with a zero gradient from a state in which the slots that rest hold their start, and the
  /// others, such as an accumulator that grows by ε each step, hold anything; and which slots rest.
  private static func traceAtRest(
    _ rule: any TransparentRule, fixing values: [String: Rational]
  ) -> (trace: RuleTrace, kept: [Int]) {
    var kept = Array(rule.slotNames.indices)
    while true {
      var substitutes = symbols(of: values, among: rule)
      substitutes["g"] = 0
      for place in kept { substitutes[rule.slotNames[place]] = Formula(rule.slotStart[place]) }
      let trace = RuleTrace(rule, replacing: substitutes)
      let resting = kept.filter {
        trace.after.slots[$0].isIdentical(to: Formula(rule.slotStart[$0]))
      }
      if resting == kept { return (trace, kept) }
      kept = resting
    }
  }

  /// The settings that switch weight decay off, for a subject that has it.
  static func withoutDecay(_ subject: AuditSubject) -> [String: Rational] {
    subject.value(of: "weightDecay") == nil ? [:] : ["weightDecay": 0]
  }

  /// Fixed hyper-parameters as substitutes for their symbols in a trace.
  static func symbols(
    of values: [String: Rational], among rule: any TransparentRule
  ) -> [String: Formula] {
    var symbols: [String: Formula] = [:]
    for (name, value) in values where rule.value(of: name) != nil {
      symbols[RuleTrace.symbolName(of: name)] = Formula(value)
    }
    return symbols
  }

  /// A line a step: two runs beside each other.
  static func comparisonLines(
    _ subject: Trajectory<Double>, _ expected: Trajectory<Double>
  ) -> [String] {
    zip(subject.parameters, expected.parameters).enumerated().map { index, pair in
      let computed = pair.0.joined().joined().map { "\($0)" }.joined(separator: ", ")
      let wanted = pair.1.joined().joined().map { "\($0)" }.joined(separator: ", ")
      return "step \(index + 1): subject \(computed); expected \(wanted)"
    }
  }
}
