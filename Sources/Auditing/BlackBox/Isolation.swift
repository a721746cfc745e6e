internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties
internal import Proving

extension BlackBox {
  static let translation = Behaviour<MarkedScenario>(
    description: PropertyDescription(
      id: "rule.translation", statement: "a shift of θ shifts the run",
      source: "the algorithms' formulas, in which θ stands only to be stepped from",
      domain: "no weight decay, no parameter bounds", requires: [.translationInvariant],
      excludes: [.parameterBounds], evidence: [.smt, .generated]),
    cases: { context in marked(context.subject.scenarios(.full)) { _ in 1...64 } },
    examination: { value, executor, _ in
      try examining {
        let shift = Double(value.mark)
        let run = try executor.run(value.scenario)
        let shifted = try executor.run(value.scenario.mappingParameters { $0 + shift })
        var expected = run
        expected.parameters = run.parameters.map { $0.map { $0.map { $0.map { $0 + shift } } } }
        // Each step rounds θ at another magnitude, and the start was rounded when it was shifted.
        // Where the shift cancels, the roundings were those of what cancelled.
        let size = run.parameters.joined().joined().joined().reduce(shift) {
          max($0, $1.magnitude.isFinite ? $1.magnitude : 0)
        }
        return hold(
          shifted, to: expected, roundoffs: 8, size: size + shift, executor, "the shifted run")
      }
    },
    claims: { context, rule in
      let trace = RuleTrace(rule)
      let c = trace.arena.symbol("c")
      let image = RuleTrace(
        rule, in: trace.arena, replacing: ["theta": trace.before.parameter + c])
      var goals = [Relation(image.after.parameter, .equal, trace.after.parameter + c)]
      goals += zip(image.after.slots, trace.after.slots).map { Relation($0, .equal, $1) }
      return [
        Claim(
          "translation", assuming: await context.assumptions(for: trace), proving: goals,
          stepSymbols: ["t"])
      ]
    })

  static let split = Behaviour<MarkedScenario>(
    description: PropertyDescription(
      id: "rule.split", statement: "a tensor cut in two runs as it did in one piece",
      source: "coordinate-wise algorithms; known bug 65 of the audit's corpus",
      domain: "no norms of single tensors", arithmetic: .float64, requires: [.coordinateWise],
      evidence: [.generated]),
    cases: { context in
      var shape = ScenarioShape.vector
      shape.coordinates = 2...11
      shape.hasAbsentGradients = true
      return marked(context.subject.scenarios(shape)) { 1...max(1, $0.scalarCount - 1) }
    },
    examination: { value, executor, context in
      guard value.mark >= 1, value.mark < value.scenario.scalarCount else {
        return .outsidePremise("there is nothing to cut")
      }
      return try examining {
        func cut(_ tensor: [Double]) -> [[Double]] {
          [Array(tensor.prefix(value.mark)), Array(tensor.dropFirst(value.mark))]
        }
        var other = value.scenario
        other.groups[0].parameters = cut(value.scenario.groups[0].parameters[0])
        for step in other.steps.indices {
          let gradient = value.scenario.steps[step].gradients[0][0]
          other.steps[step].gradients[0] = gradient.map(cut) ?? [nil, nil]
        }
        let run = try executor.run(other)
        let whole = try executor.run(value.scenario)
        var expected = whole
        expected.parameters = whole.parameters.map { [cut($0[0][0])] }
        return hold(
          run, to: expected, roundoffs: regrouping(context.subject), from: other, executor,
          "the tensor in one piece")
      }
    })

