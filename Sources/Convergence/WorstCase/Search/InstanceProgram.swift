internal import Numbers

/// The problem as a semidefinite program in `X = (G, values, t, slacks)`: its multipliers `y` are those of the
/// constraints.
///
/// One constraint of the program for each of the run, so that a few of them make a small program.
struct InstanceProgram {
  let problem: FloatingProblem
  let constraints: [RunConstraint]
  let program: SemidefiniteProgram

  init(_ problem: FloatingProblem, _ constraints: [RunConstraint]) {
    self.problem = problem
    self.constraints = constraints
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
    func entries(_ form: FloatingProblem.Form, sign: Double = 1) -> [Entry] {
      form.entries.map { Entry(block: 0, row: $0.row, column: $0.column, value: sign * $0.value) }
        + form.values.map {
          Entry(block: 1, row: $0.place, column: $0.place, value: sign * $0.value)
        }
    }
    func add(_ entries: [Entry], limit: Double) {
      let slack = firstSlack + program.constraints.count
      program.constraints.append(
        (entries + [Entry(block: 1, row: slack, column: slack, value: 1)], limit))
    }
    for constraint in constraints {
      add(
        entries(problem.form(of: constraint)), limit: problem.limit(of: constraint))
    }
    add(entries(problem.initialForm), limit: problem.initialLimit)
    if isBest {
      let t = Entry(block: 1, row: values, column: values, value: 1)
      program.objective = [t]
      for form in problem.metricForms { add([t] + entries(form, sign: -1), limit: 0) }
    } else {
      program.objective = entries(problem.metricForms[0])
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

  /// The Gram matrix and the function values of a solution, in units.
  func run(_ solution: SemidefiniteSolution) -> FloatingRun {
    FloatingRun(
      gram: solution.primal[0], values: Array(solution.primal[1].prefix(problem.exact.valueCount)))
  }

  /// The multipliers of the constraints, of the initial one, and the weights of the metrics.
  func multipliers(
    _ solution: SemidefiniteSolution
  ) -> (constraints: [Double], initial: Double, weights: [Double]) {
    let y = solution.multipliers
    let question = problem.exact.question
    let metric = problem.unit(of: question.metric)
    let weights = Array(y[(constraints.count + 1)...])
    return (
      zip(y, constraints).map { $0 * metric / problem.unit(of: $1) },
      y[constraints.count] * metric / problem.unit(of: question.initial),
      weights.isEmpty ? [1] : weights
    )
  }
}

/// A Gram matrix, row by row, and function values, in the units of a problem.
struct FloatingRun {
  var gram: [Double]
  var values: [Double]
}
