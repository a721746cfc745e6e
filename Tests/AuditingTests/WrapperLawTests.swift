import Diagnostics
import Numbers
import Optimizers
import Processes
import Properties
import TestSupport
import Testing

@testable import Auditing

/// Slow weights that meet the parameters in the wrong way.
private struct FaultyLookahead: Wrapper {
  enum Fault: CaseIterable, Sendable { case meetsEarly, slowStays, fastStays, overshoots }
  let fault: Fault
  private let right = Lookahead(k: 3, alpha: 0.5)

  init(_ fault: Fault) { self.fault = fault }

  var name: String { "lookahead" }
  var hyperparameters: Hyperparameters { right.hyperparameters }
  var vectorName: String? { "slow" }
  func amend(_ card: inout Card) { right.amend(&card) }

  func prepareFinish<N: RuleNumber>(
    count: Int, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> StepScalars<N>? {
    try right.prepareFinish(
      count: fault == .meetsEarly ? count + 1 : count, hyperparameters: hyperparameters)
  }

  func finish<N: RuleNumber>(
    _ parameter: inout N, vector: inout N, step: StepScalars<N>
  ) throws(N.Failure) {
    let before = (parameter, vector)
    try right.finish(&parameter, vector: &vector, step: step)
    switch fault {
    case .meetsEarly: break
    case .slowStays: vector = before.1
    case .fastStays: parameter = before.0
    case .overshoots: parameter = parameter + (parameter - before.1)
    }
  }
}

/// An average of parameters that is another.
private struct FaultyAverage: Wrapper {
  enum Fault: CaseIterable, Sendable { case forgets, startsAtZero, movesParameters, weighsTwice }
  let fault: Fault
  private let right = ExponentialAverage(decay: 0.9)

  init(_ fault: Fault) { self.fault = fault }

  var name: String { "ema" }
  var hyperparameters: Hyperparameters { right.hyperparameters }
  var vectorName: String? { "emaAverage" }
  func amend(_ card: inout Card) { right.amend(&card) }

  func prepareFinish<N: RuleNumber>(
    count: Int, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> StepScalars<N>? {
    if fault == .forgets, count % 3 == 0 { return nil }
    return try right.prepareFinish(count: count, hyperparameters: hyperparameters)
  }

  func finish<N: RuleNumber>(
    _ parameter: inout N, vector: inout N, step: StepScalars<N>
  ) throws(N.Failure) {
    if fault == .startsAtZero { vector = N(Rational(999, 1000)) * vector }
    try right.finish(&parameter, vector: &vector, step: step)
    if fault == .weighsTwice { try right.finish(&parameter, vector: &vector, step: step) }
    if fault == .movesParameters { parameter = vector }
  }
}

/// Gathers micro-batches otherwise than it says.
private struct FaultyAccumulation: Wrapper {
  enum Fault: CaseIterable, Sendable { case tooFew, sums }
  let fault: Fault
  private let right = GradientAccumulation(k: 3)

  init(_ fault: Fault) { self.fault = fault }

  var name: String { "accumulation" }
  var hyperparameters: Hyperparameters { right.hyperparameters }
  var microBatches: Int { fault == .tooFew ? 2 : 3 }
  func amend(_ card: inout Card) { right.amend(&card) }

  func gradientFactor<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> N? { fault == .sums ? 3 : nil }
}

/// Scales the loss, and undoes it or backs off otherwise than it says.
private struct FaultyLossScaling: Wrapper {
  enum Fault: CaseIterable, Sendable { case backsOffTwice, undoesTooLittle }
  let fault: Fault
  private let right = LossScaling(initialScale: 1024)

  init(_ fault: Fault) { self.fault = fault }

  var name: String { "loss-scaling" }
  var hyperparameters: Hyperparameters { right.hyperparameters }
  var lossScaling: LossScaling? {
    fault == .backsOffTwice ? LossScaling(initialScale: 1024, backoffFactor: 0.25) : right
  }
  func amend(_ card: inout Card) { right.amend(&card) }

