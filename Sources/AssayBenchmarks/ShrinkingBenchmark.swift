import ShrinkingProblems

func runShrinkingBenchmark() {
  let seeds: UInt64 = 100
  for problem in ShrinkingProblem.all {
    var minima: [String: Int] = [:]
    var total = 0
    var passes: [String: Int] = [:]
    var found = 0
    var attempts = 0
    for seed in 0..<seeds {
      let run = problem.run(seed)
      guard let smallest = run.smallest else { continue }
      found += 1
      total += run.executions
      passes.merge(run.executionsOfPass, uniquingKeysWith: +)
      attempts += run.attempts
      minima[smallest, default: 0] += 1
    }
    let usual = minima.max { $0.value < $1.value }?.key ?? "nothing"
    print(
      problem.name, Double(total) / Double(found), minima.count, found, usual == problem.minimum,
      usual, attempts / max(found, 1))
    print(
      "      ",
      passes.sorted { $0.value > $1.value }.filter { $0.value > 0 }.map { "\($0.key) \($0.value)" }
        .joined(separator: ", "))
    if minima.count > 1 {
      for (m, c) in minima.sorted(by: { $0.value > $1.value }).prefix(5) { print("    ", c, m) }
    }
  }
}
