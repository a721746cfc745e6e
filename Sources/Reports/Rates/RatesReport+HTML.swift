public import Convergence
internal import Objectives
internal import Processes
internal import Properties

extension RatesReport {
  /// The report as one page that needs nothing else: light and dark, readable on a phone, with plots where
  /// gnuplot is there to draw them.
  public func html() async -> String {
    var body = [
      "<header><h1>Rates of \(subjects.map { "<code>\(HTMLPage.escaped($0.name))</code>" }.joined(separator: ", "))</h1>",
      "<p>assay \(assayVersion), \(steps) steps, seed \(seed)"
        + (seedCount > 1 ? " and the next \(seedCount - 1) where there is noise" : "")
        + "</p></header>",
    ]
    if isIncomplete { body.append("<p class=\"warning\">Incomplete: the study was stopped.</p>") }
    body.append(summary)
    var missing: String?
    var number = 0
    func drawn(_ figure: GnuplotFigure) async -> String {
      number += 1
      do throws(ToolError) {
        return try await figure.svg(number: number).map { "<figure>\($0)</figure>" } ?? ""
      } catch {
        missing = error.message
        return ""
      }
    }
    for section in sections {
      var lines = [
        "<section class=\"card\"><h2><code>\(HTMLPage.escaped(section.problem.name))</code>"
          + " \(HTMLPage.escaped(section.problem.title))</h2>",
        "<p class=\"faint\">\(HTMLPage.escaped(about(section.problem)))</p>",
      ]
      if let remark = section.problem.remark {
        lines.append("<p class=\"warning\">\(HTMLPage.escaped(remark))</p>")
      }
      lines.append(table(section.rows.map(\.cells), verdictColumn: true))
      let remarks = section.rows.compactMap { row in
        row.remark.map {
          "<li><code>\(HTMLPage.escaped(row.cells[0]))</code>, \(row.iterate.rawValue):"
            + " \(HTMLPage.escaped($0))</li>"
        }
      }
      if !remarks.isEmpty { lines.append("<ul class=\"remarks\">\(remarks.joined())</ul>") }
      lines.append("<div class=\"figures\">")
      for figure in figures(problem: section.place) { lines.append(await drawn(figure)) }
      lines.append("</div>")
      lines.append(checks(section.place))
      lines.append("</section>")
      body.append(lines.joined(separator: "\n"))
    }
    if let times {
      let rows = times.methods.indices.map { method in
        [times.methods[method]]
          + times.problems.indices.map {
            brief(times.expectedRunningTime(method: method, problem: $0), digits: 6)
          }
      }
      body.append(
        "<section class=\"card\"><h2>Steps to \(brief(targetFactor)) of the gap at the start</h2>"
          + "<p class=\"faint\">Expected: steps of all runs over the runs that got there; ∞ where none"
          + " did.</p>" + table(rows, header: ["subject"] + times.problems))
      if let figure = profileFigure() {
        body.append("<div class=\"figures\">\(await drawn(figure))</div>")
      }
      body.append("</section>")
    }
    if let missing {
      body.append("<p class=\"warning\">Without plots: \(HTMLPage.escaped(missing))</p>")
    }
    body.append(settingsSection)
    return HTMLPage.document(
      title: "Rates of \(subjects.map(\.name).joined(separator: ", "))", body: body,
      extraStyle: Self.extraStyle)
  }

  /// What the papers' bounds came to, in a sentence or two.
  private var summary: String {
    let judged = rows.filter { $0.verdict != .none }
    let lines = judged.filter { $0.remark != nil }.map { row in
      "<li class=\"\(Self.colour(row.verdict))\"><b>\(HTMLPage.escaped(row.verdictText))</b>"
        + " <code>\(HTMLPage.escaped(row.cells[0]))</code> on \(HTMLPage.escaped(problems[row.place].name)),"
        + " \(row.iterate.rawValue)</li>"
    }
    return lines.isEmpty ? "" : "<ul class=\"counts\">\(lines.joined())</ul>"
  }

  private static func colour(_ verdict: BoundVerdict) -> String {
    switch verdict {
    case .holds: "proved"
    case .holdsVacuously, .inconclusive: "vacuous"
    case .refuted: "refuted"
    case .none: "untested"
    }
  }

