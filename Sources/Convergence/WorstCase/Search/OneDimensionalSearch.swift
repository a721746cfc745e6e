internal import Numbers

/// Runs on functions of one variable, which give instances by exact arithmetic alone.
///
/// For smooth classes, where a run scales with its start: from `x₀ − x* = 1`, divided by the initial quantity.
struct OneDimensionalSearch {
  private let problem: PerformanceProblem
  /// The points in an order in which each needs gradients of earlier ones alone; by basis vector.
  private let positions: [[Rational]]
  private let floatingPositions: [[Double]]
  private let smoothness: Rational
  private let convexity: Rational

  /// Nil where the class has no such functions, or a point holds its own gradient.
  init?(_ problem: PerformanceProblem) {
    if case .finiteSum = problem.question.functionClass { return nil }
    guard let smoothness = problem.question.functionClass.smoothness else { return nil }
    self.problem = problem
    self.smoothness = smoothness
    convexity = max(0, problem.question.functionClass.convexity)
    // The gradient of point k is the basis vector k, of those that were added for the question too.
    var positions: [[Rational]] = []
    for (place, point) in problem.points.dropFirst().enumerated() {
      guard point.gradient.count == place + 2, point.position.count <= place + 1 else { return nil }
      positions.append(point.position)
    }
    self.positions = positions
    floatingPositions = positions.map { $0.map { Double($0) } }
  }

  /// The best run found, with its metric.
  func search() -> (RunInstance, Rational)? { best.map { ($0.instance, $0.value) } }

  /// The function of the best run found, for a start at distance 1 to the right.
  var worstFunction: TwoSlopeFunction<Rational>? { best?.function }

  private var best: (function: TwoSlopeFunction<Rational>, instance: RunInstance, value: Rational)?
  {
    var best: (function: TwoSlopeFunction<Rational>, instance: RunInstance, value: Rational)?
    for function in candidates {
      guard let instance = exactRun(on: function),
        let value = try? instance.check(in: problem)
      else { continue }
      if best.map({ $0.value < value }) ?? true { best = (function, instance, value) }
    }
    return best
  }

  /// The quadratics, and the best of the others by a search in `Double`.
  private var candidates: [TwoSlopeFunction<Rational>] {
    var all = [
      TwoSlopeFunction(inner: smoothness, outer: convexity, left: nil, right: nil)
    ]
    if convexity.signum() > 0 {
      all.append(TwoSlopeFunction(inner: convexity, outer: convexity, left: nil, right: nil))
    }
    typealias Shape = (left: Double?, right: Double?)
    func score(_ shape: Shape) -> Double {
      ratio(
        on: TwoSlopeFunction(
          inner: Double(smoothness), outer: Double(convexity), left: shape.left,
          right: shape.right))
    }
    func function(_ shape: Shape, _ exact: (Double) -> Rational?) -> TwoSlopeFunction<Rational>? {
      let left = shape.left.flatMap(exact)
      let right = shape.right.flatMap(exact)
      if (left == nil) != (shape.left == nil) || (right == nil) != (shape.right == nil) {
        return nil
      }
      return TwoSlopeFunction(inner: smoothness, outer: convexity, left: left, right: right)
    }
    let families: [(Double) -> Shape] = [{ ($0, $0) }, { (nil, $0) }, { ($0, nil) }]
    for family in families {
      let (argument, value) = Self.maximum { score(family($0)) }
      guard value > 0 else { continue }
      let exact = { (number: Double) in Rational(exactly: number) }
      // The simplest fraction nearby is often the exact one: a flat maximum tells it to half the digits.
      let simple = { (number: Double) in
        Rational(exactly: number).map { number in
          let width = number * Rational(1, 1 << 20)
          return Rational.simplest(from: number - width, through: number + width)
        }
      }
      all += [exact, simple].compactMap { function(family(argument), $0) }
    }
    return all
  }

  /// The largest value on a logarithmic grid of `(0, 1]`, refined by golden section.
  private static func maximum(_ score: (Double) -> Double) -> (Double, Double) {
    let grid = (0...160).map { Double.exp(-8 * Double($0) / 160) }
    let scores = grid.map(score)
    guard let peak = scores.indices.max(by: { scores[$0] < scores[$1] }) else { return (1, 0) }
    var low = grid[min(peak + 1, grid.count - 1)]
    var high = grid[max(peak - 1, 0)]
    let ratio = 0.6180339887498949
    var (a, b) = (high - ratio * (high - low), low + ratio * (high - low))
    var (atA, atB) = (score(a), score(b))
    for _ in 0..<80 {
      if atA > atB {
        (high, b, atB) = (b, a, atA)
        a = high - ratio * (high - low)
        atA = score(a)
      } else {
        (low, a, atA) = (a, b, atB)
        b = low + ratio * (high - low)
        atB = score(b)
      }
    }
    return atA > atB ? (a, atA) : (b, atB)
  }

  /// The metric over the initial quantity, in `Double`.
  private func ratio(on function: TwoSlopeFunction<Double>) -> Double {
    var basis = [1.0]
    var values: [Double] = []
    for position in floatingPositions {
      var x = 0.0
      for (coefficient, entry) in zip(position, basis) { x += coefficient * entry }
      basis.append(function.gradient(x))
      values.append(function.value(x))
    }
    func value(_ quantity: RunQuantity) -> Double {
      var total = 0.0
      for (weight, vector) in quantity.squares {
        var norm = 0.0
        for (place, coefficient) in vector.enumerated() where !coefficient.isZero {
          norm += Double(coefficient) * basis[place]
        }
        total += Double(weight) * norm * norm
      }
      for (weight, place) in quantity.values { total += Double(weight) * values[place] }
      return total
    }
    let initial = value(problem.initial)
    guard initial > 0 else { return 0 }
    let ratio = problem.metrics.map { value($0) }.min()! / initial
    return ratio.isFinite ? ratio : 0
  }

  private func exactRun(on function: TwoSlopeFunction<Rational>) -> RunInstance? {
    var basis: [Rational] = [1]
    var values: [Rational] = []
    for position in positions {
      var x: Rational = 0
      for (coefficient, entry) in zip(position, basis) where !coefficient.isZero {
        x = x + coefficient * entry
      }
      basis.append(function.gradient(x))
      values.append(function.value(x))
    }
    var instance = RunInstance(
      weights: [1], vectors: basis.map { [$0] }, values: values)
    let initial = instance.value(of: problem.initial)
    guard let scale = try? initial.reciprocal() else { return nil }
    instance.weights = [scale]
    instance.values = values.map { $0 * scale }
    return instance
  }
}

extension RunInstance {
  /// A quantity of the run.
  func value(of quantity: RunQuantity) -> Rational {
    var total: Rational = 0
    for (weight, vector) in quantity.squares {
      for (dimension, scale) in weights.enumerated() {
        var entry: Rational = 0
        for (place, coefficient) in vector.enumerated() where !coefficient.isZero {
          entry = entry + coefficient * vectors[place][dimension]
        }
        total = total + weight * scale * entry * entry
      }
    }
    for (weight, place) in quantity.values { total = total + weight * values[place] }
    return total
  }
}
