internal import Numbers

/// Looks for a run that attains the worst case: a solver's, polished, rounded and checked exactly.
///
/// A solver's run violates some constraints by its rounding. Polished it often violates none; else the same
/// program with limits lowered by a little more than that has a run that violates none, at a cost of the order
/// of what they were lowered by.
struct InstanceSearch {
  let lazy: LazySolver
  private var problem: PerformanceProblem { lazy.floating.exact }

  init(_ lazy: LazySolver) { self.lazy = lazy }

  typealias Found = (instance: RunInstance, metric: Rational)

  /// The attempts: an accuracy, as a solver that stops earlier is deeper within the constraints, and how many
  /// times the violation before the limits are lowered by.
  static let attempts = [
    (1e-10, 0.0), (1e-9, 0), (1e-10, 2), (1e-9, 2), (1e-8, 0), (1e-8, 2), (1e-8, 16),
  ]

  /// The width at which the search ends, and the one that it ends at after some attempts.
  static let goal = 1e-8
  static let acceptable = 1e-6
  private static let patience = 3

  /// Up to that many basis vectors the program over the whole Gram matrix is worth a try: its runs lie strictly
  /// within all constraints, and its size grows like the fourth power of this.
  static let smallOrder = 24

  /// - Parameters:
  ///   - start: the answer of the search for a proof.
  ///   - width: how far a metric is from what is proved, relative to that.
  /// - Returns: the best instance that holds, with its metric; nil where none was found.
  func search(
    from start: LazySolver.Answer?, width: (Rational) -> Double
  ) async throws -> Found? {
    var best: Found?
    func keep(_ found: Found?) {
      guard let found, best.map({ $0.metric < found.metric }) ?? true else { return }
      best = found
    }
    if let start { keep(self.best(of: start.run, start.program.problem, width)) }
    // The run tells better units than those that it was found in.
    var program = start.map { answer in
      InstanceProgram(
        answer.program.problem.rescaled(to: answer.run).problem, answer.program.constraints,
        scale: answer.program.scale)
    }
    var excess = 0.0
    for (place, (accuracy, factor)) in Self.attempts.enumerated() {
      let goal = place < Self.patience ? Self.goal : Self.acceptable
      if let best, width(best.metric) <= goal { break }
      if place == 2, let program, program.problem.order <= Self.smallOrder {
        keep(try await searchAll(program, width))
        continue
      }
      guard
        case .solved(let answer) = try await lazy.solve(
          from: program, near: start?.value, tightening: 1e-13 + factor * excess,
          tolerance: 0, accuracy: accuracy, feasibility: accuracy / 100, roundLimit: 3)
      else { continue }
      let floating = answer.program.problem
      if let found = self.best(of: answer.run, floating, width) {
        keep(found)
        continue
      }
      program = answer.program
      excess = max(excess, floating.residuals(problem.constraints, answer.run).max() ?? 0)
    }
    return best
  }

  /// The run of the program over the whole Gram matrix.
  private func searchAll(
    _ start: InstanceProgram, _ width: (Rational) -> Double
  ) async throws -> Found? {
    let program = ProofProgram(start.problem, problem.constraints, scale: start.scale)
    for accuracy in [1e-10, 1e-9, 1e-8] {
      if case .solved(let solution, _) = try await lazy.solver.solve(
        program.program, accuracy: accuracy),
        let found = best(of: program.run(solution), start.problem, width)
      {
        return found
      }
    }
    return nil
  }

  /// The best instance of a run and of those that it is polished to.
  private func best(
    of run: FloatingRun, _ floating: FloatingProblem, _ width: (Rational) -> Double
  ) -> Found? {
    var best = checked(run, floating)
    if let best, width(best.metric) <= Self.goal { return best }
    for run in RunPolish(floating)?.polished(run) ?? [] {
      guard let found = checked(run, floating) else { continue }
      if best.map({ $0.metric < found.metric }) ?? true { best = found }
      if width(found.metric) <= Self.goal { break }
    }
    return best
  }

  private func checked(_ run: FloatingRun, _ floating: FloatingProblem) -> Found? {
    let instance = instance(run, floating)
    return (try? instance.check(in: problem)).map { (instance, $0) }
  }

  /// A run in rationals; where nothing else has a limit, it is scaled to the initial quantity 1.
  private func instance(_ run: FloatingRun, _ floating: FloatingProblem) -> RunInstance {
    var instance = floating.exactRun(run)
    let initial = Double(instance.value(of: problem.initial))
    if problem.isHomogeneous, initial > 0 {
      // A little less than 1 over it, so that rounding leaves it at most 1.
      let scale = Rational(exactly: (1 - 0x1p-50) / initial) ?? 0
      instance.weights = instance.weights.map { $0 * scale }
      instance.values = instance.values.map { $0 * scale }
    }
    return instance
  }
}
