import Diagnostics
import Foundation
import Numbers
import Properties
import TestSupport
import Testing

@testable import Auditing

@Suite("Two subjects beside each other")
struct ComparisonTests {
  private static func file(_ velocity: String) -> String { momentumFile(velocity: velocity) }

  private func report(_ subject: AuditSubject) async throws -> AuditReport {
    let properties = try ["rule.matches-reference", "rule.odd", "rule.invariants"].map {
      try #require(Catalogue.property($0))
    }
    return await Audit(of: subject, seed: 1, effort: .forTests, properties: properties).run()
  }

  @Test("What differs is named, with the first step at which they part")
  func differs() async throws {
    let first = try subject(momentumFile())
    let second = try subject(momentumFile(velocity: "momentum*b + (1 - momentum)*g"))
    var compared = try await report(first)
    compared.compare(with: try await report(second), of: second, and: first)
    let against = try #require(compared.against)
    #expect(against.changes(in: compared) == ["rule.matches-reference"])
    #expect(against.rows["rule.matches-reference"]?.verdict == .refuted)
    #expect(against.rows["rule.matches-reference"]?.firstDifference == 1)
    #expect(against.rows["rule.odd"]?.firstDifference == nil)
    #expect(against.firstDifference == 1)
    // One coordinate would do; the search for a smaller run may stop before.
    #expect((1...3).contains(against.scenario?.scalarCount ?? 0))
  }

  @Test("A subject does not part from itself, nor from its formula in other words")
  func same() async throws {
    let first = try subject(momentumFile())
    for other in [momentumFile(), momentumFile(velocity: "g + b*momentum")] {
      let second = try subject(other)
      var compared = try await report(first)
      compared.compare(with: try await report(second), of: second, and: first)
      #expect(compared.against?.changes(in: compared) == [])
      #expect(compared.against?.firstDifference == nil)
    }
  }
}

@Suite("Closed loops")
struct LoopScenarioTests {
  @Test("The gradients are those of the quadratic where the run has come to")
  func unrolled() throws {
    let executor = FormulaExecutor(
      rule: try FormulaFile(text: momentumFile(velocity: "g", step: "0.5*b"), path: "a").rule)
    let loop = LoopScenario(
      scenario: Scenario(start: [3], gradients: [[0], [0], [0]], losses: [0, 0, 0]), curvature: 1)
    let run = try loop.unrolled(on: executor)
    #expect(run.steps.map { $0.gradients[0][0]?[0] } == [2, 1, 0.5])
    #expect(run.steps.map(\.loss) == [2, 0.5, 0.125])
  }

  @Test("It reads what it writes, and refuses a curvature that is none")
  func json() throws {
    let loop = LoopScenario(scenario: Scenario(start: [1], gradients: [[1]]), curvature: 2)
    #expect(try LoopScenario(json: loop.json).curvature == 2)
    #expect(try LoopScenario(json: loop.scenario.json).curvature == nil)
    guard case .object(var members) = loop.json else { return }
    members["curvature"] = -1
    #expect(throws: CaseError.self) { try LoopScenario(json: .object(members)) }
  }
}

@Suite("Reproductions in Python", .enabled(if: hasPython, "there is no python3"))
struct ReproductionTests {
  private func reproduction(_ target: String, as family: String) async throws -> String {
    let subject = try AuditSubject(
      command: "python3 -m assay_bridge \(target)", as: family, timeLimit: 30,
      environment: bridgeEnvironment)
    let properties = [try #require(Catalogue.property("rule.matches-reference"))]
    let report = await Audit(of: subject, seed: 1, effort: .forTests, properties: properties).run()
    let row = try #require(report.results.first)
    #expect(row.verdict == .refuted)
    return try #require(row.counterexample?.reproduction)
  }

  /// What Python prints for a program.
  private func output(
    of program: String, in environment: [String: String] = bridgeEnvironment
  ) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", program]
    process.environment = environment
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(program)")
    return String(decoding: data, as: UTF8.self)
  }

  @Test("A plain class that climbs is shown in a few lines that run as printed")
  func plain() async throws {
    let program = try await reproduction("mine:Climbing", as: "sgd")
    #expect(program.split(separator: "\n").count <= 6, "\(program)")
    #expect(program.hasPrefix("from mine import Climbing"))
    #expect(try output(of: program).contains("0.01"))
  }

  @Test(
    "With torch there, a run of one tensor takes five lines, which run as printed",
    .enabled("needs python3 with torch 2.13.0") { await Library.torch.isInstalled },
    arguments: [
      ("torch.optim.Adam", "adagrad", "rule.matches-reference"),
      ("torch.optim.SGD", "sign-sgd", "rule.gradient-scale"),
      ("--dtype float32 torch.optim.Adam", "sgd", "rule.matches-reference"),
      ("--matrices torch.optim.SGD", "sign-sgd", "rule.matches-reference"),
    ])
  func oneTensor(_ target: String, _ family: String, _ property: String) async throws {
    let subject = try AuditSubject(
      command: "python3 -m assay_bridge \(target)", as: family, timeLimit: 30)
    let properties = [try #require(Catalogue.property(property))]
    let report = await Audit(of: subject, seed: 1, effort: .quick, properties: properties).run()
    let counterexample = try #require(report.results.first?.counterexample)
    let program = try #require(counterexample.reproduction)
    let lines = program.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines.count <= 5, "\(program)")
    // One list of parameters for every step of every run that is compared.
    let printed = try output(of: program, in: ProcessInfo.processInfo.environment)
    let count = printed.split(separator: "\n").count
    #expect(count >= counterexample.steps && count % counterexample.steps == 0, "\(program)")
  }

  @Test("So is one with torch's interface")
  func torch() async throws {
    let program = try await reproduction("torch.optim.SGD momentum=0.5", as: "adagrad")
    #expect(program.contains("from torch.optim import SGD"))
    #expect(program.contains("momentum=0.5"))
    #expect(try !output(of: program).isEmpty)
  }
}

@Suite("Faults of the protocol", .enabled(if: hasPython, "there is no python3"))
struct SeveralFaultsTests {
  /// Answers one coordinate with nonsense, and more than one with the wrong shape.
  private static let program = #"""
    import json, sys
    for line in sys.stdin:
        r = json.loads(line)
        if r["op"] == "hello":
            print(json.dumps({"name": "two faults", "version": 1, "dtype": "float64", "hyperparameters": {},
                "capabilities": []}), flush=True)
        elif r["op"] == "open":
            several = len(r["groups"][0]["parameters"][0]) > 1
            print(json.dumps({"id": r["id"]}), flush=True)
        elif several: print(json.dumps({"id": r["id"], "trajectory": []}), flush=True)
        else: print("nonsense", flush=True)
    """#

  @Test("Every kind of fault is reported, not only the first")
  func several() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).py")
      .path
    try Self.program.write(toFile: path, atomically: true, encoding: .utf8)
    let subject = try AuditSubject(command: "python3 '\(path)'", timeLimit: 30)
    let property = try #require(Catalogue.property("subject.protocol"))
    let report = await Audit(of: subject, effort: .forTests, properties: [property]).run()
    let row = try #require(report.results.first)
    #expect(row.verdict == .refuted)
    let detail = try #require(row.evidence.first?.detail)
    #expect(detail.contains("garbage: "))
    #expect(detail.contains("shape: "))
  }
}
