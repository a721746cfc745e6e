internal import Foundation
internal import Numbers

/// A performance problem in `Double`, for the solvers: the basis without vectors that nothing speaks of, and each
/// quantity in a unit of its own, a power of 2 near its size in a run.
///
/// The start's offset `x₀ − x*` is told by the last point's instead, `x_N − x*`, where the method is a translation
/// of its start: positions near the end are then sums of few small vectors, and not what is left of large ones.
struct FloatingProblem {
  /// A linear form of the unknowns: entries of a symmetric matrix on the Gram matrix, and of the values.
  struct Form {
    /// `row ≤ column`; the form takes `value·G` on the diagonal and `2·value·G` beside it.
    var entries: [(row: Int, column: Int, value: Double)]
    var values: [(place: Int, value: Double)]
  }

  let exact: PerformanceProblem
  /// The basis vectors in use; the first of the problem's, where it is among them, is replaced by the last point's
  /// position as `replacement` tells.
  let basis: [Int]
  /// The last point's position, where it takes the place of `x₀ − x*`.
  private let replacement: [Rational]?
  /// Powers of 2 near the sizes of basis vectors and function values: the solver sees all of them near 1.
  private let vectorUnits: [Double]
  private let valueUnits: [Double]
  /// The sizes that the class and the initial quantity tell.
  private let units: (length: Double, gradient: Double, value: Double)
  /// The points' positions and gradients on the basis, in units, rows 2k and 2k + 1.
  private let rows: [[Double]]
  private let coefficients: (gradients: Double, positions: Double, mixed: Double)

  init(_ problem: PerformanceProblem) {
    let units = Self.units(of: problem.question)
    let basis = Self.usedBasis(of: problem)
    self.init(
      problem, basis, vectorUnits: basis.map { $0 == 0 ? units.length : units.gradient },
      valueUnits: [Double](repeating: units.value, count: problem.valueCount))
  }

  private init(
    _ problem: PerformanceProblem, _ basis: [Int], vectorUnits: [Double], valueUnits: [Double]
  ) {
    exact = problem
    units = Self.units(of: problem.question)
    self.basis = basis
    (self.vectorUnits, self.valueUnits) = (vectorUnits, valueUnits)
    let last = problem.points.last?.position
    let replacement = basis.first == 0 && last?.first == 1 ? last : nil
    self.replacement = replacement
    rows = problem.points.flatMap { point in
      [point.position, point.gradient].map {
        Self.floating($0, basis, replacing: replacement, vectorUnits)
      }
    }
    let exactCoefficients = problem.pairCoefficients
    coefficients = (
      Double(exactCoefficients.gradients), Double(exactCoefficients.positions),
      Double(exactCoefficients.mixed)
    )
  }

  /// The problem in units near the sizes of a run's vectors and values, and the largest factor by which one moved.
  func rescaled(to run: FloatingRun) -> (problem: FloatingProblem, change: Double) {
    var change = 1.0
    // A solver tells sizes down to its own accuracy; a size of 0 has none.
    func unit(_ old: Double, _ size: Double, near base: Double) -> Double {
      let new = old * Self.power(min(max(size, 0x1p-16), 0x1p16))
      let bounded = min(max(new, 0x1p-80 * base), 0x1p80 * base)
      change = max(change, bounded / old, old / bounded)
      return bounded
    }
    let newVectorUnits = basis.indices.map { place in
      let length = run.vectors[place].reduce(0) { $0 + $1 * $1 }.squareRoot()
      return unit(
        vectorUnits[place], length, near: basis[place] == 0 ? units.length : units.gradient)
    }
    let newValueUnits = zip(valueUnits, run.values).map { unit($0, $1, near: units.value) }
    return (
      FloatingProblem(exact, basis, vectorUnits: newVectorUnits, valueUnits: newValueUnits), change
    )
  }

  private static func usedBasis(of problem: PerformanceProblem) -> [Int] {
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
    return isUsed.indices.filter { isUsed[$0] }
  }

  /// A vector on the basis, in units.
  private static func floating(
    _ vector: [Rational], _ basis: [Int], replacing replacement: [Rational]?, _ units: [Double]
  ) -> [Double] {
    zip(basis, units).map { index, unit in
      var coefficient = index < vector.count ? vector[index] : 0
      if let replacement, index > 0, index < replacement.count, let first = vector.first {
        coefficient = coefficient - first * replacement[index]
      }
      return Double(coefficient) * unit
    }
  }

