internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import Parallelism
internal import PropertyTesting
internal import Properties
internal import Proving

extension RuleProperties {
  /// The mark of a case says which paths are compared: 0 the vector loop, the loop's end and the text run
  /// number by number; 1 a tensor so large that it is stepped in parts, on one thread and on two.
  static let fused = Behaviour<MarkedScenario>(
    description: PropertyDescription(
      id: "rule.fused",
      statement:
        "the vector loop, a coordinate alone, and two threads agree to the bit; the text run number by"
        + " number, and AMVT's two orders of operations, within 32 ulp a step",
      source: "one text, run along several paths",
      domain: "one tensor of 1 to 11 coordinates, and of 40,000",
      arithmetic: .float64, evidence: [.smt, .generated]),
    cases: { context throws(Exclusion) in
      guard context.subject.optimizer != nil else {
        throw Exclusion("its code is known to be one path")
      }
      var shape = ScenarioShape.vector
      shape.steps = 1...4
      let scenarios = context.subject.scenarios(shape)
      return Generator { source throws(Rejection) in
        let scenario = try scenarios.make(source)
        return MarkedScenario(
          scenario: scenario, mark: try source.boolean(probability: 0.01) ? 1 : 0)
      }
    },
    examination: { value, executor, context in
      if let executor = executor as? OptimizerExecutor<Double> {
        return try BlackBox.examining { try examinePaths(value, executor, context) }
      }
      if let executor = executor as? OptimizerExecutor<Float> {
        return try BlackBox.examining { try examinePaths(value, executor, context) }
      }
      return .outsidePremise("its code is known to be one path")
    },
    evidence: { context in await oneDivisionEvidence(context) })

  private static func examinePaths<S: OptimizerScalar>(
    _ value: MarkedScenario, _ executor: OptimizerExecutor<S>, _ context: AuditContext
  ) throws -> Examination {
    let scenario = value.scenario
    let isCoordinateWise =
      context.subject.traits.contains(.coordinateWise) && !context.subject.takesNorms
    guard scenario.groups.count == 1, scenario.groups[0].parameters.count == 1 else {
      throw CaseError(message: "the scenario is of one tensor")
    }
    if value.mark == 1 {
      return try examineThreads(scenario, executor, isCoordinateWise: isCoordinateWise)
    }
    let run = try executor.run(scenario)
    if isCoordinateWise {
      // One of the vector loop, one of its end.
      let last = scenario.groups[0].parameters[0].count - 1
      for place in Set([0, last]).sorted() {
        let alone = try executor.run(scenario.selecting([place]))
        for step in run.parameters.indices {
          let (single, within) = (
            alone.parameters[step][0][0][0], run.parameters[step][0][0][place]
          )
          guard single == within || single.isNaN && within.isNaN else {
            return Examination(
              holds: false,
              summary: "step \(step + 1), coordinate \(place): \(within) in the tensor,"
                + " \(single) alone",
              trajectories: ["subject": run.json, "expected": alone.json])
          }
        }
      }
    }
    // In Float the driver narrows scalars that the text would compute in Float.
    guard executor.arithmetic == .float64, let rule = context.subject.rule else {
      return Examination(holds: true, summary: "a coordinate alone goes the same way")
    }
    var reference = ScenarioRun<Double>(rule, groups: scenario.groups) { $0 }
    var expected = Trajectory<Double>()
    for step in scenario.steps {
      reference.advance(step) { $0 }
      expected.parameters.append(reference.parameters)
    }
    let text = BlackBox.hold(
      run, to: expected, roundoffs: max(8, BlackBox.regrouping(context.subject)), from: scenario,
      executor,
      "the text, run number by number,")
    guard text.holds, let other = executor.optimizer.otherEvaluation else { return text }
    // Both orders of operations round fewer than 16 times a step.
    return BlackBox.hold(
      try OptimizerExecutor<S>(optimizer: other).run(scenario), to: run, roundoffs: 32,
      from: scenario, executor, "the declared order of operations")
  }

  /// The scenario's coordinates, repeated to a tensor that is stepped in parts.
  private static func examineThreads<S: OptimizerScalar>(
    _ scenario: Scenario, _ executor: OptimizerExecutor<S>, isCoordinateWise: Bool
  ) throws -> Examination {
    let count = scenario.groups[0].parameters[0].count
    let large = scenario.selecting((0..<40_000).map { $0 % count })
    var parallel = executor.optimizer
    parallel.threads = Threads(2)
    let two = try OptimizerExecutor<S>(optimizer: parallel).run(large)
    let reference = try executor.run(isCoordinateWise ? scenario : large)
    for step in two.parameters.indices {
      let values = two.parameters[step][0][0]
      let wanted = reference.parameters[step][0][0]
      for place in values.indices {
        let single = wanted[isCoordinateWise ? place % count : place]
        guard single == values[place] || single.isNaN && values[place].isNaN else {
          return Examination(
            holds: false,
            summary: "step \(step + 1), coordinate \(place) of 40,000: \(values[place]) on two"
              + " threads, \(single) on one",
            trajectories: ["subject": nil, "expected": reference.json])
        }
      }
    }
    return Examination(holds: true, summary: "two threads go the same way")
  }

  /// AMVT's two orders of operations over the reals, where both are there: equal from every state that
  /// satisfies the invariants. Of the rounded paths that proves nothing, so it counts as tested.
  private static func oneDivisionEvidence(_ context: AuditContext) async -> [Evidence] {
    guard let optimizer = context.subject.optimizer, optimizer.wrappers.isEmpty,
      let other = optimizer.otherEvaluation,
      let texts = [optimizer, other].lazy.compactMap({ Optimizer($0.rule).secondText() }).first
    else { return [] }
    let claim = Claim(
      "one-division", assuming: texts.assumptions, proving: texts.equalities, stepSymbols: ["t"])
    let proof = await context.prover.prove(claim)
    var evidence = proof.evidence
    evidence.detail = [
      "over the reals the form of one division is the printed one: \(proof.verdict.rawValue)",
      evidence.detail,
    ].compactMap(\.self).joined(separator: "; ")
    evidence.verdict = proof.isProved ? .tested : .inconclusive
    return [evidence]
  }
}

extension Scenario {
  /// The run of some of the coordinates of the only tensor, in that order.
  func selecting(_ places: [Int]) -> Scenario {
    var result = self
    let start = groups[0].parameters[0]
    result.groups[0].parameters[0] = places.map { start[$0] }
    for index in result.steps.indices {
      result.steps[index].gradients[0][0] = steps[index].gradients[0][0].map { values in
        places.map { values[$0] }
      }
    }
    return result
  }
}

extension Optimizer {
  /// The same optimizer by the other order of operations, where its rule has two that are equal over the
  /// reals.
  fileprivate var otherEvaluation: Optimizer? {
    guard let amvt = rule as? AMVT, amvt.epsilonPlacement == .insideRoot,
      amvt.variancePenalty == .applied
    else { return nil }
    var other = self
    other.rule = amvt.evaluated(amvt.evaluation == .printed ? .oneDivision : .printed)
    return other
  }
}
