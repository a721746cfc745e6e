import Diagnostics
import Foundation
import PropertyTesting
import Testing

@Suite("Explanations, observations, statistics") struct ReportingTests {
  @Test func `the explanation names the choices that do not matter`() throws {
    let numbers = Generator<Int>.integers(in: 0...1000)
    let result = checkThat("explained", zip(numbers, numbers, numbers)) { value in
      value.1 < 500
    }
    let failure = try #require(result.failure)
    let explanation = try #require(failure.explanation)
    #expect(explanation.irrelevant.map(\.place) == [0, 2])
    #expect(explanation.isJoint)
    #expect(explanation.total == 3)
    #expect(explanation.text.contains("choice 0 (0), 2 (0), at all of them together"))
  }

  @Test func `every case is observed in the schema of Hypothesis`() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("assay-\(UUID().uuidString)/observed.jsonl")
    defer { try? FileManager.default.removeItem(at: url.deletingLastPathComponent()) }
    var settings = Settings(cases: 300)
    settings.observations = ObservationLog(url)
    let result = check("observed", Generator<Int>.integers(), settings) {
      (x: Int, test: TestCase) in
      test.classify("negative", when: x < 0)
      try test.premise(x != 1)
      if x > 50 { throw Violation("too large") }
    }
    #expect(result.failure?.value == 51)
    let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
    let all = try lines.map { try JSONValue(parsing: Data($0.utf8)) }
    #expect(all.count >= result.attempts + result.shrinkExecutions)
    for line in all {
      #expect(line["type"] == "test_case")
      #expect(line["property"] == "observed")
      for key in [
        "run_start", "status", "status_reason", "representation", "arguments", "how_generated",
        "features", "timing", "metadata", "coverage",
      ] {
        #expect(line.object?.keys.contains(key) == true, "\(key)")
      }
      #expect(["passed", "failed", "gave_up"].contains(line["status"]?.string))
    }
    #expect(all.contains { $0["features"]?["negative"] != nil })
    #expect(all.contains { $0["how_generated"] == "shrunk" })
  }

  @Test func `what is wrong with a check is an alert`() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("assay-\(UUID().uuidString).jsonl")
    defer { try? FileManager.default.removeItem(at: url) }
    var settings = Settings()
    settings.observations = ObservationLog(url)
    _ = check("alert", Generator<Int>.integers(in: 5..<5), settings) { (_: Int) in }
    let last = try #require(
      try String(contentsOf: url, encoding: .utf8).split(separator: "\n").last)
    let line = try JSONValue(parsing: Data(last.utf8))
    #expect(line["type"] == "alert")
    #expect(line["content"] == "the range 5..<5 is empty")
  }

  @Test func `an observation log that cannot be written leaves a warning`() {
    var settings = Settings(cases: 3)
    settings.observations = ObservationLog(URL(fileURLWithPath: "/dev/null/observed.jsonl"))
    let result = check("unobserved", Generator<Int>.integers(), settings) { (_: Int) in }
    #expect(result.hasPassed)
    #expect(result.warnings == ["the log of observations cannot be written"])
  }

  @Test func `labels are counted and notes are kept`() throws {
    let result = check("noted", Generator<Int>.integers(in: 0...99), Settings(cases: 400)) {
      (x: Int, test: TestCase) in
      test.classify("even", when: x % 2 == 0)
      test.note("x is \(x)")
      if x == 77 { throw Violation("seventy-seven") }
    }
    let failure = try #require(result.failure)
    #expect(failure.value == 77)
    #expect(failure.notes == ["x is 77"])
    #expect(result.statistics.labels["even", default: 0] > 0)
  }
}
