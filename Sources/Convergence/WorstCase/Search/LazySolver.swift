internal import Numbers

/// Solves a performance problem with a few of its constraints, and adds those that the run violates until
/// none is left: most of them never matter.
struct LazySolver {
  let problem: PerformanceProblem
  let floating: FloatingProblem
  let solver: any SemidefiniteSolver

  /// A solution with all constraints that turned out to matter.
  struct Answer {
    let program: InstanceProgram
    let solution: SemidefiniteSolution
    /// The worst case in units.
    let value: Double

    var run: FloatingRun { program.run(solution) }
  }

  enum Outcome {
    case solved(Answer)
    /// Nothing bounds the metric.
    case unbounded
    case trouble(String)
  }

  /// - Parameters:
  ///   - start: the constraints to begin with; nil for the first ones of the problem.
  ///   - guess: what the worst case may be near, in units; nil where nothing is known.
  ///   - tightening: what every limit is lowered by, in units.
  ///   - tolerance: what a run may violate a constraint by that is left out, relative to the worst case.
  ///   - feasibility: what it may violate one by that is not; as the accuracy if nil.
  ///   - roundLimit: how often constraints are added, at most.
  /// - Throws: where the solver cannot be run.
  func solve(
    from start: [RunConstraint]? = nil, near guess: Double?, tightening: Double = 0,
    tolerance: Double = 1e-9, accuracy: Double, feasibility: Double? = nil, roundLimit: Int = 30
  ) async throws -> Outcome {
    var constraints = start ?? InstanceProgram.firstConstraints(of: problem)
    var scale = Self.scale(for: guess ?? 1)
    var round = 1
    var last = Double.infinity
    while true {
      let program = InstanceProgram(floating, constraints, scale: scale, tightening: tightening)
      let solution: SemidefiniteSolution
      switch try await solver.solve(
        program.program, accuracy: accuracy, feasibility: feasibility ?? accuracy)
      {
      case .solved(let found, _): solution = found
      case .dualInfeasible:
        // A few constraints may bound nothing where all of them do.
        let all = problem.constraints
        guard constraints.count < all.count else { return .unbounded }
        constraints = all
        continue
      case .primalInfeasible: return .trouble("\(solver.name) finds no run at all")
      case .failed(let reason): return .trouble(reason)
      }
      let answer = Answer(
        program: program, solution: solution, value: program.value(solution))
      let run = answer.run
      let violations = floating.violations(
        gram: run.gram, values: run.values, above: tolerance * max(answer.value, 1e-12))
      let known = Set(constraints)
      let fresh = violations.filter { !known.contains($0.constraint) }
        .sorted { $0.amount > $1.amount }
      let better = Self.scale(for: answer.value)
      let isScaled = (0.1...10).contains(better / scale)
      // A run of many may violate constraints that none of the others needs.
      let isSettled = tolerance > 0 && (last - answer.value).magnitude <= 1e-11 * answer.value
      if (fresh.isEmpty || isSettled) && isScaled || round >= roundLimit { return .solved(answer) }
      last = answer.value
      constraints += fresh.prefix(max(12, 3 * problem.points.count)).map(\.constraint)
      scale = better
      round += 1
    }
  }

  /// The power of 2 that brings a worst case near 1.
  private static func scale(for value: Double) -> Double {
    guard value > 1e-12, value < 1e12 else { return 1 }
    return Double(sign: .plus, exponent: -value.exponent, significand: 1)
  }
}
