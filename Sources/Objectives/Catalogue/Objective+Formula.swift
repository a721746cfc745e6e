internal import Diagnostics
internal import Formulas
internal import Numbers
internal import ReferenceNumerics

extension Objective {
  /// A problem typed as a formula of any variables; those are its coordinates, sorted by name.
  ///
  /// Nothing is claimed of its class. Its minimum is looked for from the start and from 16 points around it,
  /// and is then the least value found, which is what the gap is measured from.
  ///
  /// - Parameter start: by default 1 in every coordinate.
  /// - Throws: for a text that is no formula, of no variable or of more than 64, or without a finite value and
  ///   gradient at the start.
  public init(formula text: String, start: [Double]? = nil) throws(ObjectiveError) {
    let formula: Formula
    do {
      formula = try Formula(parsing: text, in: FormulaArena())
    } catch {
      throw .formula(error)
    }
    let variables = formula.symbols
    guard !variables.isEmpty else { throw .unusable(reason: "'\(text)' has no variable") }
    guard variables.count <= 64 else {
      throw .unusable(reason: "a typed function has at most 64 variables, not \(variables.count)")
    }
    let start = start ?? variables.map { _ in 1 }
    guard start.count == variables.count else {
      throw .unusable(
        reason: "the start has \(start.count) numbers for the variables "
          + variables.joined(separator: ", "))
    }
    let function = FormulaFunction(formula, variables: variables)
    var gradient = [Double](repeating: 0, count: variables.count)
    let value = function.evaluate(at: start, gradient: &gradient)
    guard value.isFinite, gradient.allSatisfy(\.isFinite) else {
      throw .unusable(reason: "'\(text)' has no finite value and gradient at \(start)")
    }
    let best = leastPoint(of: function, from: start)
    self.init(
      name: text, title: "typed function of \(variables.joined(separator: ", "))",
      source: "typed",
      remark: best == nil
        ? "no minimum was found: the gap is unknown"
        : "the minimum is the least value that a search found",
      function: function, start: start, functionClass: ObjectiveClass(),
      minimisers: best.map { [$0] } ?? [])
  }
}

/// The best of local minimisers from a start and points around it; nil where the function falls without end.
private func leastPoint(of function: FormulaFunction, from start: [Double]) -> [Double]? {
  var best: (point: [Double], value: Double)?
  for trial in 0..<17 {
    var draws = NormalDraws(seed: 0, property: "minimum", case: UInt64(trial))
    let scale = trial == 0 ? 0.0 : trial % 2 == 0 ? 1.0 : 4.0
    let point = start.map { $0 + scale * draws.next() }
    let value = { (x: [Double]) in function.value(at: x) }
    guard value(point).isFinite, function.gradient(at: point).allSatisfy(\.isFinite) else {
      continue
    }
    let found = try? quasiNewtonMinimum(
      of: value, gradient: { function.gradient(at: $0) }, from: point, tolerance: 1e-10,
      iterationLimit: 200)
    guard let found, found.point.allSatisfy({ $0.magnitude < 1e8 }) else { continue }
    let polished = polishedCriticalPoint(of: function, near: found.point)
    let least = value(polished) <= found.values[0] ? polished : found.point
    if best.map({ value(least) < $0.value }) ?? true { best = (least, value(least)) }
  }
  guard let best else { return nil }
  // A function without a minimum leaves the search far out, or where the gradient still is large.
  let slope = euclideanNorm(function.gradient(at: best.point))
  return slope <= 1e-3 * (1 + best.value.magnitude) || function.dimension == 1 ? best.point : nil
}

/// A critical point made better by Newton's method, as long as that shrinks the gradient.
func polishedCriticalPoint(
  of function: any DifferentiableFunction, near start: [Double], steps: Int = 20
) -> [Double] {
  var point = start
  var slope = euclideanNorm(function.gradient(at: point))
  for _ in 0..<steps where slope > 0 {
    guard let hessian = function.hessian(at: point),
      let step = solve(hessian, function.gradient(at: point))
    else { return point }
    let next = point.indices.map { point[$0] - step[$0] }
    let nextSlope = euclideanNorm(function.gradient(at: next))
    guard nextSlope < slope else { return point }
    (point, slope) = (next, nextSlope)
  }
  return point
}

/// The solution of `Ax = b` by elimination with row exchanges; nil where A is singular.
func solve(_ matrix: Matrix, _ right: [Double]) -> [Double]? {
  let n = right.count
  var rows = (0..<n).map { row in (0..<n).map { matrix[row, $0] } + [right[row]] }
  for column in 0..<n {
    let pivot = (column..<n).max {
      rows[$0][column].magnitude < rows[$1][column].magnitude
    }
    guard let pivot, rows[pivot][column] != 0, rows[pivot][column].isFinite else { return nil }
    rows.swapAt(column, pivot)
    for row in (column + 1)..<max(n, column + 1) {
      let factor = rows[row][column] / rows[column][column]
      if factor == 0 { continue }
      for place in column...n { rows[row][place] -= factor * rows[column][place] }
    }
  }
  var solution = [Double](repeating: 0, count: n)
  for row in (0..<n).reversed() {
    var value = rows[row][n]
    for place in (row + 1)..<max(n, row + 1) { value -= rows[row][place] * solution[place] }
    solution[row] = value / rows[row][row]
  }
  return solution.allSatisfy(\.isFinite) ? solution : nil
}
