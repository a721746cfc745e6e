internal import Numbers

/// The problem as a semidefinite program in `X = (S, λ, τ, ω)`, one constraint for each entry of the Gram
/// matrix and each value: its `y` is an instance strictly within all constraints, which survives rounding.
struct ProofProgram {
  let problem: FloatingProblem
  let constraints: [RunConstraint]
  let program: SemidefiniteProgram

  /// - Parameter scale: what the metric is multiplied by.
  init(_ problem: FloatingProblem, _ constraints: [RunConstraint], scale: Double) {
    self.problem = problem
    self.constraints = constraints
    let exact = problem.exact
    let order = problem.order
    let columns = constraints.count + 1 + exact.metrics.count
    var program = SemidefiniteProgram(blocks: [.matrix(order: order), .diagonal(count: columns)])
    typealias Entry = SemidefiniteProgram.Entry
    // Rows: the entries of the Gram matrix, the values, the weights' sum.
    var rows: [[Entry]] = []
    var places = [Int](repeating: 0, count: order * order)
    for row in 0..<order {
      for column in row..<order {
        places[row * order + column] = rows.count
        rows.append([Entry(block: 0, row: row, column: column, value: 1)])
      }
    }
    let firstValue = rows.count
    rows += [[Entry]](repeating: [], count: exact.valueCount + 1)
    func add(_ form: FloatingProblem.Form, column: Int, sign: Double) {
      for (row, other, value) in form.entries {
        // A row beside the diagonal is counted twice by the block's own entry, and so is the form's.
        rows[places[row * order + other]].append(
          Entry(
            block: 1, row: column, column: column, value: -sign * value * (row == other ? 1 : 2)))
      }
      for (place, value) in form.values {
        rows[firstValue + place].append(
          Entry(block: 1, row: column, column: column, value: sign * value))
      }
    }
    for (column, constraint) in constraints.enumerated() {
      add(problem.form(of: constraint), column: column, sign: 1)
      let limit = problem.limit(of: constraint)
      if limit != 0 {
        program.objective.append(Entry(block: 1, row: column, column: column, value: -limit))
      }
    }
    let initial = constraints.count
    add(problem.initialForm, column: initial, sign: 1)
    program.objective.append(
      Entry(block: 1, row: initial, column: initial, value: -problem.initialLimit))
    for (index, metric) in problem.metricForms.enumerated() {
      let column = initial + 1 + index
      add(metric, column: column, sign: -1)
      rows[rows.count - 1].append(Entry(block: 1, row: column, column: column, value: 1))
    }
    let last = rows.count - 1
    program.constraints = rows.enumerated().map { ($1, $0 == last ? scale : 0) }
    self.program = program
  }

  /// The Gram matrix and the values in units, from `y`: `Z = Σ y_k A_k − C` is the Gram matrix in the first block, and
  /// what the constraints leave in the second.
  func run(_ solution: SemidefiniteSolution) -> FloatingRun {
    let order = problem.order
    var gram = [Double](repeating: 0, count: order * order)
    var place = 0
    for row in 0..<order {
      for column in row..<order {
        gram[row * order + column] = solution.multipliers[place]
        gram[column * order + row] = solution.multipliers[place]
        place += 1
      }
    }
    let values = solution.multipliers[place..<(place + problem.exact.valueCount)]
    return FloatingRun(gram: gram, order: order, values: values.map { -$0 })
  }
}
