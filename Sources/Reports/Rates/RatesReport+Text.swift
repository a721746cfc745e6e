public import Convergence
internal import Foundation
internal import Objectives
internal import Properties

/// A number in few characters.
func brief(_ value: Double, digits: Int = 4) -> String {
  if value.isNaN { return "NaN" }
  if value.isInfinite { return value > 0 ? "∞" : "−∞" }
  return String(format: "%.\(digits)g", value).replacing("-", with: "−")
}

extension RateRow {
  /// `−1.98 [−1.99, −1.97]`.
  var slopeText: String {
    guard let fit else { return divergedAt.map { "diverged at \($0)" } ?? "none" }
    return brief(fit.slope)
      + " [\(brief(fit.interval.lowerBound)), \(brief(fit.interval.upperBound))]"
  }

  var fitText: String {
    switch fit?.kind {
    case .logLog?: "log–log"
    case .logLinear?: "log–linear"
    case nil: "–"
    }
  }

  var windowText: String { fit.map { "\($0.window.from) … \($0.window.to)" } ?? "–" }
  var predictedText: String { predicted.map { brief($0) } ?? "–" }
  var asymptoteText: String { asymptote.map { brief($0.exponent) } ?? "–" }
  var boundText: String { claimedBound.map { brief($0) } ?? "–" }
  var upperText: String { certified?.upper.map { brief($0) } ?? "–" }
  var lowerText: String { certified?.lower.map { brief($0) } ?? "–" }
  var verdictText: String {
    switch verdict {
    case .holds: "holds"
    case .holdsVacuously: "holds vacuously"
    case .refuted: "refuted"
    case .inconclusive: "inconclusive"
    case .none: "–"
    }
  }

  static let columns = [
    "subject", "iterate", "fit", "slope [95 %]", "window", "predicted", "theory",
    "paper's bound", "certified ≤", "instance ≥", "verdict",
  ]
  var cells: [String] {
    [
      name + (schedule.map { ", \($0)" } ?? ""), iterate.rawValue, fitText, slopeText, windowText,
      predictedText,
      asymptoteText, boundText, upperText, lowerText, verdictText,
    ]
  }
}

extension RatesReport {
  /// The rows of each problem, in order.
  var sections: [(problem: Objective, place: Int, rows: [RateRow])] {
    problems.enumerated().map { place, problem in
      (problem, place, rows.filter { $0.place == place })
    }
  }

  /// What the numbers mean, in a few sentences.
  var legend: [String] {
    [
      "Fit: \(RateFit.rule). A log–log slope is the exponent of the steps, a log–linear one the natural"
        + " logarithm of the factor of a step.",
      "Window: \(FitWindow.rule).",
      "Interval: 95 %, by bootstrap over the seeds where there is noise, else of the fit's own residuals.",
      "Predicted: the slope that an exact computation gives on the same window; theory: the exponent for"
        + " large times.",
      "Certified ≤ and instance ≥: the worst gap after \(RatesStudy.certifiedSteps) steps over all smooth"
        + " convex functions with the problem's L, from its start's distance: proved, or, for adaptive"
        + " methods, the value of an instance that a search found.",
      "Paper's bound: its value at the window's last step; the verdict speaks of it alone.",
    ]
  }

  /// The report for a terminal.
  public func text(style: TerminalStyle) -> String {
    var lines = [
      style.bold("assay \(assayVersion): rates of \(subjects.map(\.name).joined(separator: ", "))")
        + "  (\(steps) steps, seed \(seed))"
    ]
    for section in sections {
      lines += ["", style.bold("\(section.problem.name): \(section.problem.title)")]
      lines.append(style.dim("\(section.problem.functionClass)"))
      if let remark = section.problem.remark { lines.append(style.dim(remark)) }
      lines += table(section.rows.map(\.cells), style: style)
      for row in section.rows {
        if let remark = row.remark { lines.append(style.dim("  \(row.cells[0]): \(remark)")) }
      }
      for curves in self.curves where curves.problem == section.place {
        for check in curves.checks {
          lines.append(
            "  " + check.verdict.rawValue.padded(to: 14)
              + check.property.id.padded(to: 22) + curves.name
              + (curves.schedule.map { ", \($0)" } ?? "")
              + style.dim(": \(check.detail ?? "")"))
        }
      }
    }
    if let times {
      lines += ["", style.bold("Expected steps to \(brief(targetFactor)) of the gap at the start")]
      let rows = times.methods.indices.map { method in
        [times.methods[method]]
          + times.problems.indices.map {
            brief(times.expectedRunningTime(method: method, problem: $0), digits: 6)
          }
      }
      lines += table(rows, header: ["subject"] + times.problems, style: style)
    }
    lines.append("")
    lines += legend.map { style.dim($0) }
    lines.append("Again: \(command)")
    if isIncomplete { lines.append(style.bold("Incomplete: the study was stopped.")) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func table(
    _ rows: [[String]], header: [String] = RateRow.columns, style: TerminalStyle
  ) -> [String] {
    // Columns that say nothing in any row are left out.
    let shown = header.indices.filter { column in
      column == 0 || rows.contains { $0[column] != "–" }
    }
    let widths = shown.map { column in
      ([header] + rows).map { $0[column].count }.max() ?? 0
    }
    func line(_ cells: [String]) -> String {
      "  "
        + zip(shown, widths).map { cells[$0].padded(to: $1 + 2) }.joined()
    }
    return [style.dim(line(header))] + rows.map(line)
  }

  /// The report as Markdown.
  public var markdown: String {
    var lines = [
      "# Rates of \(subjects.map { "`\(marked($0.name))`" }.joined(separator: ", "))", "",
      "assay \(assayVersion), \(steps) steps, seed \(seed).",
    ]
    for section in sections {
      lines += ["", "## \(marked(section.problem.name)): \(marked(section.problem.title))", ""]
      lines.append("\(section.problem.functionClass).")
      if let remark = section.problem.remark { lines.append(marked(remark)) }
      lines += ["", "| " + RateRow.columns.joined(separator: " | ") + " |"]
      lines.append("|" + String(repeating: " --- |", count: RateRow.columns.count))
      for row in section.rows {
        lines.append("| " + row.cells.map(marked).joined(separator: " | ") + " |")
      }
      let remarks = section.rows.compactMap { row in
        row.remark.map { "- `\(marked(row.name))`, \(row.iterate.rawValue): \(marked($0))" }
      }
      if !remarks.isEmpty { lines += [""] + remarks }
    }
    if let times {
      lines += ["", "## Expected steps to \(brief(targetFactor)) of the gap at the start", ""]
      lines.append("| subject | " + times.problems.map(marked).joined(separator: " | ") + " |")
      lines.append("|" + String(repeating: " --- |", count: times.problems.count + 1))
      for method in times.methods.indices {
        let cells = times.problems.indices.map {
          brief(times.expectedRunningTime(method: method, problem: $0), digits: 6)
        }
        lines.append("| \(marked(times.methods[method])) | \(cells.joined(separator: " | ")) |")
      }
    }
    lines += ["", "## How to read this", ""] + legend.map { "- \($0)" }
    lines += ["", "Again: `\(command)`"]
    if isIncomplete { lines += ["", "**Incomplete: the study was stopped.**"] }
    return lines.joined(separator: "\n") + "\n"
  }

  private func marked(_ text: String) -> String {
    text.replacing("|", with: "\\|").replacing("\n", with: " ")
  }
}
