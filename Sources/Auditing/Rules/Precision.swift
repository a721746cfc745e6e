internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import Properties

/// Every executor of a subject's code, and its state in 16 bits, held to the subject's own formula.
struct Precision: AuditableProperty {
  var description: PropertyDescription { steps.description }

  private let steps = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "rule.precision",
      statement: "the code stays within the running error of its own formula from the exact step",
      source: "Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.3",
      domain: "gradients within the card's box; state in 16 bits over 300 steps",
      arithmetic: .float64, evidence: [.interval, .generated]),
    cases: { context throws(Exclusion) in
      guard context.subject.rule != nil else { throw Exclusion("the subject's text is not known") }
      return context.subject.scenarios(.vector)
    },
    examination: { scenario, executor, context in
      guard let rule = context.subject.rule else {
        throw CaseError(message: "the subject's text is not known")
      }
      return try RuleProperties.examine(scenario, executor, against: rule, context)
    })

  func check(_ context: AuditContext) async throws -> Finding {
    var finding = try await steps.check(context)
    guard finding.exclusion == nil, finding.candidate == nil else { return finding }
    let executors = context.subject.executors.compactMap { $0 as? OptimizerExecutor<Float> }
    guard let executor = executors.first else { return finding }
    for format in SlotFormat.allCases where format != .full {
      let start = ContinuousClock.now
      let run = PackedRun(format: format, steps: 300, seed: context.seed)
      let examination = try run.examine(executor, context)
      finding.cases += 1
      var evidence = Evidence(
        .interval, tool: "assay intervals", verdict: examination.holds ? .tested : .refuted,
        domain: "float32 with its slots in \(format.rawValue), one run of \(run.steps) steps",
        detail: examination.summary)
      if !examination.meetsPremise { evidence.verdict = .vacuous }
      if !examination.holds {
        finding.candidate = Candidate(
          scalars: PackedRun.coordinates, steps: run.steps, case: ["packed": run.json])
      }
      evidence.seconds = (ContinuousClock.now - start) / .seconds(1)
      finding.evidence.append(evidence)
    }
    return finding
  }

  func examine(_ json: JSONValue, _ context: AuditContext) async throws -> Examination {
    guard let packed = json["packed"] else { return try await steps.examine(json, context) }
    guard
      let executor = context.subject.executors.lazy.compactMap({ $0 as? OptimizerExecutor<Float> })
        .first
    else { throw CaseError(message: "the subject keeps no state in 16 bits") }
    return try PackedRun(json: packed).examine(executor, context)
  }
}

/// A long run whose slots are kept in 16 bits, each step of which is compared with the formula's from the state
/// that the code itself was in.
struct PackedRun {
  let format: SlotFormat
  let steps: Int
  let seed: UInt64
  static let coordinates = 3

  init(format: SlotFormat, steps: Int, seed: UInt64) {
    self.format = format
    self.steps = steps
    self.seed = seed
  }

  var json: JSONValue {
    ["format": .string(format.rawValue), "steps": .integer(steps), "seed": .string("\(seed)")]
  }

  init(json: JSONValue) throws(CaseError) {
    guard let format = json["format"]?.string.flatMap({ SlotFormat(rawValue: $0) }),
      let steps = json["steps"]?.int, 1...10_000 ~= steps,
      let seed = json["seed"]?.string.flatMap({ UInt64($0) })
    else { throw CaseError(message: "a packed run has a format, steps and a seed") }
    self.init(format: format, steps: steps, seed: seed)
  }

  private func scenario(_ subject: AuditSubject) -> Scenario {
    var source = Philox(seed: seed, property: Philox.number(of: "rule.precision packed"), case: 0)
    func number() -> Double { Double(Float(4 * source.unit() - 2)) }
    return Scenario(
      start: (0..<Self.coordinates).map { _ in number() },
      gradients: (0..<steps).map { _ in (0..<Self.coordinates).map { _ in number() } },
      losses: subject.requiresLoss ? (0..<steps).map { _ in number() } : nil)
  }

  func examine(
    _ executor: OptimizerExecutor<Float>, _ context: AuditContext
  ) throws -> Examination {
    guard let rule = context.subject.rule else {
      throw CaseError(message: "the subject's text is not known")
    }
    let scenario = scenario(context.subject)
    var packed = executor
    packed.format = format
    let slotCount = rule.slotNames.count
    var slots: [[[Float]]] = []
    let trajectory: Trajectory<Double>
    do {
      trajectory = try packed.run(scenario, carryingOn: false) { _, _, state in
        slots.append((0..<slotCount).map { state.tensors[0][slot: $0] })
      }.trajectory
    } catch let fault as SubjectFault {
      return .outsidePremise(fault.reason)
    }
    typealias Number = RunningError<Binary32>
    let hyperparameters: [Number] = rule.values(as: Number.self)
    var states = scenario.groups[0].parameters[0].map { rule.start(at: Number(given: $0)) }
    for (index, step) in scenario.steps.enumerated() {
      let gradients = (step.gradients[0][0] ?? []).map { Number(given: $0) }
      let loss = step.loss.map { Number(given: $0) }
      let factor = rule.gradientFactor(
        gradients: gradients, loss: loss, hyperparameters: hyperparameters)
      for place in states.indices {
        if index > 0 {
          states[place].parameter = Number(given: trajectory.parameters[index - 1][0][0][place])
          states[place].slots = slots[index - 1].map { Number(given: Double($0[place])) }
        }
        rule.step(
          &states[place], gradient: factor * gradients[place],
          context: StepContext(t: Number(given: Double(index + 1)), loss: loss),
          hyperparameters: hyperparameters)
        // What the slots start with is rounded before the first step.
        guard index > 0 || rule.slotStart.allSatisfy(\.isZero) else { continue }
        let computed = trajectory.parameters[index][0][0][place]
        guard computed.isFinite, slots[index].allSatisfy({ $0[place].isFinite }) else {
          return Examination(holds: true, summary: "left the format's range at step \(index + 1)")
        }
        if states[place].parameter.isBounded, !states[place].parameter.allows(computed) {
          return failure(
            index, place, "θ", computed, states[place].parameter.exact, trajectory)
        }
        for (slot, name) in rule.slotNames.enumerated() {
          let (exact, stored) = (states[place].slots[slot], Double(slots[index][slot][place]))
          guard exact.isBounded else { continue }
          // One rounding more: to the format's nearest number, half of its smallest below its range.
          let allowance =
            exact.error + format.unitRoundoff * (exact.exact.largestMagnitude + exact.error)
            + (format == .float16 ? 0x1p-25 : Double(Float.leastNormalMagnitude))
          if stored < exact.exact.lower - allowance || exact.exact.upper + allowance < stored {
            return failure(index, place, name, stored, exact.exact, trajectory)
          }
        }
      }
    }
    return Examination(holds: true, summary: "every step lies in its enclosure")
  }

  private func failure(
    _ step: Int, _ place: Int, _ name: String, _ computed: Double, _ exact: Interval,
    _ trajectory: Trajectory<Double>
  ) -> Examination {
    Examination(
      holds: false,
      summary:
        "slots in \(format.rawValue), step \(step + 1), coordinate \(place): \(name) is \(computed),"
        + " where its exact step lies in \(exact)",
      trajectories: ["subject": trajectory.json, "expected": nil])
  }
}
