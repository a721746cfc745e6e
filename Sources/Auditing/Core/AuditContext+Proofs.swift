internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Properties
internal import Proving

extension AuditContext {
  /// Sends a claim to the solvers, and notes in a finding what came of it.
  ///
  /// A point that contradicts the claim refutes it where the claim starts from a fresh state. Where it
  /// starts from any state that satisfies the invariants, the point's state may be out of reach: then
  /// nothing is decided.
  func prove(
    _ claim: Claim, about rule: any TransparentRule, into finding: inout Finding
  ) async {
    let proof = await prover.prove(claim)
    var evidence = proof.evidence
    if let refutation = proof.refutation {
      // The history of a step is state, too.
      let isState = { (name: String) in
        rule.slotNames.contains(name) || name.hasPrefix("history")
      }
      if claim.symbols.contains(where: isState) {
        evidence.verdict = .inconclusive
        evidence.detail =
          "\(refutation.description); no start is known from which that state is reached"
      } else {
        finding.candidate = Candidate(
          scalars: 1, steps: refutation.point["t"].flatMap { Int(exactly: Double($0)) } ?? 1,
          case: [
            "claim": .string(claim.name),
            "point": .object(refutation.point.mapValues { .string($0.decimalDescription) }),
          ])
      }
    }
    finding.evidence.append(evidence)
    for (index, script) in proof.scripts.enumerated() {
      finding.documents["\(claim.name)-\(index + 1).smt2"] = script.text
    }
  }
}

/// Looks at a claim at a point, in exact arithmetic.
func examination(of claim: Claim, at json: JSONValue?) throws(CaseError) -> Examination {
  var point: [String: Rational] = [:]
  for (name, value) in json?.object ?? [:] {
    guard let exact = value.string.flatMap({ Rational($0) }) else {
      throw CaseError(message: "\(name) is no exact number: \(value)")
    }
    point[name] = exact
  }
  for symbol in claim.symbols where point[symbol] == nil {
    throw CaseError(message: "the point gives no value of \(symbol)")
  }
  guard let refutation = claim.refutation(at: point) else {
    return Examination(holds: true, summary: "the claim holds at the point")
  }
  return Examination(
    holds: false, summary: refutation.description, lines: [refutation.pointDescription])
}
