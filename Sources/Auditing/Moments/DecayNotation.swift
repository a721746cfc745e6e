internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Properties
internal import Proving

/// `1 − w(1 − βᵗ) = (1 − w(1 − β))ᵗ` only where `w = 1`: AYLA's first version writes the one for the other.
///
/// With `u = 1 − w(1 − β)` the difference `uᵗ − 1 + w(1 − βᵗ)` is `w(1 − β)·Σ(βʲ − uʲ)` over `j < t`, whose terms
/// all have the sign of `w − 1`: it grows by `w(1 − β)(βᵗ − uᵗ)` from step to step.
struct DecayNotation: AuditableProperty {
  let description = PropertyDescription(
    id: "moment.decay-notation",
    statement: "for t ≥ 2, 1 − w(1 − βᵗ) = (1 − w(1 − β))ᵗ if and only if w = 1",
    source: "the AYLA paper, version 1, equations 5 to 7, which use the two forms as one",
    domain: "0 < β < 1, 0 < w ≤ 1/(1 − β), t = 2, 3, …", requires: [.varyingDecay],
    evidence: [.smt, .exact])
  /// The two forms, over `w`, `beta` and `t`.
  var left = "1 - w*(1 - beta^t)"
  var right = "(1 - w*(1 - beta))^t"

  func check(_ context: AuditContext) async throws -> Finding {
    var finding = Finding()
    let arena = FormulaArena()
    let (w, beta) = (arena.symbol("w"), arena.symbol("beta"))
    let (powerB, powerU, sum) = (arena.symbol("B"), arena.symbol("U"), arena.symbol("D"))
    let u = 1 - w * (1 - beta)
    // The two forms as they are written, their powers being B and U.
    let powers: [(Formula, Formula)] = [
      (.power(beta, arena.symbol("t")), powerB), (.power(u, arena.symbol("t")), powerU),
    ]
    let forms = try [right, left].map { text in
      try Formula(parsing: text, in: arena).replacing(powers, in: arena)
    }
    let gap = forms[0] - forms[1]
    let next = gap.substituting(["B": beta * powerB, "U": u * powerU])
    context.proveExactly(
      Claim(
        "the difference of the two forms grows by w(1 − β)(βᵗ − uᵗ)",
        proving: [
          Relation(next - gap, .equal, w * (1 - beta) * (powerB - powerU)),
          Relation(gap.substituting(["B": 1, "U": 1]), .equal, 0),
        ]), into: &finding)
    let isIdentity = finding.evidence.allSatisfy { $0.verdict == .proved }
    let range = [
      Relation(0, .less, beta), Relation(beta, .less, 1), Relation(0, .less, w),
      Relation(0, .lessOrEqual, u),
    ]
    let difference = powerB - powerU
    for (name, side, sign) in [
      ("above", Relation(1, .less, w), 1 as Formula), ("below", Relation(w, .less, 1), -1),
    ] {
      // Dₜ is the sum of βʲ − uʲ over j < t; the first term is 0, the second is not.
      await context.prove(
        Induction(
          "decay-notation-\(name)", domain: range + [side],
          invariants: [
            Relation(0, .less, sign * difference), Relation(0, .lessOrEqual, powerU),
            Relation(0, .less, powerB), Relation(0, .lessOrEqual, sign * sum),
          ], start: ["B": 1, "U": 1, "D": 0],
          step: ["B": beta * powerB, "U": u * powerU, "D": sum + difference],
          conclusions: [Relation(0, .less, sign * (sum + difference))]), into: &finding)
    }
    // The row is as strong as the weakest of its parts.
    let isProved = isIdentity && finding.evidence.allSatisfy { $0.verdict == .proved }
    if !isProved {
      for index in finding.evidence.indices where finding.evidence[index].verdict == .proved {
        finding.evidence[index].verdict = .tested
        finding.evidence[index].domain = "a part of the proof; another one is missing"
      }
    }
    finding.evidence.sort { $0.kind == .smt && $1.kind != .smt }
    try search(context, &finding)
    let outside = try examination(beta: 0.5, w: 5, t: 3)
    finding.detail =
      "outside the range odd t have other solutions: β = 1/2, w = 5, t = 3, \(outside.1)"
    return finding
  }

  /// Looks for a contradiction at exact points.
  private func search(_ context: AuditContext, _ finding: inout Finding) throws {
    let start = ContinuousClock.now
    var evidence = Evidence(.exact, tool: "assay exact", verdict: .tested)
    for t in 2...8 {
      for beta in [0.5, 0.9, 0.25, 0.99] as [Rational] {
        for w in [1, 0.5, 2, 1.25, 0.1, 1.5, 4] as [Rational] where w * (1 - beta) <= 1 {
          finding.cases += 1
          guard try examination(beta: beta, w: w, t: t).0 != (w == 1) else { continue }
          evidence.verdict = .refuted
          finding.candidate = Candidate(
            scalars: 1, steps: t,
            case: [
              "beta": .string(beta.decimalDescription), "w": .string(w.decimalDescription),
              "t": .integer(t),
            ])
        }
      }
    }
    evidence.domain = "\(finding.cases) exact points, t from 2 to 8"
    evidence.seconds = (ContinuousClock.now - start) / .seconds(1)
    finding.evidence.append(evidence)
  }

  /// Whether the forms agree at a point, and their values in words.
  private func examination(beta: Rational, w: Rational, t: Int) throws -> (Bool, String) {
    let point: [String: Rational] = ["beta": beta, "w": w, "t": Rational(t)]
    let sides = try [left, right].map { try Formula(parsing: $0).value(point) }
    return (
      sides[0] == sides[1],
      "where they are \(sides[0].decimalDescription) and"
        + " \(sides[1].decimalDescription)"
    )
  }

  func examine(_ json: JSONValue, _ context: AuditContext) async throws -> Examination {
    guard let beta = json["beta"]?.string.flatMap({ Rational($0) }),
      let w = json["w"]?.string.flatMap({ Rational($0) }), let t = json["t"]?.int
    else { throw CaseError(message: "a case has numbers beta, w and t") }
    guard beta > 0, beta < 1, w > 0, w * (1 - beta) <= 1, 2...1_000 ~= t else {
      return .outsidePremise("the point lies outside the range of the statement")
    }
    let (agree, values) = try examination(beta: beta, w: w, t: t)
    return Examination(
      holds: agree == (w == 1),
      summary: "the forms \(agree ? "agree" : "differ") at w = \(w.decimalDescription), \(values)")
  }
}