  private func about(_ problem: Objective) -> String {
    var parts = ["\(problem.dimension) \(problem.dimension == 1 ? "variable" : "variables")"]
    parts.append("\(problem.functionClass)")
    if !problem.noise.isNone { parts.append("\(problem.noise)") }
    for asymptote in problem.asymptotes {
      parts.append(
        "theory: exponent \(brief(asymptote.exponent)) for \(asymptote.method.rawValue)"
          + " \(asymptote.range)")
    }
    return parts.joined(separator: "; ")
  }

  private func table(
    _ rows: [[String]], header: [String] = RateRow.columns, verdictColumn: Bool = false
  ) -> String {
    var shown = header.indices.filter { column in
      column == 0 || rows.contains { $0[column] != "–" }
    }
    // Beside the subject, where a narrow page shows it.
    if verdictColumn, shown.count > 2, shown.last == header.count - 1 {
      shown.insert(shown.removeLast(), at: 1)
    }
    var lines = ["<div class=\"scroll\"><table><thead><tr>"]
    lines += shown.map { "<th>\(HTMLPage.escaped(header[$0]))</th>" }
    lines.append("</tr></thead><tbody>")
    for row in rows {
      lines.append("<tr>")
      for column in shown {
        let text = HTMLPage.escaped(row[column])
        let isVerdict = verdictColumn && column == header.count - 1
        let colour = BoundVerdict(
          rawValue: row[column] == "holds vacuously" ? "holdsVacuously" : row[column])
        lines.append(
          isVerdict && colour != nil
            ? "<td class=\"verdict \(colour.map(Self.colour) ?? "")\">\(text)</td>"
            : column == 0 ? "<td><code>\(text)</code></td>" : "<td>\(text)</td>")
      }
      lines.append("</tr>")
    }
    lines.append("</tbody></table></div>")
    return lines.joined()
  }

  private func checks(_ place: Int) -> String {
    var lines: [String] = []
    for curves in self.curves where curves.problem == place {
      let name = curves.name + (curves.schedule.map { ", \($0)" } ?? "")
      for check in curves.checks {
        lines.append(
          "<dt><span class=\"verdict \(check.verdict.rawValue)\">\(check.verdict.rawValue)</span>"
            + " <code>\(check.property.id)</code></dt><dd><code>\(HTMLPage.escaped(name))</code>"
            + " \(HTMLPage.escaped(check.detail ?? check.property.statement))</dd>")
      }
    }
    return lines.isEmpty
      ? ""
      : "<details><summary>What was checked of these runs</summary><dl>\(lines.joined())</dl></details>"
  }

  private var settingsSection: String {
    var lines = ["<section class=\"card\"><h2>How to read and repeat this</h2><ul>"]
    lines += legend.map { "<li>\(HTMLPage.escaped($0))</li>" }
    lines.append("</ul><dl>")
    for subject in subjects {
      let settings = subject.settings.map { "\($0.key) = \($0.value)" }.joined(separator: ", ")
      lines.append(
        "<dt><code>\(HTMLPage.escaped(subject.name))</code></dt><dd>"
          + HTMLPage.escaped(settings.isEmpty ? "as built in" : settings)
          + "<br><span class=\"faint\">\(HTMLPage.escaped(subject.source))</span></dd>")
    }
    for problem in problems {
      let settings = problem.settings.map { "\($0.key) = \($0.value)" }.joined(separator: ", ")
      lines.append(
        "<dt><code>\(HTMLPage.escaped(problem.name))</code></dt><dd>"
          + HTMLPage.escaped(settings.isEmpty ? "no settings" : settings)
          + "<br><span class=\"faint\">\(HTMLPage.escaped(problem.source))</span></dd>")
    }
    lines.append("</dl><pre>\(HTMLPage.escaped(command))</pre></section>")
    return lines.joined(separator: "\n")
  }

  private static let extraStyle = """
    body { max-width: 76rem; }
    .faint { color: var(--faint); }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; font-size: .92rem; overflow-wrap: normal; }
    th { text-align: left; color: var(--faint); font-weight: 500; }
    th, td { padding: .3rem .9rem .3rem 0; white-space: nowrap; border-bottom: 1px solid var(--line); }
    td { font-variant-numeric: tabular-nums; }
    .scroll th:first-child, .scroll td:first-child { position: sticky; left: 0;
      background: var(--raised); }
    .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr));
      gap: 1rem; }
    .figures figure { min-width: 0; max-width: 42rem; }
    .remarks { color: var(--faint); font-size: .92rem; padding-left: 1.2rem; }
    .counts { font-size: .95rem; } .counts li b { margin-right: .3rem; }
    """
}
