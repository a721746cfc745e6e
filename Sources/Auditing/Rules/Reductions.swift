public import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import PropertyTesting
public import Properties
internal import Proving

/// The lattice of optimizers: what each becomes at the ends of its hyper-parameters.
public struct ReductionProperty: AuditableProperty {
  /// What an identity transform's wrapper is taken from, instead of the shipped one.
  private let transform: (any LossTransform)?

  /// - Parameter transform: one to look at in the place of the one that is part of a subject.
  public init(examining transform: (any LossTransform)? = nil) { self.transform = transform }

  public var description: PropertyDescription {
    PropertyDescription(
      id: "rule.reductions",
      statement:
        "with some hyper-parameters at 0, or a part off, the rule is the simpler one it contains",
      source:
        "the papers' formulas; for AMO and AMVT derived in the specification, sections 2 and 3",
      domain: "no weight decay; every reduction of the declared family",
      evidence: [.smt, .generated])
  }

  public func check(_ context: AuditContext) async throws -> Finding {
    let reductions = Reduction.all(of: context.subject, examining: transform)
    guard !reductions.isEmpty, let rule = context.subject.rule else {
      return .notApplicable("the declared family contains no simpler rule at these settings")
    }
    var finding = Finding()
    finding.detail = reductions.map(\.name).joined(separator: "; ")
    for reduction in reductions {
      if let claim = await reduction.claim(context, rule) {
        await context.prove(claim, about: rule, into: &finding)
      }
    }
    let generator = scenarios(of: reductions, context.subject)
    for executor in context.subject.executors {
      context.generate(generator, property: id, on: executor, into: &finding) { value in
        try examine(value, reductions, executor, context)
      }
      if finding.candidate != nil { break }
    }
    return finding
  }

  public func examine(_ json: JSONValue, _ context: AuditContext) async throws -> Examination {
    let reductions = Reduction.all(of: context.subject, examining: transform)
    if let name = json["claim"]?.string, let rule = context.subject.rule {
      guard let reduction = reductions.first(where: { $0.name == name }),
        let claim = await reduction.claim(context, rule)
      else { throw CaseError(message: "the property makes no claim \(name)") }
      return try examination(of: claim, at: json["point"])
    }
    let name = json["arithmetic"]?.string
    guard
      let executor = context.subject.executors.first(where: { $0.arithmetic.rawValue == name })
    else { throw CaseError(message: "the subject does not run in \(name ?? "no arithmetic")") }
    let value = try ReducedScenario(json: json["case"] ?? .null)
    return try examine(value, reductions, executor, context)
  }

  private func scenarios(
    of reductions: [Reduction], _ subject: AuditSubject
  ) -> Generator<ReducedScenario> {
    let alternatives = reductions.map { reduction in
      var shape = ScenarioShape.vector
      shape.fixed = RuleProperties.withoutDecay(subject)
      shape.fixed.merge(reduction.fixed, uniquingKeysWith: { $1 })
      return subject.scenarios(shape).map {
        ReducedScenario(reduction: reduction.name, scenario: $0)
      }
    }
    return .oneOf(alternatives)
  }

  private func examine(
    _ value: ReducedScenario, _ reductions: [Reduction], _ executor: any SubjectExecutor,
    _ context: AuditContext
  ) throws -> Examination {
    guard let reduction = reductions.first(where: { $0.name == value.reduction }) else {
      throw CaseError(message: "the subject has no reduction `\(value.reduction)`")
    }
    return try reduction.examine(value.scenario, executor, context)
  }
}

/// A scenario, and the reduction that it is run under.
struct ReducedScenario: AuditCase {
  var reduction: String
  var scenario: Scenario

  init(reduction: String, scenario: Scenario) {
    self.reduction = reduction
    self.scenario = scenario
  }

  var json: JSONValue { ["reduction": .string(reduction), "scenario": scenario.json] }

  init(json: JSONValue) throws(CaseError) {
    reduction = json["reduction"]?.string ?? ""
    scenario = try Scenario(json: json["scenario"] ?? .null)
  }

  var scalarCount: Int { scenario.scalarCount }
  var stepCount: Int { scenario.stepCount }
}

/// One way in which a rule becomes a simpler one.
struct Reduction: Sendable {
  let name: String
  /// The hyper-parameters that bring it about.
  var fixed: [String: Rational] = [:]
  /// The simpler rule's text.
  let simpler: any TransparentRule
  /// Slots that stay at 0 under it.
  var emptySlots: [String] = []
  /// Compiled optimizers whose runs are the same to the bit: the reduced subject, and the simpler rule.
  var twins: (reduced: Optimizer, simpler: Optimizer)?

  /// Those of a subject's family, at the conventions that it follows.
  static func all(
    of subject: AuditSubject, examining transform: (any LossTransform)? = nil
  ) -> [Reduction] {
    guard let rule = subject.rule, !subject.hasInnerStages else { return [] }
    if let optimizer = subject.optimizer, !optimizer.wrappers.isEmpty {
      let shipped = subject.transform.map { $0 as any LossTransform }
      guard let transform = transform ?? shipped, optimizer.wrappers.count == 1 else { return [] }
      return [withoutTransform(optimizer, transform)]
    }
    guard subject.transform == nil else { return [] }
    let reductions: [Reduction?] =
      switch subject.family {
      case "sgd": [withoutMomentum(subject)]
      case "adam": [withoutMemory(subject)]
      case "amvt": [withoutVariance(subject), withoutPenalty(subject)]
      case "amo": [adamInDisguise(subject)]
      default: []
      }
    return reductions.compactMap(\.self).filter { reduction in
      // Only what the subject lets be set.
      reduction.fixed.keys.allSatisfy { key in
        rule.value(of: key) != nil && (subject.domains[key] != nil || key == "clip")
      }
    }
  }

