internal import Diagnostics
internal import Formulas
internal import Numbers
internal import PropertyTesting
internal import Properties
internal import Proving

/// A claim of a formula file's author as a property: proved on the trace, and tried on runs of the text in
/// enclosures, whose failure is one of exact arithmetic.
struct ClaimProperty: AuditableProperty {
  let claim: AuthorsClaim
  /// The file's name.
  let author: String

  var description: PropertyDescription {
    PropertyDescription(
      id: "claim.\(claim.id)", statement: claim.text, source: "`claims:` of \(author)",
      domain: "every reachable state, hyper-parameters within their domains",
      evidence: [.smt, .interval])
  }

  func check(_ context: AuditContext) async throws -> Finding {
    guard let rule = context.subject.rule else {
      return .notApplicable("the subject's text is not known")
    }
    var finding = Finding()
    if let statement = await provable(context, rule) {
      await context.prove(statement, about: rule, into: &finding)
    }
    guard finding.candidate == nil else { return finding }
    var shape = ScenarioShape.scalar
    if !rule.reductions.isEmpty { shape.coordinates = 1...3 }
    shape.drawsHyperparameters = true
    let scenarios = context.subject.scenarios(shape)
    let symbols = claim.freeSymbols
    let cases = Generator<ClaimCase> { source throws(Rejection) in
      let scenario = try scenarios.make(source)
      var values: [String: Rational] = [:]
      for symbol in symbols {
        // Numbers by which a short one is multiplied without a rounding.
        values[symbol] =
          try Generator<Rational>.element(of: [2, 3, 0.5, 4, 1, -1, -2, 0.25, -0.5, 8, 0])
          .make(source)
      }
      return ClaimCase(scenario: scenario, values: values)
    }
    guard let executor = context.subject.executors.first else { return finding }
    context.generate(cases, property: id, on: executor, into: &finding) { value in
      try examine(value, rule)
    }
    // The runs are of the text, in enclosures: what fails, fails exactly.
    if let last = finding.evidence.indices.last {
      finding.evidence[last].domain = finding.evidence[last].domain?.replacing(
        "float64", with: "enclosures of the exact run")
    }
    return finding
  }

  func examine(_ json: JSONValue, _ context: AuditContext) async throws -> Examination {
    guard let rule = context.subject.rule else {
      throw CaseError(message: "the subject's text is not known")
    }
    if json["claim"] != nil {
      guard let statement = await provable(context, rule) else {
        throw CaseError(message: "nothing of the claim is provable")
      }
      return try examination(of: statement, at: json["point"])
    }
    let value = try ClaimCase(json: json["case"] ?? .null)
    try value.scenario.check(for: context.subject)
    return try examine(value, rule)
  }

  private func examine(_ value: ClaimCase, _ rule: any TransparentRule) throws -> Examination {
    let run = ClaimRun(claim: claim, rule: rule)
    switch claim.statement {
    case .bound(let relation): return try run.hold(value, to: relation)
    case .invariance(let replacements, let gives):
      return try run.compare(value, replacing: replacements, gives: gives)
    }
  }

  /// The claim over one step from any state that satisfies the invariants.
  private func provable(_ context: AuditContext, _ rule: any TransparentRule) async -> Claim? {
    switch claim.statement {
    case .bound(let relation):
      let trace = RuleTrace(rule)
      let slots = Dictionary(zip(trace.slotNames, trace.after.slots), uniquingKeysWith: { $1 })
      let names = slots.merging(["step": trace.change], uniquingKeysWith: { $1 })
      return Claim(
        id,
        assuming: await context.assumptions(for: trace, withBounds: true)
          + claim.premises.map { $0.substituting(trace.fixedValues) },
        proving: [relation.substituting(names.merging(trace.fixedValues) { first, _ in first })],
        stepSymbols: ["t"])
    case .invariance(let replacements, let gives):
      guard
        let (trace, goals) = InvarianceImage(claim: claim, rule: rule).goals(replacements, gives)
      else { return nil }
      return Claim(
        id,
        assuming: await context.assumptions(for: trace)
          + claim.premises.map { $0.substituting(trace.fixedValues) },
        proving: goals, stepSymbols: ["t"])
    }
  }
}

extension RuleTrace {
  /// What stands in the trace for hyper-parameters that are fixed, by their symbols.
  var fixedValues: [String: Formula] {
    Dictionary(
      hyperparameters.map { (RuleTrace.symbolName(of: $0.key), $0.value) },
      uniquingKeysWith: { $1 })
  }
}
