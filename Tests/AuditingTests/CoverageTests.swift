import Foundation
import Numbers
import Properties
import PropertyTesting
import Testing

@testable import Auditing

/// What the runs that a subject is held to its reference on have in them.
@Suite("Coverage of the black-box runs", .enabled(if: hasPython, "there is no python3"))
struct CoverageTests {
  /// The cases of `rule.matches-reference` at standard effort, as its generator draws them from a seed.
  private func cases(seed: UInt64) throws -> [Scenario] {
    let subject = try wireAdamW(as: "adamw")
    let generator = subject.scenarios(.whole)
    let count = AuditContext(subject: subject, seed: seed, effort: .standard).generatedCases
    return try (0..<count).map {
      try generator.value(seed: seed, property: "rule.matches-reference float64", case: $0).value
    }
  }

  @Test("Every demand of the catalogue is met by several runs", arguments: [UInt64(0), 1, 2])
  func demands(seed: UInt64) throws {
    let cases = try cases(seed: seed)
    func count(_ isMet: (Scenario) -> Bool) -> Int { cases.count { isMet($0) } }
    let magnitudes = { (scenario: Scenario) -> [Double] in
      scenario.steps.flatMap { $0.gradients.joined().compactMap(\.self).joined() }.map(\.magnitude)
    }
    #expect(count { $0.groups.contains { $0.parameters.count > 1 } } >= 5, "two tensors")
    #expect(
      count { $0.groups.count > 1 && $0.groups[0].hyperparameters != $0.groups[1].hyperparameters }
        >= 5, "two groups with hyper-parameters of their own")
    #expect(
      count { $0.steps.contains { $0.gradients.joined().contains { $0 == nil } } } >= 5,
      "absent gradients")
    #expect(count { $0.steps.contains { !$0.changes.isEmpty } } >= 5, "a rate change")
    #expect(count { $0.steps.dropFirst().contains(where: \.reloads) } >= 5, "a reload on the way")
    #expect(count { $0.steps.count > 300 } >= 2, "more than 300 steps")
    #expect(
      count { scenario in
        let first = scenario.steps.firstIndex {
          $0.gradients.joined().contains { $0?.contains { $0 != 0 } ?? false }
        }
        return first.map { $0 > 256 } ?? false
      } >= 1, "a first gradient after more than 256 steps of rest")
    #expect(count { magnitudes($0).contains { $0 > 1e6 } } >= 5, "huge gradients")
    #expect(count { magnitudes($0).contains { $0 > 0 && $0 < 1e-6 } } >= 5, "tiny gradients")
    #expect(count { magnitudes($0).contains(0) } >= 5, "zeros")
  }

  @Test("Without the capability there is no reload, no second group and no absent gradient")
  func restricted() throws {
    let shape = ScenarioShape.whole.restricted(to: [])
    #expect(shape.groups == 1...1)
    #expect(!shape.hasAbsentGradients && !shape.reloads)
  }
}

/// Adam whose numbers are bfloat16, with its counter in them or not.
private let halfAdam = #"""
  import json, math, struct, sys
  def half(x):
      bits = struct.unpack("<I", struct.pack("<f", x))[0]
      bits = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000
      return struct.unpack("<f", struct.pack("<I", bits))[0]
  subjects = {}
  for line in sys.stdin:
      r = json.loads(line)
      a = {"id": r.get("id")}
      if r["op"] == "hello":
          a = {"name": "adam in halves", "version": 1, "dtype": "bfloat16", "capabilities": [],
               "hyperparameters": {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}}
      elif r["op"] == "open":
          [group] = r["groups"]
          subjects[r["id"]] = {"h": {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, **group.get("hyperparameters", {})},
              "tensors": [{"p": [half(x) for x in p], "m": [0.0] * len(p), "v": [0.0] * len(p), "t": 0.0} for p in group["parameters"]]}
      elif r["op"] in ("run", "step"):
          s, trajectory = subjects[r["id"]], []
          for one in r["steps"] if r["op"] == "run" else [r]:
              for c in one.get("set") or []: s["h"].update(c["hyperparameters"])
              h = s["h"]
              for c, gradient in zip(s["tensors"], one["gradients"][0]):
                  c["t"] = half(c["t"] + 1) if sys.argv[1] == "stands" else c["t"] + 1
                  for i, g in enumerate(gradient):
                      c["m"][i] = half(h["beta1"] * c["m"][i] + (1 - h["beta1"]) * g)
                      c["v"][i] = half(h["beta2"] * c["v"][i] + (1 - h["beta2"]) * g * g)
                      m, v = c["m"][i] / (1 - h["beta1"] ** c["t"]), c["v"][i] / (1 - h["beta2"] ** c["t"])
                      c["p"][i] = half(c["p"][i] - h["lr"] * m / (math.sqrt(v) + h["eps"]))
              trajectory.append([[list(c["p"]) for c in s["tensors"]]])
          if r["op"] == "run": a["trajectory"] = trajectory
          else: a["parameters"] = trajectory[-1]; a["gradients"] = r["gradients"]
      elif r["op"] == "set": subjects[r["id"]]["h"].update(r["hyperparameters"])
      elif r["op"] == "close": subjects.pop(r["id"])
      print(json.dumps(a), flush=True)
  """#

@Suite("State in 16 bits over the wire", .enabled(if: hasPython, "there is no python3"))
struct HalfPrecisionTests {
  private func row(counter: String) async throws -> PropertyResult {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).py")
      .path
    try halfAdam.write(toFile: path, atomically: true, encoding: .utf8)
    let subject = try AuditSubject(
      command: "python3 '\(path)' \(counter)", as: "adam", timeLimit: 30)
    let property = try #require(Catalogue.property("rule.matches-reference"))
    let report = await Audit(of: subject, effort: .standard, properties: [property]).run()
    return try #require(report.results.first)
  }

  @Test("A counter that rounds to 256 for ever is found in one coordinate")
  func stands() async throws {
    let row = try await row(counter: "stands")
    #expect(row.verdict == .refuted)
    let counterexample = try #require(row.counterexample)
    #expect(counterexample.scalars == 1)
    #expect(counterexample.steps > 256)
  }

  @Test("One that counts on is not")
  func counts() async throws {
    #expect(try await row(counter: "counts").verdict == .tested)
  }
}
