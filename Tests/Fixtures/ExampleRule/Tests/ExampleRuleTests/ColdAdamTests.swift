import AssayTesting
import ExampleRule
import Testing

@Suite("Cold Adam")
struct ColdAdamTests {
  @Test(arguments: AuditCase.all(of: ColdAdam(), card: .adam))
  func audit(_ property: AuditCase) async throws { try await property.run() }

  @Test("Without the correction of its mean it is no Adam")
  func uncorrected() async throws {
    let cases = AuditCase.all(of: ColdAdam(correctsMean: false), card: .adam)
    for id in ["rule.matches-reference", "rule.first-step"] {
      let property = try #require(cases.first { $0.id == id })
      try await withKnownIssue("\(id) finds it") { try await property.run() }
    }
  }
}
