internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import Properties

/// RAdam's rectification: from which step on, and by how much.
///
/// `ρ_∞ = 2/(1 − β₂) − 1`, `ρ_t = ρ_∞ − 2tβ₂ᵗ/(1 − β₂ᵗ)`; where `ρ_t` exceeds the threshold the step is rectified by
/// `r_t = √((ρ_t − 4)(ρ_t − 2)ρ_∞/((ρ_∞ − 4)(ρ_∞ − 2)ρ_t))`. All but the root is rational.
struct Rectification: AuditableProperty {
  let description = PropertyDescription(
    id: "moment.radam",
    statement:
      "for ρ_∞ > 4 the steps with ρ_t above the threshold, and no others, are rectified by r_t, in (0, 1]"
      + " and growing",
    source: "Liu et al., On the variance of the adaptive learning rate and beyond, ICLR 2020,"
      + " Algorithm 2",
    domain: "β₂ > 0.6, every t", requires: [.rectified], evidence: [.exact])

  private static let decays: [Rational] = [0.999, 0.99, 0.9, 0.75, 0.61]

  func check(_ context: AuditContext) async throws -> Finding {
    guard let rule = context.subject.rule, let own = rule.value(of: "beta2") else {
      return .notApplicable("its text is not known, so its rectification is not")
    }
    let trace = MomentTrace(rule, of: context.subject)
    guard let parts = RectificationParts(trace) else {
      return .notApplicable("its text names no quantities `rectification` and `isRectified`")
    }
    let start = ContinuousClock.now
    var finding = Finding()
    let steps = context.effort == .quick ? 40 : 150
    var evidence = Evidence(.exact, tool: "assay exact", verdict: .tested)
    let decays = [own] + Self.decays.filter { $0 != own }
    for beta in decays where evidence.verdict == .tested {
      guard beta > 0.6 else { continue }
      finding.cases += steps
      if let (step, reason) = try parts.fault(beta, rule, steps: steps) {
        evidence.verdict = .refuted
        evidence.detail = "β₂ = \(beta.decimalDescription), t = \(step): \(reason)"
        finding.candidate = Candidate(
          scalars: 1, steps: step,
          case: ["beta2": .string(beta.decimalDescription), "steps": .integer(step)])
      }
    }
    evidence.domain =
      "t to \(steps), β₂ of \(decays.map(\.decimalDescription).joined(separator: ", "))"
    evidence.seconds = (ContinuousClock.now - start) / .seconds(1)
    finding.evidence.append(evidence)
    let threshold = rule.value(of: "rectificationThreshold") ?? 4
    let first = try parts.firstRectified(own, rule)
    let limit = own < 1 ? try 2 / (1 - own) - 1 : 0
    finding.detail =
      "ρ_∞ = \(limit.decimalDescription), threshold \(threshold.decimalDescription): the first rectified"
      + " step is \(first.map { "\($0)" } ?? "none of the first 1,000")"
    return finding
  }

  func examine(_ json: JSONValue, _ context: AuditContext) async throws -> Examination {
    guard let beta = json["beta2"]?.string.flatMap({ Rational($0) }), beta > 0.6, beta < 1,
      let steps = json["steps"]?.int, 1...1_000 ~= steps
    else { throw CaseError(message: "a case has a `beta2` in (0.6, 1) and `steps` up to 1,000") }
    guard let rule = context.subject.rule,
      let parts = RectificationParts(MomentTrace(rule, of: context.subject))
    else { throw CaseError(message: "the subject's rectification is not known") }
    guard let (step, reason) = try parts.fault(beta, rule, steps: steps) else {
      return Examination(holds: true, summary: "every step is rectified as the paper says")
    }
    return Examination(
      holds: false, summary: "β₂ = \(beta.decimalDescription), t = \(step): \(reason)")
  }
}

/// The quantities of a traced step that rectify it, and the paper's beside them.
struct RectificationParts {
  private let program: FormulaProgram
  private let names: [String]

  init?(_ trace: MomentTrace) {
    guard let rectification = trace.quantities["rectification"],
      let indicator = trace.quantities["isRectified"]
    else { return nil }
    names = Set(rectification.symbols + indicator.symbols).sorted()
    // Both depend on settings and t alone.
    let allowed = Set(trace.hyperparameters.values.compactMap(\.symbolName) + ["t"])
    guard names.allSatisfy(allowed.contains) else { return nil }
    program = FormulaProgram(outputs: [indicator, rectification], inputs: names)
  }

  /// The paper's `ρ_t` and, where the step is rectified, `r_t²`.
  private func paper(
    _ beta: Rational, threshold: Rational, t: Int
  ) throws -> (length: Rational, square: Rational?) {
    let limit = try 2 / (1 - beta) - 1
    let power = beta.power(t)
    let length = try limit - 2 * Rational(t) * power / (1 - power)
    guard length > threshold else { return (length, nil) }
    let square = try (length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length)
    return (length, square)
  }

  /// The first step in which the text differs from the paper, or the paper's own claim fails.
  func fault(
    _ beta: Rational, _ rule: any TransparentRule, steps: Int
  ) throws -> (step: Int, reason: String)? {
    let threshold = rule.value(of: "rectificationThreshold") ?? 4
    var last: Rational?
    for t in 1...steps {
      let (length, square) = try paper(beta, threshold: threshold, t: t)
      let values = enclosed(beta, rule, t)
      let flag = square == nil ? 0 : 1
      guard values[0].contains(Double(flag)), values[0].width < 1 else {
        return (
          t,
          "ρ_t = \(shortened(Double(length))) is \(flag == 1 ? "" : "not ")above the threshold"
            + " \(threshold.decimalDescription), and the step is \(flag == 1 ? "not " : "")rectified"
        )
      }
      guard let square else { continue }
      let own = values[1].squared()
      if own.upper < Interval(square).lower || Interval(square).upper < own.lower {
        return (t, "r_t² lies in \(own), where the paper's is \(shortened(Double(square)))")
      }
      if values[1].upper <= 0 { return (t, "r_t is \(values[1]), not above 0") }
      if square > 1 { return (t, "r_t² is \(square.decimalDescription), above 1") }
      if let last, square < last { return (t, "r_t falls") }
      last = square
    }
    return nil
  }

  /// The first step that the text rectifies.
  func firstRectified(_ beta: Rational, _ rule: any TransparentRule) throws -> Int? {
    (1...1_000).first { enclosed(beta, rule, $0)[0].lower > 0 }
  }

  private func enclosed(_ beta: Rational, _ rule: any TransparentRule, _ t: Int) -> [Interval] {
    program.run(
      names.map { name in
        if name == "t" { return Interval(Double(t)) }
        if name == "beta2" { return Interval(beta) }
        return Interval(
          rule.hyperparameters.first { RuleTrace.symbolName(of: $0.name) == name }?.value ?? 0)
      })
  }
}
