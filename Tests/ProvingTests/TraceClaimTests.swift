import Formulas
import Numbers
import Optimizers
import Processes
import Properties
import Proving
import Testing

/// What is proved of the rules that run, by their traces.
@Suite("Claims about traced rules", .enabled(if: ExternalTool.z3.isPresent, "apt-get install z3"))
struct TraceClaimTests {
  let prover = Prover(effort: .quick)

  private func domain(_ trace: OptimizerTrace) throws -> [Relation] {
    let texts = [
      "beta1 >= 0", "beta1 < 1", "beta2 >= 0", "beta2 < 1", "epsilon > 0", "learningRate > 0",
      "v >= 0",
    ]
    return try texts.map { try Relation(parsing: $0, in: trace.arena) }
  }

  @Test("the traced step of Adam mirrors mirrored gradients")
  func odd() async throws {
    let trace = try Optimizer(named: "adam").trace()
    let names = trace.hyperparameters.compactMap(\.symbol.symbolName)
    #expect(names.contains("beta1"), "\(names)")
    let change = trace.parameter - trace.coordinate.parameter.before
    let mirrored = change.substituting([
      "g": -trace.coordinate.gradient, "m": -trace.arena.symbol("m"),
    ])
    let proof = await prover.prove(
      Claim(
        "rule.odd", assuming: try domain(trace), proving: [Relation(mirrored, .equal, -change)],
        stepSymbols: ["t"]))
    #expect(proof.isProved, "\(proof)")
  }

  @Test("AMVT's traced penalty lies in (0, 1]")
  func penalty() async throws {
    let trace = try Optimizer(named: "amvt").trace()
    let penalty = try #require(trace.coordinate.quantity("penalty"))
    let more = try ["beta3 >= 0", "beta3 < 1", "s >= 0"].map {
      try Relation(parsing: $0, in: trace.arena)
    }
    let proof = await prover.prove(
      Claim(
        "moment.variance-penalty", assuming: try domain(trace) + more,
        proving: [penalty > 0, penalty <= 1], stepSymbols: ["t"]))
    #expect(proof.isProved, "\(proof)")
  }
}
