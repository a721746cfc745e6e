public import Processes

extension ExternalTool {
  /// Semidefinite programs by dual scaling, Benson & Ye 2005.
  public static let dsdp = ExternalTool("dsdp5", package: "dsdp")
}

/// DSDP: a dual-scaling method, the second opinion.
///
/// Its verdict on feasibility is not used: it called a small infeasible program solved.
///
/// Source: Benson & Ye, *DSDP5: software for semidefinite programming*, 2005.
struct DSDP: SemidefiniteSolver {
  var seconds: Double = 300

  var name: String { "dsdp5" }

  func solve(
    _ program: SemidefiniteProgram, accuracy: Double, feasibility: Double
  ) async throws -> SolverOutcome {
    let folder = try SolverFolder()
    try folder.write("problem.dat-s", program.text)
    let outcome = try await folder.run(
      .dsdp, ["problem.dat-s", "-gaptol", "\(accuracy)", "-save", "solution"],
      limits: .solver(seconds: seconds))
    guard outcome.isSuccess else { return .failed("dsdp5: \(outcome.summary)") }
    guard let text = folder.read("solution"),
      let solution = SemidefiniteSolution(parsing: text, of: program)
    else { return .failed("dsdp5 left no solution") }
    return .solved(solution, isAccurate: true)
  }
}
