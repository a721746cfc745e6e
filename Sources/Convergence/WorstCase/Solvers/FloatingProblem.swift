internal import Foundation
internal import Numbers

/// A performance problem in `Double`, for the solvers: the basis without vectors that nothing speaks of.
struct FloatingProblem {
  /// A linear form of the unknowns: entries of a symmetric matrix on the Gram matrix, and of the values.
  struct Form {
    /// `row ≤ column`; the form takes `value·G` on the diagonal and `2·value·G` beside it.
    var entries: [(row: Int, column: Int, value: Double)]
    var values: [(place: Int, value: Double)]
  }

  let exact: PerformanceProblem
  /// The basis vectors in use.
  let basis: [Int]
  /// The points' positions and gradients on those, rows 2k and 2k + 1.
  private let rows: [[Double]]
  private let coefficients: (gradients: Double, positions: Double, mixed: Double)
  /// Powers of 2 near the sizes of positions, gradients and values: the solver sees all of them near 1.
  let units: (length: Double, gradient: Double, value: Double)

  init(_ problem: PerformanceProblem) {
    exact = problem
    let units = Self.units(of: problem.question)
    self.units = units
    var isUsed = [Bool](repeating: false, count: problem.basisCount)
    let pairs = problem.constraints.contains {
      if case .pair(let i, let j) = $0 { i == 0 || j == 0 } else { false }
    }
    let squares = ([problem.initial] + problem.metrics).flatMap(\.squares).map(\.vector)
    for vector in squares + problem.noiseVectors + problem.points.map(\.gradient) {
      for (index, value) in vector.enumerated() where !value.isZero { isUsed[index] = true }
    }
    for point in problem.points {
      for (index, value) in point.position.enumerated() where !value.isZero && (index > 0 || pairs)
      { isUsed[index] = true }
    }
    let used = isUsed.indices.filter { isUsed[$0] }
    basis = used
    rows = problem.points.flatMap { point in
      [point.position, point.gradient].map { Self.floating($0, used, units) }
    }
    let exactCoefficients = problem.pairCoefficients
    coefficients = (
      Double(exactCoefficients.gradients), Double(exactCoefficients.positions),
      Double(exactCoefficients.mixed)
    )
  }

  /// A vector on the basis in use, in units.
  private static func floating(
    _ vector: [Rational], _ basis: [Int],
    _ units: (length: Double, gradient: Double, value: Double)
  ) -> [Double] {
    basis.map { index in
      index < vector.count
        ? Double(vector[index]) * (index == 0 ? units.length : units.gradient) : 0
    }
  }

  private static func units(
    of question: WorstCaseQuestion
  ) -> (length: Double, gradient: Double, value: Double) {
    func power(_ size: Double) -> Double {
      Foundation.exp2(Foundation.log2(size).rounded())
    }
    let slope: (smoothness: Double?, bound: Double?) =
      switch question.functionClass {
      case .lipschitzConvex(let bound): (nil, Double(bound))
      default: (question.functionClass.smoothness.map { Double($0) }, nil)
      }
    switch (slope.smoothness, slope.bound, question.initial) {
    case (let L?, _, .distance): return (1, power(L), power(L))
    case (let L?, _, .functionGap):
      let root = power(L.squareRoot())
      return (1 / root, root, 1)
    case (let L?, _, .gradientNorm): return (1 / power(L), 1, 1 / power(L))
    case (_, let M?, .functionGap): return (1 / power(M), power(M), 1)
    case (_, let M?, _): return (1, power(M), power(M))
    case (nil, nil, _): return (1, 1, 1)
    }
  }

  /// The number of rows of the Gram matrix that the solver sees.
  var order: Int { basis.count }

  /// The unit of basis vectors in use.
  func unit(ofBasis place: Int) -> Double { basis[place] == 0 ? units.length : units.gradient }

  /// The unit of a constraint's left side.
  func unit(of constraint: RunConstraint) -> Double {
    switch constraint {
    case .pair, .minimality: units.value
    case .bound, .noise: units.gradient * units.gradient
    }
  }

  func unit(of metric: WorstCaseQuestion.Metric) -> Double {
    switch metric {
    case .functionGap: units.value
    case .distance: units.length * units.length
    case .gradientNorm: units.gradient * units.gradient
    }
  }

