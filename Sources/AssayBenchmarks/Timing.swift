internal import Foundation

/// Prints what the numbers below it were measured on.
func printMachine() {
  let model =
    (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?
    .split(separator: "\n").first { $0.hasPrefix("model name") }?
    .split(separator: ":").last?.trimmingCharacters(in: .whitespaces)
  #if DEBUG
    let build = "debug build"
  #else
    let build = "release build"
  #endif
  print(
    "\(model ?? "unknown processor"), \(ProcessInfo.processInfo.activeProcessorCount) cores, \(build)"
  )
}

/// The times of two pieces of work, run in turn so that the machine's moods meet both.
struct Comparison {
  /// Seconds of one repetition each, pair by pair.
  let pairs: [(subject: Double, reference: Double)]

  /// - Parameter repetitions: how often each piece is run in one measurement.
  init(
    pairs count: Int = 25, repetitions: Int, subject: () throws -> Void,
    reference: () throws -> Void
  ) rethrows {
    let clock = ContinuousClock()
    func seconds(_ body: () throws -> Void) rethrows -> Double {
      let start = clock.now
      for _ in 0..<repetitions { try body() }
      return (clock.now - start) / .seconds(repetitions)
    }
    _ = (try seconds(subject), try seconds(reference))  // to warm up
    var pairs: [(subject: Double, reference: Double)] = []
    for pair in 0..<count {
      let early = pair % 2 == 0 ? try seconds(reference) : nil
      let time = try seconds(subject)
      pairs.append((time, try early ?? seconds(reference)))
    }
    self.pairs = pairs
  }

  var subject: Double { median(pairs.map(\.subject)) }
  var reference: Double { median(pairs.map(\.reference)) }
  var ratio: Double { median(ratios) }

  /// An interval that covers the median ratio with a confidence of at least 95 %.
  var ratioInterval: (lower: Double, upper: Double) { medianInterval(ratios) }

  private var ratios: [Double] { pairs.map { $0.subject / $0.reference } }
}

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/// An interval that covers the median with a confidence of at least 95 %: order statistics by the binomial
/// distribution, which assumes nothing of the values but that they are alike.
func medianInterval(_ values: [Double]) -> (lower: Double, upper: Double) {
  let sorted = values.sorted()
  let n = sorted.count
  var term = pow(0.5, Double(n))
  var tail = 0.0
  var rank = 0
  // The largest rank whose tail stays below 2.5 %.
  while rank < n / 2, tail + term <= 0.025 {
    tail += term
    term *= Double(n - rank) / Double(rank + 1)
    rank += 1
  }
  return (sorted[max(rank - 1, 0)], sorted[n - max(rank, 1)])
}

func microseconds(_ seconds: Double) -> String {
  String(format: "%9.2f µs", seconds * 1e6)
}
