import Auditing
import Numbers
import Optimizers
import Properties
import Testing

@Suite("Reductions")
struct ReductionTests {
  @Test(
    "Each family reduces to the simpler rule that it contains",
    arguments: [
      ("sgd", [("momentum", "0.9")]), ("sgd", [("momentum", "0.9"), ("nesterov", "true")]),
      ("adam", []), ("adam", [("epsilonPlacement", "insideRoot")]), ("amvt", []),
      ("amvt", [("variancePenalty", "trackedOnly")]), ("amo", [("clip", "none")]), ("amo", []),
      ("ayla:amvt", [("ayla.N1", "1.5")]), ("ayla:sgd", [("ayla.N2", "0.5")]),
    ])
  func shipped(_ name: String, _ settings: [(String, String)]) async throws {
    let subject = try AuditSubject(builtIn: name, settings: settings.map { ($0.0, $0.1) })
    let row = try await row("rule.reductions", of: subject)
    #expect([.proved, .tested].contains(row.verdict), "\(row)")
    #expect(row.evidence.contains { $0.kind == .generated && $0.verdict == .tested }, "\(row)")
  }

  @Test(
    "Files whose reductions go wrong are refuted",
    arguments: [
      adamFile(["theta": "theta - alpha*mhat/(sqrt(vhat) + 2*epsilon)"]),
      adamFile(["theta": "theta - 2*alpha*mhat/(sqrt(vhat) + epsilon)"]),
      amvtFile(["s": "beta3*s + (1 - beta3)*g^2"]),
      amvtFile(["s": "beta3*s + (1 - beta3)*(g - m/(2*(1 - beta1^t)))^2"]),
      """
      optimizer: momentum that stays
      family: sgd
      state: {velocity: 0}
      hyperparameters: {lr: 0.01, momentum: 0.9}
      domain: {lr: "[0, inf)", momentum: "[0, 1)"}
      update:
        - velocity = momentum*velocity + g + 0.1*velocity
        - theta = theta - lr*velocity
      """,
      adamFile(family: "amo"),
    ])
  func faults(_ text: String) async throws {
    try await expectRefuted("rule.reductions", of: try subject(ofFile: text))
  }

  @Test("Exponents of 1 that still change something are refuted")
  func transformFault() async throws {
    let subject = try AuditSubject(builtIn: "ayla:sgd", settings: [("ayla.N1", "1.5")])
    let property = ReductionProperty(examining: FaultyTransform(.weightAtZero))
    let report = await Audit(of: subject, seed: 1, effort: .quick, properties: [property]).run()
    let row = try #require(report.results.first)
    #expect(row.verdict == .refuted, "\(row)")
    let counterexample = try #require(row.counterexample)
    let context = AuditContext(subject: subject, seed: 1, effort: .quick)
    let examination = try await property.examine(counterexample.case, context)
    #expect(!examination.holds)
  }

  @Test("A tracked variance that shrinks the step is refuted")
  func tracked() async throws {
    // A file that declares the ablation, and applies the penalty all the same.
    let subject = try subject(
      ofFile: amvtFile(), as: "amvt", familySettings: [("variancePenalty", "trackedOnly")])
    try await expectRefuted("rule.reductions", of: subject)
  }

  @Test("A rule that contains no simpler one at its settings is not asked")
  func none() async throws {
    let row = try await row("rule.reductions", of: try AuditSubject(builtIn: "sgd"))
    #expect(row.verdict == .notApplicable)
  }
}
