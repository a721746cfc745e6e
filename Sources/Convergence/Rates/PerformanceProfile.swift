internal import Foundation

/// How many steps each method took to reach a target on each problem.
public struct TargetTimes: Sendable, Hashable {
  public let methods: [String]
  public let problems: [String]
  /// By method, problem and run: the first recorded step at which the gap is at most the target; nil where
  /// none is, with the steps that were made.
  public let times: [[[Time]]]

  public struct Time: Sendable, Hashable {
    public let reached: Int?
    public let made: Int

    public init(reached: Int?, made: Int) {
      self.reached = reached
      self.made = made
    }
  }

  /// - Precondition: times by as many methods and problems as there are.
  public init(methods: [String], problems: [String], times: [[[Time]]]) {
    precondition(
      times.count == methods.count && times.allSatisfy { $0.count == problems.count },
      "times of \(times.count) methods")
    self.methods = methods
    self.problems = problems
    self.times = times
  }

  /// The time to shrink the gap of the start by a factor.
  public static func time(of run: RateRun, shrinkingBy factor: Double) -> Time {
    let made = run.divergedAt ?? run.steps.last ?? 0
    guard let start = run.startGap, let gaps = run.gaps[.best] else {
      return Time(reached: nil, made: made)
    }
    let place = gaps.firstIndex { $0 <= start * factor }
    return Time(reached: place.map { run.steps[$0] }, made: made)
  }

  /// The expected running time of a method on a problem: steps made in all runs over the number of runs that
  /// reached the target; infinite where none did.
  ///
  /// Source: Hansen et al., *COCO: a platform for comparing continuous optimizers*, 2021, section 3.
  public func expectedRunningTime(method: Int, problem: Int) -> Double {
    let runs = times[method][problem]
    let successes = runs.count { $0.reached != nil }
    guard successes > 0 else { return .infinity }
    return Double(runs.reduce(0) { $0 + ($1.reached ?? $1.made) }) / Double(successes)
  }

  /// The share of problems that a method solves within `ratio` times the steps of the best method.
  ///
  /// Source: Dolan & Moré, *Benchmarking optimization software with performance profiles*, 2002.
  public func profile(of method: Int, at ratio: Double) -> Double {
    guard !problems.isEmpty else { return 0 }
    let solved = problems.indices.count { problem in
      let best = methods.indices.map { expectedRunningTime(method: $0, problem: problem) }.min()
      let own = expectedRunningTime(method: method, problem: problem)
      guard let best, own.isFinite else { return false }
      return own <= ratio * best
    }
    return Double(solved) / Double(problems.count)
  }

  /// The ratios at which some profile steps up, ascending.
  public var ratios: [Double] {
    var ratios: Set<Double> = [1]
    for problem in problems.indices {
      let times = methods.indices.map { expectedRunningTime(method: $0, problem: problem) }
      guard let best = times.min(), best.isFinite, best > 0 else { continue }
      for time in times where time.isFinite { ratios.insert(time / best) }
    }
    return ratios.sorted()
  }
}
