internal import Diagnostics
internal import Foundation
internal import Numbers
internal import Processes
public import Properties

/// A schedule as a page shows it: its formula, its settings, and its rates.
public struct ScheduleSheet: Sendable {
  public var name: String
  public var formula: String
  public var settings: [HyperparameterCard]
  /// The rate at every step from `firstStep` on.
  public var rates: [Double]
  public var firstStep: Int
  /// With which settings the rates were computed, in words.
  public var shown: String

  public init(
    name: String, formula: String, settings: [HyperparameterCard], rates: [Double], firstStep: Int,
    shown: String
  ) {
    self.name = name
    self.formula = formula
    self.settings = settings
    self.rates = rates
    self.firstStep = firstStep
    self.shown = shown
  }

  /// Schedules on one page that needs nothing else, with a plot of each where gnuplot is there to draw it.
  public static func page(_ sheets: [ScheduleSheet]) async -> String {
    var body = ["<header><h1>Schedules</h1><p>assay \(assayVersion)</p></header>"]
    var sections: [String] = []
    var missing: String?
    for (number, sheet) in sheets.enumerated() {
      var plot = ""
      let curve = TrajectoryPlot.Curve(name: "rate", values: sheet.rates)
      do throws(ToolError) {
        plot =
          try await TrajectoryPlot([curve], firstStep: sheet.firstStep).svg(number: number)
          .map { "<figure>\($0)<figcaption>\(HTMLPage.escaped(sheet.shown))</figcaption></figure>" }
          ?? ""
      } catch {
        missing = error.message
      }
      sections.append(sheet.section(plot: plot))
    }
    if let missing {
      body.append("<p class=\"warning\">Without plots: \(HTMLPage.escaped(missing))</p>")
    }
    body.append("<main>\(sections.joined(separator: "\n"))</main>")
    return HTMLPage.document(title: "Schedules", body: body)
  }

  private func section(plot: String) -> String {
    let rows = settings.map { card in
      "<dt><code>\(HTMLPage.escaped(card.key))</code></dt><dd>"
        + HTMLPage.escaped(
          "\(card.symbol) = \(card.defaultValue.decimalDescription) in \(card.domain): \(card.meaning)"
        )
        + "</dd>"
    }
    return """
      <section class="card"><h2><code>schedule:\(HTMLPage.escaped(name))</code></h2>
      <pre>\(HTMLPage.escaped(formula))</pre>
      <dl>\(rows.joined())</dl>
      \(plot)</section>
      """
  }
}
