import Diagnostics
import Foundation
import Numbers
import Optimizers
import Properties
import PropertyTesting
import TestSupport
import Testing

@testable import Auditing

@Suite("Cases as data")
struct CaseTests {
  private let full = Scenario(
    groups: [
      Scenario.Group(parameters: [[1, -2.385], []], hyperparameters: ["learningRate": 0.1]),
      Scenario.Group(parameters: [[5e-324]]),
    ],
    steps: [
      Scenario.Step(gradients: [[[0.37, -0.0], nil], [[1e308]]], loss: 0.5),
      Scenario.Step(
        gradients: [[nil, []], [[.infinity]]], loss: nil, changes: [1: ["beta1": 0.999]],
        reloads: true),
    ])

  /// Through text, as a failure file holds it.
  private func roundTrip<Case: AuditCase>(_ value: Case) throws -> Case {
    try Case(json: JSONValue(parsing: Data(value.json.text().utf8)))
  }

  @Test("Every case comes back from its JSON as it was")
  func roundTrips() throws {
    #expect(try roundTrip(full) == full)
    let line = Scenario(
      start: [1, 2, 3], gradients: [[1, -1, 0.1], [0, 0, 0]], losses: [1, -2])
    for exponent in [-8, 0, 8, -1_000, 1_000] {
      let scaled = ScaledScenario(scenario: line, exponent: exponent)
      #expect(try roundTrip(scaled) == scaled)
    }
    let permuted = PermutedScenario(scenario: line, order: [2, 0, 1])
    #expect(try roundTrip(permuted) == permuted)
    #expect(permuted.permuted.groups[0].parameters == [[3, 1, 2]])
    #expect(permuted.permuted.steps[0].gradients == [[[0.1, 1, -1]]])
    for poison in [Double.nan, .infinity, -.infinity] {
      let poisoned = PoisonedScenario(
        scenario: line, step: 1, coordinate: 2, poison: poison, policy: .skip)
      let back = try roundTrip(poisoned)
      #expect(back.json == poisoned.json)
      #expect(back.step == 1)
      #expect(back.poison.bitPattern == poison.bitPattern || poison.isNaN && back.poison.isNaN)
      #expect(back.stepCount == 3)
    }
  }

  /// Values that are no case, or not the one wanted.
  private static let hostile: [JSONValue] = {
    let tensor: JSONValue = ["parameters": [[1, 2]]]
    let step: JSONValue = ["gradients": [[[1, 2]]]]
    func scenario(_ groups: JSONValue, _ steps: JSONValue) -> JSONValue {
      ["groups": groups, "steps": steps]
    }
    let right = scenario([tensor], [step])
    let empty = scenario([], [])
    return [
      .null, [], 1, "case", true, [:], ["groups": 1], empty, scenario([[:]], []),
      scenario([tensor], [["gradients": []]]), scenario([tensor], [["gradients": [[]]]]),
      scenario([tensor], [["gradients": [[[1]]]]]),
      scenario([tensor], [["gradients": [[["a", 2]]]]]),
      scenario([["parameters": [[.null]]]], []), scenario([["parameters": [[]]]], []),
      scenario([["parameters": []]], [["gradients": [[]]]]),
      scenario([["parameters": [["NaN", 1]]]], [step]),
      scenario([tensor], [["gradients": [[["Infinity", 1]]]]]),
      scenario([tensor], [["gradients": [[nil]]]]),
      scenario(
        [tensor], [["gradients": [[[1, 2]]], "set": [["group": 7, "hyperparameters": [:]]]]]),
      scenario(
        [tensor], [["gradients": [[[1, 2]]], "set": [["group": -1, "hyperparameters": [:]]]]]),
      scenario(
        [tensor],
        [["gradients": [[[1, 2]]], "set": [["group": 0, "hyperparameters": ["beta1": "1"]]]]]),
      scenario(
        [["parameters": [[1, 2]], "hyperparameters": ["beta1": JSONValue(0.9)]]], [step]),
      scenario([["parameters": [[1, 2]], "hyperparameters": ["beta1": "1"]]], [step]),
      scenario([["parameters": [[1, 2]], "hyperparameters": ["beta2": "-1e9"]]], [step]),
      scenario([["parameters": [[1, 2]], "hyperparameters": ["nobody": "1"]]], [step]),
      scenario([["parameters": [[1, 2]], "hyperparameters": ["epsilon": "1e999999999"]]], [step]),
      ["scenario": right], ["scenario": empty, "order": []],
      ["scenario": right, "order": [0, 0]], ["scenario": right, "order": [1]],
      ["scenario": right, "order": [0, 7]], ["scenario": right, "scale": 0],
      ["scenario": right, "scale": 3], ["scenario": right, "scale": -2],
      ["scenario": right, "scale": "NaN"], ["scenario": right, "scale": "Infinity"],
      [
        "scenario": empty, "step": 1, "coordinate": 0, "poison": "NaN", "policy": "skip",
      ],
      [
        "scenario": right, "step": .integer(.min), "coordinate": 0, "poison": "NaN",
        "policy": "skip",
      ],
      ["scenario": right, "step": 1, "coordinate": 2, "poison": "NaN", "policy": "skip"],
      ["scenario": right, "step": 1, "coordinate": -1, "poison": "NaN", "policy": "skip"],
      ["scenario": right, "step": 1, "coordinate": 0, "poison": 1, "policy": "skip"],
      ["scenario": right, "step": 1, "coordinate": 0, "poison": "NaN", "policy": "hope"],
      [
        "scenario": scenario([tensor, tensor], [["gradients": [[[1, 2]], [[1, 2]]]]]),
        "order": [3, 2, 1, 0], "scale": 2, "step": 1, "coordinate": 3, "poison": "NaN",
        "policy": "skip",
      ],
    ]
  }()

