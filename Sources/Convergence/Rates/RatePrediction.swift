internal import Formulas
internal import Numbers
public import Objectives
internal import Optimizers
internal import ReferenceNumerics

/// What a run must be, computed by another way than running: the curves of the gap at the recorded steps.
public struct RatePrediction: Sendable {
  /// How it was computed, in words.
  public let method: String
  public let steps: [Int]
  /// By iterate; those that this way cannot tell are absent.
  public let gaps: [Iterate: [Double]]
  /// What each value may be off by, relative to it; empty for rounding alone.
  public let uncertainty: [Double]
}

extension RatePrediction {
  /// The exact recursion of every eigenvalue's coordinate.
  ///
  /// - Returns: nil where the method is not linear, or the problem no quadratic or seen through noise.
  public init?(of method: any MeasuredMethod, on objective: Objective, steps: [Int]) {
    guard objective.noise.isNone, let model = EigenModel(objective) else { return nil }
    let limit = steps.last ?? 0
    var curves: [Iterate: [Double]] = [:]
    if let optimizer = method as? OptimizerMethod {
      guard
        !model.hasOffset
          || !optimizer.optimizer.hyperparameters.contains(where: {
            $0.key == "weightDecay" && !$0.value.isZero
          })
      else { return nil }
      guard let iteration = TracedIteration(optimizer) else { return nil }
      curves = model.curves(iteration, slotCount: optimizer.optimizer.rule.slotNames.count, steps)
    } else if let accelerated = method as? AcceleratedGradient {
      curves = model.curves(accelerated, steps, limit: limit)
    } else {
      return nil
    }
    self.init(
      method: "exact recursion of the traced rule in the eigenbasis", steps: steps, gaps: curves,
      uncertainty: [])
  }

  /// The real-number run, enclosed: the rule itself and the formula of the problem, in intervals.
  ///
  /// - Returns: nil where the problem is no formula with a known minimiser, or is seen through noise, or where
  ///   the enclosures grow too wide to say anything.
  public init?(
    enclosing method: OptimizerMethod, on objective: Objective, steps: [Int]
  ) {
    guard objective.noise.isNone, let function = objective.function as? FormulaFunction,
      let best = objective.minimisers.first, objective.minimisers.count == 1
    else { return nil }
    let least = function.valueAndGradient(at: best.map { Interval($0) }).value
    var run = OptimizerRun<Interval>(
      method.optimizer, parameters: objective.start.map { Interval($0) })
    var sum = objective.start.map { _ in Interval(0.0) }
    var (last, average, wide) = ([Double](), [Double](), [Double]())
    var place = 0
    for step in 1...(steps.last ?? 1) {
      if method.decay == .inverseRoot {
        guard let base = method.optimizer.rule.hyperparameters[.learningRate] else { return nil }
        let root = Interval.root(Interval(Rational(step)))
        run.hyperparameters[.learningRate] = Interval(base) / root
      } else if method.decay == .inverse {
        guard let base = method.optimizer.rule.hyperparameters[.learningRate] else { return nil }
        run.hyperparameters[.learningRate] = Interval(base) / Interval(Rational(step))
      }
      let seen = function.valueAndGradient(at: run.parameters)
      run.advance(gradients: seen.gradient, loss: seen.value)
      for i in sum.indices { sum[i] = sum[i] + run.parameters[i] }
      guard run.parameters.allSatisfy({ $0.isBounded && $0.isDefined }) else { return nil }
      guard step == steps[place] else { continue }
      place += 1
      let gap = function.valueAndGradient(at: run.parameters).value - least
      guard gap.isBounded, gap.lower > 0 else { break }
      let means = sum.map { $0 / Interval(Rational(step)) }
      let meanGap = function.valueAndGradient(at: means).value - least
      last.append(gap.midpoint)
      average.append(max(meanGap.midpoint, .leastNonzeroMagnitude))
      wide.append(gap.radius / gap.midpoint)
      if wide[wide.count - 1] > 0.01 { break }
    }
    guard last.count >= 8 else { return nil }
    self.init(
      method: "the real-number run enclosed in intervals", steps: Array(steps.prefix(last.count)),
      gaps: [.last: last, .average: average], uncertainty: wide)
  }

  /// The exact expectation under additive noise, by recursion of the second moments of every eigenvalue's
  /// coordinate: `P ← M P Mᵀ + σ²bbᵀ`, `E gap = ½Σλ·P_θθ`.
  ///
  /// Noise of one variance in every coordinate, uncorrelated, is the same in every rotated basis.
  ///
  /// - Returns: nil where the method is not linear, or the problem no quadratic with additive noise.
  public init?(
    expecting method: OptimizerMethod, on objective: Objective, steps: [Int]
  ) {
    guard !objective.noise.isNone, let variance = objective.noise.additiveVariance,
      let model = EigenModel(objective), let iteration = TracedIteration(method)
    else { return nil }
    let slots = method.optimizer.rule.slotNames.count
    var gaps = [Double](repeating: 0, count: steps.count)
    for (curvature, start) in zip(model.curvatures, model.start) {
      var moments = MomentRecursion(iteration, start: start, slotCount: slots)
      var place = 0
      for step in 1...(steps.last ?? 1) {
        moments.advance(curvature: curvature, variance: variance, at: step)
        if step == steps[place] {
          gaps[place] += curvature / 2 * moments.parameterVariance
          place += 1
        }
      }
    }
    self.init(
      method: "exact recursion of the second moments", steps: steps, gaps: [.last: gaps],
      uncertainty: [])
  }
}

