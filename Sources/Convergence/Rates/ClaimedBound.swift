internal import Foundation
internal import Numbers
public import Objectives
internal import Optimizers

/// What a report says of a paper's bound.
public enum BoundVerdict: String, Sendable, Hashable {
  /// Every measured gap lies below it, and somewhere it says more than that the run began.
  case holds
  /// Every measured gap lies below it, but so does the gap of a run that never moves.
  case holdsVacuously
  /// A measured gap lies above it.
  case refuted
  case inconclusive
  /// The paper has no bound for this subject, problem and schedule.
  case none
}

/// A bound on the gap that a paper states.
public struct ClaimedBound: Sendable {
  public let paper: String
  /// As it is read here, in words.
  public let statement: String
  /// The bound after `T` steps, from `D = |θ₀ − θ*|`, the longest gradient `G`, and `α`; nil where the paper
  /// gives an order alone.
  let value:
    (@Sendable (_ steps: Double, _ distance: Double, _ gradient: Double, _ rate: Double) -> Double)?
  /// The order as an exponent of `T`.
  public let exponent: Double
  /// Which iterate it is about.
  public let iterate: Iterate

  /// AMVT's Theorem 1 as the specification reads the garbled print.
  public static let amvtTheorem1 = ClaimedBound(
    paper: "the AMVT paper, Theorem 1",
    statement: "E f(θ_T) − f* ≤ D²/(2α√T) + αG²/√T for convex f and rate α/√t",
    value: { $1 * $1 / (2 * $3 * $0.squareRoot()) + $3 * $2 * $2 / $0.squareRoot() },
    exponent: -0.5, iterate: .last)

  /// The same as printed the second time: it grows.
  public static let amvtTheorem1Literal = ClaimedBound(
    paper: "the AMVT paper, Theorem 1, literally",
    statement: "E f(θ_T) − f* ≤ D²/(2α√T) + αG²√T/2 for convex f and rate α/√t",
    value: { $1 * $1 / (2 * $3 * $0.squareRoot()) + $3 * $2 * $2 * $0.squareRoot() / 2 },
    exponent: 0.5, iterate: .last)

  /// AMO's Theorem 1, an order without a constant.
  public static let amoTheorem1 = ClaimedBound(
    paper: "the AMO paper, Theorem 1",
    statement: "f(θ_T) − f* = O(1/√T) for convex f and appropriate β and γ",
    value: nil, exponent: -0.5, iterate: .last)

  /// The bounds that the papers state for a method on a problem.
  public static func bound(
    for method: any MeasuredMethod, on objective: Objective, iterate: Iterate
  ) -> ClaimedBound? {
    guard let method = method as? OptimizerMethod, objective.functionClass.isConvex,
      objective.minimum != nil, iterate == .last, method.optimizer.wrappers.isEmpty
    else { return nil }
    switch method.optimizer.name {
    case "amvt" where method.decay == .inverseRoot: return amvtTheorem1
    case "amo": return amoTheorem1
    default: return nil
    }
  }
}

/// A bound beside what was measured.
public struct BoundComparison: Sendable {
  public let bound: ClaimedBound
  public let verdict: BoundVerdict
  /// The bound at the recorded steps. Of an order the least multiple that the first tenth of the steps keeps
  /// to: the constant that the paper does not give.
  public let curve: [Double]
  /// The largest of gap/bound, and the step it is at; nil where a run diverged.
  public let worst: (ratio: Double, step: Int)?
  /// Why, in words.
  public let reason: String

  /// Holds runs to a bound.
  ///
  /// A bound on an expectation is refuted where the mean gap over the seeds, less three standard errors, is
  /// above it. An order is refuted where the gap no longer falls: a power law that falls more slowly might
  /// still have a constant. It holds where the gap falls as fast on the window of the fit, and stays below
  /// the order with the constant that its first tenth needs.
  public init(
    _ bound: ClaimedBound, runs: [RateRun], fit: RateFit?, on objective: Objective,
    method: OptimizerMethod
  ) {
    self.bound = bound
    let count = runs.map(\.steps.count).min() ?? 0
    let steps = Array(runs[0].steps.prefix(count))
    let rounding = runs[0].gapRounding
    if let diverged = runs.compactMap(\.divergedAt).min() {
      (curve, worst, verdict) = ([], nil, .refuted)
      reason = "a run diverged at step \(diverged)"
      return
    }
    guard let value = bound.value else {
      let gaps = RateFit.mean(of: runs.map { Array(($0.gaps[bound.iterate] ?? []).prefix(count)) })
      let order = steps.map { Double.power(Double($0), bound.exponent) }
      let early = steps.indices.filter { steps[$0] * 10 <= steps[count - 1] || $0 == 0 }
      let constant = early.map { gaps[$0] / order[$0] }.max() ?? 0
      let curve = order.map { constant * $0 }
      self.curve = curve
      var worst = (ratio: 0.0, step: steps[0])
      for place in steps.indices where constant > 0 && gaps[place] / curve[place] > worst.ratio {
        worst = (gaps[place] / curve[place], steps[place])
      }
      self.worst = worst
      let share = String(
        format: "at most %.3g of %.3g·T^%g, the constant of its first tenth", worst.ratio,
        constant, bound.exponent)
      if let stall = Stall(steps: steps, gaps: gaps, rounding: rounding) {
        verdict = .refuted
        reason = "\(stall.description); \(share) (step \(worst.step))"
      } else if let fit,
        fit.kind == .logLinear && fit.slope < 0
          || fit.kind == .logLog && fit.interval.upperBound <= bound.exponent + 0.1
      {
        verdict = .holds
        reason = "on this window the gap falls at least as fast, \(share)"
      } else {
        verdict = .inconclusive
        reason =
          "the gap falls, more slowly than claimed on this window, which an order cannot refute; \(share)"
      }
      return
    }
    let distance = objective.distance(at: objective.start) ?? 0
    let gradient = runs.map(\.largestGradient).max() ?? 0
    let rate = method.learningRate ?? 0
    curve = steps.map { value(Double($0), distance, gradient, rate) }
    var worst = (ratio: 0.0, step: 1)
    var isRefuted = false
    for place in 0..<count {
      let gaps = runs.map { ($0.gaps[bound.iterate] ?? [])[place] }
      let mean = gaps.reduce(0, +) / Double(gaps.count)
      let ratio = mean / curve[place]
      if ratio > worst.ratio { worst = (ratio, steps[place]) }
      var error = rounding.isEmpty ? 0 : rounding[place]
      if gaps.count > 1 {
        let square = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        error += 3 * (square / Double(gaps.count * (gaps.count - 1))).squareRoot()
      }
      isRefuted = isRefuted || mean - error > curve[place]
    }
    self.worst = worst
    let share = String(format: "%.3g", worst.ratio)
    if isRefuted {
      verdict = .refuted
      reason = "the gap is \(share) times the bound at step \(worst.step)"
    } else if let startGap = runs[0].startGap, let least = curve.min(), least >= startGap {
      verdict = .holdsVacuously
      reason =
        "the gap is at most \(share) of the bound, which stays above the gap at the start: a run that"
        + " never moves satisfies it"
    } else {
      verdict = .holds
      reason = "the gap is at most \(share) of the bound (step \(worst.step))"
    }
  }
}
