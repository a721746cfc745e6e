internal import Diagnostics
internal import Formulas
internal import Numbers
internal import PropertyTesting
internal import Properties
internal import Proving

/// Whether a fault is one.
enum FaultNature: Sendable, Hashable {
  /// It does something else, and where that was seen.
  case different(String)
  /// It computes the same, and how that is known.
  case equivalent(String)
  /// No run tells it from the rule, and no method shows that none does.
  case undecided
}

/// Tells faults that change what a rule does from those that do not.
///
/// Runs come first: one in which θ differs by more than rounding decides. Where none is found, the two
/// texts' normal forms are compared, and then a solver is asked whether one step from any state gives the
/// same.
struct FaultJudge: Sendable {
  let base: FaultBase
  private let scenarios: [Scenario]
  private let runs: [Trajectory<Double>]
  private let context: AuditContext

  init(_ base: FaultBase, seed: UInt64, prover: Prover) {
    self.base = base
    let subject = base.declared(base.text, id: base.name)
    context = AuditContext(subject: subject, seed: seed, effort: .quick, prover: prover)
    var drawn = ScenarioShape.scalar
    drawn.drawsHyperparameters = true
    drawn.steps = 2...12
    var long = ScenarioShape.full
    long.steps = 2...8
    let probes = Probe.all(of: subject)
    // Every setting at other values than its own, those that generated runs leave alone among them.
    var settings: [Scenario] = []
    for (name, domain) in subject.domains.sorted(by: { $0.key < $1.key }) {
      guard let value = subject.value(of: name) else { continue }
      for other in [value + Rational(1, 2), value * Rational(2), Rational(1, 4), 3]
      where other != value && domain.contains(other) {
        var probe = probes[1]
        probe.groups[0].hyperparameters[name] = other
        settings.append(probe)
      }
    }
    scenarios =
      probes + settings
      + context.drawn(subject.scenarios(drawn), count: 80, "equivalence")
      + context.drawn(subject.scenarios(long), count: 60, "equivalence in groups")
    let executor = TextExecutor(rule: TextRule(base.text))
    runs = scenarios.map { (try? executor.run($0)) ?? Trajectory() }
  }

  func nature(of text: StepText) async -> FaultNature {
    let executor = TextExecutor(rule: TextRule(text))
    var isSameToTheBit = true
    for (index, scenario) in scenarios.enumerated() {
      guard let run = try? executor.run(scenario) else { continue }
      if let place = difference(run, runs[index], scenario) {
        return .different("run \(index + 1), \(place)")
      }
      isSameToTheBit = isSameToTheBit && run.isIdentical(to: runs[index])
    }
    if isIdentical(to: text) { return .equivalent("one normal form for both texts") }
    // The claim is about one coordinate, and says nothing of the factor on all.
    if startsAlike(text), (text.factor ?? 1).isIdentical(to: base.text.factor ?? 1) {
      let proof = await context.prover.prove(await claim(text))
      if proof.isProved { return .equivalent("by \(proof.evidence.tool)") }
    }
    return isSameToTheBit ? .undecided : .different("in roundings alone, as far as runs show")
  }

  /// The first place in which two runs differ by more than roundings add up to.
  private func difference(
    _ run: Trajectory<Double>, _ other: Trajectory<Double>, _ scenario: Scenario
  ) -> Place? {
    var sizes = scenario.groups.map { $0.parameters.map { $0.map(\.magnitude) } }
    for (step, pair) in zip(run.parameters, other.parameters).enumerated() {
      for group in pair.0.indices {
        for tensor in pair.0[group].indices {
          for coordinate in pair.0[group][tensor].indices {
            let (x, y) = (pair.0[group][tensor][coordinate], pair.1[group][tensor][coordinate])
            if x == y || x.isNaN && y.isNaN { continue }
            let size = max(
              sizes[group][tensor][coordinate], max(x.magnitude, y.magnitude))
            if size.isFinite { sizes[group][tensor][coordinate] = size }
            if !(abs(x - y) <= 1e-11 * size) {
              return Place(step: step, group: group, tensor: tensor, coordinate: coordinate)
            }
          }
        }
      }
    }
    return nil
  }

  private func isIdentical(to text: StepText) -> Bool {
    let live = base.text.liveSlots
    guard text.liveSlots == live, text.parameter.isIdentical(to: base.text.parameter),
      (text.factor ?? 1).isIdentical(to: base.text.factor ?? 1)
    else { return false }
    return zip(text.slots, base.text.slots).allSatisfy { slot, own in
      !live.contains(slot.name)
        || slot.start == own.start && slot.update.isIdentical(to: own.update)
    }
  }

  private func startsAlike(_ text: StepText) -> Bool {
    let live = base.text.liveSlots
    return zip(text.slots, base.text.slots).allSatisfy {
      !live.contains($0.name) || $0.start == $1.start
    }
  }

  /// One step from any state that both share: the same parameter, the same slots.
  private func claim(_ text: StepText) async -> Claim {
    let trace = RuleTrace(TextRule(base.text))
    let image = RuleTrace(TextRule(text), in: trace.arena)
    let live = base.text.liveSlots
    var goals = [Relation(image.after.parameter, .equal, trace.after.parameter)]
    for (index, slot) in base.text.slots.enumerated() where live.contains(slot.name) {
      goals.append(Relation(image.after.slots[index], .equal, trace.after.slots[index]))
    }
    return Claim(
      "equivalent", assuming: await context.assumptions(for: trace), proving: goals,
      stepSymbols: ["t"])
  }
}
