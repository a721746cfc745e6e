import Auditing
import Diagnostics
import Foundation
import Properties
import Testing

@Suite("Hyper-parameters without a domain")
struct FixedHyperparameterTests {
  /// Adam with an ε, and what else the file says.
  private func subject(domain: String) throws -> AuditSubject {
    let text = """
      optimizer: by-hand
      family: adam
      state: {m: 0, v: 0}
      hyperparameters: {alpha: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8}
      \(domain)
      update:
        - m = beta1*m + (1 - beta1)*g
        - v = beta2*v + (1 - beta2)*g^2
        - theta = theta - alpha*(m/(1 - beta1^t)) / (sqrt(v/(1 - beta2^t)) + eps)
      """
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("assay-\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(text.utf8).write(to: file)
    return try AuditSubject(formulaFile: file.path)
  }

  private func verdict(_ id: String, of subject: AuditSubject) async throws -> Verdict? {
    let property = try #require(Catalogue.property(id))
    let report = await Audit(of: subject, effort: .quick, properties: [property]).run()
    return report.results.first?.verdict
  }

  @Test(
    "are fixed at their value: no claim is about another one",
    arguments: ["rule.zero-gradient", "rule.first-step", "rule.odd", "rule.gradient-scale"])
  func fixed(id: String) async throws {
    // As a free symbol ε = −10 would make the denominator 0, and refute these.
    let verdict = try await verdict(id, of: subject(domain: ""))
    #expect(verdict == .proved || verdict == .tested, "\(id) is \(String(describing: verdict))")
  }

  @Test("with a domain that allows ε = 0 the zero-gradient law falls there")
  func free() async throws {
    let subject = try subject(domain: #"domain: {eps: "[0, 1]"}"#)
    let property = try #require(Catalogue.property("rule.zero-gradient"))
    let report = await Audit(of: subject, effort: .quick, properties: [property]).run()
    let row = try #require(report.results.first)
    // Only the solver looks at ε = 0; without one the generated cases at 1e-8 are all there is.
    let hasSolver = row.evidence.contains { $0.kind == .smt && $0.verdict != .untested }
    #expect(row.verdict == (hasSolver ? .refuted : .tested))
    if hasSolver { #expect(row.counterexample?.case["point"]?["epsilon"]?.string == "0") }
  }
}
