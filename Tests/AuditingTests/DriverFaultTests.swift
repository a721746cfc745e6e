import Processes
import Properties
import Proving
import Testing

@testable import Auditing

@Suite("Faults around a rule")
struct DriverFaultTests {
  private func report(
    _ base: FaultBase, _ faults: WireServer.Faults, isDeclared: Bool = true
  ) async throws -> [PropertyResult] {
    let subject = try base.wired(base.text, faults, id: "test", isDeclared: isDeclared)
    var context = AuditContext(subject: subject, seed: 1, effort: .quick)
    context.isShrinking = false
    let audit = Audit(in: context)
    var rows: [PropertyResult] = []
    for property in audit.properties { rows.append(await audit.row(of: property).0) }
    return rows
  }

  @Test("the right driver is refuted in nothing", arguments: [false, true])
  func right(_ climbs: Bool) async throws {
    let base = try FaultBase("adamw")
    let rows = try await report(base, WireServer.Faults(maximizes: climbs))
    #expect(rows.filter { $0.verdict == .refuted && $0.isDeclared }.map(\.property.id) == [])
    #expect(rows.contains { $0.property.id == "rule.resume" && $0.verdict == .tested })
    #expect(rows.contains { $0.property.id == "rule.matches-reference" && $0.verdict == .tested })
  }

  @Test("a fault of the driver is found", arguments: DriverFault.allCases)
  func found(_ fault: DriverFault) async throws {
    let base = try FaultBase("adamw")
    let climbs = fault == .ignoredMaximize
    let rows = try await report(base, WireServer.Faults(driver: fault, maximizes: climbs))
    #expect(rows.contains { $0.verdict == .refuted }, "\(fault.rawValue)")
  }

  @Test(
    "what needs no family finds its faults without one",
    arguments: [
      (DriverFault.mutatedGradient, "rule.pure"), (.ages, "rule.deterministic"),
      (.peeks, "rule.causal"), (.lostState, "rule.resume"), (.lostCounter, "rule.resume"),
      (.deafSettings, "rule.live"),
    ])
  func undeclared(_ fault: DriverFault, _ property: String) async throws {
    let rows = try await report(
      try FaultBase("adam"), WireServer.Faults(driver: fault), isDeclared: false)
    if fault == .deafSettings {
      // Settings at the opening still count, so that a knob is alive.
      #expect(rows.allSatisfy { $0.verdict != .refuted })
    } else {
      #expect(rows.contains { $0.property.id == property && $0.verdict == .refuted })
    }
  }

  @Test("a breach of the protocol is one", arguments: WireFault.allCases)
  func manners(_ fault: WireFault) async throws {
    let base = try FaultBase("sgd")
    let subject = try base.wired(
      base.text, WireServer.Faults(wire: fault), id: "test", isDeclared: false)
    let (row, _) = await Audit(in: AuditContext(subject: subject, seed: 1, effort: .quick))
      .row(of: SubjectProtocol())
    #expect(row.verdict == .refuted, "\(row)")
    #expect(row.detail?.isEmpty == false)
  }
}

@Suite("Falsehoods planted for solvers")
struct SolverPlantTests {
  @Test("none is proved")
  func believed() async {
    #expect(await SolverPlant.believed(by: Prover(effort: .quick)) == [])
  }

  @Test("what is true beside them is", .enabled(if: ExternalTool("z3").isPresent, "needs z3"))
  func guarded() async throws {
    // The same texts with what they lack: a positive ε, a root of what is not negative.
    let text = adamFile()
    let row = try await rows(["rule.zero-gradient"], of: try subject(text)).values.first
    #expect(row?.verdict == .proved)
  }

  @Test("a zero gradient proves nothing where ε may be 0")
  func zeroEpsilon() async throws {
    let text = adamFile().replacing("epsilon: \"(0, inf)\"", with: "epsilon: \"[0, inf)\"")
    let row = try await rows(["rule.zero-gradient"], of: try subject(text)).values.first
    #expect(row?.verdict != .proved, "\(row.map { "\($0)" } ?? "")")
  }
}
