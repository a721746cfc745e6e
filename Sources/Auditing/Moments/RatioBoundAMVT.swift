internal import Diagnostics
internal import Formulas
internal import Foundation
internal import Numbers
internal import Optimizers
internal import Properties
internal import Proving

extension MomentProperties {
  static let ratioBoundAMVT = MomentProperty(
    description: PropertyDescription(
      id: "moment.ratio-bound-amvt",
      statement:
        "|m̂_t| ≤ √(aᵀB⁻¹a)·√(v̂_t + ŝ_t), a the weights of m̂ and B the form of v̂ + ŝ, attained",
      source: "minimising v̂ + ŝ for a given m̂ step by step, each minimum a completed square",
      domain: "every t, every gradient, all decays with β₁ < 1 and β₂ > 0",
      requires: [.variancePenalty, .biasCorrected], evidence: [.certificate, .interval, .search]),
    proof: { trace, rule, context, finding in
      guard let worst = WorstRatio(context.subject) else {
        throw Exclusion(
          "its bound is known for corrected momentum and the variance about the updated mean")
      }
      finding.evidence.append(try recursionCertificate(trace))
      finding.assumptions.append("the powers are βᵗ: moment.power-node")
      let start = ContinuousClock.now
      let counts = context.effort == .quick ? [1, 10, 100, 400] : [1, 10, 100, 310, 400, 2_000]
      var numbers: [String] = []
      var isEnclosed = true
      for count in counts {
        let bound = Interval.root(worst.enclosed.largestSquare(at: count))
        isEnclosed = isEnclosed && bound.isDefined && bound.upper - bound.lower < 1e-6
        numbers.append("\(String(format: "%.6f", bound.midpoint)) at t = \(count)")
      }
      finding.evidence.append(
        Evidence(
          .interval, tool: "assay intervals", verdict: isEnclosed ? .enclosed : .inconclusive,
          domain: "the bound at the subject's decays", detail: numbers.joined(separator: ", "),
          seconds: (ContinuousClock.now - start) / .seconds(1)))
      finding.detail = "the bound: \(numbers.joined(separator: ", "))"
      try searchRatios(worst, counts: counts.filter { $0 <= 400 }, context, &finding)
    },
    sequenceExamination: { try examineRatios($0, $1) })

  /// The induction `x·v + z·s ≥ P·m²` on the trace, checked exactly. `x` and `z` are what `v` and `s` after this
  /// step weigh at the end, so they weighed `β₂x` and `β₃z` before it.
  private static func recursionCertificate(_ trace: MomentTrace) throws -> Evidence {
    guard let mean = trace.meanSlot, let square = trace.squareSlot,
      let variance = trace.varianceSlot, let a = trace.beta1, let b = trace.beta2,
      let c = trace.beta3
    else { throw Exclusion("its slots for m, v and s, or its decays, are not found in its text") }
    let start = ContinuousClock.now
    func slot(_ place: Int) -> Formula { trace.arena.symbol(trace.slotNames[place]) }
    let (x, z, cost) = (
      trace.arena.symbol("x"), trace.arena.symbol("z"), trace.arena.symbol("P")
    )
    let rest = 1 - a
    let (w2, w3) = (x * (1 - b), z * (1 - c))
    // All multiplied by (1 − β₁)², so that nothing is divided.
    let own = w2 + w3 * a * a
    let curvature = cost * rest * rest + a * a * (w2 + w3)
    let pull = a * (w2 + w3 * a)
    let next = own * cost * rest * rest + a * a * w2 * w3 * rest * rest
    var failures: [String] = []
    let before =
      b * x * slot(square) + c * z * slot(variance)
      - cost * slot(mean) * slot(mean)
    let (m, v, s) = (trace.slots[mean], trace.slots[square], trace.slots[variance])
    // The cost after the step is next/(rest²·curvature).
    let step = SignCertificate(
      target: (x * v + z * s) * curvature * rest * rest - next * m * m,
      terms: [
        .init([curvature, rest, rest, before]),
        .init([], square: curvature * slot(mean) - pull * m),
      ], positive: [curvature, rest], nonNegative: [before])
    if !step.isValid { failures.append("step") }
    let fresh = Dictionary(
      zip(trace.slotNames, trace.slotStart.map { Formula($0) }), uniquingKeysWith: { $1 })
    let (m1, v1, s1) = (m.substituting(fresh), v.substituting(fresh), s.substituting(fresh))
    if !((x * v1 + z * s1) * rest * rest).isIdentical(to: own * m1 * m1) { failures.append("base") }
    // At the end x and z are the corrections themselves.
    let (after, t) = ([mean, square, variance].map(trace.afterSymbol), trace.step)
    let corrections: [(Int, String, Formula)] = [
      (mean, "correctedMean", after[0] / (1 - .power(a, t))),
      (square, "correctedSquare", after[1] / (1 - .power(b, t))),
      (variance, "correctedVariance", after[2] / (1 - .power(c, t))),
    ]
    if try !corrections.allSatisfy({ try trace.corrected($0.0, named: $0.1).isIdentical(to: $0.2) })
    {
      failures.append("consequence")
    }
    let parts = ["base", "step", "consequence"].map {
      "\($0) \(failures.contains($0) ? "not proved" : "proved")"
    }
    return Evidence(
      .certificate, tool: "assay exact", verdict: failures.isEmpty ? .proved : .inconclusive,
      domain: "over the reals: every t, every gradient, 0 ≤ β₁ < 1, 0 < β₂ < 1, 0 < β₃ < 1",
      detail: "by induction, completing a square that vanishes for the worst gradients:"
        + " \(parts.joined(separator: ", "))",
      seconds: (ContinuousClock.now - start) / .seconds(1))
  }
}
