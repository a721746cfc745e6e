internal import PropertyTesting

/// A property that is false, with the smallest case in which it is.
public struct ShrinkingProblem: Sendable, CustomStringConvertible {
  /// What one run of it gave.
  public struct Run: Sendable {
    /// The smallest case found, as text; nil where none failed.
    public let smallest: String?
    /// How often the body ran between the first failure and the end of shrinking.
    public let executions: Int
    /// How many cases were made before the first that failed.
    public let attempts: Int
    /// How often the body ran in each pass of the shrinker.
    public let executionsOfPass: [String: Int]
  }

  public let name: String
  /// The smallest failing case, as text.
  public let minimum: String
  /// Looks for a failure from a seed, and shrinks it.
  public let run: @Sendable (_ seed: UInt64) -> Run
  public var description: String { name }

  init<Value>(
    _ name: String, minimum: String, _ generator: Generator<Value>,
    body: @escaping @Sendable (Value) throws -> Void
  ) {
    self.name = name
    self.minimum = minimum
    run = { seed in
      var settings = Settings(cases: 100_000, seed: seed)
      settings.isExplaining = false
      let result = check(name, generator, settings, body: body)
      return Run(
        smallest: result.failure.map { "\($0.value)" }, executions: result.shrinkExecutions,
        attempts: result.attempts, executionsOfPass: result.executionsOfPass)
    }
  }
}

func expect(_ holds: Bool) throws(Violation) {
  if !holds { throw Violation("the expectation is not met") }
}

func assume(_ holds: Bool) throws(Discard) {
  if !holds { throw Discard() }
}