  static let groups = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "rule.groups",
      statement: "the order of the groups does not matter, nor does a group to another",
      source: "known bugs 61 and 67 of the audit's corpus",
      domain: "two groups with hyper-parameters of their own", arithmetic: .float64,
      evidence: [.generated]),
    cases: { context throws(Exclusion) in
      if let process = context.subject.process, !process.capabilities.contains(.groups) {
        throw Exclusion("the process says that it has no groups")
      }
      try demandFamily(context.subject)
      var shape = ScenarioShape.full
      shape.groups = 2...2
      shape.repeatsSteps = false
      return context.subject.scenarios(shape)
    },
    examination: { scenario, executor, context in
      guard scenario.groups.count == 2 else { return .outsidePremise("there are not two groups") }
      return try examining {
        let run = try executor.run(scenario)
        var swapped = scenario
        swapped.groups.reverse()
        for step in swapped.steps.indices {
          swapped.steps[step].gradients.reverse()
          swapped.steps[step].changes = Dictionary(
            swapped.steps[step].changes.map { (1 - $0.key, $0.value) }, uniquingKeysWith: { $1 })
        }
        var expected = run
        expected.parameters = run.parameters.map { $0.reversed() }
        let tolerance = context.subject.takesNorms ? 4_096.0 : 0
        let order = hold(
          try executor.run(swapped), to: expected, roundoffs: tolerance, from: swapped, executor,
          "the other order of the groups")
        guard order.holds, !context.subject.takesNorms else { return order }
        for group in 0..<2 {
          var alone = run
          alone.parameters = run.parameters.map { [$0[group]] }
          let isolated = hold(
            try executor.run(scenario.keeping(group: group)), to: alone, executor,
            "group \(group) beside the other")
          guard isolated.holds else { return isolated }
        }
        return order
      }
    })

  static let lateParameter = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "rule.late-parameter",
      statement: "without a gradient a tensor stays as it is, and its steps are its own",
      source: "known bug 63 of the audit's corpus; torch's counters of each tensor",
      domain: "two tensors, absent gradients", arithmetic: .float64, requires: [.coordinateWise],
      excludes: [.globalNormClip, .normalization, .slowWeights, .accumulation],
      evidence: [.generated]),
    cases: { context throws(Exclusion) in
      if let process = context.subject.process,
        !process.capabilities.contains(.missingGradients)
      {
        throw Exclusion("the process says that it takes a gradient for every tensor")
      }
      if (context.subject.reference ?? context.subject.rule)?.stepCounter == .perGroup {
        throw Exclusion("it counts the steps of groups, by its setting `stepCounter`")
      }
      return context.subject.scenarios(
        ScenarioShape(
          tensors: 2...2, coordinates: 1...2, steps: 2...6, hasAbsentGradients: true,
          absentShare: 0.35))
    },
    examination: { scenario, executor, _ in
      try examining {
        let run = try executor.run(scenario)
        for tensor in scenario.groups[0].parameters.indices {
          // The tensor alone, on those steps in which it has a gradient, and at rest in the others.
          var alone = scenario.keeping(group: 0, tensor: tensor)
          alone.steps.removeAll { $0.gradients[0][0] == nil }
          let steps = try executor.run(alone).parameters[...]
          var remaining = steps
          var current = [[scenario.groups[0].parameters[tensor]]]
          var expected = Trajectory<Double>()
          for step in scenario.steps {
            if step.gradients[0][tensor] != nil { current = remaining.removeFirst() }
            expected.parameters.append(current)
          }
          var own = run
          own.parameters = run.parameters.map { [[$0[0][tensor]]] }
          let held = hold(own, to: expected, executor, "tensor \(tensor) with its own steps alone")
          guard held.holds else { return held }
        }
        return Examination(holds: true, summary: "the tensors keep apart")
      }
    })
}

extension Scenario {
  /// One group of it, or one tensor of the group.
  func keeping(group: Int, tensor: Int? = nil) -> Scenario {
    var result = self
    result.groups = [groups[group]]
    if let tensor { result.groups[0].parameters = [groups[group].parameters[tensor]] }
    for step in result.steps.indices {
      let own = steps[step].gradients[group]
      result.steps[step].gradients = [tensor.map { [own[$0]] } ?? own]
      result.steps[step].changes = steps[step].changes[group].map { [0: $0] } ?? [:]
    }
    return result
  }
}
