/// How much work an audit puts into a property, in counts and never in time, so that a seed repeats a run on
/// any machine.
public enum Effort: String, Sendable, Hashable, Codable, CaseIterable {
  case quick, standard, thorough

  /// How many cases are generated for a property of a scalar step.
  public var generatedCases: Int {
    switch self {
    case .quick: 200
    case .standard: 2_000
    case .thorough: 50_000
    }
  }

  /// What one question may cost a solver, in its own units (`rlimit`): about 10⁷ a second for Z3 4.8.
  public var solverResourceLimit: Int {
    switch self {
    case .quick: 4_000_000
    case .standard: 20_000_000
    case .thorough: 200_000_000
    }
  }

  /// The time by the clock after which a solver is given up, in seconds: many times what the limit above
  /// takes, so that it bites only where something is wrong. What it ends is `inconclusive`.
  public var solverSeconds: Double {
    switch self {
    case .quick: 20
    case .standard: 60
    case .thorough: 600
    }
  }

  /// How many boxes an interval search may look at.
  public var boxLimit: Int {
    switch self {
    case .quick: 20_000
    case .standard: 200_000
    case .thorough: 5_000_000
    }
  }

  /// How many evaluations a targeted search may spend.
  public var searchEvaluations: Int {
    switch self {
    case .quick: 2_000
    case .standard: 20_000
    case .thorough: 500_000
    }
  }
}