  @Test("A hostile case is an error of the file, in every property, and no trap")
  func hostileCases() async throws {
    for name in ["adam", "amvt", "ayla:amvt"] {
      let settings: [TypedSetting] = name == "ayla:amvt" ? [("ayla.N1", "1.5")] : []
      let subject = try AuditSubject(builtIn: name, settings: settings)
      let context = AuditContext(subject: subject, seed: 0, effort: .quick)
      for property in RuleProperties.all {
        for value in Self.hostile {
          for arithmetic in ["float64", "float32"] as [JSONValue] {
            do {
              _ = try await property.examine(["arithmetic": arithmetic, "case": value], context)
            } catch let error as any Diagnosable {
              #expect(!error.message.isEmpty)
            }
          }
        }
        for value in Self.hostile + [["arithmetic": "float16", "case": [:]]] {
          await #expect(throws: CaseError.self, "\(property.id) \(value)") {
            try await property.examine(value, context)
          }
        }
      }
    }
  }

  @Test("A scenario that a subject cannot run is refused")
  func unrunnable() async throws {
    let context = AuditContext(
      subject: try AuditSubject(builtIn: "ayla:amvt", settings: [("ayla.N1", "1.5")]), seed: 0,
      effort: .quick)
    for scenario in [
      full, Scenario(groups: [], steps: []), Scenario(start: [1], gradients: [[1]]),
      Scenario(start: [.nan], gradients: [[1]], losses: [1]),
      Scenario(start: [1], gradients: [[.infinity]], losses: [1]),
      Scenario(start: [1], gradients: [[1]], losses: [.nan]),
    ] {
      let properties: [any AuditableProperty] = [
        RuleProperties.matchesReference, RuleProperties.invariants,
      ]
      for property in properties {
        await #expect(throws: CaseError.self) {
          try await property.examine(["arithmetic": "float64", "case": scenario.json], context)
        }
      }
    }
  }

  @Test("A hostile point of a claim is an error of the file")
  func hostilePoints() async throws {
    let context = AuditContext(
      subject: try AuditSubject(builtIn: "adam"), seed: 0, effort: .quick)
    for (claim, point) in [
      ("first-step", .null), ("first-step", []), ("no-such-claim", [:]), ("first-step", ["g": 1]),
      ("first-step", ["g": "x"]), ("first-step", ["g": "1/0"]),
      ("first-step", ["g": "1e999999999"]),
    ] as [(String, JSONValue)] {
      await #expect(throws: CaseError.self, "\(claim) \(point)") {
        try await RuleProperties.firstStep.examine(
          ["claim": .string(claim), "point": point], context)
      }
    }
    // Right points of wrong sizes are answered, one way or the other.
    for (name, value) in [("t", "1000000000000"), ("t", "1/2"), ("beta1", "1"), ("epsilon", "0")] {
      var point: [String: JSONValue] = [:]
      for symbol in ["theta", "g", "m", "v", "t", "learningRate", "beta1", "beta2", "epsilon"] {
        point[symbol] = "1/2"
      }
      point["t"] = "3"
      point[name] = .string(value)
      _ = try? await RuleProperties.odd.examine(
        ["claim": "odd", "point": .object(point)], context)
    }
  }

  @Test("A subject of a failure file that is no such thing is an error")
  func hostileSubjects() {
    for value in [
      .null, [:], ["kind": "process"], ["kind": "built-in"], ["kind": "built-in", "name": "amtv"],
      ["kind": "built-in", "name": "adam", "settings": [["beta1"]]],
      ["kind": "built-in", "name": "adam", "settings": [[1, 2]]],
      ["kind": "built-in", "name": "adam", "settings": [["beta1", "1"]]],
      ["kind": "formula"], ["kind": "formula", "file": "/nowhere/at/all.yaml"],
    ] as [JSONValue] {
      #expect("\(value)") {
        _ = try AuditSubject(specification: value)
      } throws: { $0 is any Diagnosable }
    }
  }
}

