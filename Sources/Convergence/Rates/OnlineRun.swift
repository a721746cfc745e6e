internal import Foundation
internal import Numbers
public import Objectives
public import Optimizers

/// A run of an optimizer on online losses, its parameter kept within the interval after each step.
public struct OnlineRun: Sendable {
  public let name: String
  public let sequence: String
  /// Log-spaced, the last step included.
  public let steps: [Int]
  /// The parameter after each of these steps.
  public let points: [Double]
  /// `Σ f_s(x_s) − f_s(x*)` over the steps so far, with `x*` the best end for the mean slope.
  public let regrets: [Double]
  /// Where the run ended; NaN where the rule made it so.
  public let end: Double

  /// - Throws: where the optimizer refuses a step.
  public init(
    of method: OptimizerMethod, on sequence: OnlineSequence, steps limit: Int, seed: UInt64 = 0
  ) throws(StepError) {
    var optimizer = method.optimizer
    optimizer.finishers.append(
      ParameterBounds(
        lower: Rational(exactly: sequence.interval.lowerBound),
        upper: Rational(exactly: sequence.interval.upperBound)))
    let bounded = OptimizerMethod(
      optimizer, decay: method.decay, learningRate: method.learningRate)
    var run = bounded.begin(at: [sequence.start])
    let recorded = RateRun.recordedSteps(upTo: limit)
    var (points, regrets) = ([Double](), [Double]())
    var regret = CompensatedSum<Double>()
    for step in 1...limit {
      let slope = sequence.slope(at: step, seed: seed)
      let x = run.point[0]
      regret.add(slope * (x - sequence.best))
      try run.advance(gradient: [slope], loss: slope * x)
      if step == recorded[points.count] {
        points.append(run.point[0])
        regrets.append(regret.value)
      }
    }
    name = method.name
    self.sequence = sequence.name
    steps = recorded
    self.points = points
    self.regrets = regrets
    end = run.point[0]
  }

  /// The slope of log regret over log steps, from where it is positive for good; nil where that is no window.
  public func regretFit() -> RateFit? {
    let start = regrets.lastIndex { !($0 > 0) }.map { $0 + 1 } ?? 0
    return RateFit(
      steps: Array(steps[start...]), curves: [Array(regrets[start...])], kind: .logLog)
  }
}
