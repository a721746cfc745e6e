import Formulas
import Numbers
import Optimizers
import Processes
import Properties
import Proving
import Testing

/// The one kind of second text that there is beside a definition: AMVT by one division.
@Suite("Second texts")
struct SecondTextTests {
  private func claim(_ rule: AMVT) throws -> Claim {
    let texts = try #require(Optimizer(rule).secondText())
    return Claim(
      "rule.fused", assuming: texts.assumptions, proving: texts.equalities, stepSymbols: ["t"])
  }

  @Test(
    "AMVT by one division is AMVT as printed, a whole step of the traced rules",
    arguments: AMVT.StepMomentum.allCases, AMVT.VarianceCentre.allCases)
  func equal(momentum: AMVT.StepMomentum, centre: AMVT.VarianceCentre) async throws {
    for decay in [nil, 0.01] as [Rational?] {
      let rule = AMVT(
        weightDecay: decay, stepMomentum: momentum, varianceCentre: centre,
        evaluation: .oneDivision)
      let claim = try claim(rule)
      #expect(claim.goals.count == 4 && claim.assumptions.count >= 9)
      guard ExternalTool.z3.isPresent || ExternalTool.cvc5.isPresent else {
        // Without a solver: equal to 1e-14 at many points of the domain.
        try expectClose(rule)
        continue
      }
      let proof = await Prover(effort: .quick).prove(claim)
      #expect(proof.isProved, "\(proof.conclusion)")
    }
  }

  @Test("a text that is not the definition is not proved")
  func different() async throws {
    // The same words of another rule: its denominator has ε beside the root.
    let arena = FormulaArena()
    let printed = Optimizer(AMVT(epsilonPlacement: .outsideRoot)).trace(in: arena)
    let other = try #require(Optimizer(AMVT(evaluation: .oneDivision)).secondText(in: arena))
    let goal = Relation(printed.parameter, .equal, other.text.parameter)
    let claim = Claim(
      "rule.fused", assuming: other.assumptions, proving: [goal], stepSymbols: ["t"])
    let proof = await Prover(effort: .quick).prove(claim)
    #expect(!proof.isProved)
    // Numbers tell them apart, with a solver or without.
    #expect(try distance(AMVT(epsilon: 0.5, epsilonPlacement: .outsideRoot)) > 1e-3)
  }

  @Test("rules that are their definition have no second text, and options without one keep to it")
  func definitions() throws {
    #expect(Optimizer(Adam()).secondText() == nil && Optimizer(AMVT()).secondText() == nil)
    // Outside its conditions the form is the printed one, word for word.
    let texts = try #require(
      Optimizer(AMVT(epsilonPlacement: .outsideRoot, evaluation: .oneDivision)).secondText())
    #expect(texts.definition.parameter == texts.text.parameter)
  }

  private func expectClose(_ rule: AMVT) throws {
    let definition = try #require(rule.definition)
    for seed in 0..<50 { #expect(step(rule, seed) ≈ step(definition, seed)) }
  }

  /// The largest difference of a rule and AMVT by one division over some steps, relative to the step.
  private func distance(_ rule: AMVT) throws -> Double {
    (0..<50).map { seed in
      (step(rule, seed) / step(AMVT(epsilon: 0.5, evaluation: .oneDivision), seed) - 1).magnitude
    }.max() ?? 0
  }

  /// The parameter after three steps from 0 on gradients with entropy.
  private func step(_ rule: any UpdateRule, _ seed: Int) -> Double {
    var run = OptimizerRun<Double>(Optimizer(rule), parameters: [0])
    for t in 1...3 { run.advance(gradients: [0.37 + Double((seed * 7 + t * 5) % 11) / 3]) }
    return run.parameters[0]
  }
}

infix operator ≈ : ComparisonPrecedence

/// Equal but for a few dozen roundings, no term of which cancels.
private func ≈ (x: Double, y: Double) -> Bool { (x - y).magnitude <= 1e-14 * y.magnitude }
