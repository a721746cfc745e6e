internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Properties

extension RuleProperties {
  static let invariants = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "rule.invariants",
      statement: "what the card or file says of every reachable state holds in it",
      source: "the subject's card or `invariants:`", domain: "every reachable state",
      evidence: [.smt, .interval]),
    cases: { context throws(Exclusion) in
      guard context.subject.rule != nil else { throw Exclusion("the subject's text is not known") }
      guard !context.subject.invariants.isEmpty else { throw Exclusion("no invariant is declared") }
      var shape = ScenarioShape.scalar
      shape.steps = 1...12
      return context.subject.scenarios(shape)
    },
    examination: { scenario, executor, context in
      guard let rule = context.subject.rule else { return .outsidePremise("its text is not known") }
      return try examine(scenario, rule, context.subject.invariants)
    },
    evidence: { context in
      let outcome = await context.invariants.outcome
      guard !outcome.proved.isEmpty || !outcome.others.isEmpty else { return [] }
      var evidence = Evidence(
        .smt, tool: outcome.tool, verdict: .proved,
        domain: "over the reals, by induction: true of the start, kept by a step")
      if let doubt = outcome.doubt, !outcome.others.isEmpty {
        // A step from a state that is out of reach refutes nothing.
        evidence.verdict = doubt.verdict == .untested ? .untested : .inconclusive
        let names = outcome.others.map(\.description).joined(separator: "; ")
        evidence.detail = "not shown: \(names); \(doubt.detail ?? "")"
      }
      return [evidence]
    })

  /// Steps the text in enclosures, and looks at the state after each step.
  private static func examine(
    _ scenario: Scenario, _ rule: any TransparentRule, _ invariants: [String]
  ) throws -> Examination {
    let names = rule.slotNames + rule.hyperparameters.map { RuleTrace.symbolName(of: $0.name) }
    let arena = FormulaArena()
    let relations = try invariants.map { try Relation(parsing: $0, variables: names, in: arena) }
    let program = FormulaProgram(
      outputs: relations.flatMap { [$0.left, $0.right] }, inputs: names)
    let values: [Interval] = rule.values(as: Interval.self)
    var run = ScenarioRun<Interval>(rule, groups: scenario.groups) { Interval($0, $0) }
    var lines: [String] = []
    for (index, step) in scenario.steps.enumerated() {
      run.advance(step) { Interval($0, $0) }
      let slots = run.slots[0][0][0]
      let sides = program.run(slots + values)
      let shown = zip(rule.slotNames, slots).map { "\($0) = \($1)" }.joined(separator: ", ")
      lines.append("step \(index + 1): \(shown)")
      for (place, relation) in relations.enumerated()
      where certainlyFails(relation.comparison, sides[2 * place], sides[2 * place + 1]) {
        return Examination(
          holds: false, summary: "step \(index + 1): \(relation) is false at \(shown)", lines: lines
        )
      }
    }
    return Examination(holds: true, summary: "the invariants hold after each step", lines: lines)
  }

  /// Whether a comparison is false whatever numbers the two enclosures stand for.
  private static func certainlyFails(
    _ comparison: Relation.Comparison, _ x: Interval, _ y: Interval
  ) -> Bool {
    guard x.isDefined, y.isDefined else { return false }
    return switch comparison {
    case .less: x.lower >= y.upper
    case .lessOrEqual: x.lower > y.upper
    case .greater: x.upper <= y.lower
    case .greaterOrEqual: x.upper < y.lower
    case .equal: x.lower > y.upper || x.upper < y.lower
    case .notEqual: x.lower == x.upper && y.lower == y.upper && x.lower == y.lower
    }
  }
}
