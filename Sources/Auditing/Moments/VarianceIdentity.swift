internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import Properties
internal import Proving

extension MomentProperties {
  static let varianceIdentity = MomentProperty(
    description: PropertyDescription(
      id: "moment.variance-identity",
      statement: "penalty/√(v̂ + ε) = 1/√(v̂ + ŝ + ε)",
      source: "the AMVT paper, section 3.2: (1 + ŝ/(v̂ + ε))^(−1/2) multiplied out",
      domain: "v̂ ≥ 0, ŝ ≥ 0, ε > 0", requires: [.variancePenalty], evidence: [.exact, .smt]),
    proof: { trace, rule, context, finding in
      let parts = try PenaltyParts(trace)
      let goal = Relation(
        parts.penalty / .root(parts.square + parts.epsilon), .equal,
        1 / .root(parts.square + parts.variance + parts.epsilon))
      let claim = Claim("variance-identity", assuming: parts.domain, proving: [goal])
      await parts.proveRadicands(context, rule, &finding)
      await context.prove(claim, about: rule, into: &finding)
      finding.candidate = nil
      for index in finding.evidence.indices where finding.evidence[index].verdict == .refuted {
        finding.evidence[index].verdict = .inconclusive
      }
      context.proveExactly(claim, into: &finding)
    },
    examination: { value, trace, rule in
      let parts = try PenaltyParts(trace)
      return try parts.examine(value, trace, rule, "penalty·√(1 + ŝ/(v̂ + ε)) is 1") {
        penalty, square, variance, epsilon in
        let sides =
          penalty.squared() * (square + variance + epsilon) / (square + epsilon)
        return sides.upper < 1 || 1 < sides.lower
          ? "penalty²·(v̂ + ŝ + ε)/(v̂ + ε) lies in \(sides), not at 1" : nil
      }
    })
}

/// AMVT's penalty in the terms of `v̂` and `ŝ`, as symbols.
struct PenaltyParts {
  /// The penalty over the symbols below.
  let penalty: Formula
  /// The symbols of `v̂`, `ŝ` and `ε`.
  let square: Formula
  let variance: Formula
  let epsilon: Formula
  /// What holds of them.
  let domain: [Relation]
  private let trace: MomentTrace
  private let corrected: (square: Formula, variance: Formula)

  init(_ trace: MomentTrace) throws(Exclusion) {
    guard let squareSlot = trace.squareSlot, let varianceSlot = trace.varianceSlot,
      let epsilon = trace.hyperparameters["epsilon"]
    else { throw Exclusion("its slots for v and s, or its ε, are not found in its text") }
    guard let quantity = trace.quantities["penalty"] else {
      throw Exclusion("its text names no quantity `penalty`")
    }
    self.trace = trace
    self.epsilon = epsilon
    (square, variance) = (trace.arena.symbol("vhat"), trace.arena.symbol("shat"))
    corrected = (
      try trace.corrected(squareSlot, named: "correctedSquare"),
      try trace.corrected(varianceSlot, named: "correctedVariance")
    )
    let formula = trace.afterStep(quantity)
      .replacing([(corrected.square, square), (corrected.variance, variance)], in: trace.arena)
    let unknown = Set(formula.symbols).subtracting(["vhat", "shat", epsilon.symbolName ?? ""])
    guard unknown.isEmpty else {
      throw Exclusion("its penalty depends on \(unknown.sorted().joined(separator: ", ")) besides")
    }
    penalty = formula
    domain = [
      Relation(0, .lessOrEqual, square), Relation(0, .lessOrEqual, variance),
      Relation(0, .less, epsilon),
    ]
  }

  /// Proves that `v̂` and `ŝ` are not negative in a reachable state, which the other claims assume.
  func proveRadicands(
    _ context: AuditContext, _ rule: any TransparentRule, _ finding: inout Finding
  ) async {
    let state = Dictionary(
      trace.slots.indices.map {
        ("\(trace.slotNames[$0])_t", trace.arena.symbol(trace.slotNames[$0]))
      }, uniquingKeysWith: { $1 })
    let slots = Set(trace.slotNames)
    let invariants = await context.invariants.proved.filter {
      $0.symbols.allSatisfy(slots.contains)
    }
    let claim = Claim(
      "radicands", assuming: trace.decayDomain(context.subject) + invariants,
      proving: [
        Relation(0, .lessOrEqual, corrected.square.substituting(state)),
        Relation(0, .lessOrEqual, corrected.variance.substituting(state)),
      ], stepSymbols: ["t"])
    let proof = await context.prover.prove(claim)
    if proof.isProved {
      finding.assumptions.append(
        "v̂ ≥ 0 and ŝ ≥ 0 in every reachable state: proved (\(proof.evidence.tool))")
    } else {
      finding.assumptions.append("v̂ ≥ 0 and ŝ ≥ 0 in every reachable state: \(proof.verdict)")
    }
    for script in proof.scripts {
      finding.documents["radicands-\(script.question.name).smt2"] = script.text
    }
  }

  /// `v̂` and `ŝ` after a first step on the gradient 1.
  func firstMoments(
    _ rule: any TransparentRule, _ point: inout [String: Rational]
  ) throws -> (square: Rational, variance: Rational) {
    let run = try MomentRun(rule, trace, on: MomentCase(gradients: [1]))
    point.merge(run.hyperparameters, uniquingKeysWith: { $1 })
    for (name, value) in zip(trace.slotNames, run.slots[0]) { point["\(name)_t"] = value }
    return (try corrected.square.value(point), try corrected.variance.value(point))
  }

  /// Looks at the penalty in an exact run; `fault` says what is wrong with enclosures of its parts.
  func examine(
    _ value: MomentCase, _ trace: MomentTrace, _ rule: any TransparentRule, _ statement: String,
    fault: (_ penalty: Interval, _ square: Interval, _ variance: Interval, _ epsilon: Interval)
      -> String?
  ) throws -> Examination {
    var lines: [String] = []
    do {
      let run = try MomentRun(rule, trace, on: value)
      for (index, slots) in run.slots.enumerated() {
        var point = run.hyperparameters
        point["t"] = Rational(index + 1)
        for place in slots.indices { point["\(trace.slotNames[place])_t"] = slots[place] }
        let v = Interval(try corrected.square.value(point))
        let s = Interval(try corrected.variance.value(point))
        let e = Interval(epsilon.symbolName.flatMap { point[$0] } ?? 0)
        let p = penalty.value(["vhat": v, "shat": s, epsilon.symbolName ?? "epsilon": e])
        lines.append("step \(index + 1): v̂ \(v), ŝ \(s), penalty \(p)")
        // Where an enclosure decides nothing, neither does the case.
        if p.isDefined, let problem = fault(p, v, s, e) {
          return Examination(
            holds: false, summary: "step \(index + 1): v̂ in \(v), ŝ in \(s): \(problem)",
            lines: lines)
        }
      }
    } catch {
      return .outsidePremise("\(error)")
    }
    return Examination(holds: true, summary: statement, lines: lines)
  }
}
