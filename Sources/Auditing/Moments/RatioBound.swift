internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import Properties
internal import Proving

extension MomentProperties {
  static let ratioBound = MomentProperty(
    description: PropertyDescription(
      id: "moment.ratio-bound",
      statement:
        "m̂² ≤ C·(1 − (p − q)²/(q(1 − p)²))·v̂ with p = β₁ᵗ, q = β₂ᵗ, C = (1 − β₁)²β₂/((1 − β₂)(β₂ − β₁²)),"
        + " attained",
      source: "Cauchy and Schwarz on the corrected weights; the sharp form of Adam's section 2.1",
      domain: "every t, every gradient, β₁² < β₂",
      requires: [.firstMoment, .secondMoment, .biasCorrected],
      evidence: [.certificate, .smt, .exact, .search]),
    proof: { trace, rule, context, finding in
      let lemma = try RatioLemma(trace)
      finding.evidence.append(try certificate(lemma))
      finding.assumptions.append("p = β₁ᵗ and q = β₂ᵗ: moment.power-node")
      if finding.evidence[0].verdict == .proved {
        let (mean, square) = try lemma.corrected()
        await context.prove(
          Claim(
            "ratio-limit", assuming: lemma.domain(context.subject) + lemma.relations,
            proving: [
              Relation(
                lemma.meanFactor * mean * mean, .lessOrEqual, lemma.squareFactor * square)
            ]), about: rule, into: &finding)
        for index in finding.evidence.indices where finding.evidence[index].kind == .smt {
          // One part of three, the others being the certificate's.
          finding.evidence[index].detail = "the consequence m̂² ≤ C·v̂ of the invariant"
        }
      }
      if let limit = sharpSquare(rule) {
        let root = Interval.root(Interval(limit))
        finding.detail = "the limit √C is \(root.midpoint) at the subject's decays"
      }
      if context.subject.traits.contains(.adamRatio), let worst = WorstRatio(context.subject) {
        let counts = context.effort == .quick ? [2, 10, 100] : [2, 10, 100, 1_000]
        try searchRatios(worst, counts: counts, context, &finding)
      }
    },
    examination: { value, trace, rule in
      let lemma = try RatioLemma(trace)
      var lines: [String] = []
      do {
        let run = try MomentRun(rule, trace, on: value)
        let (a, b) = (
          lemma.beta1.symbolName.flatMap { run.hyperparameters[$0] } ?? 0,
          lemma.beta2.symbolName.flatMap { run.hyperparameters[$0] } ?? 0
        )
        guard a * a < b else { return .outsidePremise("β₁² ≥ β₂: there is no bound") }
        let (mean, square) = try lemma.corrected()
        for (index, slots) in run.slots.enumerated() {
          var point = run.hyperparameters
          let (p, q) = (a.power(index + 1), b.power(index + 1))
          point.merge(["p": p, "q": q, "t": Rational(index + 1)], uniquingKeysWith: { $1 })
          for (name, value) in zip(trace.slotNames, slots) { point[name] = value }
          let (m, v) = (try mean.value(point), try square.value(point))
          let bound =
            try (1 - a) * (1 - a) * b * (1 - (p - q) * (p - q) / (q * (1 - p) * (1 - p)))
            / ((1 - b) * (b - a * a)) * v
          lines.append("step \(index + 1): m̂² = \(m * m), bound \(bound)")
          if m * m > bound {
            return Examination(
              holds: false,
              summary:
                "step \(index + 1): m̂² is \(shortened(Double(m * m))), above the bound"
                + " \(shortened(Double(bound)))", lines: lines)
          }
        }
      } catch let failure as Rational.Failure {
        return .outsidePremise("\(failure)")
      }
      return Examination(holds: true, summary: "m̂² stays within the bound", lines: lines)
    },
    sequenceExamination: { try examineRatios($0, $1) })

  /// The induction on the trace, each part a certificate that is checked exactly.
  private static func certificate(_ lemma: RatioLemma) throws -> Evidence {
    let start = ContinuousClock.now
    var failures = lemma.unprovedParts
    if failures.isEmpty, try !lemma.impliesRatioBound() { failures.append("consequence") }
    let parts = ["base", "step", "consequence"].map {
      "\($0) \(failures.contains($0) ? "not proved" : "proved")"
    }
    return Evidence(
      .certificate, tool: "assay exact", verdict: failures.isEmpty ? .proved : .inconclusive,
      domain: "over the reals: every t, every gradient, 0 ≤ β₁, β₁² < β₂ < 1",
      detail:
        "by induction: \(parts.joined(separator: ", ")); the step's gap times q − p² is β₂ times"
        + " the gap before times β₂q − β₁²p², and a square, which vanishes for the worst gradient",
      seconds: (ContinuousClock.now - start) / .seconds(1))
  }
}