  private static func power(_ size: Double) -> Double {
    Foundation.exp2(Foundation.log2(size).rounded())
  }

  private static func units(
    of question: WorstCaseQuestion
  ) -> (length: Double, gradient: Double, value: Double) {
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

  /// The unit of a constraint's left side.
  func unit(of constraint: RunConstraint) -> Double {
    switch constraint {
    case .pair(let i, let j): max(valueUnit(at: i) ?? 0, valueUnit(at: j) ?? 0)
    case .minimality(let i): valueUnit(at: i) ?? units.value
    case .bound, .noise: units.gradient * units.gradient
    }
  }

  private func valueUnit(at point: Int) -> Double? {
    exact.points[point].value.map { valueUnits[$0] }
  }

  func unit(of metric: WorstCaseQuestion.Metric) -> Double {
    switch metric {
    case .functionGap: units.value
    case .distance: units.length * units.length
    case .gradientNorm: units.gradient * units.gradient
    }
  }

  /// A pair's differences: of the positions, of the gradients.
  private func differences(_ i: Int, _ j: Int) -> (positions: [Double], gradients: [Double]) {
    (
      zip(rows[2 * i], rows[2 * j]).map { $0 - $1 },
      zip(rows[2 * i + 1], rows[2 * j + 1]).map { $0 - $1 }
    )
  }

  /// The products whose sum is a pair's left side, but for the values, in units.
  private func pairTerms(_ i: Int, _ j: Int) -> [(left: [Double], right: [Double], factor: Double)]
  {
    let (positions, gradients) = differences(i, j)
    let unit = unit(of: .pair(i, j))
    return [
      (rows[2 * j + 1], positions, 1 / unit), (gradients, gradients, coefficients.gradients / unit),
      (positions, positions, coefficients.positions / unit),
      (gradients, positions, -2 * coefficients.mixed / unit),
    ].filter { $0.2 != 0 }
  }

  /// The places and factors of a pair's function values, in units.
  private func pairValues(_ i: Int, _ j: Int) -> [(place: Int, value: Double)] {
    let unit = unit(of: .pair(i, j))
    return [(i, -1.0), (j, 1.0)].compactMap { point, sign in
      exact.points[point].value.map { ($0, sign * valueUnits[$0] / unit) }
    }
  }

  func form(of constraint: RunConstraint) -> Form {
    guard case .pair(let i, let j) = constraint else {
      return form(of: exact.quantity(of: constraint), unit: unit(of: constraint))
    }
    var matrix = Accumulator(order: order)
    for (left, right, factor) in pairTerms(i, j) { matrix.add(left, right, times: factor) }
    return Form(entries: matrix.entries, values: pairValues(i, j))
  }

  var initialForm: Form { form(of: exact.initial, unit: unit(of: exact.question.initial)) }

  var metricForms: [Form] {
    exact.metrics.map { form(of: $0, unit: unit(of: exact.question.metric)) }
  }

  private func form(of quantity: RunQuantity, unit: Double) -> Form {
    var matrix = Accumulator(order: order)
    for (weight, vector) in quantity.squares {
      let row = Self.floating(vector, basis, replacing: replacement, vectorUnits)
      matrix.add(row, row, times: Double(weight) / unit)
    }
    return Form(
      entries: matrix.entries,
      values: quantity.values.map {
        ($0.place, Double($0.weight) * valueUnits[$0.place] / unit)
      })
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

  /// What is left of each constraint at a run: its left side less its limit, in units.
  func residuals(_ constraints: [RunConstraint], _ run: FloatingRun) -> [Double] {
    let vectors = rows.map { run.combined($0) }
    func product(_ u: [Double], _ v: [Double]) -> Double {
      zip(u, v).reduce(0) { $0 + $1.0 * $1.1 }
    }
    return constraints.map { constraint in
      guard case .pair(let i, let j) = constraint else {
        let form = form(of: constraint)
        var total = -limit(of: constraint)
        for (row, column, value) in form.entries {
          total +=
            (row == column ? value : 2 * value) * product(run.vectors[row], run.vectors[column])
        }
        return form.values.reduce(total) { $0 + $1.value * run.values[$1.place] }
      }
      let positions = zip(vectors[2 * i], vectors[2 * j]).map { $0 - $1 }
      let gradients = zip(vectors[2 * i + 1], vectors[2 * j + 1]).map { $0 - $1 }
      let total =
        product(vectors[2 * j + 1], positions)
        + coefficients.gradients * product(gradients, gradients)
        + coefficients.positions * product(positions, positions)
        - 2 * coefficients.mixed * product(gradients, positions)
      return pairValues(i, j).reduce(total / unit(of: constraint)) {
        $0 + $1.value * run.values[$1.place]
      }
    }
  }

  /// The derivative of a constraint's left side by the coordinates of the run's vectors, row by row, and by its
  /// values: those that are not 0.
  func gradient(
    of constraint: RunConstraint, at run: FloatingRun
  ) -> [(place: Int, value: Double)] {
    let dimensions = run.dimensions
    var dense = [Double](repeating: 0, count: order * dimensions + run.values.count)
    func add(_ u: [Double], _ vector: [Double], times factor: Double) {
      for row in 0..<order where u[row] != 0 {
        for k in 0..<dimensions { dense[row * dimensions + k] += factor * u[row] * vector[k] }
      }
    }
    var values: [(place: Int, value: Double)]
    if case .pair(let i, let j) = constraint {
      for (left, right, factor) in pairTerms(i, j) {
        add(left, run.combined(right), times: factor)
        add(right, run.combined(left), times: factor)
      }
      values = pairValues(i, j)
    } else {
      let form = form(of: constraint)
      for (row, column, value) in form.entries {
        for k in 0..<dimensions {
          dense[row * dimensions + k] += 2 * value * run.vectors[column][k]
          if row != column { dense[column * dimensions + k] += 2 * value * run.vectors[row][k] }
        }
      }
      values = form.values
    }
    for (place, value) in values { dense[order * dimensions + place] += value }
    return dense.enumerated().filter { $0.element != 0 }.map { ($0.offset, $0.element) }
  }

  /// The method's run on `Σ_k (c_k/2)·x_k²`, from a point with all coordinates equal and at the distance 1.
  func run(onCurvatures curvatures: [Double]) -> FloatingRun {
    let start = curvatures.map { _ in 1 / Double(curvatures.count).squareRoot() }
    var vectors: [[Double]] = [start]
    vectors += [[Double]](
      repeating: [Double](repeating: 0, count: curvatures.count), count: exact.basisCount - 1)
    var values = [Double](repeating: 0, count: exact.valueCount)
    var last = start
    for point in exact.points {
      var position = [Double](repeating: 0, count: curvatures.count)
      for (coefficient, vector) in zip(point.position, vectors) where !coefficient.isZero {
        let factor = Double(coefficient)
        for k in position.indices { position[k] += factor * vector[k] }
      }
      if let index = point.gradient.firstIndex(where: { !$0.isZero }) {
        vectors[index] = zip(position, curvatures).map { $0 * $1 }
      }
      if let place = point.value {
        values[place] =
          zip(position, curvatures).reduce(0) { $0 + $1.1 * $1.0 * $1.0 } / 2 / valueUnits[place]
      }
      last = position
    }
    if replacement != nil { vectors[0] = last }
    return FloatingRun(
      vectors: zip(basis, vectorUnits).map { index, unit in vectors[index].map { $0 / unit } },
      values: values)
  }

  /// A run as numbers with few bits: in units multiples of 2⁻⁵⁸, the start's offset of 2⁻¹²⁰.
  func exactRun(_ run: FloatingRun) -> RunInstance {
    func exact(_ number: Double) -> Rational { Rational(exactly: number) ?? 0 }
    func rounded(_ number: Double) -> Rational { exact((number * 0x1p58).rounded() * 0x1p-58) }
    var vectors = [[Rational]](
      repeating: [Rational](repeating: 0, count: run.dimensions), count: self.exact.basisCount)
    for (place, index) in basis.enumerated() {
      let unit = exact(vectorUnits[place])
      vectors[index] = run.vectors[place].map { rounded($0) * unit }
    }
    if let replacement {
      let end = vectors[0]
      vectors[0] = end.indices.map { k in
        var start = end[k]
        for (index, coefficient) in replacement.enumerated() where index > 0 && !coefficient.isZero
        {
          start = start - coefficient * vectors[index][k]
        }
        return start.roundedUp(toBits: 120)
      }
    }
    return RunInstance(
      weights: [Rational](repeating: 1, count: run.dimensions), vectors: vectors,
      values: zip(run.values, valueUnits).map { rounded($0) * exact($1) })
  }
}
