internal import Diagnostics
internal import Formulas
internal import Foundation
internal import Numbers
internal import Optimizers
internal import Properties
internal import Statistics

/// Many runs of the moments in `Double` on random gradients, and tests of what they are on average.
///
/// `m̂` is seen on normal gradients, so that it is normal itself, and both tests of it are exact. `v̂` is seen on
/// gradients of 1 and 2, alike likely: `g²` is then symmetric about its mean and bounded, and a mean over
/// hundreds of runs is normal for all purposes.
struct MomentSampling {
  private let context: AuditContext
  private let trace: MomentTrace
  private let moments: [MomentProperties.CorrectedMoment]
  private let rule: any TransparentRule
  /// The mean and the deviation of the normal gradients.
  private static let normal = (mean: 0.37, deviation: 1.3)
  /// The mean and the deviation of `g²` for gradients of 1 and 2.
  private static let square = (mean: 2.5, deviation: 1.5)

  init(
    _ context: AuditContext, _ trace: MomentTrace,
    _ moments: [MomentProperties.CorrectedMoment], _ rule: any TransparentRule
  ) {
    self.context = context
    self.trace = trace
    self.moments = moments
    self.rule = rule
  }

  /// How many runs, and how long each is.
  struct Size: Sendable, Hashable {
    var runs: Int
    var steps: Int
  }

  /// One test and what it came to.
  struct Result: Sendable {
    var name: String
    var outcome: TestOutcome
  }

  /// The tests of one sample: two of `m̂`, one of `v̂`.
  func results(_ size: Size, seed: UInt64) throws -> [Result] {
    var results: [Result] = []
    for moment in moments where moment.slots.count == 1 {
      let sample = try sample(of: moment, size, seed: seed)
      let (mean, deviation) = moment.isSquare ? Self.square : Self.normal
      // The sum of the squared weights, by which the variance of a term is multiplied.
      let beta = Double(
        rule.hyperparameters.first {
          RuleTrace.symbolName(of: $0.name) == moment.decay.symbolName
        }?.value ?? 0)
      let power = pow(beta, Double(size.steps))
      let shrink = (1 - beta) * (1 + power) / ((1 + beta) * (1 - power))
      let spread = deviation * shrink.squareRoot()
      results.append(
        Result(
          name: "E \(moment.name)",
          outcome: try OneSampleTest.mean(of: sample, equals: mean, knownDeviation: spread)))
      guard !moment.isSquare else { continue }
      results.append(
        Result(
          name: "Var \(moment.name)",
          outcome: try OneSampleTest.variance(
            of: sample, equals: spread * spread, knownMean: mean)))
    }
    return results
  }

  /// A moment at the end of each run.
  private func sample(
    of moment: MomentProperties.CorrectedMoment, _ size: Size, seed: UInt64
  ) throws -> [Double] {
    let values: [Double] = rule.values(as: Double.self, replacing: ["weightDecay": 0])
    let names = rule.hyperparameters.map { RuleTrace.symbolName(of: $0.name) }
    let inputs = trace.slotNames.map { "\($0)_t" } + ["t"] + names
    let program = FormulaProgram(outputs: [moment.formula], inputs: inputs)
    let property = Philox.number(of: "\(Expectation.id) \(moment.name)")
    return (0..<size.runs).map { run in
      var source = Philox(seed: seed, property: property, case: UInt64(run))
      var state: CoordinateState<Double> = rule.start(at: 0)
      for step in 1...size.steps {
        let gradient =
          moment.isSquare
          ? (source.next() >> 63 == 0 ? 1.0 : 2.0)
          : Self.normal.mean + Self.normal.deviation * normal(&source)
        rule.step(
          &state, gradient: gradient,
          context: StepContext(t: Double(step), loss: rule.requiresLoss ? 1 : nil),
          hyperparameters: values)
      }
      return program.run(state.slots + [Double(size.steps)] + values)[0]
    }
  }

  /// By Box and Muller; two draws.
  private func normal(_ source: inout Philox) -> Double {
    let radius = (-2 * log(1 - source.unit())).squareRoot()
    return radius * cos(2 * .pi * source.unit())
  }

  /// The sizes of this effort's samples.
  private var sizes: [Size] {
    switch context.effort {
    case .quick: [Size(runs: 400, steps: 1), Size(runs: 400, steps: 20)]
    case .standard: [Size(runs: 2_000, steps: 1), Size(runs: 2_000, steps: 50)]
    case .thorough: [Size(runs: 20_000, steps: 1), Size(runs: 20_000, steps: 200)]
    }
  }

  /// The tests of all samples, each at its part of the row's share of α.
  func evidence(_ finding: inout Finding) throws -> Evidence {
    let start = ContinuousClock.now
    var all: [(Size, Result)] = []
    for size in sizes {
      all += try results(size, seed: context.seed).map { (size, $0) }
    }
    let alpha = Catalogue.alphaBudget.level(of: Expectation.id, tests: max(1, all.count))
    let runs = sizes[0].runs
    let shift = try Power.detectableShift(count: runs, alpha: alpha, power: 0.9)
    let factor = try Power.detectableVarianceFactor(
      degreesOfFreedom: runs, alpha: alpha, power: 0.9)
    var evidence = Evidence(
      .statistics, tool: "assay", verdict: all.isEmpty ? .vacuous : .statistical,
      domain:
        "\(runs) runs of the text in float64 at each of t ="
        + " \(sizes.map { "\($0.steps)" }.joined(separator: ", ")), seed \(context.seed)",
      detail:
        Catalogue.alphaBudget.statement(of: Expectation.id, tests: max(1, all.count))
        + "; power 0.9 for a mean off by \(shortened(shift)) deviations, and for a variance off by a"
        + " factor of \(shortened(factor))")
    if let (size, result) = all.first(where: { $0.1.outcome.isRejected(at: alpha) }) {
      evidence.verdict = .refuted
      evidence.detail = summary(result, size, alpha)
      finding.candidate = Candidate(
        scalars: 1, steps: size.steps,
        case: [
          "sample": [
            "runs": .integer(size.runs), "steps": .integer(size.steps),
            "seed": .string("\(context.seed)"), "alpha": .number(alpha),
          ]
        ])
    }
    evidence.seconds = (ContinuousClock.now - start) / .seconds(1)
    return evidence
  }

  /// Draws a sample of a failure again.
  func examination(_ json: JSONValue) throws -> Examination {
    guard let runs = json["runs"]?.int, let steps = json["steps"]?.int, runs >= 1, steps >= 1,
      runs * steps <= 10_000_000, let alpha = json["alpha"]?.double, alpha > 0, alpha < 1,
      let seed = json["seed"]?.string.flatMap({ UInt64($0) })
    else { throw CaseError(message: "a sample has runs, steps, a seed and a level") }
    let size = Size(runs: runs, steps: steps)
    let results = try results(size, seed: seed)
    let lines = results.map {
      "\($0.name): statistic \($0.outcome.statistic), p = \($0.outcome.probability)"
    }
    guard let result = results.first(where: { $0.outcome.isRejected(at: alpha) }) else {
      return Examination(holds: true, summary: "no test rejects", lines: lines)
    }
    return Examination(holds: false, summary: summary(result, size, alpha), lines: lines)
  }

  private func summary(_ result: Result, _ size: Size, _ alpha: Double) -> String {
    "\(result.name) at t = \(size.steps), \(size.runs) runs: rejected with"
      + " p = \(shortened(result.outcome.probability)) at α = \(shortened(alpha))"
  }
}
