import ShrinkingProblems
import Testing

@Suite("Shrinking problems") struct ShrinkingProblemTests {
  /// Mean executions of Hypothesis 6.155.2 on the same problems, as `AssayBenchmarks shrinking` counts them,
  /// rounded down; for bound5 and coupling, the lower figures of an earlier count.
  static let ceilings = [
    "reverse": 8, "large union": 176, "length list": 83, "bound5": 161, "calculator": 51,
    "distinct": 33, "coupling": 30, "nested lists": 138, "deletion": 8, "difference zero": 28,
    "difference small": 44, "difference one": 40, "binary heap": 55, "plateau": 41,
    "rotation": 21, "absorption": 139,
  ]

  @Test(
    "reach their one minimum from every seed, in fewer executions than Hypothesis",
    arguments: ShrinkingProblem.all)
  func reachTheirMinimum(problem: ShrinkingProblem) throws {
    var executions = 0
    for seed in UInt64(0)..<100 {
      let run = problem.run(seed)
      #expect(run.smallest == problem.minimum, "seed \(seed), \(run.executions) executions")
      executions += run.executions
    }
    let ceiling = try #require(Self.ceilings[problem.name])
    #expect(executions <= 100 * ceiling, "\(executions) executions for 100 seeds")
  }
}
