import Auditing
import Diagnostics
import Properties
import Reports
import Testing

@Suite("Reports: text and Markdown")
struct TextReportTests {
  @Test("Without colours there is no escape code, with them every one is ended")
  func colours() {
    let plain = sampleReport().text(style: TerminalStyle(isColoured: false))
    #expect(!plain.contains("\u{1B}"))
    let coloured = sampleReport().text(style: TerminalStyle(isColoured: true))
    let begun = coloured.matches(of: /\u{1B}\[[1-9;]+m/).count
    let ended = coloured.matches(of: /\u{1B}\[0m/).count
    #expect(begun > 0)
    #expect(begun == ended)
    #expect(coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "") == plain)
  }

  @Test("The text says what was refuted, what is information, and how to run it again")
  func contents() {
    let text = sampleReport().text(style: TerminalStyle(isColoured: false))
    #expect(text.contains("1 declared property is refuted."))
    #expect(text.contains("information, declared by nobody"))
    #expect(text.contains("counterexample of 1 scalar and 2 steps:"))
    #expect(text.contains("again: assay replay 0123456789ab"))
    #expect(text.contains("smt: proved by z3 4.8.12, over the reals"))
    #expect(text.contains("200 cases, premise met in 50.0 %"))
    #expect(text.contains("assuming v ≥ 0"))
    #expect(text.contains("4 properties: 2 refuted, 1 proved, 1 notApplicable."))
  }

  @Test("A warning stands at the end of the text")
  func warnings() {
    var report = sampleReport()
    report.warnings = ["counterexamples are not kept"]
    let text = report.text(style: TerminalStyle(isColoured: false))
    #expect(text.hasSuffix("warning: counterexamples are not kept\n"))
  }

  @Test("A long case is cut in its middle")
  func abbreviation() {
    var report = sampleReport()
    report.results[1].counterexample?.case = [
      "g": .array(Array(repeating: JSONValue(0.125), count: 1_000))
    ]
    let text = report.text(style: TerminalStyle(isColoured: false))
    #expect(text.utf8.count < 4_000)
    #expect(text.contains(" … "))
  }

  @Test("Every row of Markdown's table has four cells, whatever stands in them")
  func table() {
    let lines = sampleReport().markdown.split(separator: "\n")
    let rows = lines.filter { $0.hasPrefix("| ") }
    #expect(rows.count == 6)
    for row in rows {
      let bars = row.matches(of: /\\?\|/).filter { $0.output == "|" }.count
      #expect(bars == 5, "\(row)")
    }
    #expect(rows.contains { $0.contains("a \\| b c") })
    #expect(rows.contains { $0.contains("\\|Δθ\\| <") })
  }
}
