internal import Numbers

/// The problem as a semidefinite program in `X = (G, values, t, slacks)`: its multipliers `y` are those of the
/// constraints.
///
/// One constraint of the program for each of the run, so that a few of them make a small program.
struct InstanceProgram {
  let problem: FloatingProblem
  let constraints: [RunConstraint]
  /// What the metric is multiplied by, so that the solver, whose accuracy is absolute, sees a number near 1.
  let scale: Double
  let program: SemidefiniteProgram

  /// - Parameter tightening: what every constraint's limit is lowered by, in units: a solution then satisfies
  ///   the constraints themselves, for all its rounding.
  init(
    _ problem: FloatingProblem, _ constraints: [RunConstraint], scale: Double = 1,
    tightening: Double = 0
  ) {
    self.problem = problem
    self.constraints = constraints
    self.scale = scale
    let metrics = problem.exact.metrics
    // The least of several metrics is a number t that is below each.
    let isBest = metrics.count > 1
    let values = problem.exact.valueCount
    let firstSlack = values + (isBest ? 1 : 0)
    let slacks = constraints.count + 1 + (isBest ? metrics.count : 0)
    var program = SemidefiniteProgram(blocks: [
      .matrix(order: problem.order), .diagonal(count: firstSlack + slacks),
    ])
    typealias Entry = SemidefiniteProgram.Entry
    func entries(_ form: FloatingProblem.Form, times factor: Double = 1) -> [Entry] {
      form.entries.map { Entry(block: 0, row: $0.row, column: $0.column, value: factor * $0.value) }
        + form.values.map {
          Entry(block: 1, row: $0.place, column: $0.place, value: factor * $0.value)
        }
    }
    func add(_ entries: [Entry], limit: Double) {
      let slack = firstSlack + program.constraints.count
      program.constraints.append(
        (entries + [Entry(block: 1, row: slack, column: slack, value: 1)], limit))
    }
    for constraint in constraints {
      add(
        entries(problem.form(of: constraint)),
        limit: problem.limit(of: constraint) - tightening)
    }
    add(entries(problem.initialForm), limit: problem.initialLimit - tightening)
    if isBest {
      let t = Entry(block: 1, row: values, column: values, value: 1)
      program.objective = [Entry(block: 1, row: values, column: values, value: scale)]
      for form in problem.metricForms { add([t] + entries(form, times: -1), limit: 0) }
    } else {
      program.objective = entries(problem.metricForms[0], times: scale)
    }
    self.program = program
  }

  /// All pairs at once up to that many points; beyond, a few and those that turn out to be violated.
  static let fewPoints = 10

  /// The constraints to begin with: of many points those with the minimiser and with the next point.
  static func firstConstraints(of problem: PerformanceProblem) -> [RunConstraint] {
    let all = problem.constraints
    guard problem.points.count > fewPoints else { return all }
    return all.filter { constraint in
      if case .pair(let i, let j) = constraint { i == 0 || j == 0 || j == i + 1 } else { true }
    }
  }

  /// The worst case that a solution's multipliers tell, in units.
  func value(_ solution: SemidefiniteSolution) -> Double {
    zip(solution.multipliers, program.constraints).reduce(0) { $0 + $1.0 * $1.1.right } / scale
  }

  /// The constraints with a multiplier that is more than a trace of the largest, and those of less than two points.
  func significant(in solution: SemidefiniteSolution) -> [RunConstraint] {
    let trace = 1e-7 * (solution.multipliers.prefix(constraints.count).max() ?? 0)
    return zip(constraints, solution.multipliers).filter { constraint, multiplier in
      if case .pair = constraint { multiplier > trace } else { true }
    }.map(\.0)
  }

  /// The Gram matrix and the function values of a solution, in units.
  func run(_ solution: SemidefiniteSolution) -> FloatingRun {
    FloatingRun(
      gram: solution.primal[0], order: problem.order,
      values: Array(solution.primal[1].prefix(problem.exact.valueCount)))
  }

  /// The multipliers of the constraints, of the initial one, and the weights of the metrics, in units multiples of 2⁻⁴⁴
  /// of the largest, none of them negative.
  func multipliers(
    _ solution: SemidefiniteSolution
  ) -> (constraints: [Rational], initial: Rational, weights: [Rational]) {
    let largest = solution.multipliers.max() ?? 0
    let question = problem.exact.question
    let metric = problem.unit(of: question.metric)
    func rounded(_ multiplier: Double, times factor: Double) -> Rational {
      guard largest > 0, largest.isFinite else { return 0 }
      let step = Double(sign: .plus, exponent: largest.exponent - 44, significand: 1)
      return Rational(exactly: max(0, (multiplier / step).rounded() * step) * factor) ?? 0
    }
    let y = solution.multipliers
    let weights = y[(constraints.count + 1)...].map { rounded($0, times: 1 / scale) }
    return (
      zip(y, constraints).map { rounded($0, times: metric / problem.unit(of: $1) / scale) },
      rounded(
        y[constraints.count], times: metric / problem.unit(of: question.initial) / scale),
      weights.isEmpty ? [1] : weights
    )
  }
}
