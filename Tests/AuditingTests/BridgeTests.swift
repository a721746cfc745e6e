import Auditing
import Diagnostics
import Properties
import Testing

@Suite("The bridge to Python", .enabled(if: hasPython, "needs python3"))
struct BridgeTests {
  private func bridged(
    _ target: String, as family: String? = "sgd", map: [TypedSetting] = []
  ) throws -> AuditSubject {
    try AuditSubject(
      command: "python3 -m assay_bridge \(target)", as: family, map: map, timeLimit: 30,
      environment: bridgeEnvironment)
  }

  private func report(_ subject: AuditSubject) async -> AuditReport {
    await Audit(of: subject, seed: 1, effort: .quick).run()
  }

  @Test(
    "right optimizers of every interface are refuted in nothing",
    arguments: [
      ("torch.optim.SGD lr=0.01 momentum=0.9", []), ("torch.optim.SGD maximize=true", []),
      ("mine:InPlace", ["rate"]), ("mine.Returning", []),
    ])
  func right(_ target: String, _ mapped: [String]) async throws {
    let report = await report(
      try bridged(target, map: mapped.map { ($0, "learningRate") }))
    #expect(report.results.filter { $0.verdict == .refuted }.map(\.property.id) == [])
    for id in ["subject.protocol", "rule.matches-reference", "rule.resume", "rule.live"] {
      #expect(report.results.first { $0.property.id == id }?.verdict == .tested, "\(id)")
    }
  }

  @Test("a class that climbs is refuted")
  func climbing() async throws {
    let subject = try bridged("mine:Climbing", map: [("rate", "learningRate")])
    try await expectRefuted("rule.descent", of: subject)
  }

  @Test(
    "what a class cannot be asked is not applicable, and says why",
    arguments: [
      ("torch.optim.LBFGS", "closure"), ("torch.optim.SparseAdam", "sparse"),
    ])
  func notApplicable(_ target: String, _ word: String) async throws {
    let report = await report(try bridged(target))
    #expect(report.results.allSatisfy { $0.verdict == .notApplicable })
    #expect(report.results.first?.detail?.contains(word) == true)
  }

  @Test("a class that takes matrices only is asked with matrices")
  func matrices() async throws {
    let report = await report(try bridged("torch.optim.Muon"))
    for id in ["subject.protocol", "rule.deterministic", "rule.resume"] {
      #expect(report.results.first { $0.property.id == id }?.verdict == .tested, "\(id)")
    }
  }

  @Test(
    "wrong targets and arguments are 64 with a suggestion",
    arguments: [
      ("torch.optim.SDG", "`SGD`"), ("torch.optim.SGD momentun=0.9", "`momentum`"),
      ("torch.optim.SGD lr=-1", "Invalid learning rate"), ("mine:NeedsRate", "rate=..."),
      ("mine:Nothing", "has no"), ("mine:Idle", "neither"), ("mine", "names nothing"), ("", "name"),
      ("mine:InPlace rate", "key=value"),
    ])
  func usage(_ target: String, _ hint: String) {
    let error = #expect(throws: ProcessSubjectError.self) { try bridged(target) }
    #expect(error?.exitCode == .usage)
    #expect(error?.message.contains(hint) == true, "\(error?.message ?? "")")
  }

  @Test("a package that is missing is 69, with the pip command")
  func missing() {
    let error = #expect(throws: ProcessSubjectError.self) { try bridged("frobnicate.optim.Adam") }
    #expect(error?.exitCode == .unavailable)
    #expect(error?.message.contains("pip install frobnicate") == true)
  }
}
