internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties
internal import Proving

extension RuleProperties {
  static let stepBound = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "rule.step-bound", statement: "|Δθ| never exceeds the bound that the card declares",
      source: "Cauchy and Schwarz on the moments' weights; the sharp form of Adam's section 2.1",
      domain: "every reachable state, β₁² < β₂", requires: [.boundedStep],
      evidence: [.smt, .generated]),
    cases: { context throws(Exclusion) in
      guard context.subject.stepBound != nil else { throw Exclusion("the card states no bound") }
      var shape = ScenarioShape.scalar
      shape.steps = 1...12
      let plain = context.subject.scenarios(shape)
      guard context.subject.value(of: "beta2") != nil else { return plain }
      // Geometric growth is what comes nearest to the bound.
      return .oneOf(plain, growing(context.subject))
    },
    examination: { scenario, executor, context in
      guard let text = context.subject.stepBound else {
        throw CaseError(message: "the card states no bound")
      }
      return try examine(scenario, executor, bound: text, context)
    },
    claims: { context, rule in
      guard let text = context.subject.stepBound else { return [] }
      if let claim = try await sharpClaim(text, context, rule) { return [claim] }
      let trace = RuleTrace(rule)
      let bound = try trace.formula(text)
      var assumptions = await context.assumptions(for: trace, withBounds: true)
      if let beta1 = trace.hyperparameters["beta1"], let beta2 = trace.hyperparameters["beta2"] {
        assumptions.append(Relation(beta1 * beta1, .less, beta2))
      }
      return [
        Claim(
          "step-bound", assuming: assumptions,
          proving: [Relation(trace.change.magnitude, .lessOrEqual, bound)], stepSymbols: ["t"])
      ]
    },
    assumptions: { context, rule in
      guard context.subject.stepBound != nil, let lemma = try? RatioLemma(MomentTrace(rule)),
        lemma.unprovedParts.isEmpty
      else { return [] }
      return ["p = β₁ᵗ, q = β₂ᵗ and the invariant of m²/v: moment.power-node, moment.ratio-bound"]
    })

  /// The claim over the state after a step, with the invariant of the ratio of the moments, which depends on
  /// the step; nil where that invariant is not proved of the rule.
  private static func sharpClaim(
    _ text: String, _ context: AuditContext, _ rule: any TransparentRule
  ) async throws -> Claim? {
    let trace = MomentTrace(rule)
    guard let lemma = try? RatioLemma(trace), lemma.unprovedParts.isEmpty else { return nil }
    let bound = try Formula(parsing: text, variables: nil, in: trace.arena)
    let change = lemma.over(trace.afterStep(trace.change))
    let slots = Set(trace.slotNames)
    let invariants = await context.invariants.proved.filter {
      $0.symbols.allSatisfy(slots.contains)
    }
    // θ goes out where the step does not depend on it, which an identity shows.
    let fixed = change.substituting(["theta": 0])
    let plain = change.isIdentical(to: fixed) ? fixed : change
    var assumptions = lemma.domain(context.subject) + lemma.relations + invariants
    assumptions += ["learningRate", "epsilon"].flatMap { trace.domain(of: $0, context.subject) }
    return Claim(
      "step-bound", assuming: assumptions,
      proving: [Relation(plain.magnitude, .lessOrEqual, bound)], stepSymbols: ["t"])
  }

  /// Runs whose gradients grow geometrically by `β₂/β₁`, as the bound's extremal sequence does.
  private static func growing(_ subject: AuditSubject) -> Generator<Scenario> {
    let rule = subject.text
    let beta1 = rule?.value(of: "beta1").map { Double($0) } ?? 0.9
    let beta2 = rule?.value(of: "beta2").map { Double($0) } ?? 0.999
    let needsLoss = subject.requiresLoss
    return Generator<Int>.integers(in: 2...300).map { count in
      let ratio = beta1 > 0 ? min(beta2 / beta1, 1.5) : 1.5
      // Ends at 1, and begins where the box does.
      let gradients = (0..<count).map { index in
        let value = Float(Double.power(ratio, Double(index - count + 1)))
        return [
          value.magnitude < Float(subject.floatBox.gradientMagnitude.lowerBound) ? 0 : Double(value)
        ]
      }
      return Scenario(
        start: [0], gradients: gradients,
        losses: needsLoss ? [Double](repeating: 1, count: count) : nil)
    }
  }

  private static func examine(
    _ scenario: Scenario, _ executor: any SubjectExecutor, bound text: String,
    _ context: AuditContext
  ) throws -> Examination {
    let trajectory: Trajectory<Double>
    do {
      trajectory = try executor.run(scenario)
    } catch let fault as SubjectFault {
      return .outsidePremise(fault.reason)
    }
    let formula = try Formula(parsing: text, variables: nil, in: FormulaArena())
    let names = formula.symbols
    let hyperparameters =
      context.subject.text?.hyperparameters
      ?? context.subject.optimizer?.hyperparameters.map { ($0.key, $0.value) } ?? []
    var values = Dictionary(
      hyperparameters.map { (RuleTrace.symbolName(of: $0.name), Interval($0.value)) },
      uniquingKeysWith: { $1 })
    let unit = executor.arithmetic.unitRoundoff
    var previous = scenario.groups[0].parameters[0][0]
    var lines: [String] = []
    let program = FormulaProgram(outputs: [formula], inputs: names)
    var bound = Interval.entire
    for (index, step) in trajectory.parameters.enumerated() {
      if index == 0 || names.contains("t") {
        values["t"] = Interval(Double(index + 1), Double(index + 1))
        bound = program.run(names.map { values[$0] ?? 0 })[0]
      }
      guard bound.isDefined else { return .outsidePremise("the bound is not defined: β₁² ≥ β₂") }
      let computed = step[0][0][0]
      let change = (computed - previous).magnitude
      lines.append("step \(index + 1): |Δθ| = \(change), bound \(bound.upper)")
      // The step's own roundings, fewer than 1000 relative to the bound, and that of θ.
      let allowance =
        1_000 * unit * bound.upper + 2 * unit * (previous.magnitude + computed.magnitude)
      // Not `>`: a step to NaN is within no bound.
      if !(change <= bound.upper + allowance) {
        return Examination(
          holds: false,
          summary: "step \(index + 1): |Δθ| = \(change) exceeds the declared bound \(bound.upper)",
          lines: lines, trajectories: ["subject": trajectory.json, "expected": nil])
      }
      previous = computed
    }
    return Examination(holds: true, summary: "no step exceeds the bound", lines: lines)
  }
}
