import Formulas
import Foundation
import Numbers
import Processes
import Properties
import Proving
import Testing

@Suite("Proofs over the reals", .enabled(if: ExternalTool.z3.isPresent, "apt-get install z3"))
struct ProverTests {
  let prover = Prover(effort: .quick)

  private func expectProved(_ claim: Claim) async {
    let proof = await prover.prove(claim)
    #expect(proof.isProved, "\(claim.name): \(proof.conclusion)")
    #expect(proof.witness != nil)
    for script in proof.scripts { #expect(!script.answers.isEmpty) }
  }

  static let amvt = [
    ("penalty", "(1 + s/(v + e))^(-1/2)")
  ]

  @Test("AMVT's penalty lies in (0, 1]")
  func penalty() async throws {
    await expectProved(
      try makeClaim(
        where: Self.amvt, given: ["v >= 0", "s >= 0", "e > 0"],
        then: ["penalty > 0", "penalty <= 1"]))
  }

  @Test("AMVT's penalty over the root is one root of the sum")
  func varianceIdentity() async throws {
    await expectProved(
      try makeClaim(
        where: Self.amvt, given: ["v >= 0", "s >= 0", "e > 0"],
        then: ["penalty/sqrt(v + e) = 1/sqrt(v + s + e)"]))
  }

  @Test("AMVT's penalty decreases in the variance")
  func penaltyDecreases() async throws {
    await expectProved(
      try makeClaim(
        where: Self.amvt + [("other", "(1 + r/(v + e))^(-1/2)")],
        given: ["v >= 0", "s >= 0", "r > s", "e > 0"], then: ["other < penalty"]))
  }

  @Test("m² ≤ K·v is kept by a step of Adam, for all decays with β₁² < β₂")
  func adamInvariant() async throws {
    await expectProved(
      try makeClaim(
        where: [
          ("K", "(1 - b1)^2*b2/((1 - b2)*(b2 - b1^2))"),
          ("m2", "b1*m + (1 - b1)*g"), ("v2", "b2*v + (1 - b2)*g^2"),
        ],
        given: ["b1 >= 0", "b1 < 1", "b2 < 1", "b1^2 < b2", "v >= 0", "m^2 <= K*v"],
        then: ["m2^2 <= K*v2", "v2 >= 0"]))
  }

  @Test("Adam's step does not change when the gradients are scaled, at ε = 0")
  func scaleInvariance() async throws {
    await expectProved(
      try makeClaim(
        where: [
          ("step", "(b1*m + (1 - b1)*g)/sqrt(b2*v + (1 - b2)*g^2)"),
          ("scaled", "(b1*c*m + (1 - b1)*c*g)/sqrt(b2*c^2*v + (1 - b2)*(c*g)^2)"),
        ],
        given: ["b1 >= 0", "b1 < 1", "b2 >= 0", "b2 < 1", "v > 0", "g != 0", "c > 0"],
        then: ["step = scaled"]))
  }

  @Test("a corrected average of a constant is that constant, for every t")
  func biasIdentity() async throws {
    await expectProved(
      try makeClaim(
        where: [("m", "(1 - b^(t - 1))*g"), ("next", "b*m + (1 - b)*g")],
        given: ["b >= 0", "b < 1"], then: ["next/(1 - b^t) = g"], steps: ["t"]))
  }

  @Test("a value needed on one branch only has to be defined on that branch only")
  func guardedDivision() async throws {
    await expectProved(
      try makeClaim(given: [], then: ["if(0 < abs(x), x/abs(x), 0) = sign(x)"]))
    await expectProved(
      try makeClaim(given: [], then: ["if(x < 0, sqrt(-x), sqrt(x))^2 = abs(x)"]))
  }

  @Test(
    "names that mean something to solvers are names like any other",
    arguments: [
      "and", "exp1", "β₁", "let", "pi", "e", "abs1", "x'",
    ])
  func names(name: String) async throws {
    let x = FormulaArena().symbol(name)
    await expectProved(Claim("square", proving: [x * x >= 0]))
  }

  @Test("a false claim is refuted at a point that exact arithmetic confirms")
  func falseClaim() async throws {
    let claim = try makeClaim(
      given: ["x > 7", "y > 7"], then: ["x^3 - 31*x*y + y^3 > 1"])
    let proof = await prover.prove(claim)
    let point = try #require(proof.refutation?.point)
    let (x, y) = (try #require(point["x"]), try #require(point["y"]))
    #expect(x > 7 && y > 7)
    #expect(x * x * x - 31 * x * y + y * y * y <= 1)
    #expect(proof.evidence.verdict == .refuted)
  }

  @Test("a refutation that only an irrational model shows is confirmed at a fraction near it")
  func irrationalModel() async throws {
    // Fails on a narrow interval around √2 alone.
    let claim = try makeClaim(given: ["x > 0"], then: ["(x^2 - 2)^2 > 1/10^8"])
    let proof = await prover.prove(claim)
    let x = try #require(proof.refutation?.point["x"])
    #expect((x * x - 2) * (x * x - 2) <= Rational(1, 100_000_000))
  }

  @Test(
    "a claim that fails at irrational points only is not decided, rather than refuted unchecked")
  func unconfirmed() async throws {
    let proof = await prover.prove(try makeClaim(given: [], then: ["x^2 != 2"]))
    guard case .inconclusive = proof.conclusion else {
      Issue.record("got \(proof.conclusion)")
      return
    }
  }

  @Test("the usual bound on Adam's ratio is refuted where β₁² ≥ β₂")
  func ratioBound() async throws {
    let claim = try makeClaim(
      where: [("m2", "b1*m + (1 - b1)*g"), ("v2", "b2*v + (1 - b2)*g^2")],
      given: ["b1 >= 0", "b1 < 1", "b2 >= 0", "b2 < 1", "v >= 0", "m^2 <= v"], then: ["m2^2 <= v2"])
    let proof = await prover.prove(claim)
    let point = try #require(proof.refutation?.point)
    let (b1, b2) = (try #require(point["b1"]), try #require(point["b2"]))
    #expect(b1 != b2)
  }

  @Test("the scripts are complete, and repeat the answer when they are asked again")
  func scripts() async throws {
    let proof = await prover.prove(
      try makeClaim(where: Self.amvt, given: ["v >= 0", "s >= 0", "e > 0"], then: ["penalty <= 1"]))
    #expect(proof.scripts.map(\.question) == [.definedness, .goal(0)])
    for script in proof.scripts {
      #expect(script.text.contains("(set-logic QF_NRA)") && script.text.hasSuffix("(check-sat)\n"))
      #expect(!script.text.contains("^ "))
      let outcome = try await ExternalTool.z3.run(
        ["-in"], input: Array(script.text.utf8), limits: ToolLimits(seconds: 30))
      #expect(outcome.text == "unsat\n")
    }
  }

  @Test("a proof names its solver with its version, and its domain")
  func evidence() async throws {
    let proof = await prover.prove(
      try makeClaim(given: ["x > 0"], then: ["x^2 > 0"]), confirming: false)
    let evidence = proof.evidence
    #expect(evidence.kind == .smt && evidence.verdict == .proved)
    #expect(evidence.tool.wholeMatch(of: /z3 \d+\.\d+\.\d+/) != nil, "\(evidence.tool)")
    #expect(evidence.domain == "over the reals: x > 0")
  }

  @Test(
    "a proof repeated by the second solver names both", .enabled(if: ExternalTool.cvc5.isPresent))
  func secondSolver() async throws {
    let proof = await prover.prove(
      try makeClaim(given: ["x > 0", "y > 0"], then: ["x*y > 0"]), confirming: true)
    guard case .proved(let solvers) = proof.conclusion else {
      Issue.record("got \(proof.conclusion)")
      return
    }
    #expect(solvers.count == 2 && solvers[1].hasPrefix("cvc5"))
  }

  @Test("a claim too hard for the solver's step limit is inconclusive, the same every time")
  func tooHard() async throws {
    let powers = ["a", "b", "c", "d", "h"]
    let claim = try makeClaim(
      given: powers.map { "\($0) > 0" },
      then: ["\(powers.map { "\($0)^5" }.joined(separator: " + ")) >= 5*a*b*c*d*h"])
    let proofs = [await prover.prove(claim), await prover.prove(claim)]
    #expect(proofs[0].conclusion == proofs[1].conclusion)
    guard case .inconclusive(let reason) = proofs[0].conclusion else {
      Issue.record("got \(proofs[0].conclusion)")
      return
    }
    #expect(reason.contains("step limit"))
  }

  @Test("several claims are proved at once")
  func concurrent() async throws {
    let claims = try (1...6).map { try makeClaim(given: ["x > \($0)"], then: ["x^2 > \($0 * $0)"]) }
    let verdicts = await withTaskGroup(of: Verdict.self) { group in
      for claim in claims { group.addTask { await prover.prove(claim).verdict } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(verdicts == Array(repeating: .proved, count: 6))
  }
}
