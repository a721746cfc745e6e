internal import Diagnostics
internal import Formulas
internal import Numbers
internal import PropertyTesting
internal import Properties
internal import Proving

extension RuleProperties {
  /// A case's two coordinates are two runs; a third run is on their sums.
  static let superposition = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "rule.superposition",
      statement: "the run on the sum of two starts and gradients is the sum of the two runs",
      source: "linear steps: stochastic gradient descent with momentum, Polyak 1964",
      domain: "any gradients, any hyper-parameters of the domain", requires: [.linear],
      excludes: [.parameterBounds, .lossTransform], evidence: [.smt, .generated]),
    cases: { context in
      var shape = ScenarioShape.scalar
      shape.coordinates = 2...2
      shape.drawsHyperparameters = true
      return context.subject.scenarios(shape)
    },
    examination: { scenario, executor, _ in
      guard scenario.scalarCount == 2, scenario.groups[0].parameters.count == 1 else {
        throw CaseError(message: "the scenario has two coordinates in one tensor")
      }
      return try BlackBox.examining {
        let first = try executor.run(scenario.coordinate { $0[0] })
        let second = try executor.run(scenario.coordinate { $0[1] })
        let sum = try executor.run(scenario.coordinate { $0[0] + $0[1] })
        let unit = BlackBox.unitRoundoff(executor)
        var size = scenario.groups[0].parameters[0].reduce(0) { $0 + $1.magnitude }
        for step in sum.parameters.indices {
          let parts = [first, second].map { $0.parameters[step][0][0][0] }
          let actual = sum.parameters[step][0][0][0]
          // The parts may cancel: roundings are relative to the largest of either so far.
          size = max(size, parts[0].magnitude + parts[1].magnitude)
          guard size.isFinite else { return .outsidePremise("a parameter is not finite") }
          guard abs(actual - (parts[0] + parts[1])) <= 32 * unit * Double(step + 1) * size else {
            return Examination(
              holds: false,
              summary: "step \(step + 1): the run on the sum is at \(actual), the two runs at"
                + " \(parts[0]) and \(parts[1])",
              trajectories: ["subject": sum.json, "expected": first.json])
          }
        }
        return Examination(holds: true, summary: "the run on the sum is the sum of the runs")
      }
    },
    claims: { context, rule in
      let trace = RuleTrace(rule)
      func image(_ suffix: String) -> RuleTrace {
        var symbols: [String: Formula] = [:]
        for name in ["theta", "g"] + rule.slotNames {
          symbols[name] = trace.arena.symbol("\(name)_\(suffix)")
        }
        return RuleTrace(rule, in: trace.arena, replacing: symbols)
      }
      let (first, second) = (image("1"), image("2"))
      var sums: [String: Formula] = [:]
      for name in ["theta", "g"] + rule.slotNames {
        sums[name] = trace.arena.symbol("\(name)_1") + trace.arena.symbol("\(name)_2")
      }
      let whole = RuleTrace(rule, in: trace.arena, replacing: sums)
      var goals = [
        Relation(
          whole.after.parameter, .equal, first.after.parameter + second.after.parameter)
      ]
      for place in rule.slotNames.indices {
        goals.append(
          Relation(
            whole.after.slots[place], .equal,
            first.after.slots[place] + second.after.slots[place]))
      }
      return [
        Claim(
          "superposition", assuming: trace.domainAssumptions(context.subject.domains),
          proving: goals, stepSymbols: ["t"])
      ]
    })
}

extension Scenario {
  /// A run of one coordinate, made of the values of each tensor's.
  fileprivate func coordinate(_ value: ([Double]) -> Double) -> Scenario {
    var result = self
    result.groups[0].parameters = [[value(groups[0].parameters[0])]]
    for index in result.steps.indices {
      result.steps[index].gradients[0] = [steps[index].gradients[0][0].map { [value($0)] }]
    }
    return result
  }
}
