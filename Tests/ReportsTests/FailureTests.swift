import Auditing
import Properties
import Testing

@Suite("Reports: what counts as a failure")
struct FailureTests {
  /// A report whose rows have these verdicts; the second is information.
  private func report(_ first: Verdict, _ second: Verdict = .tested) -> AuditReport {
    var report = AuditReport(
      subject: AuditReport.SubjectSummary(
        kind: "built-in", name: "sgd", formula: nil, family: nil, source: nil),
      seed: 0, effort: .quick, results: [])
    for (id, verdict, isInformation) in [("rule.a", first, false), ("rule.b", second, true)] {
      var row = PropertyResult(
        PropertyDescription(
          id: id, statement: "", source: "", domain: "", isInformation: isInformation, evidence: []),
        isDeclared: !isInformation, evidence: [])
      row.verdict = verdict
      report.results.append(row)
    }
    return report
  }

  @Test("Only a refuted declared property fails", arguments: Verdict.allCases)
  func plain(_ verdict: Verdict) {
    #expect(report(verdict).isFailure(isStrict: false) == (verdict == .refuted))
    #expect(!report(.tested, verdict).isFailure(isStrict: false))
  }

  @Test("Strictly, a variant fails too", arguments: Verdict.allCases)
  func strict(_ verdict: Verdict) {
    let fails = verdict == .refuted || verdict == .variant
    #expect(report(verdict).isFailure(isStrict: true) == fails)
    #expect(!report(.tested, verdict).isFailure(isStrict: true))
  }

  @Test("An expected result does not count, any other for that property does")
  func expected() {
    #expect(!report(.refuted).isFailure(isStrict: true, expected: ["rule.a": .refuted]))
    #expect(report(.tested).isFailure(isStrict: false, expected: ["rule.a": .refuted]))
    // An expectation about information counts as well: somebody asked for it.
    #expect(report(.tested, .proved).isFailure(isStrict: false, expected: ["rule.b": .refuted]))
    #expect(report(.refuted).isFailure(isStrict: false, expected: ["rule.b": .tested]))
    #expect(!report(.tested).isFailure(isStrict: false, expected: ["rule.elsewhere": .proved]))
  }

  @Test("The summary counts every verdict that there is")
  func summary() {
    let summary = report(.proved, .proved).summary
    #expect(summary.map(\.verdict) == [.proved])
    #expect(summary.map(\.count) == [2])
  }
}
