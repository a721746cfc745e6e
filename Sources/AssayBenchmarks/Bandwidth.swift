internal import Foundation
internal import Numbers
internal import Optimizers
internal import Parallelism

/// A step of our own, of the other libraries and of the kernel that only moves memory, in turn.
private struct Contest {
  let title: String
  /// The name that the peers know.
  let peerName: String
  let optimizer: Optimizer
  /// A second way of our own to make the same step.
  let alternative: (title: String, optimizer: Optimizer)?

  /// The arrays that a step changes: the parameters and the slots.
  var streams: Int { optimizer.rule.slotNames.count + 1 }

  static let all = [
    Contest(
      title: "SGD, momentum", peerName: "sgd", optimizer: Optimizer(SGD(momentum: 0.9)),
      alternative: nil),
    Contest(title: "Adam", peerName: "adam", optimizer: Optimizer(Adam()), alternative: nil),
    Contest(
      title: "AdamW", peerName: "adamw", optimizer: Optimizer(Adam(weightDecay: 0.01)),
      alternative: nil),
    Contest(
      title: "AMVT", peerName: "amvt", optimizer: Optimizer(AMVT(evaluation: .oneDivision)),
      alternative: ("as printed", Optimizer(AMVT(evaluation: .printed)))),
  ]
}

/// Someone whose steps are timed.
private struct Contender {
  let title: String
  /// The seconds of one step, over as many steps; nil where it cannot.
  let time: (Int) -> Double?
}

/// Parameters with a state, stepped again and again.
private final class OwnSteps {
  private var parameters: [Float]
  private let gradients: [Float]
  private let optimizer: Optimizer
  private var state: OptimizerState<Float>

  init(_ optimizer: Optimizer, count: Int, threads: Threads) {
    var threaded = optimizer
    threaded.threads = threads
    self.optimizer = threaded
    parameters = [Float](repeating: 1, count: count)
    gradients = (0..<count).map { Float($0 % 37) * 0.37 - 2.385 }
    state = threaded.makeState(of: Float.self, counts: [count])
  }

  func secondsPerStep(_ steps: Int) -> Double? {
    do {
      try optimizer.step(&parameters, gradients: gradients, state: &state)
      let start = ContinuousClock.now
      for _ in 0..<steps {
        try optimizer.step(&parameters, gradients: gradients, state: &state)
      }
      return (ContinuousClock.now - start) / .seconds(steps)
    } catch {
      return nil
    }
  }
}

/// Steps beside torch fused, torch foreach and optax jit, and beside the bandwidth of the memory.
///
/// Every round times each contender once, in an order that rotates; ratios are taken within a round.
func runBandwidthBenchmark() throws {
  let rounds = 17
  print("\nA step, Float, policy propagate, medians of \(rounds) interleaved rounds; ours / peer")
  print(
    "[95 % interval of the median ratio]. In place: a kernel that reads and writes as many arrays.")
  print("load \(loadAverage())")
  // On the thread that forks: a training loop keeps its steps there.
  Threads.keep {
    for threads in [1, 2] {
      let peers = ["torch-fused", "torch-foreach", "optax"].compactMap {
        StepPeer(kind: $0, threads: threads)
      }
      print("\n\(Threads(threads).description)")
      for count in [10_000, 1_000_000, 25_600_000] {
        for contest in Contest.all {
          run(contest, count: count, threads: Threads(threads), peers: peers, rounds: rounds)
        }
      }
      for peer in peers { print("  \(peer.kind): \(peer.fault ?? peer.version)") }
    }
  }
  print("load \(loadAverage())")
}

private func run(
  _ contest: Contest, count: Int, threads: Threads, peers: [StepPeer], rounds: Int
) {
  let own = OwnSteps(contest.optimizer, count: count, threads: threads)
  let kernel = InPlaceKernel(count: count, streams: contest.streams, threads: threads)
  var contenders = [
    Contender(title: contest.title) { own.secondsPerStep($0) },
    Contender(title: "in place") { steps in
      kernel.run()
      let start = ContinuousClock.now
      for _ in 0..<steps { kernel.run() }
      return (ContinuousClock.now - start) / .seconds(steps)
    },
  ]
  if let alternative = contest.alternative {
    let other = OwnSteps(alternative.optimizer, count: count, threads: threads)
    contenders.append(Contender(title: alternative.title) { other.secondsPerStep($0) })
  }
  for peer in peers {
    peer.prepare(contest.peerName, count: count)
    if let title = peer.title {
      contenders.append(Contender(title: title, time: peer.secondsPerStep))
    }
  }
  let times = measure(contenders, rounds: rounds)
  for peer in peers { peer.release() }
  report(contest, count: count, contenders: contenders, times: times)
}

/// The seconds of one step, by contender and round; NaN where there is none.
private func measure(_ contenders: [Contender], rounds: Int) -> [[Double]] {
  // As many steps as take about 8 milliseconds.
  let steps = contenders.map { contender in
    let first = contender.time(1) ?? 0
    let few = max(1, Int(0.001 / max(first, 1e-7)))
    let each = contender.time(few) ?? 0
    return max(1, min(5000, Int(0.008 / max(each, 1e-7))))
  }
  var times = [[Double]](repeating: [], count: contenders.count)
  for round in 0..<rounds {
    for turn in contenders.indices {
      let index = (turn + round) % contenders.count
      // Threads that have just worked spin for a while before they sleep.
      usleep(5000)
      times[index].append(contenders[index].time(steps[index]) ?? .nan)
    }
  }
  return times
}

private func report(
  _ contest: Contest, count: Int, contenders: [Contender], times: [[Double]]
) {
  let own = times[0]
  let bytes = Double((2 * contest.streams + 1) * MemoryLayout<Float>.size * count)
  print(
    "\(contest.title.padding(toLength: 14, withPad: " ", startingAt: 0))"
      + String(format: "%9d", count) + microseconds(median(own))
      + String(format: "%7.1f GB/s", bytes / median(own) / 1e9))
  for (contender, other) in zip(contenders, times).dropFirst() {
    guard !other.contains(where: \.isNaN) else {
      print("    \(contender.title): failed")
      continue
    }
    let ratios = zip(own, other).map { $0 / $1 }
    let interval = medianInterval(ratios)
    print(
      "    \(contender.title.padding(toLength: 30, withPad: " ", startingAt: 0))"
        + microseconds(median(other))
        + String(
          format: "  ratio %.3f [%.3f, %.3f]", median(ratios), interval.lower, interval.upper))
  }
}

/// The machine's load over 1, 5 and 15 minutes.
private func loadAverage() -> String {
  (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8))?
    .split(separator: " ").prefix(3).joined(separator: " ") ?? "unknown"
}