  private func pairTerms(_ i: Int, _ j: Int) -> [(Int, Int, Double)] {
    let (xi, gi, xj, gj) = (2 * i, 2 * i + 1, 2 * j, 2 * j + 1)
    let (alpha, beta, kappa) = coefficients
    return [
      (gj, xi, 1 + 2 * kappa), (gj, xj, -1 - 2 * kappa), (gi, xi, -2 * kappa),
      (gi, xj, 2 * kappa), (gi, gi, alpha), (gj, gj, alpha), (gi, gj, -2 * alpha),
      (xi, xi, beta), (xj, xj, beta), (xi, xj, -2 * beta),
    ]
  }

  func form(of constraint: RunConstraint) -> Form {
    guard case .pair(let i, let j) = constraint else {
      return form(of: exact.quantity(of: constraint), unit: unit(of: constraint))
    }
    var matrix = Accumulator(order: order)
    for (first, second, value) in pairTerms(i, j) where value != 0 {
      matrix.add(rows[first], rows[second], times: value / units.value)
    }
    var values: [(place: Int, value: Double)] = []
    if let place = exact.points[i].value { values.append((place, -1)) }
    if let place = exact.points[j].value { values.append((place, 1)) }
    return Form(entries: matrix.entries, values: values)
  }

  var initialForm: Form { form(of: exact.initial, unit: unit(of: exact.question.initial)) }

  var metricForms: [Form] {
    exact.metrics.map { form(of: $0, unit: unit(of: exact.question.metric)) }
  }

  private func form(of quantity: RunQuantity, unit: Double) -> Form {
    var matrix = Accumulator(order: order)
    for (weight, vector) in quantity.squares {
      let row = Self.floating(vector, basis, units)
      matrix.add(row, row, times: Double(weight) / unit)
    }
    return Form(
      entries: matrix.entries,
      values: quantity.values.map { ($0.place, Double($0.weight) * units.value / unit) })
  }

  func limit(of constraint: RunConstraint) -> Double {
    Double(exact.limit(of: constraint)) / unit(of: constraint)
  }

  /// What the initial quantity is at most, in units.
  var initialLimit: Double { 1 / unit(of: exact.question.initial) }

  /// Sums of `(uvᵀ + vuᵀ)/2`.
  private struct Accumulator {
    let order: Int
    var dense: [Double]

    init(order: Int) {
      self.order = order
      dense = [Double](repeating: 0, count: order * order)
    }

    mutating func add(_ u: [Double], _ v: [Double], times factor: Double) {
      for row in 0..<order where u[row] != 0 {
        for column in 0..<order where v[column] != 0 {
          let term = 0.5 * factor * u[row] * v[column]
          dense[min(row, column) * order + max(row, column)] += row == column ? 2 * term : term
        }
      }
    }

    var entries: [(row: Int, column: Int, value: Double)] {
      var all: [(row: Int, column: Int, value: Double)] = []
      for row in 0..<order {
        for column in row..<order {
          let value = dense[row * order + column]
          if value != 0 { all.append((row, column, value)) }
        }
      }
      return all
    }
  }

  /// How far each pair is violated by a Gram matrix and values in units; those that hold are left out.
  func violations(
    gram: [Double], values: [Double], above tolerance: Double
  ) -> [(constraint: RunConstraint, amount: Double)] {
    let order = order
    let count = rows.count
    var left = [Double](repeating: 0, count: count * order)
    for row in 0..<count {
      for place in 0..<order where rows[row][place] != 0 {
        let factor = rows[row][place]
        for column in 0..<order {
          left[row * order + column] += factor * gram[place * order + column]
        }
      }
    }
    var products = [Double](repeating: 0, count: count * count)
    for row in 0..<count {
      for other in 0...row {
        var total = 0.0
        for place in 0..<order { total += left[row * order + place] * rows[other][place] }
        products[row * count + other] = total
        products[other * count + row] = total
      }
    }
    var all: [(constraint: RunConstraint, amount: Double)] = []
    for constraint in exact.constraints {
      guard case .pair(let i, let j) = constraint else { continue }
      var total = 0.0
      for (first, second, value) in pairTerms(i, j) where value != 0 {
        total += value / units.value * products[first * count + second]
      }
      if let place = exact.points[i].value { total -= values[place] }
      if let place = exact.points[j].value { total += values[place] }
      if total > tolerance { all.append((constraint, total)) }
    }
    return all
  }
}
