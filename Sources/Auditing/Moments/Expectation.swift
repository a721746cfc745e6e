internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import Properties
internal import Proving

/// What the corrected moments are on average, for gradients drawn independently from one distribution.
///
/// With weights `wᵢ = (1 − β)βᵗ⁻ⁱ/(1 − βᵗ)` of sum 1, `E m̂ = μ`, and `Var m̂ = σ²·Σwᵢ²`, which is
/// `σ²(1 − β)(1 + βᵗ)/((1 + β)(1 − βᵗ))`.
struct Expectation: AuditableProperty {
  static let id = "moment.expectation"
  let description = PropertyDescription(
    id: Expectation.id,
    statement:
      "for i.i.d. gradients E m̂_t = E g, E v̂_t = E g², and Var m̂_t = Var g·(1 − β₁)(1 + β₁ᵗ)/((1 + β₁)(1 − β₁ᵗ))",
    source: "Kingma & Ba, Adam, section 3; the variance of independent terms, summed",
    domain: "every t, every distribution of finite variance, all decays in [0, 1)",
    requires: [.biasCorrected], evidence: [.exact, .statistics])

  func check(_ context: AuditContext) async throws -> Finding {
    guard let rule = context.subject.rule else {
      return .notApplicable("its text is not known, so its moments are not")
    }
    let trace = MomentTrace(rule, of: context.subject)
    let (moments, absent): ([MomentProperties.CorrectedMoment], String?)
    do {
      (moments, absent) = try MomentProperties.correctedMoments(of: trace)
    } catch {
      return .notApplicable(error.reason)
    }
    var finding = Finding()
    finding.detail = absent
    // A maximum is no linear function: on average it is above the mean.
    let linear = moments.filter { $0.slots.count == 1 }
    guard !linear.isEmpty else {
      return .notApplicable("its only corrected moment is a maximum, which has no closed form")
    }
    if linear.count < moments.count {
      finding.detail = "v̂ is the largest so far, which is above the mean on average: not asked"
    }
    for moment in linear {
      if let claim = claim(moment, trace) {
        context.proveExactly(claim, into: &finding)
      } else {
        finding.evidence.append(
          Evidence(
            .exact, tool: "assay exact", verdict: .inconclusive,
            detail: "\(moment.name): its slot is not linear in what it averages"))
      }
    }
    // The row is as strong as the weakest of its parts.
    if !finding.evidence.allSatisfy({ $0.verdict == .proved }) {
      for index in finding.evidence.indices where finding.evidence[index].verdict == .proved {
        finding.evidence[index].verdict = .tested
        finding.evidence[index].domain = "one of the moments; another one is not proved"
      }
    }
    context.generateExactly(
      context.subject.momentCases(steps: 1...3), property: id, into: &finding
    ) { value in
      try examine(value, trace, rule)
    }
    guard finding.candidate == nil else { return finding }
    let sampling = MomentSampling(context, trace, moments, rule)
    finding.evidence.append(try sampling.evidence(&finding))
    return finding
  }

  func examine(_ json: JSONValue, _ context: AuditContext) async throws -> Examination {
    guard let rule = context.subject.rule else {
      throw CaseError(message: "the subject's text is not known")
    }
    let trace = MomentTrace(rule, of: context.subject)
    if json["sample"] != nil {
      let (moments, _) = try MomentProperties.correctedMoments(of: trace)
      return try MomentSampling(context, trace, moments, rule).examination(json["sample"] ?? .null)
    }
    return try examine(MomentCase(json: json), trace, rule)
  }

