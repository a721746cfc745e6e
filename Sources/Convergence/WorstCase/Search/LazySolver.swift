internal import Numbers

/// Solves a performance problem with a few of its constraints, and adds those that the run violates until
/// none is left: most of them never matter.
struct LazySolver {
  let floating: FloatingProblem
  let solver: any SemidefiniteSolver
  var progress: (@Sendable (String) -> Void)?

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
  ///   - start: the constraints and the units to begin with; nil for the first ones of the problem.
  ///   - guess: what the worst case may be near, in units; nil where nothing is known.
  ///   - tightening: what every limit is lowered by, in units.
  ///   - tolerance: what a run may violate a constraint by that is left out, in units; 0 also keeps those that
  ///     turn out not to matter.
  ///   - feasibility: what it may violate one by that is not; as the accuracy if nil.
  ///   - roundLimit: how often constraints are added, at most.
  /// - Throws: where the solver cannot be run.
  func solve(
    from start: InstanceProgram? = nil, near guess: Double?, tightening: Double = 0,
    tolerance: Double = 1e-9, accuracy: Double, feasibility: Double? = nil, roundLimit: Int = 30
  ) async throws -> Outcome {
    let exact = floating.exact
    var floating = start?.problem ?? floating
    var constraints = start?.constraints ?? InstanceProgram.firstConstraints(of: exact)
    var scale = start?.scale ?? Self.scale(for: guess ?? 1)
    // Units that were found are kept.
    var (round, rescalings) = (1, start == nil ? 0 : Self.rescalingLimit)
    var dropped: Set<RunConstraint> = []
    var isBounded = false
    var last = Double.infinity
    while true {
      progress?(
        "\(solver.name): \(constraints.count) of \(exact.constraints.count) inequalities")
      let program = InstanceProgram(floating, constraints, scale: scale, tightening: tightening)
      let solution: SemidefiniteSolution
      switch try await solver.solve(
        program.program, accuracy: accuracy, feasibility: feasibility ?? accuracy)
      {
      case .solved(let found, let isAccurate):
        solution = found
        isBounded = isBounded || isAccurate
      case .dualInfeasible:
        // What some of the constraints have bounded, all of them do; and to a solver a metric that is blown up
        // may look unbounded.
        if isBounded || scale > 1 {
          return .trouble("\(solver.name) finds no bound, where there may be one")
        }
        // A few constraints may bound nothing where all of them do.
        let all = exact.constraints
        guard constraints.count < all.count else { return .unbounded }
        constraints = all
        continue
      case .primalInfeasible: return .trouble("\(solver.name) finds no run at all")
      case .failed(let reason): return .trouble(reason)
      }
      let answer = Answer(program: program, solution: solution, value: program.value(solution))
      let better = Self.scale(for: answer.value, found: scale)
      let (rescaled, change) = floating.rescaled(to: answer.run)
      if rescalings < Self.rescalingLimit, change > 16 || !(0.1...10).contains(better / scale) {
        (floating, scale) = (rescaled, better)
        rescalings += 1
        continue
      }
      let known = Set(constraints)
      let left = exact.constraints.filter { !known.contains($0) }
      let fresh = zip(left, floating.residuals(left, answer.run)).filter { $0.1 > tolerance }
        .sorted { $0.1 > $1.1 }
      // A run of many may violate constraints that none of the others needs.
      let isSettled = tolerance > 0 && (last - answer.value).magnitude <= accuracy * answer.value
      if fresh.isEmpty || isSettled || round >= roundLimit { return .solved(answer) }
      last = answer.value
      if tolerance > 0 {
        // What does not matter is dropped, once: what comes back stays.
        let significant = Set(program.significant(in: solution))
        constraints.removeAll { !significant.contains($0) && !dropped.contains($0) }
        dropped.formUnion(known.subtracting(constraints))
      }
      constraints += fresh.prefix(max(12, 3 * exact.points.count)).map(\.0)
      (floating, scale) = (rescaled, better)
      round += 1
    }
  }

  /// How often units are chosen anew and nothing else, at most.
  private static let rescalingLimit = 5

  /// The power of 2 that brings a worst case near 1, as far as the solver can tell it at the given scale.
  private static func scale(for value: Double, found scale: Double = 1) -> Double {
    let seen = min(max((value * scale).magnitude, 0x1p-24), 0x1p24)
    guard seen.isFinite else { return scale }
    return scale * Double(sign: .plus, exponent: -seen.exponent, significand: 1)
  }
}
