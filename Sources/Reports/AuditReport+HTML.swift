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
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>Audit of \(escaped(subject.name))</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      \(body.joined(separator: "\n"))
      </body>
      </html>

      """
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
    }
    lines += ["</dl>", plot, "</details>"]
    return lines.joined(separator: "\n")
  }

  private func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }

  private static let style = """
    :root { color-scheme: light dark; --text: #1b1f24; --faint: #66707b; --ground: #ffffff;
      --raised: #f4f6f8; --line: #d9dfe5; --good: #14804a; --fair: #2f6fb3; --bad: #c22f2f;
      --doubt: #96690b; }
    @media (prefers-color-scheme: dark) { :root { --text: #e6e9ed; --faint: #98a2ad;
      --ground: #14171a; --raised: #1e2327; --line: #343b42; --good: #4cc38a; --fair: #79b1ee;
      --bad: #ff7a70; --doubt: #e0b04a; } }
    body { margin: 0 auto; padding: 1rem; max-width: 60rem; background: var(--ground);
      color: var(--text); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
    h1 { font-size: 1.6rem; margin: .5rem 0; } h2 { font-size: 1.1rem; }
    .conclusion { font-size: 1.15rem; font-weight: 600; }
    .counts { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; list-style: none; }
    .counts li { background: var(--raised); border-radius: .5rem; padding: .25rem .75rem; }
    .warning { border-left: 4px solid var(--doubt); padding-left: .75rem; }
    .card, .row { background: var(--raised); border: 1px solid var(--line); border-radius: .5rem;
      margin: .5rem 0; padding: .5rem .75rem; }
    summary { cursor: pointer; } .statement { display: block; color: var(--faint); }
    .verdict { font-weight: 700; }
    .proved, .enclosed { color: var(--good); } .tested, .statistical { color: var(--fair); }
    .refuted, .variant, .inconclusive, .vacuous { color: var(--doubt); } .failure { color: var(--bad); }
    .notApplicable, .untested { color: var(--faint); }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
    dt { color: var(--faint); } dd { margin: 0; min-width: 0; }
    pre { overflow-x: auto; white-space: pre-wrap; font-size: .9rem; max-height: 18rem; }
    figure { margin: .5rem 0; } svg { width: 100%; height: auto; }
    @media (max-width: 34rem) { dl { display: block; } dt { margin-top: .5rem; } }
    """
}