  /// What a moment's mean, and its variance, satisfy: the recursions of `E` and `Var` on the traced step, and
  /// the closed forms with `p = βᵗ`. Nil where the slot is no linear recursion.
  private func claim(
    _ moment: MomentProperties.CorrectedMoment, _ trace: MomentTrace
  ) -> Claim? {
    let place = moment.slots[0]
    let name = trace.slotNames[place]
    guard trace.slots[place].symbols.contains(name) else { return nil }
    let arena = trace.arena
    let p = arena.symbol("p")
    let step = trace.slots[place]
    let term = moment.isSquare ? trace.gradient * trace.gradient : trace.gradient
    let kept = step.substituting([name: 1, "g": 0])
    let added = step.substituting([name: 0, "g": 1])
    guard
      step.isIdentical(to: kept * arena.symbol(name) + added * term),
      trace.slotStart[place].isZero,
      let factor = trace.correction(of: moment.formula, place)
    else { return nil }
    let beta = moment.decay
    let correction = factor.replacing([(.power(beta, trace.step), p)], in: arena)
    guard Set(correction.symbols).isDisjoint(with: ["t"]) else { return nil }
    // In units of the mean of what is averaged: E is 1 − p, and after a step 1 − βp.
    let mean = 1 - p
    let variance = (1 - beta) * (1 - p * p) / (1 + beta)
    let next: [String: Formula] = ["p": beta * p]
    var goals = [
      Relation(kept * mean + added, .equal, mean.substituting(next)),
      Relation(correction * mean, .equal, 1),
    ]
    if !moment.isSquare {
      goals += [
        Relation(
          kept * kept * variance + added * added, .equal, variance.substituting(next)),
        Relation(
          correction * correction * variance, .equal,
          (1 - beta) * (1 + p) / ((1 + beta) * (1 - p))),
      ]
    }
    return Claim(
      "\(moment.name), by induction over t with p = βᵗ",
      assuming: [
        Relation(0, .lessOrEqual, beta), Relation(beta, .less, 1), Relation(0, .lessOrEqual, p),
        Relation(p, .less, 1),
      ], proving: goals)
  }

  /// The distribution that gives each of the case's gradients alike, after as many steps as there are
  /// gradients: every sequence is run, and the moments averaged.
  private func examine(
    _ value: MomentCase, _ trace: MomentTrace, _ rule: any TransparentRule
  ) throws -> Examination {
    let support = value.gradients
    guard support.count <= 4 else {
      return .outsidePremise("\(support.count) values are too many to run all their sequences")
    }
    do {
      let (moments, _) = try MomentProperties.correctedMoments(of: trace)
      let share = try 1 / Rational(support.count)
      let mean = share * support.reduce(0, +)
      let square = share * support.reduce(0) { $0 + $1 * $1 }
      var sums = [(mean: Rational, square: Rational)](
        repeating: (0, 0), count: moments.count)
      var total = 0
      var hyperparameters: [String: Rational] = [:]
      for sequence in sequences(of: support, count: support.count) {
        var run = value
        run.gradients = sequence
        let result = try MomentRun(rule, trace, on: run)
        hyperparameters = result.hyperparameters
        var point = hyperparameters
        point["t"] = Rational(sequence.count)
        for (place, slot) in (result.slots.last ?? []).enumerated() {
          point["\(trace.slotNames[place])_t"] = slot
        }
        for (index, moment) in moments.enumerated() {
          let actual = try moment.formula.value(point)
          sums[index].mean += actual
          sums[index].square += actual * actual
        }
        total += 1
      }
      let count = Rational(total)
      var lines: [String] = []
      for (moment, sum) in zip(moments, sums) where moment.slots.count == 1 {
        let actual = try sum.mean / count
        let wanted = moment.isSquare ? square : mean
        lines.append("E \(moment.name) = \(actual), and should be \(wanted)")
        if actual != wanted { return failure("E \(moment.name)", actual, wanted, value, lines) }
        guard !moment.isSquare else { continue }
        let beta = moment.decay.symbolName.flatMap { hyperparameters[$0] } ?? 0
        let power = beta.power(support.count)
        let spread = try sum.square / count - actual * actual
        let expected =
          try (square - mean * mean) * (1 - beta) * (1 + power) / ((1 + beta) * (1 - power))
        lines.append("Var \(moment.name) = \(spread), and should be \(expected)")
        if spread != expected {
          return failure("Var \(moment.name)", spread, expected, value, lines)
        }
      }
      return Examination(holds: true, summary: "the moments have their expectations", lines: lines)
    } catch {
      return .outsidePremise("\(error)")
    }
  }

  private func failure(
    _ name: String, _ actual: Rational, _ wanted: Rational, _ value: MomentCase, _ lines: [String]
  ) -> Examination {
    Examination(
      holds: false,
      summary:
        "gradients of \(value.gradients.map(\.decimalDescription).joined(separator: ", ")), each alike"
        + " likely, \(value.gradients.count) steps: \(name) is \(actual.decimalDescription), not"
        + " \(wanted.decimalDescription)", lines: lines)
  }

  private func sequences(of values: [Rational], count: Int) -> [[Rational]] {
    (0..<count).reduce([[]]) { lists, _ in
      lists.flatMap { list in values.map { list + [$0] } }
    }
  }
}
