public import Processes
public import Properties

extension ExternalTool {
  /// Whether there is a solver that the audit proves with.
  public static var isSolverPresent: Bool { z3.isPresent || cvc5.isPresent }
}

extension Verdict {
  /// What a proof by a solver comes to on this machine: without one, generated cases are what is left.
  public static var provedBySolver: Verdict { ExternalTool.isSolverPresent ? .proved : .tested }
}
