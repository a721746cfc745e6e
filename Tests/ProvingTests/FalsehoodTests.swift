import Formulas
import Numbers
import Processes
import Properties
import Proving
import Testing

/// What a careless use of a solver proves: none of it may be proved here.
@Suite("Planted falsehoods", .enabled(if: ExternalTool.z3.isPresent, "apt-get install z3"))
struct FalsehoodTests {
  /// Everything is asked twice: of the solver alone, and after a try of simple points.
  static let trialPoints = [0, 64]

  private func prover(_ trialPoints: Int) -> Prover {
    Prover(effort: .quick, trialPoints: trialPoints)
  }

  @Test("0·(x/0) = 0 is not proved: it has no value", arguments: trialPoints)
  func zeroTimesUndefined(trialPoints: Int) async throws {
    let prover = prover(trialPoints)
    // Made by hand: the parser refuses a typed `x/0`.
    let product: Formula = 0 * (FormulaArena().symbol("x") / 0)
    let proof = await prover.prove(Claim("hole", proving: [Relation(product, .equal, 0)]))
    #expect(proof.refutation?.isUndefined == true, "\(proof.conclusion)")
  }

  @Test(
    "0·(x/y) = 0 is refuted where y may be 0, and proved where it may not", arguments: trialPoints)
  func zeroTimesQuotient(trialPoints: Int) async throws {
    let prover = prover(trialPoints)
    let everywhere = await prover.prove(try makeClaim(given: [], then: ["0*(x/y) = 0"]))
    #expect(everywhere.refutation?.isUndefined == true, "\(everywhere.conclusion)")
    #expect(everywhere.refutation?.point["y"] == 0)
    let elsewhere = await prover.prove(try makeClaim(given: ["y != 0"], then: ["0*(x/y) = 0"]))
    #expect(elsewhere.isProved)
  }

  @Test("1 = 2 does not follow from a root that is guarded by its branch", arguments: trialPoints)
  func guardedRoot(trialPoints: Int) async throws {
    let prover = prover(trialPoints)
    // Asserted without a guard, √x with x < 0 contradicts everything.
    for goal in ["1 = 2", "if(x < 0, 1, sqrt(x)) = 2", "0*if(x < 0, 0, sqrt(x)) + 1 = 2"] {
      let proof = await prover.prove(try makeClaim(given: ["x < 0"], then: [goal]))
      #expect(proof.refutation != nil, "\(goal): \(proof.conclusion)")
    }
  }

  @Test(
    "a root of what is negative everywhere is undefined, not a contradiction",
    arguments: trialPoints)
  func rootOfNegative(trialPoints: Int) async throws {
    let prover = prover(trialPoints)
    let proof = await prover.prove(
      try makeClaim(given: ["x < 0"], then: ["0*sqrt(x) = 1"]))
    #expect(proof.refutation?.isUndefined == true, "\(proof.conclusion)")
  }

  @Test(
    "from a domain that contradicts itself nothing is proved",
    arguments: [
      ["x < 0", "x > 1"], ["x^2 < 0"], ["sqrt(x) < 0", "x > 1"], ["x = 1", "x = 2"], ["1 = 2"],
    ], trialPoints)
  func contradictoryDomain(assumptions: [String], trialPoints: Int) async throws {
    let prover = prover(trialPoints)
    let proof = await prover.prove(try makeClaim(given: assumptions, then: ["1 = 2"]))
    #expect(proof.verdict == .vacuous, "\(proof.conclusion)")
    let truth = await prover.prove(try makeClaim(given: assumptions, then: ["1 = 1"]))
    #expect(truth.verdict == .vacuous, "\(truth.conclusion)")
  }

