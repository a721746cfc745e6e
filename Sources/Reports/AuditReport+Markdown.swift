public import Auditing
internal import Diagnostics
internal import Properties

extension AuditReport {
  /// The report as a Markdown page with a table.
  public var markdown: String {
    var lines = [
      "# Audit of `\(subject.name)`", "",
      "assay \(assayVersion), seed \(seed), effort \(effort.rawValue)."
        + (subject.family.map { " Held to the laws of `\($0)`." } ?? "")
        + (inference.map { " Nothing declared; it \($0)." } ?? ""), "",
    ]
    if let source = subject.source { lines += [source, ""] }
    if let formula = subject.formula { lines += ["```", formula, "```", ""] }
    let (column, rule) = against == nil ? ("", "") : (" other | first difference |", " --- | --- |")
    lines += [
      "| verdict | property | statement | evidence |\(column)", "| --- | --- | --- | --- |\(rule)",
    ]
    for row in results {
      let evidence = row.evidence.map { "\($0.kind.rawValue) \($0.verdict.rawValue) (\($0.tool))" }
      var cells = [
        "**\(row.verdict.rawValue)**" + (row.property.isInformation ? " (information)" : ""),
        "`\(row.property.id)`", row.property.statement, evidence.joined(separator: "; "),
      ]
      if let against {
        let other = against.rows[row.property.id]
        cells += [
          other?.verdict.rawValue ?? "", other?.firstDifference.map { "step \($0)" } ?? "",
        ]
      }
      lines.append("| " + cells.map(escaped).joined(separator: " | ") + " |")
    }
    for row in results {
      guard let counterexample = row.counterexample else { continue }
      lines += [
        "", "## `\(row.property.id)` refuted", "",
        "\(counterexample.scalars) scalars, \(counterexample.steps) steps. "
          + "Again: `\(counterexample.command)`", "",
        "```json", counterexample.case.text(isIndented: false), "```",
      ]
      if let detail = row.detail { lines += ["", detail] }
      if let reproduction = counterexample.reproduction {
        lines += ["", "```python", reproduction, "```"]
      }
    }
    lines += [
      "", summary.map { "\($0.count) \($0.verdict.rawValue)" }.joined(separator: ", ") + ".",
    ]
    if let against {
      lines += [
        "",
        "Against `\(against.subject.name)`: "
          + (against.firstDifference.map { "on the same gradients they part at step \($0)." }
            ?? "on the same gradients they do not part beyond rounding."),
      ]
    }
    if isIncomplete { lines += ["", "**Incomplete: the audit was stopped.**"] }
    return lines.joined(separator: "\n") + "\n"
  }

  private func escaped(_ cell: String) -> String {
    cell.replacing("|", with: "\\|").replacing("\n", with: " ")
  }
}
