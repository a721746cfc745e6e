import Formulas
import Numbers
import Processes
import Properties
import Proving
import Testing

@Suite("Induction over steps", .enabled(if: ExternalTool.z3.isPresent, "apt-get install z3"))
struct InductionTests {
  let prover = Prover(effort: .quick)

  private func induction(
    domain: [String], invariants: [String], step: [String: String], start: [String: String],
    conclusions: [String] = [], where definitions: [String: String] = [:]
  ) throws -> Induction {
    let arena = FormulaArena()
    let bindings = try definitions.mapValues { try Formula(parsing: $0, in: arena) }
    func relations(_ texts: [String]) throws -> [Relation] {
      try texts.map { try Relation(parsing: $0, bindings: bindings, in: arena) }
    }
    func formulas(_ texts: [String: String]) throws -> [String: Formula] {
      try texts.mapValues { try Formula(parsing: $0, bindings: bindings, in: arena) }
    }
    return Induction(
      "law", domain: try relations(domain), invariants: try relations(invariants),
      start: try formulas(start), step: try formulas(step), conclusions: try relations(conclusions))
  }

  static let adam = [
    "m": "b1*m + (1 - b1)*g", "v": "b2*v + (1 - b2)*g^2",
  ]
  static let decays = ["b1 >= 0", "b1 < 1", "b2 < 1", "b1^2 < b2"]
  static let constant = ["K": "(1 - b1)^2*b2/((1 - b2)*(b2 - b1^2))"]

  @Test("Adam's ratio is bounded at every step, for all decays with β₁² < β₂")
  func ratioBound() async throws {
    let proof = await prover.prove(
      try induction(
        domain: Self.decays, invariants: ["v >= 0", "m^2 <= K*v"], step: Self.adam,
        start: ["m": "0", "v": "0"], conclusions: ["abs(m) <= sqrt(K)*sqrt(v)"],
        where: Self.constant))
    #expect(proof.isProved, "\(proof.evidence)")
    #expect(proof.evidence.verdict == .proved)
    #expect(
      proof.evidence.detail
        == "by induction: base proved, step proved, consequence proved")
  }

  @Test("the corrected average of a constant gradient is that gradient, at every step")
  func biasIdentity() async throws {
    let proof = await prover.prove(
      try induction(
        domain: ["b1 >= 0", "b1 < 1"], invariants: ["m = (1 - b1^t)*g"],
        step: ["m": "b1*m + (1 - b1)*g"], start: ["m": "0"],
        conclusions: ["m/(1 - b1^t) = g"]))
    #expect(proof.isProved, "\(proof.evidence)")
  }

  @Test("powers of neighbouring steps are recognised however they are written")
  func exponents() async throws {
    let proof = await prover.prove(
      try induction(
        domain: ["b >= 0", "b < 1"], invariants: ["x = b^(t - 1 + 1)", "y = b^(2*t)"],
        step: ["x": "b*x", "y": "b^(t - 1)*b^(t - 1)*b^2"], start: ["x": "1", "y": "1"]))
    #expect(proof.isProved, "\(proof.evidence)")
  }

  @Test("an invariant that fails after the first step is refuted")
  func base() async throws {
    let proof = await prover.prove(
      try induction(
        domain: ["b1 >= 0", "b1 < 1"], invariants: ["m >= 0"], step: ["m": "b1*m + (1 - b1)*g"],
        start: ["m": "0"]))
    #expect(proof.base.refutation != nil)
    #expect(proof.verdict == .refuted)
  }

  @Test("an invariant that is true but not kept by a step from where it holds is not decided")
  func notInductive() async throws {
    // x stays 0, but from x = 1/2, which the invariant allows, it would leave.
    let proof = await prover.prove(
      try induction(
        domain: [], invariants: ["x <= 1"], step: ["x": "3*x"], start: ["x": "0"]))
    #expect(proof.base.isProved && !proof.step.isProved)
    #expect(proof.verdict == .inconclusive)
    #expect(proof.evidence.detail?.contains("step refuted") == true)
  }

  @Test("a consequence that does not follow is not proved")
  func consequence() async throws {
    let proof = await prover.prove(
      try induction(
        domain: ["b1 >= 0", "b1 < 1"], invariants: ["v >= 0"],
        step: ["v": "b1*v + (1 - b1)*g^2"], start: ["v": "0"], conclusions: ["v <= 1"]))
    #expect(proof.base.isProved && proof.step.isProved)
    #expect(proof.verdict == .inconclusive)
  }

  @Test("a domain that contradicts itself makes it vacuous")
  func vacuous() async throws {
    let proof = await prover.prove(
      try induction(
        domain: ["b < 0", "b > 1"], invariants: ["x = 0"], step: ["x": "x"], start: ["x": "1"]))
    #expect(proof.verdict == .vacuous)
  }
}
