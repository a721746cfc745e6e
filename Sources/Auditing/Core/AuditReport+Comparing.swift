internal import Diagnostics
internal import PropertyTesting
public import Properties

/// Another subject's audit beside one.
public struct AuditComparison: Sendable {
  public var subject: AuditReport.SubjectSummary
  /// By property: the other's verdict, and the first step at which the two part in the counterexample of
  /// either; nil where there is none, or where they do not part.
  public var rows: [String: Row]
  /// The first step at which the two part in common runs, from 1; nil where they do not.
  public var firstDifference: Int?
  /// The run in which they do.
  public var scenario: Scenario?

  public struct Row: Sendable, Hashable {
    public var verdict: Verdict
    public var firstDifference: Int?
  }

  /// The properties whose verdicts differ, in the report's order.
  public func changes(in report: AuditReport) -> [String] {
    report.results.filter { row in rows[row.property.id].map { $0.verdict != row.verdict } ?? false
    }
    .map(\.property.id)
  }
}

extension AuditReport {
  /// Compares two subjects of which the same was asked.
  ///
  /// - Parameters:
  ///   - report: the other's.
  ///   - subject: this report's subject.
  ///   - otherSubject: the other.
  public mutating func compare(
    with report: AuditReport, of otherSubject: AuditSubject, and subject: AuditSubject
  ) {
    let pair = SubjectPair(first: subject, second: otherSubject)
    var rows: [String: AuditComparison.Row] = [:]
    let others = Dictionary(
      report.results.map { ($0.property.id, $0) }, uniquingKeysWith: { first, _ in first })
    for row in results {
      guard let other = others[row.property.id] else { continue }
      let step = [row.counterexample, other.counterexample].lazy.compactMap { counterexample in
        counterexample.flatMap { pair.firstDifference(inCase: $0.case) }
      }.first
      rows[row.property.id] = .init(verdict: other.verdict, firstDifference: step)
    }
    var comparison = AuditComparison(subject: report.subject, rows: rows)
    (comparison.firstDifference, comparison.scenario) = pair.firstDifference(seed: seed)
    against = comparison
    subject.process?.end()
    otherSubject.process?.end()
  }
}

/// Two subjects, run on the same scenarios.
private struct SubjectPair {
  let first: AuditSubject
  let second: AuditSubject

  /// The first step at which they part in a counterexample; nil where its case holds no run.
  func firstDifference(inCase json: JSONValue) -> Int? {
    let inner = json["case"] ?? json
    let candidates = [inner["scenario"], inner, inner["runs"]?.array?.first].compactMap(\.self)
    for candidate in candidates {
      guard let executor = first.executors.first, let loop = try? LoopScenario(json: candidate)
      else { continue }
      if let scenario = try? loop.unrolled(on: executor), !scenario.steps.isEmpty {
        return firstDifference(in: scenario)
      }
    }
    return nil
  }

  /// The first step at which they part in any of some common runs, and the run.
  func firstDifference(seed: UInt64) -> (Int?, Scenario?) {
    var shape = ScenarioShape.full
    for process in [first.process, second.process].compactMap(\.self) {
      shape = shape.restricted(to: process.capabilities)
    }
    // Hyper-parameters that only one of the two has would part them.
    shape.changesHyperparameters = false
    var settings = Settings(cases: 60, seed: seed)
    settings.isExplaining = false
    settings.maximumShrinkExecutions = 2_000
    settings.sparseRestarts = 400
    var scenarios = first.scenarios(shape)
    if second.requiresLoss, !first.requiresLoss { scenarios = second.scenarios(shape) }
    let result = PropertyTesting.check("against", scenarios, settings) {
      (scenario: Scenario, _: TestCase) in
      if let step = firstDifference(in: scenario) { throw Violation("step \(step)") }
    }
    guard case .failed(let failure) = result.outcome else { return (nil, nil) }
    return (firstDifference(in: failure.value), failure.value)
  }

  /// Rounding apart: 4,096 unit roundoffs, relative to the parameters or 1.
  private func firstDifference(in scenario: Scenario) -> Int? {
    guard let one = first.executors.first, let other = second.executors.first,
      let run = try? one.run(scenario), let second = try? other.run(scenario)
    else { return nil }
    let unit = max(BlackBox.unitRoundoff(one), BlackBox.unitRoundoff(other))
    return run.firstDifference(from: second, tolerance: 4_096 * unit).map { $0.step + 1 }
  }
}
