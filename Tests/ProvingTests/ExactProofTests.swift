import Formulas
import Numbers
import Properties
import Proving
import Testing

@Suite("Exact proofs without a solver")
struct ExactProofTests {
  @Test("an identity of quotients and roots is proved by its normal form")
  func identity() throws {
    let claim = try makeClaim(
      given: ["x > 0", "y > 0"],
      then: ["(x^2 - y^2)/(x - y) = x + y", "sqrt(x)*sqrt(x) = x", "x/y + y/x = (x^2 + y^2)/(x*y)"])
    // (x² − y²)/(x − y) has no value where x = y, and points with x = y are among those tried.
    #expect(claim.exactProof().refutation?.isUndefined == true)
    let apart = try makeClaim(
      given: ["x > y", "y > 0"], then: claim.goals.map(\.description))
    let proof = apart.exactProof()
    #expect(proof.conclusion == .proved)
    #expect(proof.evidence.kind == .exact && proof.evidence.verdict == .proved)
    #expect(proof.evidence.domain == "wherever both sides have a value")
  }

  @Test("a false identity is refuted at a point")
  func falseIdentity() throws {
    let proof = try makeClaim(given: [], then: ["(x + y)^2 = x^2 + y^2"]).exactProof()
    let point = try #require(proof.refutation?.point)
    #expect(point["x"] != 0 && point["y"] != 0)
  }

  @Test("an inequality that holds at every point tried is tested, never proved")
  func inequality() throws {
    let proof = try makeClaim(given: ["x > 0"], then: ["x + 1/x >= 2"]).exactProof()
    guard case .tested(let points) = proof.conclusion else {
      Issue.record("got \(proof)")
      return
    }
    #expect(points > 3)
    #expect(proof.evidence.verdict == .tested)
  }

  @Test("a claim without points is vacuous, one that nothing decides inconclusive")
  func nothing() throws {
    #expect(try makeClaim(given: ["x > 5000"], then: ["x < 1"]).exactProof().verdict == .refuted)
    #expect(
      try makeClaim(given: ["x + y > 5000"], then: ["x < 1"]).exactProof().conclusion == .vacuous)
    // Equal irrational numbers: intervals tell them apart from nothing.
    #expect(
      try makeClaim(given: ["x = 2"], then: ["exp(x)*exp(x) = exp(2*x)"]).exactProof().conclusion
        == .inconclusive)
  }
}
