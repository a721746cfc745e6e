internal import Diagnostics
internal import Formulas
internal import Numbers
public import Properties
public import Proving
internal import PropertyTesting

/// What the properties of one audit share: the subject, the seed, the effort, the provers.
public struct AuditContext: Sendable {
  public let subject: AuditSubject
  public let seed: UInt64
  public let effort: Effort
  public let prover: Prover
  let invariants: InvariantProver
  /// How many cases are generated, where that is fewer than the effort's.
  var caseLimit = Int.max
  /// Whether a case that fails is made smaller.
  var isShrinking = true

  public init(subject: AuditSubject, seed: UInt64, effort: Effort, prover: Prover? = nil) {
    self.subject = subject
    self.seed = seed
    self.effort = effort
    let prover = prover ?? Prover(effort: effort)
    self.prover = prover
    invariants = InvariantProver(subject: subject, prover: prover)
  }
}

extension AuditContext {
  /// How many cases are generated for a property: fewer for a process, which is asked over a pipe.
  var generatedCases: Int {
    guard subject.kind == .process else { return min(caseLimit, effort.generatedCases) }
    switch effort {
    case .quick: return min(caseLimit, 25)
    case .standard: return min(caseLimit, 120)
    case .thorough: return min(caseLimit, 2_000)
    }
  }

  /// What may be assumed of a traced step: the domains of the hyper-parameters and, where the state is
  /// symbolic, those invariants of it that were proved inductive.
  ///
  /// - Parameter withBounds: whether invariants that involve hyper-parameters are among them; they cost
  ///   the solver more than most claims are worth.
  func assumptions(for trace: RuleTrace, withBounds: Bool = false) async -> [Relation] {
    var relations = trace.domainAssumptions(subject.domains)
    let slots = Set(trace.before.slots.compactMap(\.symbolName))
    guard !slots.isEmpty else { return relations }
    for invariant in await invariants.proved
    where withBounds || invariant.symbols.allSatisfy(slots.contains) {
      relations.append(invariant)
    }
    return relations
  }

  /// Runs generated cases of a property on one executor, and notes in a finding what came of them.
  func generate<Case: AuditCase>(
    _ generator: Generator<Case>, property: String, on executor: any SubjectExecutor,
    into finding: inout Finding, examination body: (Case) throws -> Examination
  ) {
    generate(
      generator, property: property, arithmetic: executor.arithmetic, into: &finding,
      examination: body)
  }

  /// As above, for what is no run of an executor.
  func generate<Case: AuditCase>(
    _ generator: Generator<Case>, property: String, arithmetic: Arithmetic,
    into finding: inout Finding, examination body: (Case) throws -> Examination
  ) {
    var settings = Settings(cases: generatedCases, seed: seed)
    if subject.kind == .process { settings.maximumShrinkExecutions = 1_600 }
    settings.sparseRestarts = 400
    let arithmetic = arithmetic.rawValue
    generate(
      generator, property: "\(property) \(arithmetic)", settings, into: &finding,
      evidence: Evidence(.generated, tool: "assay", verdict: .tested, domain: arithmetic),
      candidate: { ["arithmetic": .string(arithmetic), "case": $0.json] }, examination: body)
  }

  /// Runs generated cases of a property in exact arithmetic, and notes in a finding what came of them.
  func generateExactly<Case: AuditCase>(
    _ generator: Generator<Case>, property: String, into finding: inout Finding,
    examination body: (Case) throws -> Examination
  ) {
    // A case in exact arithmetic costs many times one in floating point.
    generate(
      generator, property: "\(property) exact",
      Settings(cases: effort.generatedCases / 10, seed: seed),
      into: &finding,
      evidence: Evidence(
        .exact, tool: "assay exact", verdict: .tested, domain: "exact runs of the text"),
      candidate: \.json, examination: body)
  }

