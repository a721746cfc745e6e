public import Diagnostics
public import Properties

/// What an audit found: a row a property.
public struct AuditReport: Sendable {
  /// What was audited.
  public struct SubjectSummary: Sendable, Hashable {
    /// `built-in`, `formula`, `process`, `schedule` or `transform`.
    public var kind: String
    /// The subject as the user named it.
    public var name: String
    /// Its rule as a textbook prints it, from the trace; nil where there is no text of it.
    public var formula: String?
    /// The family whose laws it is held to; nil for none.
    public var family: String?
    /// Paper and reading, from its card.
    public var source: String?

    public init(kind: String, name: String, formula: String?, family: String?, source: String?) {
      self.kind = kind
      self.name = name
      self.formula = formula
      self.family = family
      self.source = source
    }
  }

  public var subject: SubjectSummary
  public var seed: UInt64
  public var effort: Effort
  public var results: [PropertyResult]
  /// Whether the audit was stopped before its end.
  public var isIncomplete = false
  /// What a subject that declares no family behaves like; nil where that is declared, or not known.
  public var inference: String?
  /// What the user should know beside the rows: a failure that could not be saved, for one.
  public var warnings: [String] = []

  /// The audit of another subject beside this one.
  public var against: AuditComparison?

  public init(subject: SubjectSummary, seed: UInt64, effort: Effort, results: [PropertyResult]) {
    self.subject = subject
    self.seed = seed
    self.effort = effort
    self.results = results
  }

  /// How many rows have each verdict, those of none left out.
  public var summary: [(verdict: Verdict, count: Int)] {
    Verdict.allCases.compactMap { verdict in
      let count = results.count { $0.verdict == verdict }
      return count == 0 ? nil : (verdict, count)
    }
  }

  /// Whether the subject fails: a declared property is refuted, or with `isStrict` shows a variant.
  ///
  /// - Parameter expected: results that do not count, by property; any other result for that property
  ///   does.
  public func isFailure(isStrict: Bool, expected: [String: Verdict] = [:]) -> Bool {
    results.contains { row in
      if let verdict = expected[row.property.id] { return row.verdict != verdict }
      guard row.isDeclared else { return false }
      return row.verdict == .refuted || isStrict && row.verdict == .variant
    }
  }
}
