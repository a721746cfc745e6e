internal import Numbers

/// A quantity of a run: a sum of squared norms and of function values, with weights.
struct RunQuantity: Equatable {
  /// Weights and vectors on the basis.
  var squares: [(weight: Rational, vector: [Rational])]
  /// Weights and places among the function values.
  var values: [(weight: Rational, place: Int)]

  static func square(_ vector: [Rational], weight: Rational = 1) -> RunQuantity {
    RunQuantity(squares: [(weight, vector)], values: [])
  }

  static func value(_ place: Int) -> RunQuantity {
    RunQuantity(squares: [], values: [(1, place)])
  }

  static func == (x: RunQuantity, y: RunQuantity) -> Bool {
    x.squares.elementsEqual(y.squares, by: ==) && x.values.elementsEqual(y.values, by: ==)
  }
}

/// Something that holds of every run on every function of the class: at most 0, or at most a bound.
enum RunConstraint: Hashable {
  /// The interpolation inequality of two points: `f_j − f_i + ⟨g_j, x_i − x_j⟩ + … ≤ 0`.
  case pair(Int, Int)
  /// `‖g_i‖²/(2L) ≤ f_i − f*`, which convex functions have from their pairs.
  case minimality(Int)
  /// `‖g_i‖² ≤ M²`.
  case bound(Int)
  /// `(1/n)Σ‖∇f_i(x*)‖² ≤ noise`.
  case noise

  var name: String {
    switch self {
    case .pair(let i, let j):
      "interpolation of points \(Self.pointName(i)) and \(Self.pointName(j))"
    case .minimality(let i): "minimality at point \(Self.pointName(i))"
    case .bound(let i): "the bound on the subgradient at point \(Self.pointName(i))"
    case .noise: "the bound on the noise"
    }
  }

  static func pointName(_ index: Int) -> String { index == 0 ? "*" : "\(index - 1)" }
}

/// The performance estimation problem: how large the metric can be over all functions and starts.
///
/// The unknowns are the Gram matrix `G ⪰ 0` of the basis and the function values. A run on a function of the
/// class gives such numbers, and by the interpolation theorem any such numbers that satisfy the constraints
/// come from one.
///
/// Sources: Drori & Teboulle, *Performance of first-order methods for smooth convex minimization*, 2014;
/// Taylor, Hendrickx & Glineur, *Smooth strongly convex interpolation and exact worst-case performance of
/// first-order methods*, Mathematical Programming 2017.
struct PerformanceProblem {
  /// A point where the function is known: `x − x*`, a (sub)gradient and a value.
  struct Point: Equatable {
    var position: [Rational]
    var gradient: [Rational]
    /// The place among the function values; nil where it is 0, at the minimiser.
    var value: Int?
    /// Which of a finite sum's functions.
    var component = 0
  }

  /// The coefficients of the pair inequality: `f_j − f_i + ⟨g_j, x_i − x_j⟩ + gradients·‖Δg‖² +
  /// positions·‖Δx‖² − 2·mixed·⟨Δg, Δx⟩ ≤ 0`.
  struct PairCoefficients: Equatable {
    var gradients: Rational
    var positions: Rational
    var mixed: Rational
  }

  let question: WorstCaseQuestion
  let basisCount: Int
  let valueCount: Int
  let points: [Point]
  let pairCoefficients: PairCoefficients
  /// At most 1.
  let initial: RunQuantity
  /// The metric is the least of these.
  let metrics: [RunQuantity]
  /// The basis vector whose squared norm the initial quantity is, where it is one.
  let initialBasis: Int?
  /// The noise vectors of a finite sum, `∇f_i(x*)`.
  let noiseVectors: [[Rational]]

  /// - Precondition: the method makes as many steps as the question says.
  init(_ question: WorstCaseQuestion, _ method: FixedCoefficientMethod) {
    precondition(
      method.steps == question.steps, "\(method.steps) steps, asked for \(question.steps)")
    self.question = question
    pairCoefficients = Self.coefficients(of: question.functionClass)
    if case .finiteSum(let count, _, _, let noise) = question.functionClass {
      (basisCount, points, initial, metrics, noiseVectors) = Self.finiteSum(
        method, count, isNoisy: !noise.isZero)
      valueCount = count
      initialBasis = 0
      return
    }
    var layout = Layout(method)
    func quantity(_ metric: WorstCaseQuestion.Metric, at position: [Rational]) -> RunQuantity {
      switch metric {
      case .distance: .square(position)
      case .functionGap: .value(layout.point(at: position) - 1)
      case .gradientNorm: .square(layout.points[layout.point(at: position)].gradient)
      }
    }
    initial = quantity(question.initial, at: method.iterates[0])
    let outcomes = method.outcome(question.iterate).map { [$0] } ?? method.iterates
    metrics = outcomes.map { quantity(question.metric, at: $0) }
    points = layout.points
    basisCount = layout.basisCount
    valueCount = points.count - 1
    noiseVectors = []
    initialBasis =
      initial.squares.first.flatMap { square in
        square.vector.filter { !$0.isZero }.count == 1 ? square.vector.count - 1 : nil
      }
  }

  static func coefficients(of functionClass: FunctionClass) -> PairCoefficients {
    let mu = functionClass.convexity
    guard let L = functionClass.smoothness else {
      return PairCoefficients(gradients: 0, positions: mu * Rational(1, 2), mixed: 0)
    }
    guard let half = try? 1 / (2 * (L - mu)) else { preconditionFailure("μ = L = \(L)") }
    return PairCoefficients(gradients: half, positions: half * mu * L, mixed: half * mu)
  }