  /// - Parameters:
  ///   - evidence: the entry for a pass; its domain gains the number of cases and the seed.
  ///   - candidate: the case that fails, in the form that the property's `examine` reads.
  private func generate<Case: AuditCase>(
    _ generator: Generator<Case>, property: String, _ settings: Settings,
    into finding: inout Finding, evidence: Evidence, candidate: (Case) -> JSONValue,
    examination body: (Case) throws -> Examination
  ) {
    let clock = ContinuousClock()
    let start = clock.now
    var settings = settings
    settings.isExplaining = false
    settings.isShrinking = isShrinking
    // Where the process breaks the protocol, the property is not what was tested.
    var fault: SubjectProtocolFault?
    let result = PropertyTesting.check(
      property, subject: subject.specification, generator, settings
    ) { (value: Case, _: TestCase) in
      if let fault { throw Discard(fault.reason) }
      let examination: Examination
      do {
        examination = try body(value)
      } catch let broken as SubjectProtocolFault {
        fault = broken
        throw Discard(broken.reason)
      }
      if !examination.meetsPremise { throw Discard(examination.summary) }
      if !examination.holds { throw Violation(examination.summary) }
    }
    finding.cases += result.cases
    finding.premiseShare = min(finding.premiseShare ?? 1, result.premiseShare)
    var evidence = evidence
    evidence.domain = "\(evidence.domain ?? ""), \(result.cases) cases, seed \(seed)"
    switch result.outcome {
    case .passed: break
    case .failed(let failure):
      evidence.verdict = .refuted
      evidence.detail = failure.violation.message
      finding.candidate = Candidate(
        scalars: failure.value.scalarCount, steps: failure.value.stepCount,
        case: candidate(failure.value), choices: failure.choices)
    case .vacuous(let reason), .insufficient(let reason):
      evidence.verdict = .vacuous
      evidence.detail = reason
    case .flaky(_, let reason), .gaveUp(let reason), .inconclusive(let reason),
      .invalid(let reason):
      evidence.verdict = .inconclusive
      evidence.detail = reason
    }
    if let fault, evidence.verdict != .refuted {
      evidence.verdict = .untested
      evidence.detail = "the process did not keep to the protocol: \(fault.reason)"
      finding.detail = finding.detail ?? evidence.detail
    }
    evidence.seconds = (clock.now - start) / .seconds(1)
    finding.evidence.append(evidence)
  }
}

/// Proves once for an audit that the card's invariants hold in every reachable state.
actor InvariantProver {
  private let subject: AuditSubject
  private let prover: Prover
  private var task: Task<Outcome, Never>?

  struct Outcome: Sendable {
    /// Shown to hold at the start and to be kept by every step.
    var proved: [Relation] = []
    var others: [Relation] = []
    /// The latest answer about one that was not shown.
    var doubt: Evidence?
    /// Who proved.
    var tool = "z3"
  }

  init(subject: AuditSubject, prover: Prover) {
    self.subject = subject
    self.prover = prover
  }

  /// The invariants that hold at the start and are kept by a step from any state in which all of them hold.
  var proved: [Relation] { get async { await outcome.proved } }

  var outcome: Outcome {
    get async {
      let (subject, prover) = (subject, prover)
      let task = task ?? Task { await InvariantProver.prove(subject, prover) }
      self.task = task
      // Whoever asks belongs to the same audit: what stops one stops all.
      return await withTaskCancellationHandler {
        await task.value
      } onCancel: {
        task.cancel()
      }
    }
  }

  private static func prove(_ subject: AuditSubject, _ prover: Prover) async -> Outcome {
    guard let rule = subject.rule else { return Outcome() }
    let trace = RuleTrace(rule)
    let names =
      rule.slotNames + rule.hyperparameters.map { RuleTrace.symbolName(of: $0.name) }
    var candidates = subject.invariants.compactMap { text in
      try? Relation(parsing: text, variables: names, in: trace.arena)
    }
    let all = candidates
    let domains = trace.domainAssumptions(subject.domains)
    var outcome = Outcome()
    // One that is not kept takes the support from the others, so they are tried again without it.
    while true {
      var kept: [Relation] = []
      for candidate in candidates {
        let evidence = await evidence(
          for: candidate, among: candidates, trace, rule, domains, prover)
        if evidence.verdict == .proved {
          kept.append(candidate)
          outcome.tool = evidence.tool
        } else {
          outcome.doubt = evidence
        }
      }
      if kept.count == candidates.count {
        outcome.proved = kept
        outcome.others = all.filter { !kept.contains($0) }
        return outcome
      }
      candidates = kept
    }
  }

  /// What the solver says of one invariant: of its start, and if that is proved, of a step.
  private static func evidence(
    for relation: Relation, among invariants: [Relation], _ trace: RuleTrace,
    _ rule: any TransparentRule, _ domains: [Relation], _ prover: Prover
  ) async -> Evidence {
    let fresh = RuleTrace(rule, isFresh: true, in: trace.arena).before.slots
    let start = Dictionary(zip(rule.slotNames, fresh), uniquingKeysWith: { $1 })
    let after = Dictionary(
      zip(rule.slotNames, trace.after.slots), uniquingKeysWith: { $1 })
    let base = await prover.prove(
      Claim("invariant-start", assuming: domains, proving: [relation.substituting(start)]),
      confirming: false)
    guard base.isProved else { return base.evidence }
    let step = await prover.prove(
      Claim(
        "invariant-step", assuming: domains + invariants,
        proving: [relation.substituting(after)], stepSymbols: ["t"]),
      confirming: false)
    return step.evidence
  }
}
