/// The benchmarks by name, in the order in which `all` runs them.
let benchmarks: [(name: String, summary: String, run: () async throws -> Void)] = [
  ("rules", "a step of a rule against a loop written by hand", runRuleBenchmarks),
  ("bandwidth", "a step beside torch, optax and the memory's bandwidth", runBandwidthBenchmark),
  ("shrinking", "executions until a failure is smallest, beside Hypothesis", runShrinkingBenchmark),
  ("worst-case", "certified worst cases, beside PEPit", runWorstCaseBenchmark),
  ("throughput", "generated cases a second, beside Hypothesis", runThroughputBenchmark),
]

let names = Array(CommandLine.arguments.dropFirst())
if names.isEmpty {
  print("usage: AssayBenchmarks NAME… | all\n")
  for benchmark in benchmarks { print("\(benchmark.name)\t\(benchmark.summary)") }
} else {
  for name in names where name != "all" && !benchmarks.contains(where: { $0.name == name }) {
    print("no benchmark is named '\(name)'")
  }
  printMachine()
  for benchmark in benchmarks where names.contains("all") || names.contains(benchmark.name) {
    try await benchmark.run()
  }
}
