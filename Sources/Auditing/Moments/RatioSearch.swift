internal import Diagnostics
internal import Numbers
internal import Properties

extension MomentProperties {
  /// How far a computed ratio may be from the exact one, relatively: rounding in a thousand steps.
  static let ratioTolerance = 1e-9

  /// Runs the gradients of the largest ratio through the subject's code, and others near and far from them:
  /// the largest ratio is to be reached, and never passed.
  static func searchRatios(
    _ worst: WorstRatio, counts: [Int], _ context: AuditContext, _ finding: inout Finding
  ) throws {
    let start = ContinuousClock.now
    var evidence = Evidence(.search, tool: "assay", verdict: .tested)
    var reached: [String] = []
    for count in counts {
      let sequence = GradientSequence(worst.inDouble.maximiser(at: count))
      let bound = Double.root(worst.inDouble.largestSquare(at: count))
      let last = try context.subject.stepRatios(sequence.gradients).last ?? .nan
      reached.append("\(last) at t = \(count)")
      if !(abs(last / bound - 1) <= ratioTolerance) {
        evidence.verdict = .inconclusive
        evidence.detail = "the worst gradients reach \(last) at t = \(count), not \(bound)"
        if last > bound {
          evidence.verdict = .refuted
          finding.candidate = Candidate(scalars: 1, steps: count, case: sequence.json)
        }
      }
    }
    if evidence.verdict == .tested {
      let runs = try climb(worst, context, &finding, &evidence)
      evidence.domain = "its own code in float64, \(runs) runs, seed \(context.seed)"
      if evidence.verdict == .tested {
        evidence.detail =
          "attained to \(ratioTolerance): \(reached.joined(separator: ", ")); never passed"
      }
    }
    evidence.seconds = (ContinuousClock.now - start) / .seconds(1)
    finding.evidence.append(evidence)
  }

  /// Climbs from random gradients and from the worst ones towards larger last ratios.
  private static func climb(
    _ worst: WorstRatio, _ context: AuditContext, _ finding: inout Finding,
    _ evidence: inout Evidence
  ) throws -> Int {
    let count = 40
    let bounds = (1...count).map {
      Double.root(worst.inDouble.largestSquare(at: $0)) * (1 + ratioTolerance)
    }
    var random = Philox(
      seed: context.seed, property: Philox.number(of: "moment.ratio-search"), case: 0)
    let runs = context.effort.searchEvaluations / 20
    var best: (gradients: [Double], ratio: Double) = ([], 0)
    for run in 0..<runs {
      var gradients: [Double]
      if run % (runs / 4) == 0 || best.gradients.isEmpty {
        gradients = (0..<count).map { _ in 2 * random.unit() - 1 }
        if run == runs / 2 { gradients = worst.inDouble.maximiser(at: count) }
        best = ([], 0)
      } else {
        gradients = best.gradients
        let scale = random.unit() * (gradients.map(\.magnitude).max() ?? 1)
        for _ in 0..<3 {
          gradients[Int(random.below(UInt64(count)))] += scale * (2 * random.unit() - 1)
        }
      }
      let ratios = try context.subject.stepRatios(gradients)
      if let step = ratios.indices.first(where: { ratios[$0] > bounds[$0] }) {
        evidence.verdict = .refuted
        evidence.detail = "|Δθ|/α is \(ratios[step]) at step \(step + 1), above \(bounds[step])"
        finding.candidate = Candidate(
          scalars: 1, steps: step + 1,
          case: GradientSequence(Array(gradients.prefix(step + 1))).json)
        return run + 1
      }
      if let last = ratios.last, last > best.ratio { best = (gradients, last) }
    }
    return runs
  }

  /// Looks at every ratio of a run beside the largest one for its step.
  static func examineRatios(
    _ sequence: GradientSequence, _ context: AuditContext
  ) throws -> Examination {
    guard let worst = WorstRatio(context.subject), sequence.stepCount <= 2_000 else {
      throw CaseError(message: "no largest ratio is known for the subject's steps")
    }
    let ratios = try context.subject.stepRatios(sequence.gradients)
    var lines: [String] = []
    for (index, ratio) in ratios.enumerated() {
      let bound = Interval.root(worst.enclosed.largestSquare(at: index + 1)).upper
      lines.append("step \(index + 1): |Δθ|/α = \(ratio), at most \(bound)")
      if ratio > bound * (1 + ratioTolerance) {
        return Examination(
          holds: false, summary: "step \(index + 1): |Δθ|/α is \(ratio), above \(bound)",
          lines: lines,
          trajectories: ["subject": JSONValue(ratios), "expected": JSONValue(bound)])
      }
    }
    return Examination(holds: true, summary: "no ratio is above the largest one", lines: lines)
  }
}
