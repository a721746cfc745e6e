internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import Properties
internal import Proving

extension MomentProperties {
  static let powerNode = MomentProperty(
    description: PropertyDescription(
      id: "moment.power-node",
      statement:
        "every power of the step count is pₜ = βᵗ: p₀ = 1 and pₜ₊₁ = β·pₜ, hence 0 ≤ pₜ ≤ β for t ≥ 1",
      source: "Kingma & Ba, Adam, Algorithm 1: the corrections 1 − βᵗ",
      domain: "every t ≥ 1, all decays in [0, 1)", requires: [.biasCorrected],
      evidence: [.smt, .interval, .exact]),
    proof: { trace, rule, context, finding in
      let powers = stepPowers(of: trace)
      guard !powers.isEmpty else { throw Exclusion("its text holds no power of the step count") }
      for power in powers where power.formula == .power(power.base, trace.step) {
        guard let name = power.base.symbolName else { continue }
        let p = trace.arena.symbol("p")
        await context.prove(
          Induction(
            "power-node-\(name)",
            domain: [Relation(0, .lessOrEqual, power.base), Relation(power.base, .less, 1)],
            invariants: [
              Relation(0, .lessOrEqual, p), Relation(p, .lessOrEqual, power.base),
            ], start: ["p": 1], step: ["p": power.base * p]), into: &finding)
      }
      if powers.contains(where: { $0.formula != .power($0.base, trace.step) }) {
        for index in finding.evidence.indices where finding.evidence[index].verdict == .proved {
          finding.evidence[index].verdict = .tested
          finding.evidence[index].detail = "of those of its powers that are written βᵗ"
        }
      }
      finding.evidence.append(floatingPowers(powers, rule, context))
    },
    examination: { value, trace, rule in
      var lines: [String] = []
      do {
        let run = try MomentRun(rule, trace, on: value)
        for power in stepPowers(of: trace) {
          var point = run.hyperparameters
          let base = try power.base.value(point)
          // At 0 a decay has no powers below 0⁰.
          guard !base.isZero else { continue }
          var wanted: Rational = 1
          for t in 0...value.gradients.count {
            point["t"] = Rational(t)
            let actual = try power.formula.value(point)
            lines.append("t = \(t): \(power.formula) = \(actual), and should be \(wanted)")
            if actual != wanted {
              return Examination(
                holds: false,
                summary:
                  "\(power.formula) is \(actual.decimalDescription) at t = \(t), not"
                  + " \(wanted.decimalDescription)", lines: lines)
            }
            wanted = base * wanted
          }
        }
      } catch {
        return .outsidePremise("\(error)")
      }
      return Examination(holds: true, summary: "the powers follow the recursion", lines: lines)
    })

  private struct StepPower {
    var base: Formula
    var formula: Formula
  }

  /// The powers in a trace whose exponent holds the step count, and whose base is a symbol.
  private static func stepPowers(of trace: MomentTrace) -> [StepPower] {
    let roots =
      [trace.change] + trace.slots + trace.quantities.sorted { $0.key < $1.key }.map(\.value)
    var powers: [StepPower] = []
    for root in roots {
      for part in root.parts(in: trace.arena) {
        guard case .operation(.power, let operands) = part.node, operands[0].symbolName != nil,
          operands[1].symbols == ["t"], !powers.contains(where: { $0.formula == part })
        else { continue }
        powers.append(StepPower(base: operands[0], formula: part))
      }
    }
    return powers
  }

  /// Holds `−expm1(t·log β)` in `Double` to an enclosure of `1 − βᵗ`, for all `t` of a range.
  private static func floatingPowers(
    _ powers: [StepPower], _ rule: any TransparentRule, _ context: AuditContext
  ) -> Evidence {
    let start = ContinuousClock.now
    let limit = min(context.subject.floatBox.steps, context.effort == .quick ? 2_000 : 100_000)
    let names = Set(powers.compactMap { $0.base.symbolName })
    var worst = 0.0
    for (name, value) in rule.hyperparameters
    where names.contains(RuleTrace.symbolName(of: name)) && value > 0 {
      let (base, enclosed) = (Double(value), Interval(value))
      for t in 1...limit {
        let computed = Double.oneMinusPower(base, Double(t))
        let exact = Interval.oneMinusPower(enclosed, Interval(Double(t)))
        let distance = max(exact.upper - computed, computed - exact.lower)
        worst = max(worst, exact.isDefined ? distance / computed.ulp : .infinity)
      }
    }
    // The base rounded once, log, product and expm1: each a few ulp, those of log t·log β times over; from
    // the enclosure's own width on, nothing is said.
    return Evidence(
      .interval, tool: "assay intervals", verdict: worst <= 4_096 ? .enclosed : .inconclusive,
      domain: "1 − βᵗ in float64, the subject's decays, t = 1, …, \(limit)",
      detail: "within \(shortened(worst)) ulp of the exact value, the enclosure's width included",
      seconds: (ContinuousClock.now - start) / .seconds(1))
  }
}
