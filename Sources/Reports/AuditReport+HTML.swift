public import Auditing
internal import Diagnostics
internal import Foundation
internal import Processes
internal import Properties

extension AuditReport {
  /// The report as one page that needs nothing else: light and dark, readable on a phone, with a plot
  /// around each counterexample where gnuplot is there to draw it.
  public func html() async -> String {
    var (sections, silent): ([String], [String]) = ([], [])
    var missing: String?
    for (number, row) in results.enumerated() {
      var plot = ""
      if let counterexample = row.counterexample,
        let curves = TrajectoryPlot(
          counterexample.trajectories, start: counterexample.case)
      {
        do throws(ToolError) {
          plot = try await curves.svg(number: number).map { "<figure>\($0)</figure>" } ?? ""
        } catch {
          missing = error.message
        }
      }
      let text = section(of: row, plot: plot)
      // What has nothing to say of the subject stands together at the end.
      if row.verdict == .notApplicable { silent.append(text) } else { sections.append(text) }
    }
    let counts = summary.map { entry in
      "<li class=\"\(entry.verdict.rawValue)\"><b>\(entry.count)</b> \(entry.verdict.rawValue)</li>"
    }
    let failures = results.count { $0.isDeclared && $0.verdict == .refuted }
    let conclusion =
      failures == 0
      ? "Nothing that \(subject.name) declares was refuted."
      : "\(failures) declared \(failures == 1 ? "property is" : "properties are") refuted."
    var body = [
      "<header><h1>Audit of <code>\(escaped(subject.name))</code></h1>",
      "<p>assay \(assayVersion), seed \(seed), effort \(effort.rawValue)"
        + (subject.family.map { ", held to the laws of <code>\(escaped($0))</code>" } ?? "")
        + (inference.map { "; nothing declared, it \(escaped($0))" } ?? "")
        + "</p>",
      "<p class=\"conclusion\">\(escaped(conclusion))</p>",
      "<ul class=\"counts\">\(counts.joined())</ul></header>",
    ]
    if isIncomplete { body.append("<p class=\"warning\">Incomplete: the audit was stopped.</p>") }
    for warning in warnings { body.append("<p class=\"warning\">\(escaped(warning))</p>") }
    if let missing { body.append("<p class=\"warning\">Without plots: \(escaped(missing))</p>") }
    if subject.source != nil || subject.formula != nil {
      body.append("<section class=\"card\"><h2>The subject</h2>")
      if let source = subject.source { body.append("<p>\(escaped(source))</p>") }
      if let formula = subject.formula { body.append("<pre>\(escaped(formula))</pre>") }
      body.append("</section>")
    }
    if let against { body.append(comparison(with: against)) }
    if !silent.isEmpty {
      sections.append(
        "<details class=\"rest\"><summary><span class=\"verdict notApplicable\">notApplicable</span>"
          + " \(silent.count) \(silent.count == 1 ? "property" : "properties")</summary>"
          + "\(silent.joined(separator: "\n"))</details>")
    }
    body.append("<main>\(sections.joined(separator: "\n"))</main>")
    return HTMLPage.document(title: "Audit of \(subject.name)", body: body)
  }

  /// What differs from the other subject, and from which step.
  private func comparison(with other: AuditComparison) -> String {
    let verdicts = Dictionary(
      results.map { ($0.property.id, $0.verdict) }, uniquingKeysWith: { first, _ in first })
    let changes = other.changes(in: self).map { id in
      let before = other.rows[id]?.verdict.rawValue ?? ""
      let now = verdicts[id]?.rawValue ?? ""
      return "<li><code>\(escaped(id))</code>: <span class=\"verdict \(now)\">\(now)</span>, there"
        + " <span class=\"verdict \(before)\">\(before)</span></li>"
    }
    let step = other.firstDifference.map { "On the same gradients the two part at step \($0)." }
    return "<section class=\"card\"><h2>Against <code>\(escaped(other.subject.name))</code></h2>"
      + "<p>\(step ?? "On the same gradients the two do not part.")</p>"
      + (changes.isEmpty ? "<p>No verdict differs.</p>" : "<ul>\(changes.joined())</ul>")
      + "</section>"
  }

  private func section(of row: PropertyResult, plot: String) -> String {
    let isFailure = row.isDeclared && row.verdict == .refuted
    var lines = [
      "<details class=\"row\"\(isFailure ? " open" : "")>",
      "<summary><span class=\"verdict \(row.verdict.rawValue)\(isFailure ? " failure" : "")\">"
        + "\(row.verdict.rawValue)</span> <code>\(escaped(row.property.id))</code>"
        + (!row.isDeclared && row.verdict == .refuted ? " <small>for information</small>" : "")
        + "<span class=\"statement\">\(escaped(row.property.statement))</span></summary>",
      "<dl>", "<dt>source</dt><dd>\(escaped(row.property.source))</dd>",
      "<dt>domain</dt><dd>\(escaped(row.property.domain))</dd>",
    ]
    for entry in row.evidence {
      var text =
        "<span class=\"verdict \(entry.verdict.rawValue)\(isFailure && entry.verdict == .refuted ? " failure" : "")\">"
        + "\(entry.verdict.rawValue)</span>"
        + " by \(escaped(entry.tool))"
      if let domain = entry.domain { text += ", \(escaped(domain))" }
      if let detail = entry.detail { text += "; \(escaped(detail))" }
      text += String(format: " <small>%.2f s</small>", entry.seconds)
      lines.append("<dt>\(entry.kind.rawValue)</dt><dd>\(text)</dd>")
    }
    if row.cases > 0 {
      let share = row.premiseShare.map { ", premise met in \(percentage($0))" } ?? ""
      lines.append("<dt>cases</dt><dd>\(row.cases)\(share)</dd>")
    }
    for assumption in row.assumptions {
      lines.append("<dt>assuming</dt><dd>\(escaped(assumption))</dd>")
    }
    // What a piece of evidence has said is not said again.
    if let detail = row.detail, !row.evidence.contains(where: { $0.detail == detail }) {
      lines.append("<dt>detail</dt><dd>\(escaped(detail))</dd>")
    }
    if let counterexample = row.counterexample {
      lines += [
        "<dt>counterexample</dt><dd>\(counted(counterexample.scalars, "scalar")), \(counted(counterexample.steps, "step"))"
          + "<pre>\(escaped(counterexample.case.text(isIndented: false)))</pre>"
          + "<code>\(escaped(counterexample.command))</code></dd>"
      ]
      if let reproduction = counterexample.reproduction {
        lines.append("<dt>in Python</dt><dd><pre>\(escaped(reproduction))</pre></dd>")
      }
    }
    if let other = against?.rows[row.property.id] {
      let step = other.firstDifference.map { ", the two part at step \($0)" } ?? ""
      lines.append("<dt>the other</dt><dd>\(other.verdict.rawValue)\(step)</dd>")
    }
    lines += ["</dl>", plot, "</details>"]
    return lines.joined(separator: "\n")
  }

  private func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  private func escaped(_ text: String) -> String { HTMLPage.escaped(text) }
}
