import AssayTesting
import Numbers
import Optimizers
import Properties
import Testing

/// Gradient descent, or what it becomes with the sign left out.
private struct Plain: UpdateRule {
  var climbs = false

  var slotNames: [String] { [] }
  var hyperparameters: Hyperparameters { [.learningRate: 0.01] }
  var card: Card {
    Card(
      name: "plain", title: "plain", source: "a test", traits: [.coordinateWise, .odd],
      hyperparameters: Card.sgd.hyperparameters.filter { $0.key == "learningRate" }, slots: [],
      floatBox: Card.sgd.floatBox)
  }

  func prepare<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>, history: inout Slots<N>
  ) throws(N.Failure) -> StepScalars<N> { hyperparameters }

  func update<N: RuleNumber>(
    _ parameter: inout N, gradient: N, slots: inout Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) {
    let change = step[.learningRate] * gradient
    parameter = climbs ? parameter + change : parameter - change
  }
}

@Suite("Audits as test cases")
struct AuditCaseTests {
  @Test("A right rule passes", arguments: AuditCase.all(of: Plain(), card: .sgd))
  func right(_ property: AuditCase) async throws { try await property.run() }

  @Test(
    "What nobody declares is no issue where it is refuted: Adam does not turn with its coordinates")
  func undeclared() async throws {
    let cases = AuditCase.all(of: Adam())
    let rotation = try #require(cases.first { $0.id == "rule.rotation" })
    try await rotation.run()
    let known = AuditCase.all(of: Adam(), expecting: ["rule.rotation": .refuted])
    try await #require(known.first { $0.id == "rule.rotation" }).run()
  }

  @Test("There is a case for each property that the card declares, and for no other")
  func cases() {
    let ids = AuditCase.all(of: Plain(), card: .sgd).map(\.id)
    #expect(Set(ids).count == ids.count)
    #expect(ids.contains("rule.matches-reference"))
    #expect(ids.contains("rule.descent"))
    #expect(!ids.contains("moment.bias-identity"))
    #expect(!ids.contains("moment.ratio-bound-loose"))
    // Its own card declares less.
    #expect(!AuditCase.all(of: Plain()).map(\.id).contains("rule.descent"))
  }

  @Test(
    "A wrong rule is an issue, with its counterexample",
    arguments: ["rule.descent", "rule.first-step"])
  func wrong(id: String) async throws {
    let property = try #require(
      AuditCase.all(of: Plain(climbs: true), card: .sgd).first { $0.id == id })
    try await withKnownIssue("the rule climbs") {
      try await property.run()
    } matching: { issue in
      issue.comments.contains { $0.rawValue.contains("counterexample of 1 scalars and 1 steps") }
    }
  }

  @Test("An expected verdict passes, and any other does not")
  func expected() async throws {
    func property(_ verdict: Verdict) throws -> AuditCase {
      try #require(
        AuditCase.all(
          of: Plain(climbs: true), card: .sgd, expecting: ["rule.descent": verdict]
        ).first { $0.id == "rule.descent" })
    }
    try await property(.refuted).run()
    try await withKnownIssue("it is refuted") { try await property(.proved).run() }
  }
}
