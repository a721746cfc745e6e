import Convergence
import Diagnostics
import Foundation
import Numbers
import Optimizers

/// A worst case that PEPit computes too.
private struct Case {
  let name: String
  let method: String
  var settings: [(key: String, value: String)] = []
  let functionClass: FunctionClass
  let steps: Int
  var metric = WorstCaseQuestion.Metric.functionGap
  var iterate = WorstCaseQuestion.Iterate.last
  var initial = WorstCaseQuestion.Metric.distance

  var id: String { "\(name)/\(steps)" }

  private static let unit = FunctionClass.smoothConvex(smoothness: 1)

  static let all: [Case] =
    (Array(1...10) + [20, 50]).map {
      Case(
        name: "gradient descent", method: "sgd", settings: [("learningRate", "1")],
        functionClass: unit, steps: $0)
    }
    + others.flatMap { entry in
      [entry, entry.after(20), entry.after(50)]
    }

  private static let others = [
    Case(
      name: "strongly convex", method: "sgd", settings: [("learningRate", "1")],
      functionClass: .smoothStronglyConvex(convexity: 0.1, smoothness: 1), steps: 10,
      metric: .distance),
    Case(name: "nesterov", method: "nesterov", functionClass: unit, steps: 10),
    Case(name: "ogm", method: "ogm", functionClass: unit, steps: 10),
    Case(
      name: "heavy ball", method: "sgd",
      settings: [("learningRate", "25/9"), ("momentum", "4/9")],
      functionClass: .smoothStronglyConvex(convexity: 0.04, smoothness: 1), steps: 10),
    Case(
      name: "average 0.9", method: "sgd",
      settings: [("learningRate", "0.1"), ("momentum", "0.9")],
      functionClass: unit, steps: 10),
    Case(
      name: "lookahead", method: "lookahead:sgd", settings: [("learningRate", "1")],
      functionClass: unit, steps: 10),
    Case(
      name: "subgradient", method: "subgradient", functionClass: .lipschitzConvex(bound: 1),
      steps: 10, iterate: .best),
    Case(name: "proximal", method: "proximal", functionClass: .proximal, steps: 10),
    Case(
      name: "non-convex", method: "sgd", settings: [("learningRate", "1")],
      functionClass: .smoothNonconvex(smoothness: 1), steps: 10, metric: .gradientNorm,
      iterate: .best, initial: .functionGap),
  ]

  private func after(_ steps: Int) -> Case {
    Case(
      name: name, method: method, settings: settings, functionClass: functionClass, steps: steps,
      metric: metric, iterate: iterate, initial: initial)
  }
}

/// Certified worst cases beside PEPit's: values and seconds. Then generated runs of shipped code against two
/// of the bounds.
func runWorstCaseBenchmark() async throws {
  print("worst cases: brackets checked exactly, beside PEPit \(pepitVersion), uncertified")
  let peer = HypothesisPeer.run("worst_case", Case.all.map(\.id))
  if peer == nil {
    print("PEPit did not run: pip install PEPit==\(pepitVersion) clarabel==0.11.1")
  }
  print(row("case", "at most", "relative width", "closed form", "s", "PEPit", "s", "difference"))
  for entry in Case.all {
    let question = try WorstCaseQuestion(
      entry.functionClass, steps: entry.steps, metric: entry.metric, iterate: entry.iterate,
      initial: entry.initial)
    let method = try WorstCaseMethod(named: entry.method, settings: entry.settings)
    let report = try await WorstCase(method, question).run()
    let upper = report.upper.map { Double($0) }
    let other = peer?.first { $0["name"]?.string == entry.id }
    let value = other?["value"]?.double
    let difference = upper.flatMap { upper in value.map { ($0 - upper) / upper } }
    print(
      row(
        entry.id, upper.map { "\($0)" } ?? report.status.rawValue,
        short(report.relativeWidth), short(report.closedForm, digits: 12),
        String(format: "%.3f", report.seconds), short(value, digits: 12),
        short(other?["seconds"]?.double, digits: 3), short(difference)))
  }
  for (name, settings, steps) in [
    ("gradient descent", [("learningRate", "1")], 10),
    // Of five steps of it the worst function has one variable, of ten it has two.
    ("average 0.9", [("learningRate", "0.1"), ("momentum", "0.9")], 5),
    ("average 0.9", [("learningRate", "0.1"), ("momentum", "0.9")], 10),
  ] {
    let settings = settings.map { (key: $0.0, value: $0.1) }
    let optimizer = try Optimizer(named: "sgd", settings: settings)
    let question = try WorstCaseQuestion(
      .smoothConvex(smoothness: 1), steps: steps, metric: .functionGap, initial: .distance)
    guard
      let bound = try await WorstCase(WorstCaseMethod(named: "sgd", settings: settings), question)
        .run().upper
    else {
      print("\(name), N = \(steps): no bound is certified")
      continue
    }
    let clock = ContinuousClock()
    let start = clock.now
    let outcome = try BoundCheck(
      optimizer, .smoothConvex(smoothness: 1), steps: steps, bound: bound
    ).run(count: 100_000, seed: 0)
    let seconds = (clock.now - start) / .seconds(1)
    print(
      "\(name), N = \(steps): \(outcome.count) runs of shipped code,"
        + " \(outcome.crossing == nil ? "none above the bound" : "the bound is crossed"),"
        + " \(outcome.roundingCount) within rounding of it; worst function at"
        + " \(short(outcome.worstRatio, digits: 12)) of it; \(String(format: "%.1f", seconds)) s")
  }
}

private let pepitVersion = "0.5.1"

private func short(_ value: Double?, digits: Int = 2) -> String {
  value.map { String(format: "%.\(digits)g", $0) } ?? "–"
}

private func row(_ cells: String...) -> String {
  zip(cells, [22, 24, 16, 18, 9, 18, 9, 0]).map { cell, width in
    cell + String(repeating: " ", count: max(1, width - cell.count))
  }.joined()
}