  func gradientFactor<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> N? { fault == .undoesTooLittle ? 1024 : nil }
}

/// A clip that breaks one of its laws.
private struct FaultyClip: WholeVectorStage {
  enum Fault: CaseIterable, Sendable { case scalesUp, tooLong, wrongSign, halves, infinite }
  let fault: Fault
  private let right = GlobalNormClip(1)

  init(_ fault: Fault) { self.fault = fault }

  var hyperparameters: Hyperparameters { right.hyperparameters }
  func amend(_ card: inout Card) { right.amend(&card) }

  func factor<N: RuleNumber>(norm: N, hyperparameters: StepScalars<N>) throws(N.Failure) -> N {
    let factor = try right.factor(norm: norm, hyperparameters: hyperparameters)
    switch fault {
    case .scalesUp: return try 1 / norm
    case .tooLong: return factor * N(1.001)
    case .wrongSign: return -factor
    case .halves: return try factor * factor
    case .infinite: return N.greater(factor, N(1e-30))
    }
  }
}

@Suite("Laws of wrappers and stages")
struct WrapperLawTests {
  @Test(
    "Every wrapper keeps its laws",
    arguments: [
      ("lookahead:adam", "wrapper.lookahead"), ("lookahead:sgd", "wrapper.lookahead"),
      ("lookahead:ema:sgd", "wrapper.lookahead"), ("ema:adam", "wrapper.averaging"),
      ("swa:sgd", "wrapper.averaging"), ("ema:swa:sgd", "wrapper.averaging"),
      ("amo", "wrapper.clip"), ("accumulation:adam", "wrapper.accumulation"),
      ("accumulation:sgd", "wrapper.accumulation"), ("loss-scaling:adam", "wrapper.loss-scaling"),
      ("loss-scaling:sgd", "wrapper.loss-scaling"),
    ])
  func kept(_ name: String, _ id: String) async throws {
    let row = try #require(try await rows([id], of: try AuditSubject(builtIn: name))[id])
    #expect(row.isDeclared && row.cases > 0)
    #expect([.proved, .tested].contains(row.verdict), "\(row)")
    #expect(row.evidence.contains { $0.kind == .generated && $0.verdict == .tested }, "\(row)")
    if id == "wrapper.lookahead" { #expect(row.verdict == .proved, "\(row)") }
  }

  @Test("Other periods, rates, decays and starts keep them, too")
  func settings() async throws {
    for (name, settings, id) in [
      ("lookahead:adam", [("lookahead.k", "1"), ("lookahead.alpha", "1")], "wrapper.lookahead"),
      ("lookahead:sgd", [("lookahead.k", "2"), ("lookahead.alpha", "0")], "wrapper.lookahead"),
      ("ema:sgd", [("ema.decay", "0")], "wrapper.averaging"),
      ("swa:sgd", [("swa.start", "3"), ("swa.period", "2")], "wrapper.averaging"),
      ("adam", [("clip", "0.25")], "wrapper.clip"),
      ("accumulation:adamw", [("accumulation.k", "3"), ("clip", "0.5")], "wrapper.accumulation"),
      ("loss-scaling:adam", [("loss-scaling.growthInterval", "2")], "wrapper.loss-scaling"),
    ] as [(String, [TypedSetting], String)] {
      let subject = try AuditSubject(builtIn: name, settings: settings)
      let row = try #require(try await rows([id], of: subject)[id])
      #expect([.proved, .tested].contains(row.verdict), "\(name): \(row)")
    }
  }

  @Test(
    "Slow weights that do not meet as they should are refuted",
    arguments: FaultyLookahead.Fault.allCases)
  fileprivate func slowWeights(_ fault: FaultyLookahead.Fault) async throws {
    try await expectFound(
      "wrapper.lookahead", in: "lookahead:sgd",
      Optimizer(SGD(), wrappers: [FaultyLookahead(fault)]))
  }

  @Test("An average that is another is refuted", arguments: FaultyAverage.Fault.allCases)
  fileprivate func averages(_ fault: FaultyAverage.Fault) async throws {
    try await expectFound(
      "wrapper.averaging", in: "ema:sgd", Optimizer(SGD(), wrappers: [FaultyAverage(fault)]))
  }

  @Test(
    "Micro-batches that are not one batch are refuted", arguments: FaultyAccumulation.Fault.allCases
  )
  fileprivate func batches(_ fault: FaultyAccumulation.Fault) async throws {
    try await expectFound(
      "wrapper.accumulation", in: "accumulation:sgd",
      Optimizer(SGD(), wrappers: [FaultyAccumulation(fault)]))
  }

  @Test(
    "A scale that is not undone, or backs off too far, is refuted",
    arguments: FaultyLossScaling.Fault.allCases)
  fileprivate func scales(_ fault: FaultyLossScaling.Fault) async throws {
    try await expectFound(
      "wrapper.loss-scaling", in: "loss-scaling:sgd",
      Optimizer(SGD(), wrappers: [FaultyLossScaling(fault)]))
  }

  @Test("A clip that breaks a law is refuted", arguments: FaultyClip.Fault.allCases)
  fileprivate func clips(_ fault: FaultyClip.Fault) async throws {
    try await expectFound("wrapper.clip", in: "amo", Optimizer(AMO(), stages: [FaultyClip(fault)]))
  }

  /// Demands that a property is refuted of another optimizer in the place of a subject's, by its runs.
  private func expectFound(_ id: String, in name: String, _ optimizer: Optimizer) async throws {
    let subject = try AuditSubject(builtIn: name).compiled(as: optimizer)
    let property = try #require(Catalogue.property(id))
    let context = AuditContext(subject: subject, seed: 1, effort: .forTests)
    let candidate = try #require(try await property.check(context).candidate, "\(id)")
    #expect(candidate.steps <= 4 && candidate.scalars <= 3, "\(candidate.case)")
    #expect(try await !property.examine(candidate.case, context).holds)
  }
}

@Suite("Rows of behaviour with a fault of their own")
struct BehaviourRowTests {
  @Test("Rotations commute with gradient descent, and are refuted of others as information")
  func rotation() async throws {
    for settings in [[], [("momentum", "0.9")], [("weightDecay", "0.1"), ("momentum", "0.9")]]
      as [[TypedSetting]]
    {
      let subject = try AuditSubject(builtIn: "sgd", settings: settings)
      let row = try #require(try await rows(["rule.rotation"], of: subject)["rule.rotation"])
      #expect(row.verdict == .tested && row.isDeclared, "\(row)")
    }
    for name in ["adam", "lion", "adagrad", "amvt", "radam"] {
      let row = try #require(
        try await rows(["rule.rotation"], of: try AuditSubject(builtIn: name))["rule.rotation"])
      #expect(row.verdict == .refuted && !row.isDeclared, "\(name): \(row)")
      #expect(row.detail?.contains("as it should be") ?? false)
    }
    let fault = try subject(momentumFile(velocity: "momentum*b + g*abs(g)"))
    let row = try #require(try await rows(["rule.rotation"], of: fault)["rule.rotation"])
    #expect(row.verdict == .refuted && row.isDeclared, "\(row)")
  }

