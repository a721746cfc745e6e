public import Auditing
internal import Diagnostics
internal import Foundation
internal import Properties

extension AuditReport {
  /// The report as JUnit XML: a test case a property, a failure where a declared property is refuted.
  public var junit: String {
    let failures = results.count(where: isFailed)
    let skipped = results.count(where: isSkipped)
    let seconds = results.reduce(0) { $0 + $1.seconds }
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#,
      "<testsuites>",
      "  <testsuite name=\"\(escaped(subject.name))\" tests=\"\(results.count)\""
        + " failures=\"\(failures)\" errors=\"0\" skipped=\"\(skipped)\""
        + " time=\"\(String(format: "%.3f", seconds))\">",
    ]
    for row in results {
      let parts = row.property.id.split(separator: ".", maxSplits: 1)
      let time = String(format: "%.3f", row.seconds)
      lines.append(
        "    <testcase classname=\"assay.\(escaped(String(parts[0])))\""
          + " name=\"\(escaped(row.property.id))\" time=\"\(time)\">")
      if isFailed(row), let counterexample = row.counterexample {
        lines.append(
          "      <failure message=\"\(escaped(row.property.statement))\">"
            + escaped(
              [
                row.detail, counterexample.case.text(isIndented: false), counterexample.command,
                counterexample.reproduction,
              ].compactMap(\.self).joined(separator: "\n"))
            + "</failure>")
      } else if isSkipped(row) {
        lines.append(
          "      <skipped message=\"\(escaped("\(row.verdict.rawValue): \(row.detail ?? "")"))\"/>")
      }
      lines.append("    </testcase>")
    }
    lines += ["  </testsuite>", "</testsuites>"]
    return lines.joined(separator: "\n") + "\n"
  }

  private func isFailed(_ row: PropertyResult) -> Bool {
    row.isDeclared && row.verdict == .refuted
  }

  private func isSkipped(_ row: PropertyResult) -> Bool {
    [.notApplicable, .untested, .vacuous, .inconclusive].contains(row.verdict)
  }

  /// Text for XML: its special characters replaced, and what XML 1.0 cannot hold left out.
  private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\u{FFFE}", "\u{FFFF}": continue
      case "\n", "\t", "\r", " "...: result.unicodeScalars.append(scalar)
      default: continue
      }
    }
    return result
  }
}
