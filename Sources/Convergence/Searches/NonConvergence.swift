internal import Foundation
public import Objectives
public import Optimizers

/// A run that shows that a method does not converge on a problem, with the numbers that repeat it.
public struct NonConvergence: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable {
    /// The gap stays at a level.
    case stall
    /// The gap grows again by a factor of 1000 or more after it had shrunk.
    case burst
    /// The run is beyond all bounds.
    case divergence
    /// The parameter ends nearer to the worst point than to the best.
    case wrongEnd = "wrong end"
  }

  public let subject: String
  public let problem: String
  public let kind: Kind
  /// The step that it shows at: the end, the top of the burst, the last finite one.
  public let step: Int
  /// The gap there; for a wrong end the parameter.
  public let value: Double
  /// What happened, in words.
  public let detail: String
}

/// Looks for non-convergence (`rate.non-convergence`): long runs, whose end is compared with their middle.
public enum NonConvergenceSearch {
  /// What a run shows; nil where it converges as far as it goes.
  public static func finding(
    in run: RateRun, of method: any MeasuredMethod, on objective: Objective
  ) -> NonConvergence? {
    func found(_ kind: NonConvergence.Kind, _ step: Int, _ value: Double, _ detail: String)
      -> NonConvergence
    {
      NonConvergence(
        subject: method.name, problem: objective.name, kind: kind, step: step, value: value,
        detail: detail)
    }
    if let step = run.divergedAt {
      return found(
        .divergence, step, .infinity,
        run.refusal.map { "refused: \($0)" } ?? "beyond all bounds after step \(step)")
    }
    guard let gaps = run.gaps[.last], !gaps.isEmpty else { return nil }
    if let burst = burst(run.steps, gaps, run.gapRounding, from: run.startGap ?? 0) {
      return found(
        .burst, burst.top.step, burst.top.gap,
        String(
          format: "the gap shrinks to %.3g at step %d, and is %.3g again at step %d",
          burst.bottom.gap, burst.bottom.step, burst.top.gap, burst.top.step))
    }
    if let stall = Stall(steps: run.steps, gaps: gaps, rounding: run.gapRounding),
      stall.ratio < burstFactor
    {
      return found(.stall, stall.steps, stall.level, stall.description)
    }
    return nil
  }

  /// What a gap grows by in a burst, at least.
  private static let burstFactor = 1000.0

  /// A gap 1000 times as large as one before it, that one as the largest of the recorded ones around: a crossing
  /// of the minimum is a small gap for a step, and no convergence. A gap below a billionth of the start's is
  /// none that anybody sees.
  private static func burst(
    _ steps: [Int], _ gaps: [Double], _ rounding: [Double], from start: Double
  ) -> (bottom: (step: Int, gap: Double), top: (step: Int, gap: Double))? {
    // Thirteen recorded steps are two thirds of a decade; the seven nearest may all be even.
    let around = gaps.indices.map { place in
      gaps[max(0, place - 6)...min(gaps.count - 1, place + 6)].max() ?? gaps[place]
    }
    var bottom = 0
    var best: (bottom: Int, top: Int, ratio: Double)?
    for place in gaps.indices {
      if around[place] < around[bottom] { bottom = place }
      let floor = max(around[bottom], rounding[bottom] * 1000, .leastNormalMagnitude)
      let ratio = gaps[place] / floor
      if ratio > burstFactor, gaps[place] > 1e-9 * start, ratio > best?.ratio ?? 0 {
        best = (bottom, place, ratio)
      }
    }
    return best.map {
      ((steps[$0.bottom], around[$0.bottom]), (steps[$0.top], gaps[$0.top]))
    }
  }

  /// Runs an optimizer and looks at the end.
  public static func search(
    _ method: any MeasuredMethod, on objective: Objective, steps: Int, seed: UInt64 = 0
  ) -> (run: RateRun, finding: NonConvergence?) {
    let run = RateRun(of: method, on: objective, steps: steps, seed: seed)
    return (run, finding(in: run, of: method, on: objective))
  }

  /// Runs an optimizer on online losses: whether it ends at the worst point, or its regret grows like the
  /// steps.
  public static func search(
    _ method: OptimizerMethod, on sequence: OnlineSequence, steps: Int, seed: UInt64 = 0
  ) throws(StepError) -> (run: OnlineRun, finding: NonConvergence?) {
    let run = try OnlineRun(of: method, on: sequence, steps: steps, seed: seed)
    let middle = (sequence.best + sequence.worst) / 2
    let half = (run.points.count + 1) / 2
    let isWrong = { (x: Double) in
      x.isNaN || (x - sequence.worst).magnitude < (x - middle).magnitude
    }
    // At the end, and for as long as the last recorded steps of the last tenth go.
    let tail = zip(run.steps, run.points).suffix(run.points.count - half)
      .filter { $0.0 * 10 >= (run.steps.last ?? 0) * 9 }.map(\.1)
    guard isWrong(run.end), tail.allSatisfy(isWrong) else { return (run, nil) }
    return (
      run,
      NonConvergence(
        subject: method.name, problem: sequence.name, kind: .wrongEnd, step: steps,
        value: run.end,
        detail: String(
          format: "ends at %.6g after %d steps; the best point is %g, the worst %g", run.end,
          steps, sequence.best, sequence.worst))
    )
  }
}
