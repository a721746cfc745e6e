internal import Foundation
internal import Numbers

/// Looks for a run that attains the worst case: a solver's, rounded and checked exactly.
///
/// A solver's run violates some constraints by its rounding. The same program with limits lowered by a
/// little more than that has a run that violates none, at a cost of the order of what they were lowered by.
struct InstanceSearch {
  let lazy: LazySolver
  private var problem: PerformanceProblem { lazy.problem }
  private var floating: FloatingProblem { lazy.floating }

  init(_ lazy: LazySolver) { self.lazy = lazy }

  /// The attempts: an accuracy, as a solver that stops earlier is deeper within the constraints, and how many
  /// times the violation before the limits are lowered by.
  static let attempts = [
    (1e-10, 0.0), (1e-9, 0), (1e-10, 2), (1e-9, 2), (1e-8, 0), (1e-8, 2), (1e-8, 16),
  ]

  /// Up to that many basis vectors the program over the whole Gram matrix is worth a try: its runs lie strictly
  /// within all constraints, and its size grows like the fourth power of this.
  static let smallOrder = 24

  /// - Parameters:
  ///   - start: the answer of the search for a proof.
  ///   - isEnough: whether a metric is near enough to what is proved; the search then ends.
  /// - Returns: the best instance that holds, with its metric; nil where none was found.
  func search(
    from start: LazySolver.Answer?, until isEnough: (Rational) -> Bool
  ) async throws -> (RunInstance, Rational)? {
    var best = start.flatMap { checked($0.run) }
    var constraints = start?.program.constraints
    var excess = 0.0
    for (place, (accuracy, factor)) in Self.attempts.enumerated() {
      if let best, isEnough(best.1) { break }
      if place == 2, floating.order <= Self.smallOrder, let found = try await searchAll() {
        if best.map({ $0.1 < found.1 }) ?? true { best = found }
        continue
      }
      guard
        case .solved(let answer) = try await lazy.solve(
          from: constraints, near: start?.value, tightening: 1e-13 + factor * excess,
          tolerance: 0, accuracy: accuracy, feasibility: accuracy / 100, roundLimit: 3)
      else { continue }
      let run = answer.run
      if let found = checked(run) {
        if best.map({ $0.1 < found.1 }) ?? true { best = found }
        continue
      }
      constraints = answer.program.constraints
      excess = max(
        excess,
        floating.violations(gram: run.gram, values: run.values, above: 0).map(\.amount).max() ?? 0)
    }
    return best
  }

  /// The run of the program over the whole Gram matrix.
  private func searchAll() async throws -> (RunInstance, Rational)? {
    let program = ProofProgram(floating, problem.constraints)
    for accuracy in [1e-10, 1e-9, 1e-8] {
      if case .solved(let solution, _) = try await lazy.solver.solve(
        program.program, accuracy: accuracy), let found = checked(program.run(solution))
      {
        return found
      }
    }
    return nil
  }

  private func checked(_ run: FloatingRun) -> (RunInstance, Rational)? {
    let instance = instance(run)
    return (try? instance.check(in: problem)).map { (instance, $0) }
  }

  /// Rounds a run: the factor of its Gram matrix, to multiples of 2⁻⁵⁸ in units, and the values.
  private func instance(_ run: FloatingRun) -> RunInstance {
    let order = floating.order
    let factor = Self.factor(run.gram, order: order)
    func exact(_ number: Double) -> Rational { Rational(exactly: number) ?? 0 }
    func rounded(_ number: Double) -> Rational {
      exact((number * 0x1p58).rounded() * 0x1p-58)
    }
    let count = problem.basisCount
    var vectors = [[Rational]](
      repeating: [Rational](repeating: 0, count: order), count: count)
    for (place, index) in floating.basis.enumerated() {
      let unit = exact(floating.unit(ofBasis: place))
      vectors[index] = factor[place].map { rounded($0) * unit }
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
