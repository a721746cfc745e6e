internal import Convergence
internal import Foundation
internal import Objectives
internal import Processes
internal import ReferenceNumerics

extension RatesReport {
  /// The figures of a problem, in the order of the page.
  func figures(problem: Int) -> [GnuplotFigure] {
    let objective = problems[problem]
    let own = curves.filter { $0.problem == problem }
    var figures = [gapFigure(own, isLogX: true), gapFigure(own, isLogX: false)]
    if objective.dimension == 2, let figure = contourFigure(objective, own) {
      figures.append(figure)
    }
    if objective.dimension == 1 { figures.append(pathFigure(own)) }
    if objective.dimension > 2, let figure = spectrumFigure(objective) { figures.append(figure) }
    return figures
  }

  private func label(_ curves: MeasuredCurves) -> String {
    curves.name + (curves.schedule.map { ", \($0)" } ?? "")
  }

  private func gapFigure(_ own: [MeasuredCurves], isLogX: Bool) -> GnuplotFigure {
    let isGap = own.contains { !$0.mean(.gap, of: .last).isEmpty }
    let metric: RateMetric = isGap ? .gap : .gradientNorm
    var figure = GnuplotFigure(
      title: isLogX
        ? "\(isGap ? "gap" : "gradient norm") against steps, both logarithmic"
        : "the same, steps not logarithmic",
      xLabel: "step", yLabel: isGap ? "f(x) − min f" : "|∇f(x)|", isLogX: isLogX, isLogY: true,
      curves: [])
    // A run that diverges leaves the figure and does not squeeze the others.
    let ceiling = 1e6 * max(own.compactMap { $0.runs.first?.startGap }.max() ?? 1e30, 1e-30)
    for (place, curves) in own.enumerated() {
      let steps = curves.steps
      // Zero has no logarithm.
      let points = { (values: [Double]) in
        zip(steps, values).filter { $1 > 0 && $1 < ceiling }.map { (x: Double($0), y: $1) }
      }
      figure.curves.append(
        GnuplotFigure.Curve(
          name: label(curves), points: points(curves.mean(metric, of: .last)), colour: place))
      if isGap, let predicted = curves.prediction?.gaps[.last], isLogX {
        figure.curves.append(
          GnuplotFigure.Curve(
            name: "\(label(curves)), predicted", points: points(predicted), colour: place,
            style: .dashed))
      }
      if let comparison = curves.comparison, !comparison.curve.isEmpty {
        figure.curves.append(
          GnuplotFigure.Curve(
            name: "\(label(curves)), the paper's bound", points: points(comparison.curve),
            colour: place, style: .dotted))
      }
    }
    return figure
  }

  private func pathFigure(_ own: [MeasuredCurves]) -> GnuplotFigure {
    GnuplotFigure(
      title: "the parameter against steps", xLabel: "step", yLabel: "x", isLogX: true,
      curves: own.enumerated().map { place, curves in
        let run = curves.runs.first
        return GnuplotFigure.Curve(
          name: label(curves),
          points: zip(run?.steps ?? [], run?.path ?? []).map { (x: Double($0), y: $1[0]) }
            .filter { $0.y.magnitude < 1e6 }, colour: place)
      })
  }

  /// Level lines of the function around the runs, equally spaced in the logarithm of the gap.
  private func contourFigure(
    _ objective: Objective, _ own: [MeasuredCurves]
  ) -> GnuplotFigure? {
    let paths = own.map { curves in
      [objective.start]
        + (curves.runs.first?.path ?? []).filter { $0.allSatisfy { $0.magnitude < 1e6 } }
    }
    let settled = zip(own, paths).filter { $0.0.runs.first?.divergedAt == nil }.map(\.1)
    let points = settled.flatMap(\.self) + objective.minimisers.prefix(4) + [objective.start]
    func range(_ axis: Int) -> (Double, Double) {
      let values = points.map { $0[axis] }
      let (low, high) = (values.min() ?? -1, values.max() ?? 1)
      let margin = max(0.15 * (high - low), 0.1)
      return (low - margin, high + margin)
    }
    let ((left, right), (bottom, top)) = (range(0), range(1))
    let count = 60
    let xs = (0...count).map { left + (right - left) * Double($0) / Double(count) }
    let ys = (0...count).map { bottom + (top - bottom) * Double($0) / Double(count) }
    let values = ys.map { y in xs.map { x in objective.function.value(at: [x, y]) } }
    let finite = values.flatMap(\.self).filter(\.isFinite)
    guard let greatest = finite.max(), let least = finite.min(), greatest > least else {
      return nil
    }
    let floor = min(objective.minimum ?? least, least)
    let levels = (1...14).map { place in
      floor + (greatest - floor) * Foundation.exp(-0.6 * Double(place))
    }.sorted()
    return GnuplotFigure(
      title: "runs on the level lines of \(objective.title)", xLabel: "x", yLabel: "y",
      curves: zip(own, paths).enumerated().map { place, pair in
        GnuplotFigure.Curve(
          name: label(pair.0), points: pair.1.map { (x: $0[0], y: $0[1]) }, colour: place)
      }
        + [
          GnuplotFigure.Curve(
            name: "minima", points: objective.minimisers.map { (x: $0[0], y: $0[1]) }, colour: 3,
            style: .marks)
        ],
      contours: GnuplotFigure.Contours(xs: xs, ys: ys, values: values, levels: levels))
  }

  /// The eigenvalues of the Hessian at the minimiser, or at the start.
  private func spectrumFigure(_ objective: Objective) -> GnuplotFigure? {
    let place = objective.minimisers.first ?? objective.start
    guard objective.dimension <= 200, let hessian = objective.function.hessian(at: place),
      let solver = try? SymmetricEigensolver(dimension: objective.dimension),
      let values = try? solver.eigenvalues(of: hessian), values.contains(where: { $0 > 0 })
    else { return nil }
    return GnuplotFigure(
      title: "eigenvalues of the Hessian at the "
        + (objective.minimisers.isEmpty ? "start" : "minimum"),
      xLabel: "place", yLabel: "eigenvalue", isLogY: true,
      curves: [
        GnuplotFigure.Curve(
          name: "positive eigenvalues",
          points: values.enumerated().filter { $0.element > 0 }
            .map { (x: Double($0.offset + 1), y: $0.element) }, colour: 0, style: .marks)
      ])
  }

  /// Performance profiles: the share of problems solved within a multiple of the best method's steps.
  func profileFigure() -> GnuplotFigure? {
    guard let times, times.methods.count > 1 else { return nil }
    let ratios = times.ratios
    let end = max(2, (ratios.last ?? 1) * 1.1)
    return GnuplotFigure(
      title: "share of problems solved within so many times the least steps",
      xLabel: "times the least steps", yLabel: "share", isLogX: true,
      curves: times.methods.indices.map { method in
        var points: [(x: Double, y: Double)] = []
        var share = 0.0
        for ratio in ratios {
          let next = times.profile(of: method, at: ratio * (1 + 1e-9))
          if !points.isEmpty { points.append((ratio, share)) }
          points.append((ratio, next))
          share = next
        }
        points.append((end, share))
        return GnuplotFigure.Curve(name: times.methods[method], points: points, colour: method)
      })
  }
}
