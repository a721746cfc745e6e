import Diagnostics
import ShrinkingProblems

/// Body executions from the first failure to the end of shrinking, mean over 100 seeds, beside Hypothesis on
/// the same problems, counted alike. Neither side counts the runs of the finished case for its report.
func runShrinkingBenchmark() {
  let seeds: UInt64 = 100
  print("body executions from the first failure to the end of shrinking, mean of \(seeds) seeds")
  let peer = HypothesisPeer.run("shrinking", ["\(seeds)"])
  if peer == nil { HypothesisPeer.printAbsence() }
  print(row("problem", "Assay", "minima", "Hypothesis", "minima", "smallest case"))
  for problem in ShrinkingProblem.all {
    let runs = (0..<seeds).map { problem.run($0) }
    let mean = Double(runs.reduce(0) { $0 + $1.executions }) / Double(runs.count)
    let minima = Set(runs.map { $0.smallest ?? "none" })
    let other = peer?.first { $0["problem"]?.string == problem.name }
    let isMinimum = minima == [problem.minimum]
    print(
      row(
        problem.name, tenths(mean), "\(minima.count)", other?["mean"]?.double.map(tenths) ?? "–",
        other?["minima"]?.int.map { "\($0)" } ?? "–",
        isMinimum ? problem.minimum : "\(minima.sorted()), not \(problem.minimum)"))
  }
}

private func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

private func row(_ cells: String...) -> String {
  zip(cells, [18, 8, 8, 12, 8, 0]).map { cell, width in
    cell + String(repeating: " ", count: max(0, width - cell.count))
  }.joined()
}