  @Test("Sums of runs are runs of sums, where steps are linear; faults that are not are refuted")
  func superposition() async throws {
    for settings in [
      [], [("momentum", "0.9"), ("nesterov", "true")], [("dampening", "0.5"), ("momentum", "0.9")],
    ]
      as [[TypedSetting]]
    {
      let subject = try AuditSubject(builtIn: "sgd", settings: settings)
      let row = try #require(
        try await rows(["rule.superposition"], of: subject)["rule.superposition"])
      #expect(row.verdict == .provedBySolver, "\(row)")
    }
    for fault in ["momentum*b + g*abs(g)", "momentum*b + g + 0.001", "max(momentum*b, g)"] {
      try await expectRefuted("rule.superposition", of: try subject(momentumFile(velocity: fault)))
    }
  }

  @Test("A pulse decays in every family as its closed form says")
  func impulse() async throws {
    for (name, settings) in [
      ("sgd", []), ("sgd", [("momentum", "0.9"), ("nesterov", "true")]),
      ("sgd", [("momentum", "0.9"), ("dampening", "0.5"), ("firstDampening", "applied")]),
      ("adam", []), ("adam", [("epsilonPlacement", "insideRoot")]), ("adamw", []), ("amo", []),
      ("amvt", []), ("amvt", [("varianceCentre", "previousMean")]),
      ("amvt", [("stepMomentum", "raw")]), ("amvt", [("epsilonPlacement", "outsideRoot")]),
    ] as [(String, [TypedSetting])] {
      let subject = try AuditSubject(builtIn: name, settings: settings)
      let row = try #require(try await rows(["rule.impulse"], of: subject)["rule.impulse"])
      #expect(row.verdict == .tested, "\(name) \(settings): \(row)")
    }
    for fault in [
      ["m": "beta1*m + g"], ["mhat": "m"], ["v": "max(v, (1 - beta2)*g^2)"],
      ["m": "if(g < 0, m, if(0 < g, beta1*m + (1 - beta1)*g, m))"],
    ] { try await expectRefuted("rule.impulse", of: try subject(adamFile(fault))) }
    try await expectRefuted("rule.impulse", of: try subject(momentumFile(velocity: "b/2 + g")))
  }

