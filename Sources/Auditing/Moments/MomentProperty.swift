internal import Diagnostics
internal import Formulas
internal import Numbers
internal import PropertyTesting
internal import Properties
internal import Proving

/// A property of a rule's moments: something to prove about its trace, and exact runs that may refute it.
struct MomentProperty: AuditableProperty {
  let description: PropertyDescription
  /// Whether the gradients of a case are all the same.
  var isConstant = false
  /// What is proved about the trace; appended to the finding as evidence.
  let proof:
    @Sendable (MomentTrace, any TransparentRule, AuditContext, inout Finding) async throws
      -> Void
  /// Looks at an exact run; nil where such runs say nothing.
  var examination: (@Sendable (MomentCase, MomentTrace, any TransparentRule) throws -> Examination)?
  /// Looks at an exact run that the proof itself has made; nil where no case is one.
  var caseExamination:
    (@Sendable (MomentCase, MomentTrace, any TransparentRule) throws -> Examination)?
  /// Looks at a run of the subject's code; nil where no case is one.
  var sequenceExamination: (@Sendable (GradientSequence, AuditContext) throws -> Examination)?

  func check(_ context: AuditContext) async throws -> Finding {
    guard let rule = context.subject.rule else {
      return .notApplicable("its text is not known, so its moments are not")
    }
    let trace = MomentTrace(rule)
    var finding = Finding()
    do {
      try await proof(trace, rule, context, &finding)
    } catch let exclusion as Exclusion {
      return .notApplicable(exclusion.reason)
    }
    guard let examination, finding.candidate == nil else { return finding }
    context.generateExactly(
      context.subject.momentCases(isConstant: isConstant), property: id, into: &finding
    ) { value in
      try examination(value, trace, rule)
    }
    return finding
  }

  func examine(_ json: JSONValue, _ context: AuditContext) async throws -> Examination {
    guard let rule = context.subject.rule else {
      throw CaseError(message: "the subject's text is not known")
    }
    if let sequenceExamination,
      json["ratio"] != nil || json["gradients"]?.array?.first?.double != nil
    {
      return try sequenceExamination(GradientSequence(json: json), context)
    }
    guard let examination = examination ?? caseExamination else {
      throw CaseError(message: "the case has no gradients that the property knows")
    }
    return try examination(MomentCase(json: json), MomentTrace(rule), rule)
  }
}

extension AuditContext {
  /// Runs generated cases of a property in exact arithmetic, and notes in a finding what came of them.
  func generateExactly<Case: AuditCase>(
    _ generator: Generator<Case>, property: String, into finding: inout Finding,
    examination: (Case) throws -> Examination
  ) {
    let start = ContinuousClock.now
    // A case in exact arithmetic costs many times one in floating point.
    var settings = Settings(cases: effort.generatedCases / 10, seed: seed)
    settings.isExplaining = false
    let result = PropertyTesting.check(
      "\(property) exact", subject: subject.specification, generator, settings
    ) { (value: Case, _: TestCase) in
      let examination = try examination(value)
      if !examination.meetsPremise { throw Discard(examination.summary) }
      if !examination.holds { throw Violation(examination.summary) }
    }
    finding.cases += result.cases
    finding.premiseShare = min(finding.premiseShare ?? 1, result.premiseShare)
    var evidence = Evidence(
      .exact, tool: "assay exact", verdict: .tested,
      domain: "exact runs of the text, \(result.cases) cases, seed \(seed)")
    switch result.outcome {
    case .passed: break
    case .failed(let failure):
      evidence.verdict = .refuted
      evidence.detail = failure.violation.message
      finding.candidate = Candidate(
        scalars: failure.value.scalarCount, steps: failure.value.stepCount,
        case: failure.value.json, choices: failure.choices)
    case .vacuous(let reason), .insufficient(let reason):
      evidence.verdict = .vacuous
      evidence.detail = reason
    case .flaky(_, let reason), .gaveUp(let reason), .inconclusive(let reason),
      .invalid(let reason):
      evidence.verdict = .inconclusive
      evidence.detail = reason
    }
    evidence.seconds = (ContinuousClock.now - start) / .seconds(1)
    finding.evidence.append(evidence)
  }

  /// Proves a claim of equalities exactly, without a solver, and notes it.
  func proveExactly(_ claim: Claim, into finding: inout Finding) {
    var evidence = claim.exactProof().evidence
    // Points contradict a claim about symbols; whether a run reaches them, the exact runs say.
    if evidence.verdict == .refuted { evidence.verdict = .inconclusive }
    evidence.detail = [claim.name, evidence.detail].compactMap { $0 }.joined(separator: ": ")
    finding.evidence.append(evidence)
  }

  /// Proves an induction, and notes its three parts and the questions behind them.
  func prove(_ induction: Induction, into finding: inout Finding) async {
    let proof = await prover.prove(induction)
    var evidence = proof.evidence
    if evidence.verdict == .refuted { evidence.verdict = .inconclusive }
    finding.evidence.append(evidence)
    for (part, claim) in proof.parts {
      for script in claim.scripts {
        finding.documents["\(induction.name)-\(part)-\(script.question.name).smt2"] = script.text
      }
    }
  }
}
