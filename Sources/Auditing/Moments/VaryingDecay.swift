internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import Properties
internal import Proving

extension MomentProperties {
  static let varyingDecay = MomentProperty(
    description: PropertyDescription(
      id: "moment.varying-decay",
      statement: "with decays that vary, the weights of the corrected moments sum to 1",
      source: "moving averages with decays βᵢ have weights of sum 1 − ∏βᵢ, whatever 1 − βᵗ is",
      domain: "every sequence of losses that keeps the decays in [0, 1)",
      requires: [.varyingDecay], isInformation: true, evidence: [.exact]),
    proof: { trace, rule, context, finding in
      let averages = try varyingAverages(of: trace)
      // A correction that divides by a sum of weights which the rule keeps.
      let isKept = averages.allSatisfy { average in
        trace.history.indices.contains { place in
          let sum = trace.arena.symbol("history\(place)")
          let next = average.decay * sum + (1 - average.decay)
          return trace.history[place].isIdentical(to: next)
            && (average.correction * next).isIdentical(to: 1)
        }
      }
      if isKept {
        finding.evidence.append(
          Evidence(
            .exact, tool: "assay exact", verdict: .proved,
            domain: "wherever the corrections have a value",
            detail: "by induction over t: the sum of the weights is kept, and divided by"))
      }
      let start = ContinuousClock.now
      guard let value = exactLosses(rule) else {
        throw Exclusion("its exponents give no exact weights at simple losses")
      }
      var evidence = Evidence(
        .exact, tool: "assay exact", verdict: .tested,
        domain: "one run of \(value.stepCount) losses")
      let sums = try weightSums(value, trace, rule)
      finding.cases = 1
      let curve = sums.map { shortened(Double($0[0]) - 1) }.joined(separator: ", ")
      finding.detail =
        "the bias of m̂ at the losses "
        + value.losses.map(\.decimalDescription).joined(separator: ", ") + ": \(curve)"
      if let bad = sums.firstIndex(where: { !$0.allSatisfy { $0 == 1 } }) {
        evidence.verdict = .refuted
        evidence.detail = "the weights sum to \(sums[bad][0].decimalDescription) at t = \(bad + 1)"
        var short = value
        short.gradients = Array(value.gradients.prefix(bad + 1))
        short.losses = Array(value.losses.prefix(bad + 1))
        finding.candidate = Candidate(scalars: 1, steps: bad + 1, case: short.json)
      }
      evidence.seconds = (ContinuousClock.now - start) / .seconds(1)
      finding.evidence.append(evidence)
    },
    caseExamination: { value, trace, rule in
      let sums: [[Rational]]
      do {
        sums = try weightSums(value, trace, rule)
      } catch let failure as Rational.Failure {
        return .outsidePremise("\(failure)")
      }
      let lines = sums.enumerated().map { index, sum in
        "step \(index + 1): the weights of m̂ sum to \(sum[0]), those of v̂ to \(sum[1])"
      }
      guard let bad = sums.firstIndex(where: { !$0.allSatisfy { $0 == 1 } }) else {
        return Examination(holds: true, summary: "the weights sum to 1 at every step", lines: lines)
      }
      return Examination(
        holds: false,
        summary:
          "step \(bad + 1): the weights of m̂ sum to \(sums[bad][0].decimalDescription), those of v̂ to"
          + " \(sums[bad][1].decimalDescription)", lines: lines)
    })

  /// A moment whose decay varies, and what it is multiplied by.
  private struct VaryingAverage {
    var decay: Formula
    var correction: Formula
    /// The decay of the mean that is kept, where that is another one.
    var kept: Formula?
  }

  private static func varyingAverages(of trace: MomentTrace) throws(Exclusion) -> [VaryingAverage] {
    var averages: [VaryingAverage] = []
    for (index, slot) in [trace.meanSlot, trace.squareSlot].enumerated() {
      guard let decay = trace.quantities["decay\(index + 1)"],
        let correction = trace.quantities["correction\(index + 1)"], let slot
      else {
        throw Exclusion(
          "its text names no quantities `decay\(index + 1)` and `correction\(index + 1)`")
      }
      // What the slot keeps may be an average of another decay than the one that is stepped with.
      let name = trace.slotNames[slot]
      let own = trace.slots[slot].substituting([name: 1, "g": 0])
      averages.append(
        VaryingAverage(
          decay: decay, correction: correction, kept: own.isIdentical(to: decay) ? nil : own))
    }
    return averages
  }

  /// The sum of the weights in each corrected moment, after each step.
  private static func weightSums(
    _ value: MomentCase, _ trace: MomentTrace, _ rule: any TransparentRule
  ) throws -> [[Rational]] {
    let averages = try varyingAverages(of: trace)
    let hyperparameters = Dictionary(
      rule.hyperparameters.map {
        (RuleTrace.symbolName(of: $0.name), value.hyperparameters[$0.name] ?? $0.value)
      }, uniquingKeysWith: { $1 })
    let names =
      ["t", "loss"] + trace.history.indices.map { "history\($0)" } + hyperparameters.keys.sorted()
    let outputs =
      averages.flatMap { [$0.decay, $0.correction, $0.kept ?? $0.decay] } + trace.history
    let program = FormulaProgram(outputs: outputs, inputs: names)
    var history = [Rational](repeating: 0, count: trace.history.count)
    var kept = [Rational](repeating: 0, count: averages.count)
    var sums: [[Rational]] = []
    for (index, loss) in value.losses.enumerated() {
      let point =
        [Rational(index + 1), loss] + history
        + hyperparameters.keys.sorted().map {
          hyperparameters[$0] ?? 0
        }
      let results: [Rational] = try program.run(point)
      var sum: [Rational] = []
      for place in averages.indices {
        let (decay, correction) = (results[3 * place], results[3 * place + 1])
        sum.append(correction * (decay * kept[place] + (1 - decay)))
        let own = results[3 * place + 2]
        kept[place] = own * kept[place] + (1 - own)
      }
      sums.append(sum)
      history = Array(results[(3 * averages.count)...])
    }
    return sums
  }

  /// Losses whose weights are exact numbers: powers of simple ones by the exponents' denominators.
  private static func exactLosses(_ rule: any TransparentRule) -> MomentCase? {
    var degree = 1
    for name in ["ayla.N1", "ayla.N2"] {
      guard let exponent = rule.value(of: name), let own = Int(exactly: exponent.denominator),
        own <= 100
      else { return nil }
      if degree % own != 0 { degree *= own }
    }
    guard degree <= 100 else { return nil }
    let bases: [Rational] =
      degree <= 4
      ? [1.5, 1.25, 1.125, 0.75, 0.5] : [Rational(26, 25), Rational(51, 50), Rational(24, 25)]
    let losses = bases.map { $0.power(degree) }
    return MomentCase(
      gradients: [Rational](repeating: 1, count: losses.count), losses: losses)
  }
}
