internal import Formulas
internal import Numbers
internal import Optimizers
internal import Properties
internal import Proving

extension MomentProperties {
  static let variancePenalty = MomentProperty(
    description: PropertyDescription(
      id: "moment.variance-penalty",
      statement: "AMVT's penalty lies in (0, 1], and falls as s grows",
      source: "the AMVT paper, section 3.2: penalty = (1 + ŝ/(v̂ + ε))^(−1/2)",
      domain: "v̂ ≥ 0, ŝ ≥ 0, ε > 0", requires: [.variancePenalty],
      evidence: [.smt, .exact, .interval]),
    proof: { trace, rule, context, finding in
      let parts = try PenaltyParts(trace)
      await parts.proveRadicands(context, rule, &finding)
      let more = trace.arena.symbol("more")
      let larger = parts.penalty.substituting(["shat": parts.variance + more])
      let claim = Claim(
        "variance-penalty", assuming: parts.domain + [Relation(0, .less, more)],
        proving: [
          Relation(0, .less, parts.penalty), Relation(parts.penalty, .lessOrEqual, 1),
          Relation(larger, .less, parts.penalty),
        ])
      await context.prove(claim, about: rule, into: &finding)
      // A point (v̂, ŝ) need not be one that a run reaches: the exact runs refute.
      finding.candidate = nil
      for index in finding.evidence.indices where finding.evidence[index].verdict == .refuted {
        finding.evidence[index].verdict = .inconclusive
      }
      finding.evidence.append(firstPenalty(parts, trace, rule))
    },
    examination: { value, trace, rule in
      let parts = try PenaltyParts(trace)
      return try parts.examine(value, trace, rule, "the penalty lies in (0, 1]") {
        penalty, square, variance, epsilon in
        if penalty.upper <= 0 || 1 < penalty.lower {
          return "the penalty \(penalty) is not in (0, 1]"
        }
        let larger = parts.penalty.value([
          "vhat": square, "shat": variance + 1, parts.epsilon.symbolName ?? "epsilon": epsilon,
        ])
        return larger.isDefined && penalty.upper <= larger.lower
          ? "with ŝ + 1 the penalty is \(larger), not below \(penalty)" : nil
      }
    })

  /// The penalty of the first step at ε = 0 and the subject's own decays: exactly a square, and an
  /// enclosure of its root.
  private static func firstPenalty(
    _ parts: PenaltyParts, _ trace: MomentTrace, _ rule: any TransparentRule
  ) -> Evidence {
    let start = ContinuousClock.now
    let (ratio, enclosure) = parts.firstStep(rule)
    return Evidence(
      .interval, tool: "assay intervals", verdict: .tested,
      domain: "the first step, ε = 0, the subject's decays",
      detail:
        "ŝ/v̂ = \(ratio.map { $0.decimalDescription } ?? "no exact value"), so the penalty is"
        + " \(ratio.map { (1 + $0).decimalDescription } ?? "…")^(−1/2), in \(enclosure)",
      seconds: (ContinuousClock.now - start) / .seconds(1))
  }
}

extension PenaltyParts {
  /// `ŝ/v̂` after a first step, exactly, and the penalty there at ε = 0.
  func firstStep(_ rule: any TransparentRule) -> (ratio: Rational?, penalty: Interval) {
    var point: [String: Rational] = ["t": 1]
    guard let moments = try? firstMoments(rule, &point), !moments.square.isZero,
      let ratio = try? moments.variance / moments.square
    else { return (nil, .entire) }
    return (
      ratio,
      penalty.value([
        "vhat": Interval(moments.square), "shat": Interval(moments.variance),
        epsilon.symbolName ?? "epsilon": 0,
      ])
    )
  }
}
