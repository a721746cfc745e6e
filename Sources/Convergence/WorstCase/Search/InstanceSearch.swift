internal import Foundation
internal import Numbers

/// Looks for a run that attains the worst case: a solver's, rounded and checked exactly.
struct InstanceSearch {
  let problem: PerformanceProblem
  let floating: FloatingProblem
  let solver: any SemidefiniteSolver

  /// Up to that many basis vectors the inequalities are those on the gradients; up to the next number, those
  /// on the positions, which are sparse; beyond, the Gram matrix has a few directions.
  static let smallOrder = 24
  static let largeOrder = 60
  static let directionLimit = 12

  /// - Parameter start: the run of the search for a proof, which tells the directions of a large problem.
  /// - Returns: an instance that holds, with its metric; nil where none was found.
  func search(from start: FloatingRun?) async throws -> (RunInstance, Rational)? {
    for subject in subjects(start) {
      let program = ProofProgram(subject, problem.constraints)
      for accuracy in [1e-10, 1e-9, 1e-8] {
        guard
          case .solved(let solution, _) = try await solver.solve(
            program.program, accuracy: accuracy)
        else { continue }
        let instance = instance(program.run(solution), of: subject)
        if let value = try? instance.check(in: problem) { return (instance, value) }
      }
    }
    return nil
  }

  /// The problem on the bases that are worth a try, the best first.
  private func subjects(_ start: FloatingRun?) -> [FloatingProblem] {
    if floating.order <= Self.smallOrder { return [floating] }
    var subjects: [FloatingProblem] = []
    if floating.order <= Self.largeOrder,
      let directions = PositionBasis.directions(
        positions: floating.positions, order: floating.order)
    {
      subjects.append(FloatingProblem(problem, directions: directions))
    }
    if let start {
      subjects.append(FloatingProblem(problem, directions: directions(of: start)))
    }
    return subjects
  }

  /// The main directions of a run's Gram matrix: rows of `V`, in units.
  private func directions(of run: FloatingRun) -> [[Double]] {
    let order = floating.order
    let (values, vectors) = SymmetricEigenvalues.decompose(run.gram, order: order)
    var columns: [[Double]] = []
    let ranked = values.indices.sorted { values[$0] > values[$1] }
    for place in ranked.prefix(Self.directionLimit) where values[place] > 1e-11 * values[ranked[0]]
    {
      let scale = values[place].squareRoot()
      columns.append((0..<order).map { scale * vectors[$0 * order + place] })
    }
    return (0..<order).map { row in columns.map { $0[row] } }
  }

  /// Rounds a run: the factor of its Gram matrix, to multiples of 2⁻⁵⁸ in units, and the values.
  private func instance(_ run: FloatingRun, of subject: FloatingProblem) -> RunInstance {
    let order = subject.order
    let factor = Self.factor(run.gram, order: order)
    func exact(_ number: Double) -> Rational { Rational(exactly: number) ?? 0 }
    func rounded(_ number: Double) -> Rational {
      exact((number * 0x1p58).rounded() * 0x1p-58)
    }
    let count = problem.basisCount
    var vectors = [[Rational]](
      repeating: [Rational](repeating: 0, count: order), count: count)
    for (place, index) in floating.basis.enumerated() {
      let row = subject.combined(place, factor)
      let unit = exact(floating.unit(ofBasis: place))
      vectors[index] = row.map { rounded($0) * unit }
    }
    return RunInstance(
      weights: [Rational](repeating: 1, count: order), vectors: vectors,
      values: run.values.map { rounded($0) * exact(floating.units.value) })
  }

  /// The Cholesky factor, row by row; a pivot that rounding made negative counts as 0.
  private static func factor(_ gram: [Double], order: Int) -> [[Double]] {
    var rows = [[Double]](repeating: [Double](repeating: 0, count: order), count: order)
    for i in 0..<order {
      for j in 0...i {
        var total = gram[i * order + j]
        for k in 0..<j { total -= rows[i][k] * rows[j][k] }
        if i == j {
          rows[i][i] = max(0, total).squareRoot()
        } else {
          rows[i][j] = rows[j][j] > 0 ? total / rows[j][j] : 0
        }
      }
    }
    return rows
  }
}
