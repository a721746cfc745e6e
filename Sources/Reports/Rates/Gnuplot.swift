internal import Foundation
internal import Processes

/// A figure that gnuplot draws as SVG, in colours that serve light and dark pages.
struct GnuplotFigure: Sendable {
  /// A curve of points, in the order in which they are joined.
  struct Curve: Sendable {
    enum Style: Sendable {
      case solid, dashed, dotted, marks
    }
    var name: String
    var points: [(x: Double, y: Double)]
    /// A place in the palette.
    var colour: Int
    var style: Style = .solid
  }

  var title: String
  var xLabel: String
  var yLabel: String
  var isLogX = false
  var isLogY = false
  var curves: [Curve]
  /// Values on a grid whose level lines are drawn behind the curves.
  var contours: Contours?

  struct Contours: Sendable {
    let xs: [Double]
    let ys: [Double]
    /// By row of `ys`.
    let values: [[Double]]
    let levels: [Double]
  }

  static let palette = ["#3b82f6", "#f97316", "#10b981", "#e11d48", "#8b5cf6", "#ca8a04"]
  private static let grey = "'#808890'"

  /// The figure as an `<svg>` element; nil where gnuplot cannot draw it.
  ///
  /// - Parameter number: tells the figures of one page apart.
  /// - Throws: `ToolError` where gnuplot is absent.
  func svg(number: Int) async throws(ToolError) -> String? {
    guard curves.contains(where: { $0.points.count > 1 }) || contours != nil else { return nil }
    let outcome = try await ExternalTool.gnuplot.run(
      input: Array(script(number: number).utf8), limits: ToolLimits(seconds: 20, output: 4 << 20))
    guard outcome.isSuccess, let start = outcome.text.range(of: "<svg") else { return nil }
    return String(outcome.text[start.lowerBound...])
  }

  /// A name as gnuplot takes it between single quotes, on one line, without its enhanced markup.
  private func quoted(_ text: String) -> String {
    let plain = String(text.map { $0.isNewline ? " " : $0 })
    return "'" + plain.replacing("'", with: "''") + "'"
  }

  private func script(number: Int) -> String {
    let grey = Self.grey
    var lines = [
      "set terminal svg size 640,400 dynamic noenhanced name 'figure\(number)' font 'sans-serif,13'",
      "set encoding utf8", "set border 3 linecolor rgb \(grey)",
      "set tics textcolor rgb \(grey) nomirror", "set datafile missing '?'",
      "set key textcolor rgb \(grey) below", "set title \(quoted(title)) textcolor rgb \(grey)",
      "set xlabel \(quoted(xLabel)) textcolor rgb \(grey)",
      "set ylabel \(quoted(yLabel)) textcolor rgb \(grey)",
    ]
    // gnuplot tells 10 to a power from decimals by the format.
    if isLogX { lines += ["set logscale x", "set format x '%.0f'"] }
    if isLogY { lines += ["set logscale y", "set format y '%.0e'"] }
    var plots: [String] = []
    if let contours {
      lines += contourLines(contours)
      plots.append(
        "$levels using 1:2 with lines linewidth 0.7 linecolor rgb \(grey) notitle")
    }
    for (index, curve) in curves.enumerated() where curve.points.count > 0 {
      lines.append("$curve\(index) << end")
      for point in curve.points where point.x.isFinite && point.y.isFinite {
        lines.append("\(point.x) \(point.y)")
      }
      lines.append("end")
      let colour = "linecolor rgb '\(Self.palette[curve.colour % Self.palette.count])'"
      let style =
        switch curve.style {
        case .solid: "with lines linewidth 2 \(colour)"
        case .dashed: "with lines dashtype 2 linewidth 3 \(colour)"
        case .dotted: "with lines dashtype 3 linewidth 2 \(colour)"
        case .marks: "with points pointtype 7 pointsize 0.6 \(colour)"
        }
      plots.append("$curve\(index) using 1:2 \(style) title \(quoted(curve.name))")
    }
    lines.append("plot " + plots.joined(separator: ", "))
    return lines.joined(separator: "\n") + "\n"
  }

  /// Level lines as a table, so that the curves' scales stay plain two-dimensional ones.
  private func contourLines(_ contours: Contours) -> [String] {
    var lines = ["$grid << end"]
    for (row, y) in contours.ys.enumerated() {
      for (column, x) in contours.xs.enumerated() {
        let value = contours.values[row][column]
        lines.append("\(x) \(y) \(value.isFinite ? "\(value)" : "?")")
      }
      lines.append("")
    }
    lines += [
      "end", "set contour base", "unset surface",
      "set cntrparam levels discrete "
        + contours.levels.map { "\($0)" }.joined(separator: ","),
      "set table $levels", "splot $grid using 1:2:3", "unset table", "unset contour",
      "set xrange [\(contours.xs[0]):\(contours.xs[contours.xs.count - 1])]",
      "set yrange [\(contours.ys[0]):\(contours.ys[contours.ys.count - 1])]",
    ]
    return lines
  }
}