/// The second moments of one coordinate, parameter and state.
struct MomentRecursion {
  let iteration: TracedIteration
  private(set) var moments: Matrix
  private var stationary: [(matrix: Matrix, column: [Double])]?

  init(_ iteration: TracedIteration, start: Double, slotCount: Int) {
    self.iteration = iteration
    let z = iteration.start(start, slotCount: slotCount)
    moments = Matrix(rows: z.count, columns: z.count)
    for i in z.indices { for j in z.indices { moments[i, j] = z[i] * z[j] } }
  }

  /// `E θ²`.
  var parameterVariance: Double { moments[0, 0] }

  mutating func advance(curvature: Double, variance: Double, at step: Int) {
    let (m, b): (Matrix, [Double])
    if iteration.isStationary, step > iteration.period {
      let maps =
        stationary
        ?? (1...iteration.period).map { phase in
          let step = iteration.period + phase
          return (
            iteration.matrix(curvature: curvature, at: step), iteration.gradientColumn(at: step)
          )
        }
      stationary = maps
      (m, b) = maps[(step - 1) % iteration.period]
    } else {
      m = iteration.matrix(curvature: curvature, at: step)
      b = iteration.gradientColumn(at: step)
    }
    let n = b.count
    let half = TracedIteration.product(m, moments)
    for i in 0..<n {
      for j in 0..<n {
        var sum = variance * b[i] * b[j]
        for k in 0..<n { sum += half[i, k] * m[j, k] }
        moments[i, j] = sum
      }
    }
  }
}

/// A quadratic problem in the coordinates of its eigenvectors, about its minimiser.
struct EigenModel {
  let curvatures: [Double]
  let start: [Double]
  /// Whether the minimiser is not 0, so that weight decay pulls elsewhere.
  let hasOffset: Bool

  init?(_ objective: Objective) {
    if let function = objective.function as? QuadraticFunction {
      curvatures = function.spectrum
      start = function.eigenCoordinates(of: objective.start)
      hasOffset = function.centre.contains { $0 != 0 }
      return
    }
    guard let function = objective.function as? TridiagonalFunction else { return nil }
    // The eigenvectors of the second difference are sines.
    let n = function.dimension
    let offsets = zip(objective.start, function.minimiser).map { $0 - $1 }
    let scale = (2 / Double(n + 1)).squareRoot()
    curvatures = (1...n).map { k in
      let half = sine(k, 2 * (n + 1))
      return function.smoothness * half * half
    }
    start = (1...n).map { k in
      scale
        * zip(1...n, offsets).reduce(0) { $0 + sine($1.0 * k, n + 1) * $1.1 }
    }
    hasOffset = true
  }

  /// The gap's curves under a traced optimizer.
  func curves(
    _ iteration: TracedIteration, slotCount: Int, _ steps: [Int]
  ) -> [Iterate: [Double]] {
    var states = start.map { iteration.start($0, slotCount: slotCount) }
    var maps: [Int: [Matrix]] = [:]
    return collect(steps) { step in
      let repeats = iteration.isStationary && step > iteration.period
      let phase = (step - 1) % iteration.period
      let matrices =
        (repeats ? maps[phase] : nil)
        ?? curvatures.map { iteration.matrix(curvature: $0, at: step) }
      if repeats { maps[phase] = matrices }
      for place in states.indices {
        let (m, z) = (matrices[place], states[place])
        for row in z.indices {
          var sum = 0.0
          for column in z.indices { sum += m[row, column] * z[column] }
          states[place][row] = sum
        }
      }
      return states.map { $0[0] }
    }
  }

  /// The gap's curves under accelerated gradient.
  func curves(
    _ method: AcceleratedGradient, _ steps: [Int], limit: Int
  ) -> [Iterate: [Double]] {
    var coordinates = start.map { AcceleratedPoint<Double>(start: $0) }
    var momenta = AcceleratedMomenta<Double>()
    return collect(steps) { _ in
      let momentum = momenta.next()
      for (i, curvature) in curvatures.enumerated() {
        coordinates[i].advance(
          gradient: curvature * coordinates[i].y, learningRate: method.learningRate,
          momentum: momentum)
      }
      return coordinates.map(\.x)
    }
  }

  private func gap(_ point: [Double]) -> Double {
    zip(curvatures, point).reduce(0) { $0 + $1.0 * $1.1 * $1.1 } / 2
  }

  private func collect(_ steps: [Int], advance: (Int) -> [Double]) -> [Iterate: [Double]] {
    var (last, best, average) = ([Double](), [Double](), [Double]())
    var least = gap(start)
    var mean = start.map { _ in 0.0 }
    var place = 0
    for step in 1...(steps.last ?? 1) {
      let point = advance(step)
      let gap = gap(point)
      least = min(least, gap)
      for i in mean.indices { mean[i] += (point[i] - mean[i]) / Double(step) }
      if step == steps[place] {
        place += 1
        last.append(gap)
        best.append(least)
        average.append(self.gap(mean))
      }
    }
    return [.last: last, .best: best, .average: average]
  }
}
