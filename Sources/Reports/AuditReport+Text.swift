public import Auditing
internal import Diagnostics
internal import Foundation
internal import Properties

extension AuditReport {
  /// The report for a terminal.
  public func text(style: TerminalStyle) -> String {
    var lines = [
      style.bold("assay \(assayVersion): audit of \(subject.name)")
        + "  (seed \(seed), effort \(effort.rawValue))"
    ]
    if let source = subject.source { lines.append(source) }
    if let family = subject.family { lines.append("Held to the laws of \(family).") }
    if let inference { lines.append("Nothing declared; it \(inference).") }
    if let formula = subject.formula {
      lines += [""] + formula.split(separator: "\n").map { "    \($0)" }
    }
    lines.append("")
    for row in results {
      lines += row.textLines(style: style)
      if let other = against?.rows[row.property.id], other.verdict != row.verdict {
        let step = other.firstDifference.map { "; the two part at step \($0)" } ?? ""
        lines.append(
          String(repeating: " ", count: 14)
            + style.bold("the other's verdict is \(other.verdict.rawValue)\(step)"))
      }
    }
    lines.append("")
    let counts = summary.map { "\($0.count) \($0.verdict.rawValue)" }.joined(separator: ", ")
    lines.append(style.bold("\(results.count) properties: \(counts)."))
    let failures = results.count { $0.isDeclared && $0.verdict == .refuted }
    lines.append(
      failures == 0
        ? "Nothing that \(subject.name) declares was refuted."
        : "\(failures) declared \(failures == 1 ? "property is" : "properties are") refuted.")
    if let against {
      let changed = against.changes(in: self)
      lines.append(
        "Against \(against.subject.name): "
          + (changed.isEmpty
            ? "no verdict differs." : "\(changed.joined(separator: ", ")) differ."))
      lines.append(
        against.firstDifference.map { step in
          "On the same gradients they part at step \(step): "
            + (against.scenario?.json.text(isIndented: false) ?? "")
        } ?? "On the same gradients they do not part beyond rounding.")
    }
    if isIncomplete { lines.append(style.bold("Incomplete: the audit was stopped.")) }
    for warning in warnings { lines.append("warning: \(warning)") }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension PropertyResult {
  func textLines(style: TerminalStyle) -> [String] {
    let isFailure = isDeclared && verdict == .refuted
    let word = verdict.rawValue.padded(to: 14)
    var head = style.coloured(word, as: verdict, isFailure: isFailure) + property.id.padded(to: 28)
    if verdict == .notApplicable || verdict == .untested {
      return [head + style.dim(detail ?? property.statement)]
    }
    head += property.statement
    var lines = [head]
    let indent = String(repeating: " ", count: 14)
    for entry in evidence {
      var line = "\(entry.kind.rawValue): \(entry.verdict.rawValue)"
      line += " by \(entry.tool)"
      if let domain = entry.domain { line += ", \(domain)" }
      // What is said below is not said twice.
      if let said = entry.detail, said != detail { line += "; \(said)" }
      lines.append(indent + style.dim(line))
    }
    if cases > 0 {
      let share = premiseShare.map { ", premise met in \(percentage($0))" } ?? ""
      lines.append(indent + style.dim("\(cases) cases\(share)"))
    }
    for assumption in assumptions { lines.append(indent + style.dim("assuming \(assumption)")) }
    // A transcript has several lines.
    for line in (detail ?? "").split(separator: "\n") { lines.append(indent + line) }
    if !isDeclared {
      lines.append(indent + style.dim("information, declared by nobody"))
    }
    if let counterexample {
      let scalars = counterexample.scalars == 1 ? "1 scalar" : "\(counterexample.scalars) scalars"
      let steps = counterexample.steps == 1 ? "1 step" : "\(counterexample.steps) steps"
      // What breaks the protocol at once takes no run.
      if counterexample.steps > 0 {
        lines.append(indent + "counterexample of \(scalars) and \(steps):")
        lines.append(indent + "  " + abbreviated(counterexample.case.text(isIndented: false)))
      }
      lines.append(indent + "  again: \(counterexample.command)")
      if let reproduction = counterexample.reproduction {
        // Not indented: it is copied and run.
        lines += ["", reproduction, ""]
      }
    }
    return lines
  }

  /// A long case cut in its middle: the whole of it stands in the failure file.
  private func abbreviated(_ text: String) -> String {
    guard text.utf8.count > 300 else { return text }
    return "\(text.prefix(200)) … \(text.suffix(60))"
  }
}

/// A share as a percentage that is 100 only where nothing is missing.
func percentage(_ share: Double) -> String {
  if share == 1 { return "100 %" }
  return String(format: "%.1f %%", min(99.9, share * 100))
}

extension String {
  /// The text, and blanks up to a width, at least two.
  func padded(to width: Int) -> String {
    count + 1 < width ? self + String(repeating: " ", count: width - count) : self + "  "
  }
}
