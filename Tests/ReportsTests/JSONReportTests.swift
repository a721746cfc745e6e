import Auditing
import Diagnostics
import Foundation
import Properties
import Reports
import Testing

@Suite("Reports: JSON")
struct JSONReportTests {
  let json: JSONValue

  init() throws {
    // What a reader gets: the text, parsed.
    json = try JSONValue(parsing: Data(sampleReport().json.text().utf8))
  }

  @Test("A report has the documented fields, and one that says whether it is incomplete")
  func fields() throws {
    #expect(
      Set(try #require(json.object).keys) == [
        "tool", "version", "subject", "seed", "effort", "incomplete", "inference", "results",
        "summary",
      ])
    #expect(
      Set(try #require(json["subject"]?.object).keys) == ["kind", "name", "formula", "family"])
    for row in try #require(json["results"]?.array) {
      #expect(
        Set(try #require(row.object).keys) == [
          "property", "declared", "verdict", "evidence", "statement", "source", "domain",
          "arithmetic", "assumptions", "theorem", "cases", "premiseShare", "counterexample",
          "detail", "seconds",
        ])
      for entry in try #require(row["evidence"]?.array) {
        #expect(
          Set(try #require(entry.object).keys) == [
            "kind", "tool", "verdict", "domain", "detail", "seconds",
          ])
      }
    }
    let counterexample = try #require(json["results"]?.array?[1]["counterexample"]?.object)
    #expect(
      Set(counterexample.keys) == [
        "scalars", "steps", "case", "replay", "command", "reproduction",
      ])
  }

  @Test("A field that has no value is null")
  func nulls() throws {
    let rows = try #require(json["results"]?.array)
    #expect(json["subject"]?["family"] == .null)
    for field in ["theorem", "counterexample", "detail"] { #expect(rows[0][field] == .null) }
    #expect(rows[2]["premiseShare"] == .null)
    #expect(rows[1]["evidence"]?.array?[0]["domain"] == .null)
    #expect(rows[3]["evidence"] == [])
  }

  @Test("Numbers that JSON has no form of are the wire protocol's strings")
  func notFinite() throws {
    let values = json["results"]?.array?[1]["counterexample"]?["case"]?["gradients"]
    #expect(values == [1, "NaN", "-Infinity"])
  }

  @Test("The summary counts the rows by verdict")
  func summary() {
    #expect(json["summary"] == ["refuted": 2, "proved": 1, "notApplicable": 1])
    #expect(json["seed"] == 7)
    #expect(json["effort"] == "quick")
    #expect(json["incomplete"] == false)
  }

  @Test("A report without rows is a report")
  func empty() throws {
    var report = sampleReport()
    report.results = []
    report.isIncomplete = true
    #expect(report.json["results"] == [])
    #expect(report.json["summary"] == [:])
    #expect(report.json["incomplete"] == true)
    #expect(!report.isFailure(isStrict: true))
    #expect(report.text(style: TerminalStyle(isColoured: false)).contains("Incomplete"))
    #expect(report.markdown.contains("Incomplete"))
  }
}
