import Diagnostics
import PropertyTesting

/// Generated cases a second, on one thread: a property of one number and one of 20 numbers, beside
/// Hypothesis in the same run.
func runThroughputBenchmark() {
  let runs = 9
  let number = Generator<Double>.numbers(from: -1, through: 1)
  let vector = number.vector(count: 20)
  let scalars = rates(runs, number, cases: 1_000_000) { $0.magnitude <= 1 }
  let vectors = rates(runs, vector, cases: 200_000) { $0.allSatisfy { $0.magnitude <= 1 } }
  let peer = HypothesisPeer.run("throughput", ["\(runs)"])
  if peer == nil { HypothesisPeer.printAbsence() }
  for (name, own, floor) in [("one number", scalars, 250_000), ("20 numbers", vectors, 60_000)] {
    let other = peer?.first { $0["name"]?.string == name }?["rates"]?.array?.compactMap(\.double)
    print(
      "\(name): \(spread(own)) cases/s, at least \(floor) wanted; Hypothesis"
        + " \(other.map(spread) ?? "–") cases/s")
  }
}

private func rates<Value>(
  _ runs: Int, _ generator: Generator<Value>, cases: Int, _ holds: (Value) -> Bool
) -> [Double] {
  let clock = ContinuousClock()
  return (0..<runs).map { seed in
    let start = clock.now
    let result = checkThat(
      "throughput", generator, Settings(cases: cases, seed: UInt64(seed)), holds)
    let seconds = (clock.now - start) / .seconds(1)
    precondition(result.hasPassed && result.cases == cases, "the property holds")
    return Double(cases) / seconds
  }
}

/// The median, the least and the greatest.
private func spread(_ values: [Double]) -> String {
  let sorted = values.sorted()
  guard let least = sorted.first, let greatest = sorted.last else { return "none" }
  let middle = sorted[sorted.count / 2]
  return "\(Int(middle)) (\(Int(least))–\(Int(greatest)))"
}
