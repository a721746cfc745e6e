internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import Properties
internal import Proving

extension Reduction {
  /// Runs the subject, reduced, beside the simpler rule.
  func examine(
    _ scenario: Scenario, _ executor: any SubjectExecutor, _ context: AuditContext
  ) throws -> Examination {
    var scenario = scenario
    for group in scenario.groups.indices {
      scenario.groups[group].hyperparameters.merge(fixed, uniquingKeysWith: { $1 })
    }
    guard let twins else {
      return try RuleProperties.examine(scenario, executor, against: simpler, context)
    }
    let isSingle = executor.arithmetic == .float32
    func run(_ optimizer: Optimizer) throws -> Trajectory<Double> {
      isSingle
        ? try OptimizerExecutor<Float>(optimizer: optimizer).run(scenario)
        : try OptimizerExecutor<Double>(optimizer: optimizer).run(scenario)
    }
    let (reduced, expected): (Trajectory<Double>, Trajectory<Double>)
    do {
      (reduced, expected) = (try run(twins.reduced), try run(twins.simpler))
    } catch let fault as SubjectFault {
      return .outsidePremise(fault.reason)
    }
    guard let place = reduced.firstDifference(from: expected) else {
      return Examination(holds: true, summary: "the two runs agree to the bit")
    }
    return Examination(
      holds: false,
      summary:
        "\(name), \(place): \(reduced[place]), where the simpler rule is at \(expected[place])",
      lines: RuleProperties.comparisonLines(reduced, expected),
      trajectories: ["subject": reduced.json, "expected": expected.json])
  }

  /// One step from any state that both share: the same parameter, the same slots.
  func claim(_ context: AuditContext, _ rule: any TransparentRule) async -> Claim? {
    var substitutes = RuleProperties.symbols(
      of: fixed.merging(
        RuleProperties.withoutDecay(context.subject), uniquingKeysWith: { first, _ in first }),
      among: rule)
    for slot in emptySlots { substitutes[slot] = 0 }
    var text = rule
    if let twins { text = OptimizerRule(optimizer: twins.reduced) }
    if twins != nil, name == "N1=N2=1" {
      substitutes["N1"] = 1
      substitutes["N2"] = 1
    }
    if text.value(of: "clip") != nil {
      // A clip belongs to the driver: the claim is about the rule behind it.
      guard var optimizer = context.subject.optimizer, twins == nil else { return nil }
      optimizer.stages = []
      text = OptimizerRule(optimizer: optimizer)
    }
    let trace = RuleTrace(text, replacing: substitutes)
    var shared = substitutes
    for slot in emptySlots { shared[slot] = nil }
    let image = RuleTrace(simpler, in: trace.arena, replacing: shared)
    var goals = [Relation(trace.after.parameter, .equal, image.after.parameter)]
    for (index, slot) in trace.slotNames.enumerated() {
      if emptySlots.contains(slot) {
        goals.append(Relation(trace.after.slots[index], .equal, 0))
      } else if let place = image.slotNames.firstIndex(of: slot) {
        goals.append(Relation(trace.after.slots[index], .equal, image.after.slots[place]))
      }
    }
    var assumptions = await context.assumptions(for: trace)
    if emptySlots.contains("s") {
      // Of the invariants only those that still say something.
      assumptions.removeAll { $0.symbols.isEmpty || $0.symbols.contains("s") }
    }
    return Claim(name, assuming: assumptions, proving: goals, stepSymbols: ["t"])
  }
}