  /// A rule from the text of one step; the hyper-parameters have the subject's values.
  private static func text(
    _ subject: AuditSubject, state: [String], _ statements: [String]
  ) -> (any TransparentRule)? {
    let names = ["learningRate", "beta1", "beta2", "epsilon"].filter {
      subject.rule?.value(of: $0) != nil
    }
    let values = names.map { "\($0): \(subject.rule?.value(of: $0)?.description ?? "0")" }
    let document = """
      optimizer: simpler
      state: {\(state.map { "\($0): 0" }.joined(separator: ", "))}
      hyperparameters: {\(values.joined(separator: ", "))}
      update:
      \(statements.map { "  - \($0)" }.joined(separator: "\n"))
      """
    return try? FormulaFile(text: document, path: "the simpler rule").rule
  }

  /// Momentum 0: plain gradient descent.
  private static func withoutMomentum(_ subject: AuditSubject) -> Reduction? {
    guard subject.rule?.value(of: "momentum") != nil,
      let simpler = text(subject, state: [], ["theta = theta - learningRate*g"])
    else { return nil }
    var fixed: [String: Rational] = ["momentum": 0]
    if subject.rule?.value(of: "dampening") != nil { fixed["dampening"] = 0 }
    return Reduction(name: "momentum=0", fixed: fixed, simpler: simpler)
  }

  /// β₁ = β₂ = 0: the gradient by its own size.
  private static func withoutMemory(_ subject: AuditSubject) -> Reduction? {
    let isInside = subject.conventions["epsilonPlacement"] == "insideRoot"
    let denominator = isInside ? "sqrt(g^2 + epsilon)" : "(sqrt(g^2) + epsilon)"
    guard
      let simpler = text(subject, state: [], ["theta = theta - learningRate*g/\(denominator)"])
    else { return nil }
    return Reduction(name: "beta1=beta2=0", fixed: ["beta1": 0, "beta2": 0], simpler: simpler)
  }

  /// β₁ = 0: the mean is the gradient, so nothing scatters about it, and the penalty is 1.
  private static func withoutVariance(_ subject: AuditSubject) -> Reduction? {
    guard subject.conventions["varianceCentre"] != "previousMean" else { return nil }
    guard
      let simpler = text(
        subject, state: ["v"],
        [
          "v = beta2*v + (1 - beta2)*g^2",
          "theta = theta - learningRate*g/\(denominator(subject))",
        ])
    else { return nil }
    return Reduction(name: "beta1=0", fixed: ["beta1": 0], simpler: simpler, emptySlots: ["s"])
  }

  /// The variance tracked and not used: Adam.
  private static func withoutPenalty(_ subject: AuditSubject) -> Reduction? {
    guard subject.conventions["variancePenalty"] == "trackedOnly",
      subject.conventions["stepMomentum"] != "raw",
      let simpler = text(
        subject, state: ["m", "v"],
        [
          "m = beta1*m + (1 - beta1)*g", "v = beta2*v + (1 - beta2)*g^2",
          "theta = theta - learningRate*(m/(1 - beta1^t))/\(denominator(subject))",
        ])
    else { return nil }
    var reduction = Reduction(name: "variancePenalty=trackedOnly", simpler: simpler)
    if let optimizer = subject.optimizer, let amvt = optimizer.rule as? AMVT {
      var adam = optimizer
      let values = amvt.hyperparameters
      adam.rule = Adam(
        learningRate: values[.learningRate] ?? 0, beta1: values[.beta1] ?? 0,
        beta2: values[.beta2] ?? 0, epsilon: values[.epsilon] ?? 0,
        epsilonPlacement: amvt.epsilonPlacement,
        weightDecay: values[.weightDecay], decayForm: amvt.decayForm)
      reduction.twins = (optimizer, adam)
    }
    return reduction
  }

  /// AMO without its clip: Adam, the rate and ε rescaled from step to step.
  private static func adamInDisguise(_ subject: AuditSubject) -> Reduction? {
    guard
      let simpler = text(
        subject, state: ["m", "v"],
        [
          "m = beta1*m + (1 - beta1)*g", "v = beta2*v + (1 - beta2)*g^2",
          "rate = learningRate*(1 - beta1^t)/sqrt(1 - beta2^t)",
          "offset = epsilon/sqrt(1 - beta2^t)",
          "theta = theta - rate*(m/(1 - beta1^t))/(sqrt(v/(1 - beta2^t)) + offset)",
        ])
    else { return nil }
    // A clip so far out that no gradient of the card's box meets it.
    let far = Rational(exactly: 0x1p120) ?? 1
    return Reduction(
      name: "adam with another rate and epsilon",
      fixed: subject.rule?.value(of: "clip") == nil ? [:] : ["clip": far], simpler: simpler)
  }

  private static func denominator(_ subject: AuditSubject) -> String {
    subject.conventions["epsilonPlacement"] == "outsideRoot"
      ? "(sqrt(v/(1 - beta2^t)) + epsilon)" : "sqrt(v/(1 - beta2^t) + epsilon)"
  }

  /// N₁ = N₂ = 1: the factor is 1, and the optimizer its base, to the bit.
  private static func withoutTransform(
    _ optimizer: Optimizer, _ transform: any LossTransform
  ) -> Reduction {
    var base = optimizer
    base.wrappers = []
    var reduced = optimizer
    reduced.wrappers = [transform.replacingExponents(1, 1).wrapper]
    return Reduction(
      name: "N1=N2=1", simpler: OptimizerRule(optimizer: base), twins: (reduced, base))
  }
}

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
