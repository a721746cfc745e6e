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
    let trace = MomentTrace(rule, of: context.subject)
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
    return try examination(MomentCase(json: json), MomentTrace(rule, of: context.subject), rule)
  }
}

extension AuditContext {
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