  /// The points of a run: the minimiser, where gradients are taken, and where the question looks.
  private struct Layout {
    var points: [Point]
    var basisCount: Int
    private var places: [[Rational]: Int] = [:]

    init(_ method: FixedCoefficientMethod) {
      points = [Point(position: [], gradient: [], value: nil)]
      basisCount = method.evaluations.count + 1
      for (index, evaluation) in method.evaluations.enumerated() {
        let position = evaluation.trimmed
        places[position] = points.count
        points.append(
          Point(position: position, gradient: unit(index + 1), value: points.count - 1))
      }
    }

    /// The point there, which is made where no gradient was taken.
    mutating func point(at position: [Rational]) -> Int {
      let position = position.trimmed
      if let place = places[position] { return place }
      places[position] = points.count
      points.append(
        Point(position: position, gradient: unit(basisCount), value: points.count - 1))
      basisCount += 1
      return points.count - 1
    }
  }

  private static func finiteSum(
    _ method: FixedCoefficientMethod, _ count: Int, isNoisy: Bool
  ) -> (Int, [Point], RunQuantity, [RunQuantity], [[Rational]]) {
    // Basis: x₀ − x*, the components' gradients at x₀, all but the last of those at x*, which sum to 0; none
    // of those where there is no noise.
    let zeros = [Rational](repeating: 0, count: count + 1)
    let last = zeros + [Rational](repeating: -1, count: count - 1)
    let noise = (0..<count).map { component -> [Rational] in
      isNoisy ? component == count - 1 ? last.trimmed : unit(count + 1 + component) : []
    }
    var points: [Point] = []
    for component in 0..<count {
      points.append(
        Point(position: [], gradient: noise[component], value: nil, component: component))
      points.append(
        Point(
          position: unit(0), gradient: unit(component + 1), value: component,
          component: component))
    }
    // The method's step is x₀ + h·g, whichever component gave the gradient.
    let step = method.iterates[1]
    let distances = (0..<count).map { component -> (weight: Rational, vector: [Rational]) in
      let moved = (step.first.map { [$0] } ?? []).adding(
        unit(component + 1), times: step.count > 1 ? step[1] : 0)
      return (Rational(1, count), moved.trimmed)
    }
    return (
      isNoisy ? 2 * count : count + 1, points, .square(unit(0)),
      [RunQuantity(squares: distances, values: [])], isNoisy ? noise : []
    )
  }

}

/// A vector of the basis.
private func unit(_ index: Int) -> [Rational] { [Rational](repeating: 0, count: index) + [1] }

extension PerformanceProblem {
  /// Every constraint but the initial one, in a fixed order.
  var constraints: [RunConstraint] {
    var all: [RunConstraint] = []
    for i in points.indices {
      for j in points.indices where i != j && points[i].component == points[j].component {
        if isPairOfClass(i, j) { all.append(.pair(i, j)) }
      }
    }
    return all + singleConstraints
  }

  /// Those that speak of less than two points.
  var singleConstraints: [RunConstraint] {
    switch question.functionClass {
    case .smoothNonconvex: points.indices.dropFirst().map { .minimality($0) }
    case .lipschitzConvex: points.indices.dropFirst().map { .bound($0) }
    case .finiteSum: noiseVectors.isEmpty ? [] : [.noise]
    case .smoothConvex, .smoothStronglyConvex, .proximal: []
    }
  }

  /// Whether the pair inequality is one of the class. Of a function without convexity nothing is said of the
  /// minimiser but its value, unless the start is at a bounded distance from it.
  private func isPairOfClass(_ i: Int, _ j: Int) -> Bool {
    guard case .smoothNonconvex = question.functionClass else { return true }
    return i > 0 && j > 0 || question.initial == .distance || question.metric == .distance
  }

  func isConstraint(_ constraint: RunConstraint) -> Bool {
    switch constraint {
    case .pair(let i, let j):
      points.indices.contains(i) && points.indices.contains(j) && i != j
        && points[i].component == points[j].component && isPairOfClass(i, j)
    case .minimality, .bound, .noise: singleConstraints.contains(constraint)
    }
  }

  /// Whether every constraint but the initial one is at most 0, so that runs can be scaled.
  var isHomogeneous: Bool {
    switch question.functionClass {
    case .smoothConvex, .smoothStronglyConvex, .smoothNonconvex, .proximal: true
    case .lipschitzConvex: false
    case .finiteSum(_, _, _, let noise): noise.isZero
    }
  }

  /// What a constraint's left side is at most.
  func limit(of constraint: RunConstraint) -> Rational {
    switch (constraint, question.functionClass) {
    case (.bound, .lipschitzConvex(let bound)): bound * bound
    case (.noise, .finiteSum(_, _, _, let noise)): noise
    default: 0
    }
  }

  /// The left side of a constraint other than a pair, as a quantity of the run.
  func quantity(of constraint: RunConstraint) -> RunQuantity {
    switch constraint {
    case .pair: preconditionFailure("a pair is no sum of squares")
    case .minimality(let i):
      // f* = 0 takes no value.
      return RunQuantity(
        squares: [(halfInverseSmoothness, points[i].gradient)],
        values: points[i].value.map { [(Rational(-1), $0)] } ?? [])
    case .bound(let i): return .square(points[i].gradient)
    case .noise:
      let weight = Rational(1, noiseVectors.count)
      return RunQuantity(squares: noiseVectors.map { (weight, $0) }, values: [])
    }
  }

  private var halfInverseSmoothness: Rational {
    guard let smoothness = question.functionClass.smoothness,
      let half = try? 1 / (2 * smoothness)
    else { preconditionFailure("minimality is said of smooth functions") }
    return half
  }
}
