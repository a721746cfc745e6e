internal import Numbers

/// Moves a solver's run onto the constraints that it all but attains, and from there within all of them.
///
/// The worst run attains most of its constraints and has few dimensions; a solver tells it to some ten digits,
/// and violates as many constraints by the rest. Gauss–Newton steps of least length on the factor of the Gram
/// matrix and on the values make those constraints hold to the last bits. What is left is taken up by a mixture
/// with the run on a quadratic that is strictly inside the class, which satisfies every constraint strictly:
/// constraints are linear in the Gram matrix and the values, so the mixture satisfies them too.
///
/// For constraints without limits: their runs can be scaled.
struct RunPolish {
  let floating: FloatingProblem
  private let constraints: [RunConstraint]
  /// The run on the quadratic, and what every constraint is at there.
  private let inner: FloatingRun
  private let innerSlacks: [Double]

  /// - Returns: nil where a constraint has a limit, the class has no smooth functions, or it has several.
  init?(_ floating: FloatingProblem) {
    let problem = floating.exact
    guard problem.isHomogeneous, let smoothness = problem.question.functionClass.smoothness,
      problem.points.allSatisfy({ $0.component == 0 })
    else { return nil }
    self.floating = floating
    constraints = problem.constraints
    let lowest = max(0, Double(problem.question.functionClass.convexity))
    inner = floating.run(
      onCurvatures: Self.curvatures.map { lowest + (Double(smoothness) - lowest) * $0 })
    innerSlacks = floating.residuals(constraints, inner)
  }

  /// Curvatures between the class's least and largest: some for which late iterates are still apart, some for which
  /// their gradients are.
  private static let curvatures = [0.003, 0.01, 0.03, 0.1, 0.3, 0.6, 0.9]

  /// Largest number of unknowns: the steps' cost grows with its cube.
  private static let unknownLimit = 700

  /// Runs near the given one that are to satisfy all constraints in spite of the rounding of `Double`, the nearest
  /// first.
  func polished(_ run: FloatingRun) -> [FloatingRun] {
    var all: [FloatingRun] = []
    for depth in [1e-8, 1e-6] {
      guard let (near, active) = onActiveConstraints(run.truncated(below: depth)) else { continue }
      let residuals = floating.residuals(constraints, near)
      for margin in [2e-15, 2e-14, 2e-13] {
        // Where the constraints that are attained are independent, the run can be pushed off all of them.
        if let pushed = step(from: near, residuals, active, below: margin) { all.append(pushed) }
        let share = zip(residuals, innerSlacks).reduce(0) { share, pair in
          let (residual, slack) = (pair.0 + margin, pair.1)
          return residual > 0 ? max(share, slack < 0 ? residual / (residual - slack) : 1) : share
        }
        if share < 1e-3 { all.append(near.mixed(with: inner, share: share)) }
      }
    }
    return all
  }

  /// Gauss–Newton steps until the constraints that are attained are so to the last bits, and which those are; nil
  /// where they lead away.
  private func onActiveConstraints(_ start: FloatingRun) -> (FloatingRun, active: [Int])? {
    var run = start
    var residuals = floating.residuals(constraints, run)
    guard let threshold = Self.gap(in: residuals) else { return nil }
    var active = residuals.indices.filter { residuals[$0] > -threshold }
    var worst = residuals.max() ?? 0
    for _ in 0..<6 {
      guard let next = step(from: run, residuals, active, below: 0) else { return nil }
      run = next
      residuals = floating.residuals(constraints, next)
      let worstNow = residuals.max() ?? 0
      if worstNow <= 1e-15 { return (run, active) }
      guard worstNow < max(worst, threshold) else { return nil }
      worst = worstNow
      let known = Set(active)
      active += residuals.indices.filter { residuals[$0] > 1e-15 && !known.contains($0) }
    }
    return worst <= 1e-12 ? (run, active) : nil
  }

  /// The least move that brings the active constraints to `-margin`, to first order.
  private func step(
    from run: FloatingRun, _ residuals: [Double], _ active: [Int], below margin: Double
  ) -> FloatingRun? {
    let unknowns = run.vectors.count * run.dimensions + run.values.count
    guard unknowns <= Self.unknownLimit, !active.isEmpty else { return nil }
    var normal = NormalEquations(count: unknowns)
    for place in active {
      normal.add(
        floating.gradient(of: constraints[place], at: run), -margin - residuals[place])
    }
    return normal.leastStep().map { run.moved(by: $0) }
  }

  /// Where the sizes of the residuals leap most: below are those of constraints that are attained.
  private static func gap(in residuals: [Double]) -> Double? {
    let floor = 1e-14
    let sizes = ([floor] + residuals.map { max($0.magnitude, floor) }.filter { $0 < 1e-3 }).sorted()
    var best = (leap: 10.0, threshold: nil as Double?)
    for (low, high) in zip(sizes, sizes.dropFirst() + [1e-3]) where high / low > best.leap {
      // Attained constraints are off by what the solver is.
      guard low < 1e-6 else { break }
      best = (high / low, (low * high).squareRoot())
    }
    return best.threshold
  }
}

/// The normal equations of linear equations whose least solution is wanted.
private struct NormalEquations {
  private let count: Int
  private var matrix: [Double]
  private var right: [Double]

  init(count: Int) {
    self.count = count
    matrix = [Double](repeating: 0, count: count * count)
    right = [Double](repeating: 0, count: count)
  }

  /// Adds the equation `⟨row, x⟩ = value`.
  mutating func add(_ row: [(place: Int, value: Double)], _ value: Double) {
    for (place, factor) in row {
      right[place] += factor * value
      for (other, otherFactor) in row where other <= place {
        matrix[place * count + other] += factor * otherFactor
      }
    }
  }

  /// The solution of least length, all but: directions that the equations hardly see are held by a ridge of 10⁻¹³ of
  /// the trace. nil where the matrix is not positive definite even so.
  consuming func leastStep() -> [Double]? {
    let ridge = 1e-13 * (0..<count).reduce(0) { $0 + matrix[$1 * count + $1] }
    for row in 0..<count { matrix[row * count + row] += ridge }
    guard VerifiedCholesky.factorize(&matrix, order: count) else { return nil }
    for row in 0..<count {
      for k in 0..<row { right[row] -= matrix[row * count + k] * right[k] }
      right[row] /= matrix[row * count + row]
    }
    for row in (0..<count).reversed() {
      for k in (row + 1)..<max(count, row + 1) { right[row] -= matrix[k * count + row] * right[k] }
      right[row] /= matrix[row * count + row]
    }
    return right
  }
}