  @Test("a zero gradient leaves θ alone only where the step has a value", arguments: trialPoints)
  func zeroGradient(trialPoints: Int) async throws {
    let prover = prover(trialPoints)
    let step = [("step", "a*m/(sqrt(v) + e)")]
    let atZero = await prover.prove(
      try makeClaim(where: step, given: ["e = 0", "v = 0", "m = 0"], then: ["step = 0"]))
    #expect(atZero.refutation?.isUndefined == true, "\(atZero.conclusion)")
    let careless = await prover.prove(
      try makeClaim(where: step, given: ["e >= 0", "v >= 0", "m = 0"], then: ["step = 0"]))
    #expect(careless.refutation?.isUndefined == true, "\(careless.conclusion)")
    let careful = await prover.prove(
      try makeClaim(where: step, given: ["e > 0", "v >= 0", "m = 0"], then: ["step = 0"]))
    #expect(careful.isProved)
  }

  @Test("a power of a negative number with a broken exponent is undefined", arguments: trialPoints)
  func powerOfNegative(trialPoints: Int) async throws {
    let prover = prover(trialPoints)
    let proof = await prover.prove(try makeClaim(given: [], then: ["0*x^(1/3) = 0"]))
    #expect(!proof.isProved)
    let positive = await prover.prove(try makeClaim(given: ["x > 0"], then: ["(x^(1/3))^3 = x"]))
    #expect(positive.isProved, "\(positive.conclusion)")
  }

  @Test("0^0 is 1, and 0 to a negative power has no value", arguments: trialPoints)
  func zeroPowers(trialPoints: Int) async throws {
    let prover = prover(trialPoints)
    #expect(await prover.prove(try makeClaim(given: [], then: ["x^0 = 1"])).isProved)
    let proof = await prover.prove(try makeClaim(given: [], then: ["0*x^(-2) = 0"]))
    #expect(proof.refutation?.isUndefined == true, "\(proof.conclusion)")
  }

  @Test("a number between 0 and β that is no βᵗ refutes nothing", arguments: trialPoints)
  func powerNode(trialPoints: Int) async throws {
    let prover = prover(trialPoints)
    // At whole t, ½ᵗ is never between 0.3 and 0.45; as a free number it would be.
    let proof = await prover.prove(
      try makeClaim(
        given: ["b = 1/2"], then: ["(b^t - 3/10)*(b^t - 9/20) > 0"], steps: ["t"]))
    #expect(proof.verdict == .inconclusive, "\(proof.conclusion)")
  }

  @Test("a claim about βᵗ that fails at a large t is refuted at a whole t", arguments: trialPoints)
  func powerReplay(trialPoints: Int) async throws {
    let prover = prover(trialPoints)
    let proof = await prover.prove(
      try makeClaim(given: ["b = 9/10"], then: ["b^t > 1/1000"], steps: ["t"]))
    let t = try #require(proof.refutation?.point["t"], "\(proof.conclusion)")
    #expect(t.isInteger && t >= 66)
  }

  @Test("βᵗ at a decay of 1 or more is not bounded by what holds of decays", arguments: trialPoints)
  func powerOutsideRange(trialPoints: Int) async throws {
    let prover = prover(trialPoints)
    let proof = await prover.prove(
      try makeClaim(given: ["b >= 0"], then: ["b^t <= b"], steps: ["t"]))
    #expect(!proof.isProved)
  }

  @Test(
    "an axiom about exponentials proves no more than that they are positive", arguments: trialPoints
  )
  func exponential(trialPoints: Int) async throws {
    let prover = prover(trialPoints)
    #expect(await prover.prove(try makeClaim(given: [], then: ["exp(x) > 0"])).isProved)
    let proof = await prover.prove(try makeClaim(given: ["x > 0"], then: ["exp(x) < 2"]))
    #expect(proof.refutation != nil, "\(proof.conclusion)")
    let unknown = await prover.prove(try makeClaim(given: ["x > 0"], then: ["exp(x) > 1"]))
    #expect(unknown.verdict == .inconclusive)
    let log = await prover.prove(try makeClaim(given: ["x >= 0"], then: ["0*log(x) = 0"]))
    #expect(log.refutation?.isUndefined == true, "\(log.conclusion)")
  }
}
