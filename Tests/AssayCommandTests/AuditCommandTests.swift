import Foundation
import TestSupport
import Testing

@Suite("The command audit")
struct AuditCommandTests {
  let assay: AssayProcess

  init() throws { assay = try AssayProcess() }

  private func rows(_ outcome: AssayProcess.Outcome) throws -> [[String: Any]] {
    let report = try #require(outcome.json, "\(outcome)")
    return try #require(report["results"] as? [[String: Any]])
  }

  private func row(_ id: String, _ outcome: AssayProcess.Outcome) throws -> [String: Any] {
    try #require(try rows(outcome).first { $0["property"] as? String == id })
  }

  @Test("Without a solver an audit ends well, and its evidence names the package")
  func withoutSolver() async throws {
    let outcome = try await assay.run(
      "audit", "adam", "--effort", "quick", "--format", "json", "--property", "rule.odd",
      environment: ["ASSAY_HIDE": "z3,cvc5"])
    #expect(outcome.exitCode == 0, "\(outcome)")
    let row = try row("rule.odd", outcome)
    #expect(row["verdict"] as? String == "tested")
    let evidence = try #require(row["evidence"] as? [[String: Any]])
    let solver = try #require(evidence.first { $0["kind"] as? String == "smt" })
    #expect(solver["verdict"] as? String == "untested")
    #expect((solver["detail"] as? String)?.contains("apt-get install z3") == true, "\(solver)")
  }

  @Test("A wrong formula file is refuted, kept, replayed, and let go once it is mended")
  func replay() async throws {
    try assay.folder.write("rule.yaml", adamFile(step: "m/(sqrt(v/(1 - beta2^t)) + epsilon)"))
    let audit = try await assay.run(
      "audit", "--formula", "rule.yaml", "--as", "adam", "--effort", "quick", "--format", "json")
    #expect(audit.exitCode == 1, "\(audit)")
    var ids: [String] = []
    for id in ["rule.matches-reference", "rule.first-step"] {
      let row = try row(id, audit)
      #expect(row["verdict"] as? String == "refuted")
      let counterexample = try #require(row["counterexample"] as? [String: Any])
      #expect(try #require(counterexample["scalars"] as? Int) <= 2)
      #expect(try #require(counterexample["steps"] as? Int) <= 3)
      ids.append(try #require(counterexample["replay"] as? String))
    }
    for id in ids {
      let replay = try await assay.run("replay", id)
      #expect(replay.exitCode == 1)
      #expect(replay.output.contains("still fails"))
      #expect(replay.errorText.isEmpty)
      let json = try await assay.run("replay", id, "--format", "json")
      #expect(json.exitCode == 1)
      #expect(json.json?["fails"] as? Bool == true)
      let file = try await assay.run("replay", "--from", ".assay/failures/\(id).json")
      #expect(file.exitCode == 1)
    }
    try assay.folder.write("rule.yaml", adamFile())
    for id in ids {
      let replay = try await assay.run("replay", id)
      #expect(replay.exitCode == 0, "\(replay)")
      #expect(replay.output.contains("no longer fails"))
    }
    try FileManager.default.removeItem(at: assay.folder.url.appending(path: "rule.yaml"))
    #expect(try await assay.run("replay", ids[0]).exitCode == 66)
  }

  @Test("An expected refutation ends well, and one that does not come does not")
  func expectations() async throws {
    try assay.folder.write("rule.yaml", adamFile(step: "m/(sqrt(v/(1 - beta2^t)) + epsilon)"))
    let common = [
      "audit", "--formula", "rule.yaml", "--as", "adam", "--effort", "quick", "--property",
      "rule.first-step",
    ]
    #expect(try await assay.run(common).exitCode == 1)
    let expected = try await assay.run(common + ["--expect", "rule.first-step=refuted"])
    #expect(expected.exitCode == 0)
    #expect(expected.output.contains("counterexample"))
    #expect(try await assay.run(common + ["--expect", "rule.first-step=proved"]).exitCode == 1)
  }

  @Test("Where failures cannot be kept there is one warning, and the case stands in the report")
  func unwritableFailures() async throws {
    try assay.folder.write("rule.yaml", adamFile(step: "m/(sqrt(v/(1 - beta2^t)) + epsilon)"))
    try assay.folder.write(".assay", "a file where a folder is wanted")
    let outcome = try await assay.run(
      "audit", "--formula", "rule.yaml", "--as", "adam", "--effort", "quick", "--format", "json")
    #expect(outcome.exitCode == 1)
    #expect(outcome.errorLines.count == 1, "\(outcome.errorText)")
    #expect(outcome.errorText.hasPrefix("assay: warning: counterexamples are not kept"))
    let counterexample = try #require(
      try row("rule.first-step", outcome)["counterexample"] as? [String: Any])
    #expect(counterexample["case"] is [String: Any])
  }

  @Test(
    "A report goes to its file, whole, and nothing to standard output",
    arguments: ["text", "json", "markdown", "junit"])
  func output(_ format: String) async throws {
    let outcome = try await assay.run(
      "audit", "sgd", "--effort", "quick", "--format", format, "--output", "report",
      "--property", "rule.odd")
    #expect(outcome.exitCode == 0)
    #expect(outcome.output.isEmpty)
    let text = try String(
      contentsOf: assay.folder.url.appending(path: "report"), encoding: .utf8)
    #expect(text.contains("rule.odd"))
    #expect(!text.contains("\u{1B}"))
    #expect(text.hasSuffix("\n"))
  }