@Suite("Failure files of audits")
struct AuditFailureFileTests {
  @Test("Replaying a kept failure gives the examination that the audit saw")
  func replay() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("wrong.yaml", adamFile(["mhat": "m"]))
    let subject = try AuditSubject(formulaFile: path)
    let failures = FailureFolder(folder.url.appending(path: "failures"))
    let properties = ["rule.matches-reference", "rule.first-step", "rule.constant-gradient"]
      .compactMap(Catalogue.property)
    let report = await Audit(
      of: subject, seed: 3, effort: .forTests, properties: properties, failures: failures
    ).run()
    #expect(report.warnings.isEmpty)
    for row in report.results {
      let counterexample = try #require(row.counterexample)
      let id = try #require(counterexample.replay)
      #expect(counterexample.command == "assay replay \(id)")
      let failure = try failures.failure(id: id)
      #expect(failure.case.text() == counterexample.case.text())
      #expect(failure.property == row.property.id)
      #expect(failure.seed == 3)
      let again = AuditContext(
        subject: try AuditSubject(specification: failure.subject), seed: failure.seed,
        effort: .standard)
      let property = try #require(Catalogue.property(failure.property))
      let examination = try await property.examine(failure.case, again)
      #expect(!examination.holds)
      #expect(examination.summary == failure.message)
      #expect((examination.trajectories["subject"] ?? .null).text() == failure.observed.text())
      #expect((examination.trajectories["expected"] ?? .null).text() == failure.expected.text())
    }
  }

  @Test("A folder that cannot be written is a warning, said once, and changes nothing else")
  func unwritable() async throws {
    let folder = try TemporaryFolder()
    let subject = try subject(adamFile(["mhat": "m"]))
    let properties = ["rule.matches-reference", "rule.first-step"].compactMap(Catalogue.property)
    func report(_ failures: FailureFolder?) async -> AuditReport {
      await Audit(
        of: subject, seed: 3, effort: .forTests, properties: properties, failures: failures
      )
      .run()
    }
    // Where a folder is wanted there is a file: not even root writes into it.
    let file = FailureFolder(URL(fileURLWithPath: try folder.write("failures", "")))
    let refused = await report(file)
    #expect(refused.warnings.count == 1)
    let kept = await report(FailureFolder(folder.url.appending(path: "kept")))
    let again = await report(FailureFolder(folder.url.appending(path: "kept")))
    let nowhere = await report(nil)
    for other in [kept, again, nowhere] {
      #expect(other.warnings.isEmpty)
      #expect(other.results.map(settled) == refused.results.map(settled))
    }
  }

  @Test("The same seed gives the same report, another seed another", arguments: ["amvt", "sgd"])
  func reproducible(_ name: String) async throws {
    let subject = try AuditSubject(builtIn: name)
    func results(_ seed: UInt64) async -> [PropertyResult] {
      await Audit(of: subject, seed: seed, effort: .quick, properties: RuleProperties.all).run()
        .results.map(settled)
    }
    #expect(await results(5) == results(5))
    let cases = Catalogue.property("rule.matches-reference")
    let wrong = try Auditing.AuditSubject(
      formulaFile: FormulaFile(text: adamFile(["mhat": "m*(1 + v)"]), path: "a.yaml"), at: "a.yaml")
    let properties = try [#require(cases)]
    for seed in [1, 2] as [UInt64] {
      let first = await Audit(of: wrong, seed: seed, effort: .quick, properties: properties).run()
      let second = await Audit(of: wrong, seed: seed, effort: .quick, properties: properties).run()
      #expect(first.results.map(settled) == second.results.map(settled))
    }
  }

  /// A row without what clocks say.
  private func settled(_ row: PropertyResult) -> PropertyResult {
    var row = row
    row.seconds = 0
    for index in row.evidence.indices { row.evidence[index].seconds = 0 }
    return row
  }
}

@Suite("Audits that are stopped")
struct StoppedAuditTests {
  @Test("A stopped audit has the rows that are done, and says that it is incomplete")
  func stopped() async throws {
    let subject = try AuditSubject(builtIn: "adam")
    let task = Task { await Audit(of: subject, effort: .thorough).run() }
    task.cancel()
    let report = await task.value
    #expect(report.isIncomplete)
    #expect(report.results.count < Catalogue.all.count)
  }
}