  @Test("Decay follows the rate of each step, in every form beside the gradient")
  func scheduledDecay() async throws {
    for (name, settings) in [
      ("adamw", []), ("adamw", [("decayForm", "unscaled")]),
      ("amvt", [("weightDecay", "0.1")]), ("lion", [("weightDecay", "0.1")]),
    ] as [(String, [TypedSetting])] {
      let subject = try AuditSubject(builtIn: name, settings: settings)
      let row = try #require(
        try await rows(["rule.decay-scheduled"], of: subject)["rule.decay-scheduled"])
      #expect(row.verdict == .tested && row.cases > 0, "\(name): \(row)")
    }
    func file(_ decay: String) -> String {
      adamFile(
        ["theta": "theta - \(decay)*theta - alpha*mhat/(sqrt(vhat) + epsilon)"], family: "adamw"
      ).replacing("epsilon: 1e-8}", with: "epsilon: 1e-8, lambda: 0.1}")
        .replacing(
          "alpha: \"[0, inf)\"}", with: "alpha: \"[0, inf)\", lambda: \"[0, inf)\"}"
        )
        .replacing("update:", with: "roles: {lambda: weightDecay}\nupdate:")
    }
    let right = try #require(
      try await rows(["rule.decay-scheduled"], of: try subject(file("alpha*lambda")))[
        "rule.decay-scheduled"])
    #expect(right.verdict == .tested, "\(right)")
    for fault in ["0.001*lambda", "alpha^2*lambda"] {
      try await expectRefuted("rule.decay-scheduled", of: try subject(file(fault)))
    }
    // A convention of its own, with a name.
    let unscaled = try #require(
      try await rows(["rule.decay-scheduled"], of: try subject(file("lambda")))[
        "rule.decay-scheduled"])
    #expect(unscaled.verdict == .variant, "\(unscaled)")
  }

  @Test("All paths through the code agree")
  func fused() async throws {
    for name in ["sgd", "adam", "amvt", "amo", "nadam", "radam", "yogi"] {
      let row = try #require(
        try await rows(["rule.fused"], of: try AuditSubject(builtIn: name))["rule.fused"])
      #expect(row.verdict == .tested, "\(name): \(row)")
      if name == "amvt", ExternalTool.isSolverPresent {
        #expect(row.evidence.contains { $0.detail?.contains("printed one: proved") ?? false })
      }
    }
  }

  @Test("A rule whose loop does otherwise than its text is refuted")
  func unequalPaths() async throws {
    let subject = try AuditSubject(builtIn: "sgd").compiled(as: Optimizer(TwoFaced()))
    let property = try #require(Catalogue.property("rule.fused"))
    let context = AuditContext(subject: subject, seed: 1, effort: .forTests)
    let candidate = try #require(try await property.check(context).candidate)
    #expect(try await !property.examine(candidate.case, context).holds)
  }

  @Test("State in 16 bits stays within its rounding over 300 steps")
  func packed() async throws {
    for name in ["adam", "amvt", "sgd"] {
      let settings: [TypedSetting] = name == "sgd" ? [("momentum", "0.9")] : []
      let subject = try AuditSubject(builtIn: name, settings: settings)
      let row = try #require(
        try await rows(["rule.precision"], of: subject)["rule.precision"])
      #expect(row.verdict == .tested, "\(name): \(row)")
      let packed = row.evidence.filter { $0.domain?.contains("300 steps") ?? false }
      #expect(packed.count == 2 && packed.allSatisfy { $0.verdict == .tested }, "\(row)")
    }
  }

  @Test("State in 16 bits of another rule leaves its rounding")
  func otherPacked() async throws {
    // The text is Adam's, the code another's.
    let subject = try AuditSubject(builtIn: "adam")
    let context = AuditContext(subject: subject, seed: 1, effort: .forTests)
    let other = OptimizerExecutor<Float>(optimizer: Optimizer(Adam(beta2: 0.99)))
    for format in [SlotFormat.bfloat16, .float16] {
      let run = PackedRun(format: format, steps: 300, seed: 1)
      #expect(try !run.examine(other, context).holds)
      #expect(
        try PackedRun(json: run.json).examine(
          OptimizerExecutor<Float>(optimizer: Optimizer(Adam())), context
        ).holds)
    }
    #expect(throws: CaseError.self) { try PackedRun(json: ["format": "float8", "steps": 3]) }
  }

  private func expectRefuted(_ id: String, of subject: AuditSubject) async throws {
    let row = try #require(try await rows([id], of: subject)[id])
    #expect(row.verdict == .refuted, "\(row)")
    let counterexample = try #require(row.counterexample)
    let property = try #require(Catalogue.property(id))
    let context = AuditContext(subject: subject, seed: 1, effort: .forTests)
    #expect(try await !property.examine(counterexample.case, context).holds)
  }
}

/// A rule whose loop over memory is another than its step of one coordinate.
private struct TwoFaced: UpdateRule {
  private let rule = SGD()
  var hyperparameters: Hyperparameters { rule.hyperparameters }
  var slotNames: [String] { [] }
  var card: Card { rule.card }

  func prepare<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>, history: inout Slots<N>
  ) throws(N.Failure) -> StepScalars<N> { hyperparameters }

  func update<N: RuleNumber>(
    _ parameter: inout N, gradient: N, slots: inout Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) {
    parameter = parameter - step[.learningRate] * gradient
  }

  func apply(
    to parameters: inout MutableSpan<Double>, gradients: Span<Double>,
    slots first: inout MutableSpan<Double>, _ second: inout MutableSpan<Double>,
    _ third: inout MutableSpan<Double>, _ fourth: inout MutableSpan<Double>,
    step: StepScalars<Double>
  ) {
    // Two at a time, and the end forgotten.
    for i in 0..<(parameters.count - parameters.count % 2) {
      parameters[i] -= step[.learningRate] * gradients[i]
    }
  }
}
