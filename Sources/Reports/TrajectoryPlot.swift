internal import Diagnostics
internal import Foundation
internal import Processes

/// A plot of a run beside the expected one, drawn by gnuplot as SVG.
struct TrajectoryPlot: Sendable {
  /// A curve: its name in the key, and its value after each step; nil where there is none.
  struct Curve: Sendable {
    var name: String
    var values: [Double?]
  }

  let curves: [Curve]
  /// The step of the first value of each curve.
  let firstStep: Int

  /// - Parameter firstStep: the step of the first value of each.
  init(_ curves: [Curve], firstStep: Int) {
    self.curves = curves
    self.firstStep = firstStep
  }

  /// At most this many coordinates are drawn.
  static let coordinateLimit = 3

  /// The curves of a counterexample: the subject's parameters after each step, and the expected ones.
  ///
  /// - Parameter trajectories: `subject` by step, group, tensor, coordinate, or one number a step;
  ///   `expected` alike, each number perhaps an enclosure `[lower, upper]`, or one bound for all steps.
  /// - Parameter start: the case, for the parameters that the run starts from.
  init?(_ trajectories: JSONValue, start: JSONValue = .null) {
    let subject = Self.series(trajectories["subject"], depth: 3)
    var expected = Self.series(trajectories["expected"], depth: 3)
    if let bound = trajectories["expected"], bound.double != nil {
      expected = subject.map { _ in [bound] }
    }
    guard let first = subject.first, !first.isEmpty else { return nil }
    let origin = Self.origin(of: start, count: first.count)
    var curves: [Curve] = []
    for coordinate in first.indices.prefix(Self.coordinateLimit) {
      let label = first.count == 1 ? "" : " \(coordinate)"
      curves.append(
        Curve(name: "subject\(label)", values: subject.map { Self.value($0, at: coordinate) }))
      if !expected.isEmpty {
        curves.append(
          Curve(name: "expected\(label)", values: expected.map { Self.value($0, at: coordinate) }))
      }
    }
    // A difference too small to see is shown as one.
    if !expected.isEmpty, let differences = Self.differences(of: curves) {
      self.init(differences, firstStep: 0)
      return
    }
    if let origin {
      for index in curves.indices {
        let coordinate = expected.isEmpty ? index : index / 2
        curves[index].values.insert(origin[coordinate], at: 0)
      }
    }
    self.init(curves, firstStep: origin == nil ? 1 : 0)
  }

  /// The parameters at the start of a case that is one run of as many coordinates.
  private static func origin(of json: JSONValue, count: Int) -> [Double]? {
    let inner = json["case"] ?? json
    // A run that is compared with the image of another starts elsewhere.
    guard inner["scenario"] == nil, let groups = inner["groups"]?.array else { return nil }
    let values = groups.flatMap { ($0["parameters"]?.array ?? []).flatMap { $0.array ?? [] } }
    let numbers = values.compactMap(\.double)
    return numbers.count == count ? numbers : nil
  }

  /// Subject less expected, by coordinate, where no curve is off by a hundredth of what it spans.
  private static func differences(of curves: [Curve]) -> [Curve]? {
    var result: [Curve] = []
    for index in stride(from: 0, to: curves.count - 1, by: 2) {
      let (subject, expected) = (curves[index], curves[index + 1])
      let pairs = zip(subject.values, expected.values).map { subject, expected in
        subject.flatMap { subject in expected.map { subject - $0 } }
      }
      let size = (subject.values + expected.values).compactMap(\.self).map(\.magnitude).max() ?? 0
      let largest = pairs.compactMap(\.self).map(\.magnitude).max() ?? 0
      guard largest < size / 100 else { return nil }
      let name = subject.name.replacing("subject", with: "subject − expected")
      // They start from the same.
      result.append(Curve(name: name, values: [0] + pairs))
    }
    let isOff = result.contains { $0.values.contains { ($0 ?? 0) != 0 } }
    return isOff ? result : nil
  }

  /// The numbers of each step, groups and tensors joined.
  private static func series(_ json: JSONValue?, depth: Int) -> [[JSONValue]] {
    (json?.array ?? []).map { step in
      if step.double != nil { return [step] }
      var values = [step]
      for _ in 0..<(depth - 1) {
        values = values.flatMap { $0.array ?? [] }
      }
      return values.flatMap { $0.array ?? [$0] }
    }
  }

  /// A number, or the middle of an enclosure.
  private static func value(_ step: [JSONValue], at coordinate: Int) -> Double? {
    guard step.indices.contains(coordinate) else { return nil }
    let value: Double?
    if let ends = step[coordinate].array {
      guard ends.count == 2, let lower = ends[0].double, let upper = ends[1].double else {
        return nil
      }
      value = (lower + upper) / 2
    } else {
      value = step[coordinate].double
    }
    return value.flatMap { $0.isFinite ? $0 : nil }
  }

  /// The plot as an `<svg>` element.
  ///
  /// - Parameter number: tells the plots of one page apart.
  /// - Throws: `ToolError` where gnuplot is absent.
  func svg(number: Int) async throws(ToolError) -> String? {
    let outcome = try await ExternalTool.gnuplot.run(
      input: Array(script(number: number).utf8), limits: ToolLimits(seconds: 20, output: 4 << 20))
    guard outcome.isSuccess, let start = outcome.text.range(of: "<svg") else { return nil }
    // Without the XML declaration, which has no place within a page.
    return String(outcome.text[start.lowerBound...])
  }

  private func script(number: Int) -> String {
    let grey = "'#808890'"
    let colours = ["#3b82f6", "#f97316", "#10b981", "#e11d48", "#8b5cf6", "#ca8a04"]
    var lines = [
      "set terminal svg size 640,300 dynamic name 'plot\(number)' font 'sans-serif,12'",
      "set border 3 linecolor rgb \(grey)", "set tics textcolor rgb \(grey) nomirror",
      "set key textcolor rgb \(grey) outside", "set xlabel 'step' textcolor rgb \(grey)",
      "set datafile missing '?'",
      "set format y '%.4g'",
    ]
    let last = firstStep + (curves.map(\.values.count).max() ?? 1) - 1
    if last - firstStep <= 12 {
      lines += ["set xtics 1", "set xrange [\(Double(firstStep) - 0.2):\(Double(last) + 0.2)]"]
    }
    for (index, curve) in curves.enumerated() {
      lines.append("$curve\(index) << end")
      for (step, value) in curve.values.enumerated() {
        lines.append("\(step + firstStep) \(value.map { "\($0)" } ?? "?")")
      }
      lines.append("end")
    }
    let plots = curves.enumerated().map { index, curve in
      let style = curve.name.hasPrefix("expected") ? "dashtype 2 linewidth 2" : "linewidth 2"
      return "$curve\(index) using 1:2 with linespoints \(style) pointtype 7 pointsize 0.4"
        + " linecolor rgb '\(colours[index % colours.count])' title '\(curve.name)'"
    }
    lines.append("plot " + plots.joined(separator: ", "))
    return lines.joined(separator: "\n") + "\n"
  }
}
