import Auditing
import Diagnostics
import Foundation
import Properties
import Testing

@Suite("A subject over the wire", .enabled(if: hasPython, "needs python3"))
struct ProcessSubjectTests {
  @Test("a right one is refuted in nothing, and tested in what its family declares")
  func right() async throws {
    let subject = try wireAdamW()
    let report = await Audit(of: subject, seed: 1, effort: .quick).run()
    // A coordinate-wise rule does not turn with its arguments: information, never declared.
    #expect(
      report.results.filter { $0.verdict == .refuted }.map(\.property.id) == ["rule.rotation"])
    #expect(!report.results.contains { $0.verdict == .untested })
    let tested = Set(report.results.filter { $0.verdict == .tested }.map(\.property.id))
    #expect(
      tested.isSuperset(of: [
        "subject.protocol", "rule.matches-reference", "rule.zero-gradient", "rule.odd",
        "rule.permutation", "rule.gradient-scale", "rule.first-step", "rule.constant-gradient",
        "rule.deterministic", "rule.causal", "rule.pure", "rule.live", "rule.resume", "rule.split",
        "rule.groups", "rule.late-parameter", "rule.rate-covariance", "rule.descent",
        "rule.decay-additive", "rule.decay-geometric",
      ]))
  }

  @Test("without a family only what everybody declares is asked, and the rest for information")
  func undeclared() async throws {
    let subject = try wireAdamW(as: nil)
    let report = await Audit(of: subject, seed: 1, effort: .quick).run()
    let asked = Set(
      report.results.filter { $0.verdict != .notApplicable && $0.isDeclared }.map(\.property.id))
    #expect(report.inference?.contains("adam") == true)
    #expect(
      asked == [
        "subject.protocol", "rule.zero-gradient", "rule.deterministic", "rule.causal", "rule.pure",
        "rule.live", "rule.resume",
      ])
    #expect(report.results.allSatisfy { $0.verdict != .refuted || !$0.isDeclared })
  }

  @Test(
    "each planted fault is refuted by the property that speaks of it",
    arguments: [
      ("random", "rule.deterministic"), ("peeks", "rule.causal"), ("mutates", "rule.pure"),
      ("dead-beta2", "rule.live"), ("dead-decay", "rule.live"), ("skips-first", "rule.live"),
      ("forgets", "rule.resume"), ("normalises", "rule.split"), ("leaks", "rule.groups"),
      ("decays-absent", "rule.late-parameter"),
      ("rate-squared", "rule.rate-covariance"), ("ascends", "rule.descent"),
      ("constant-decay", "rule.decay-additive"), ("dead-decay", "rule.decay-geometric"),
      ("offset", "rule.zero-gradient"), ("offset", "rule.odd"), ("uncorrected", "rule.first-step"),
      ("uncorrected", "rule.matches-reference"), ("uncorrected", "rule.constant-gradient"),
    ])
  func planted(_ fault: String, _ property: String) async throws {
    try await expectRefuted(property, of: try wireAdamW(fault))
  }

  @Test("a counter of all tensors is a convention, and named")
  func counter() async throws {
    let row = try await row("rule.late-parameter", of: try wireAdamW("global-counter"))
    #expect(row.verdict == .variant, "\(row)")
    #expect(row.detail?.contains("--as-set stepCounter=perGroup") == true)
  }

  @Test("a shift of θ is seen where decay is declared away")
  func translation() async throws {
    // Without decay the family is translation invariant: a process that decays all the same is not.
    let subject = try AuditSubject(
      command: wireCommand("attracted"), settings: [("weightDecay", "0")], as: "adam")
    try await expectRefuted("rule.translation", of: subject)
  }

  @Test("a formula file is a reference, too", arguments: [("none", false), ("uncorrected", true)])
  func referenceFile(_ fault: String, _ isRefuted: Bool) async throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).yaml")
    try adamFile(["theta": "theta - alpha*0.01*theta - alpha*mhat/(sqrt(vhat) + epsilon)"])
      .write(to: url, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: url) }
    let row = try await row("rule.matches-reference", of: try wireAdamW(fault, as: url.path))
    #expect(row.verdict == (isRefuted ? .refuted : .tested), "\(row)")
  }

  @Test("a counterexample is small")
  func small() async throws {
    let row = try await row("rule.matches-reference", of: try wireAdamW("uncorrected"))
    let counterexample = try #require(row.counterexample)
    #expect(counterexample.scalars <= 2)
    #expect(counterexample.steps <= 3)
    #expect(counterexample.command.hasSuffix("--command '\(wireCommandQuoted("uncorrected"))'"))
  }

  private func wireCommandQuoted(_ fault: String) -> String {
    wireCommand(fault).replacing("'", with: #"'\''"#)
  }

  @Test("the same seed gives the same report")
  func repeatable() async throws {
    let rows = try await [0, 1].asyncMap { _ in
      try await row("rule.first-step", of: try wireAdamW("uncorrected"))
    }
    #expect(rows[0].counterexample == rows[1].counterexample)
    #expect(rows[0].cases == rows[1].cases)
  }
}

