internal import Diagnostics
internal import Numbers
public import Objectives
internal import Optimizers

/// Which of a run's iterates is measured.
public enum Iterate: String, Sendable, Hashable, CaseIterable {
  case last, best, average
}

/// What is measured of an iterate.
public enum RateMetric: String, Sendable, Hashable, CaseIterable {
  /// `f(x) − min f`.
  case gap = "function-gap"
  /// The distance to the nearest minimiser.
  case distance
  /// `|∇f(x)|`.
  case gradientNorm = "gradient-norm"
}

/// One run of a method on a problem, as it was at some steps.
public struct RateRun: Sendable {
  public let seed: UInt64
  /// The steps that are recorded, log-spaced, up to where the run ended.
  public let steps: [Int]
  /// The gaps of each iterate at those steps; empty where the minimum is not known.
  public let gaps: [Iterate: [Double]]
  /// What rounding may have changed of the last iterate's gap.
  public let gapRounding: [Double]
  public let distances: [Double]
  public let gradientNorms: [Double]
  /// `Σ f(xₛ₋₁) − min f` over the steps so far; empty where the minimum is not known.
  public let regrets: [Double]
  /// The last iterate at each recorded step, where there are at most two coordinates.
  public let path: [[Double]]
  public let start: [Double]
  public let startGap: Double?
  public let end: [Double]
  /// The mean of all iterates but the start.
  public let mean: [Double]
  /// The longest gradient that the method saw.
  public let largestGradient: Double
  /// The step after which the run was beyond all bounds; nil where it was not.
  public let divergedAt: Int?
  /// Why the method refused to go on, if it did.
  public let refusal: String?

  /// The recorded values of an iterate.
  public func values(_ metric: RateMetric, of iterate: Iterate) -> [Double] {
    switch (metric, iterate) {
    case (.gap, _): gaps[iterate] ?? []
    case (.distance, .last): distances
    case (.gradientNorm, .last): gradientNorms
    default: []
    }
  }

  /// The steps `1 … limit`, twenty a decade, the limit included.
  public static func recordedSteps(upTo limit: Int, perDecade: Double = 20) -> [Int] {
    precondition(limit >= 1, "a run has a step at least, got \(limit)")
    var steps: [Int] = []
    var exponent = 0.0
    while true {
      let step = Int(Double.power(10, exponent / perDecade).rounded())
      if step >= limit { break }
      if step > (steps.last ?? 0) { steps.append(step) }
      exponent += 1
    }
    return steps + [limit]
  }

  /// Runs a method.
  ///
  /// A run ends early where an iterate or a value is no longer finite, where the gap is 10²⁰ times the
  /// start's, or where the method refuses a step: results with their step, no errors.
  public init(
    of method: any MeasuredMethod, on objective: Objective, steps limit: Int, seed: UInt64 = 0
  ) {
    let function = objective.function
    var run = method.begin(at: objective.start)
    var gradient = [Double](repeating: 0, count: objective.dimension)
    var recorder = Recorder(objective)
    let schedule = Self.recordedSteps(upTo: limit)
    var place = 0
    var mean = [Double](repeating: 0, count: objective.dimension)
    var regret = CompensatedSum<Double>()
    var largest = 0.0
    var diverged: Int?
    var refusal: String?
    let startGap = objective.gap(at: objective.start)
    let bound = 1e20 * max(startGap ?? objective.function.value(at: objective.start).magnitude, 1)
    for step in 1...limit {
      let seen = objective.observe(
        at: run.queryPoint, step: step, seed: seed, gradient: &gradient)
      let slope = euclideanNorm(gradient)
      guard seen.isFinite, slope.isFinite, seen.magnitude <= bound else {
        diverged = step - 1
        break
      }
      largest = max(largest, slope)
      if let minimum = objective.minimum {
        // Noise on gradients leaves the value exact; that of a batch is its own.
        var value = seen
        if case .batch = objective.noise { value = function.value(at: run.queryPoint) }
        regret.add(function.gap(at: run.queryPoint) ?? (value - minimum))
        recorder.visit(gap: value - minimum, point: run.queryPoint)
      }
      do throws(StepError) {
        try run.advance(gradient: gradient, loss: seen)
      } catch {
        refusal = error.message
        diverged = step - 1
        break
      }
      let point = run.point
      guard point.allSatisfy(\.isFinite) else {
        diverged = step
        break
      }
      for i in point.indices { mean[i] += (point[i] - mean[i]) / Double(step) }
      if step == schedule[place] {
        place += 1
        recorder.record(step: step, point: point, mean: mean, regret: regret.value)
      }
    }
    self.seed = seed
    steps = recorder.steps
    gaps = recorder.gaps
    gapRounding = recorder.rounding
    distances = recorder.distances
    gradientNorms = recorder.slopes
    regrets = objective.minimum == nil ? [] : recorder.regrets
    path = recorder.path
    start = objective.start
    self.startGap = startGap
    end = run.point
    self.mean = mean
    largestGradient = largest
    divergedAt = diverged
    self.refusal = refusal
  }
}

/// Collects what a run is at the recorded steps.
private struct Recorder {
  let objective: Objective
  var steps: [Int] = []
  var gaps: [Iterate: [Double]] = [:]
  var rounding: [Double] = []
  var distances: [Double] = []
  var slopes: [Double] = []
  var regrets: [Double] = []
  var path: [[Double]] = []
  /// The least gap so far, and where.
  private var best: (gap: Double, point: [Double])?

  init(_ objective: Objective) {
    self.objective = objective
    if objective.minimum != nil { gaps = [.last: [], .best: [], .average: []] }
  }

  mutating func visit(gap: Double, point: [Double]) {
    if let best, best.gap <= gap { return }
    best = (gap, point)
  }

  mutating func record(step: Int, point: [Double], mean: [Double], regret: Double) {
    steps.append(step)
    slopes.append(euclideanNorm(objective.function.gradient(at: point)))
    if let distance = objective.distance(at: point) { distances.append(distance) }
    if let gap = objective.gap(at: point) {
      visit(gap: gap, point: point)
      gaps[.last, default: []].append(gap)
      gaps[.average, default: []].append(objective.gap(at: mean) ?? gap)
      let least = best.flatMap { objective.gap(at: $0.point) } ?? gap
      gaps[.best, default: []].append(least)
    }
    rounding.append(objective.gapRounding(at: point))
    regrets.append(regret)
    if point.count <= 2 { path.append(point) }
  }
}
