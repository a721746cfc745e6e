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

  /// The accuracies of the attempts: one that stops earlier lies deeper within the constraints.
  static let accuracies = [1e-10, 1e-10, 1e-10, 1e-9, 1e-9, 1e-8, 1e-8]

  /// - Parameter start: the answer of the search for a proof.
  /// - Returns: an instance that holds, with its metric; nil where none was found.
  func search(from start: LazySolver.Answer?) async throws -> (RunInstance, Rational)? {
    if let start, let found = checked(start.run) { return found }
    var constraints = start?.program.constraints
    var tightening = 1e-13
    for accuracy in Self.accuracies {
      guard
        case .solved(let answer) = try await lazy.solve(
          from: constraints, near: start?.value, tightening: tightening, tolerance: 0,
          accuracy: accuracy, feasibility: accuracy / 100, roundLimit: 3)
      else {
        tightening *= 8
        continue
      }
      let run = answer.run
      if let found = checked(run) { return found }
      constraints = answer.program.constraints
      let excess =
        floating.violations(gram: run.gram, values: run.values, above: 0)
        .map(\.amount).max() ?? 0
      tightening = max(8 * tightening, 2 * (tightening + excess))
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
