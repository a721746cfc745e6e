internal import Processes

/// CSDP: a primal-dual predictor–corrector method. Starts in 4 ms.
///
/// Source: Borchers, *CSDP, a C library for semidefinite programming*, Optimization Methods and Software 1999.
struct CSDP: SemidefiniteSolver {
  var seconds: Double = 300

  var name: String { "csdp" }

  func solve(
    _ program: SemidefiniteProgram, accuracy: Double, feasibility: Double
  ) async throws -> SolverOutcome {
    let folder = try SolverFolder()
    try folder.write("problem.dat-s", program.text)
    try folder.write("param.csdp", Self.parameters(accuracy: accuracy, feasibility: feasibility))
    let outcome = try await folder.run(
      .csdp, ["problem.dat-s", "solution"], limits: .solver(seconds: seconds))
    guard outcome.limit == nil, case .exited(let code) = outcome.status else {
      return .failed("csdp: \(outcome.summary)")
    }
    switch code {
    case 1: return .primalInfeasible
    case 2: return .dualInfeasible
    case 0, 3...7:
      guard let text = folder.read("solution"),
        let solution = SemidefiniteSolution(parsing: text, of: program)
      else { return .failed("csdp: \(outcome.summary) and left no solution") }
      return .solved(solution, isAccurate: code == 0)
    default: return .failed("csdp: \(outcome.summary)")
    }
  }

  private static func parameters(accuracy: Double, feasibility: Double) -> String {
    """
    axtol=\(feasibility)
    atytol=\(accuracy)
    objtol=\(accuracy)
    pinftol=1.0e8
    dinftol=1.0e8
    maxiter=200
    minstepfrac=0.90
    maxstepfrac=0.97
    minstepp=1.0e-8
    minstepd=1.0e-8
    usexzgap=1
    tweakgap=0
    affine=0
    printlevel=0
    perturbobj=0
    fastmode=0

    """
  }
}