  @Test("The same seed gives the same text, whatever the folder of failures holds")
  func reproducible() async throws {
    try assay.folder.write("rule.yaml", adamFile(step: "m/(sqrt(v/(1 - beta2^t)) + epsilon)"))
    func settled() async throws -> String {
      let outcome = try await assay.run(
        "audit", "--formula", "rule.yaml", "--as", "adam", "--effort", "quick", "--format", "json",
        "--seed", "4")
      return outcome.output.replacing(/"seconds" : [-+.0-9e]+/, with: "")
    }
    let first = try await settled()
    #expect(first.contains("refuted"))
    #expect(try await settled() == first)
    try assay.folder.write(".assay/failures/ffffffffffff.json", "no failure")
    #expect(try await settled() == first)
  }

  @Test("Ctrl-C writes what there is, marked incomplete, and soon")
  func interruption() async throws {
    let outcome = try await assay.run(
      [
        "audit", "amvt", "--effort", "thorough", "--format", "json", "--property",
        "rule.matches-reference", "--property", "rule.precision", "--property", "rule.odd",
      ], interruptingAfter: 1.5)
    #expect(outcome.exitCode == 0, "\(outcome.errorText)")
    #expect(outcome.json?["incomplete"] as? Bool == true, "ended in \(outcome.seconds) s")
    // Far below what a thorough audit takes, far above what a loaded machine needs to stop.
    #expect(outcome.seconds < 20)
  }
}

@Suite("The command list")
struct ListCommandTests {
  @Test("Optimizers come with every key, default, domain and meaning")
  func optimizers() async throws {
    let outcome = try await AssayProcess().run("list", "optimizers", "--format", "json")
    #expect(outcome.exitCode == 0)
    let optimizers = try #require(outcome.json?["optimizers"] as? [[String: Any]])
    let names = optimizers.compactMap { $0["name"] as? String }
    #expect(Set(names).count == names.count)
    #expect(Set(names).isSuperset(of: ["sgd", "adam", "amo", "amvt"]))
    for optimizer in optimizers {
      for key in ["title", "source", "reading", "traits", "slots", "invariants", "options"] {
        #expect(optimizer[key] != nil, "\(key)")
      }
      let entries = try #require(optimizer["hyperparameters"] as? [[String: Any]])
      #expect(!entries.isEmpty)
      for entry in entries {
        for key in ["key", "symbol", "default", "domain", "meaning"] {
          #expect((entry[key] as? String)?.isEmpty == false, "\(key) of \(entry)")
        }
        #expect(entry["aliases"] is [String])
      }
    }
    #expect((outcome.json?["wrappers"] as? [String])?.contains("ayla") == true)
  }

  @Test("Every setting that is listed is one that the audit takes")
  func settings() async throws {
    let assay = try AssayProcess()
    let outcome = try await assay.run("list", "optimizers", "--format", "json")
    let optimizers = try #require(outcome.json?["optimizers"] as? [[String: Any]])
    for optimizer in optimizers {
      let name = try #require(optimizer["name"] as? String)
      var arguments = ["audit", name, "--effort", "quick", "--property", "rule.zero-gradient"]
      for entry in try #require(optimizer["hyperparameters"] as? [[String: Any]]) {
        let key = try #require(entry["key"] as? String)
        let value = try #require(entry["default"] as? String)
        // Without a momentum there is nothing to dampen.
        if key == "dampening" { continue }
        arguments += ["--set", "\(key)=\(value)"]
      }
      for option in try #require(optimizer["options"] as? [[String: Any]]) {
        let key = try #require(option["key"] as? String)
        arguments += ["--set", "\(key)=\(try #require(option["default"] as? String))"]
      }
      let audit = try await assay.run(arguments)
      // A refutation is an answer, too: that the settings are taken is what is asked here.
      #expect([0, 1].contains(audit.exitCode), "\(arguments): \(audit.errorText)")
      #expect(audit.errorText.isEmpty)
    }
  }

  @Test("Properties come with all that describes them")
  func properties() async throws {
    let outcome = try await AssayProcess().run("list", "properties", "--format", "json")
    #expect(outcome.exitCode == 0)
    let properties = try #require(outcome.json?["properties"] as? [[String: Any]])
    for property in properties {
      for key in ["id", "statement", "source", "domain", "arithmetic"] {
        #expect((property[key] as? String)?.isEmpty == false, "\(key) of \(property)")
      }
      #expect(property["requires"] is [String])
      #expect(property["excludes"] is [String])
      #expect(property["information"] is Bool)
      #expect((property["evidence"] as? [String])?.isEmpty == false)
    }
    let ids = properties.compactMap { $0["id"] as? String }
    #expect(Set(ids).count == ids.count)
    #expect(ids.contains("rule.matches-reference"))
    let text = try await AssayProcess().run("list", "properties")
    for id in ids { #expect(text.output.contains(id)) }
  }
}