@Suite("A process that breaks the protocol", .enabled(if: hasPython, "needs python3"))
struct SubjectProtocolTests {
  @Test(
    "is a finding with its transcript, and no crash",
    arguments: [
      ("dies", "died"), ("hangs", "hung"), ("ignores", "hung"), ("garbage", "garbage"),
      ("floods", "flooded"), ("order", "order"), ("shape", "shape"), ("words", "shape"),
      ("nan", "garbage"), ("version", "shape"), ("ages", "inconsistent"),
    ])
  func broken(_ fault: String, _ kind: String) async throws {
    let subject = try wireAdamW(fault, timeLimit: fault == "floods" ? 60 : 2)
    let report = await Audit(
      of: subject, seed: 1, effort: .quick,
      properties: ["subject.protocol", "rule.zero-gradient"].compactMap(Catalogue.property)
    ).run()
    let row = try #require(report.results.first)
    #expect(row.verdict == .refuted)
    #expect(row.isDeclared)
    #expect(row.counterexample != nil)
    let detail = try #require(row.detail)
    #expect(detail.contains("→ {\"op\":\"hello\"") || detail.contains("\"op\":"))
    #expect(row.evidence[0].detail?.hasPrefix(kind) == true, "\(row.evidence)")
    if fault != "ages" { #expect(report.results[1].verdict == .untested) }
    if fault == "dies" { #expect(detail.contains("no such device")) }
  }

  @Test("after the second death the rest is untested, and nothing is started again")
  func twice() async throws {
    let report = await Audit(of: try wireAdamW("hangs", timeLimit: 0.5), effort: .quick).run()
    #expect(report.results.first?.verdict == .refuted)
    for row in report.results.dropFirst() {
      #expect([.untested, .notApplicable].contains(row.verdict), "\(row)")
    }
  }

  @Test("an error in good order is a refusal, no finding")
  func refusal() async throws {
    let row = try await row("subject.protocol", of: try wireAdamW("refuses"))
    #expect(row.verdict == .tested)
    #expect(row.detail?.contains("not today") == true)
  }

  @Test("a missing package is 69 with its install command, wrong arguments are 64")
  func refusedGreeting() throws {
    let missing = #expect(throws: ProcessSubjectError.self) { try wireAdamW("missing") }
    #expect(missing?.exitCode == .unavailable)
    #expect(missing?.message.contains("pip install frobnicate") == true)
    let usage = #expect(throws: ProcessSubjectError.self) { try wireAdamW("usage") }
    #expect(usage?.exitCode == .usage)
  }

  @Test("what is not applicable has every row say so")
  func notApplicable() async throws {
    let report = await Audit(of: try wireAdamW("notApplicable"), effort: .quick).run()
    #expect(report.results.allSatisfy { $0.verdict == .notApplicable })
    #expect(report.results[0].detail == "the package frobnicate is not installed")
  }

  @Test("what cannot be started, and what nobody knows, is an error")
  func badInput() {
    let absent = #expect(throws: ProcessSubjectError.self) {
      try AuditSubject(command: "no-such-program --x", as: "adam")
    }
    #expect(absent?.exitCode == .unavailable)
    for (command, family, map, settings) in [
      (wireCommand(), "adma", "", ""), ("'unclosed", "adam", "", ""), ("", "adam", "", ""),
      (wireCommand(), "adam", "lt", ""), (wireCommand(), "adam", "", "momentum"),
    ] {
      let error = #expect(throws: (any Error).self) {
        try AuditSubject(
          command: command, settings: settings.isEmpty ? [] : [(settings, "0.5")], as: family,
          map: map.isEmpty ? [] : [(map, "learningRate")])
      }
      #expect((error as? any Diagnosable)?.exitCode == .usage)
    }
  }

  @Test("nothing is started that a failure file names")
  func replay() throws {
    let subject = try wireAdamW()
    #expect(throws: CaseError.self) { try AuditSubject(specification: subject.specification) }
    let again = try AuditSubject(
      specification: subject.specification, command: wireCommand("uncorrected"))
    #expect(again.family == "adamw")
  }
}

extension Sequence {
  fileprivate func asyncMap<Value>(
    _ body: (Element) async throws -> Value
  ) async rethrows -> [Value] {
    var values: [Value] = []
    for element in self { values.append(try await body(element)) }
    return values
  }
}
