public import Auditing
internal import Diagnostics
internal import Foundation
internal import Processes
internal import Properties

extension AuditReport {
  /// The report as one page that needs nothing else: light and dark, readable on a phone, with a plot
  /// around each counterexample where gnuplot is there to draw it.
  public func html() async -> String {
    var sections: [String] = []
    var missing: String?
    for (number, row) in results.enumerated() {
      var plot = ""
      if let counterexample = row.counterexample,
        let curves = TrajectoryPlot(counterexample.trajectories)
      {
        do throws(ToolError) {
          plot = try await curves.svg(number: number).map { "<figure>\($0)</figure>" } ?? ""
        } catch {
          missing = error.message
        }
      }
      sections.append(section(of: row, plot: plot))
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
    body.append("<main>\(sections.joined(separator: "\n"))</main>")
    return HTMLPage.document(title: "Audit of \(subject.name)", body: body)
  }

  private func section(of row: PropertyResult, plot: String) -> String {
    let isFailure = row.isDeclared && row.verdict == .refuted
    var lines = [
      "<details class=\"row\"\(row.counterexample == nil ? "" : " open")>",
      "<summary><span class=\"verdict \(row.verdict.rawValue)\(isFailure ? " failure" : "")\">"
        + "\(row.verdict.rawValue)</span> <code>\(escaped(row.property.id))</code>"
        + (row.property.isInformation ? " <small>information</small>" : "")
        + "<span class=\"statement\">\(escaped(row.property.statement))</span></summary>",
      "<dl>", "<dt>source</dt><dd>\(escaped(row.property.source))</dd>",
      "<dt>domain</dt><dd>\(escaped(row.property.domain))</dd>",
    ]
    for entry in row.evidence {
      var text =
        "<span class=\"verdict \(entry.verdict.rawValue)\">\(entry.verdict.rawValue)</span>"
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
    if let detail = row.detail { lines.append("<dt>detail</dt><dd>\(escaped(detail))</dd>") }
    if let counterexample = row.counterexample {
      lines += [
        "<dt>counterexample</dt><dd>\(counterexample.scalars) scalars, \(counterexample.steps) steps"
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

  private func escaped(_ text: String) -> String { HTMLPage.escaped(text) }
}
