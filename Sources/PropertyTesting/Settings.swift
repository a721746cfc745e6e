/// How a check runs.
public struct Settings: Sendable {
  /// How many cases must meet the premise.
  public var cases: Int
  /// Every random choice is a function of it, the property's name and the case's number.
  public var seed: UInt64
  /// How many cases are made for each that is asked for before the check gives up.
  public var attemptsPerCase = 10
  /// How many choices a case may have.
  public var maximumChoices = 8192
  /// How often the body may run while a failure is shrunk.
  public var maximumShrinkExecutions = 5000
  /// When the check ends, finished or not; a check that it ends is `inconclusive`. Nil for never: then the
  /// result does not depend on the machine.
  public var timeLimit: Duration?
  /// How long making the first ten cases may take, bodies apart.
  public var generationLimit: Duration = .seconds(10)
  /// How many threads run bodies that may run in parallel; the result is that of one.
  public var workers = 1
  /// How many cases the search for a higher score may add, for bodies that call `maximise`.
  public var searchCases: Int?
  /// How many sparse cases are tried in the place of a failing one before it is shrunk, and again where
  /// shrinking ends: cases in which nearly every collection is as short as it may be. They lead out of a
  /// case that no single change makes smaller. None by default: most generators shrink well without.
  public var sparseRestarts = 0
  /// Whether failures are shrunk.
  public var isShrinking = true
  /// Whether the choices that matter to a failure are found.
  public var isExplaining = true
  /// Where failures are kept and run first; nil for nowhere.
  public var failures: FailureFolder?
  /// Where a record of every case goes; nil for nowhere.
  public var observations: ObservationLog?

  public init(cases: Int = 100, seed: UInt64 = 0) {
    self.cases = cases
    self.seed = seed
  }
}
