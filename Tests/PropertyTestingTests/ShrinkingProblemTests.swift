import ShrinkingProblems
import Testing

@Suite("Shrinking problems") struct ShrinkingProblemTests {
  @Test("reach their one minimum from every seed", arguments: ShrinkingProblem.all)
  func reachTheirMinimum(problem: ShrinkingProblem) {
    for seed in UInt64(0)..<100 {
      let run = problem.run(seed)
      #expect(run.smallest == problem.minimum, "seed \(seed), \(run.executions) executions")
    }
  }
}
