internal import Foundation
public import Objectives
internal import Numbers
internal import Optimizers
internal import Properties

/// Measures the rates of some optimizers on some problems.
public struct RatesStudy: Sendable {
  public var methods: [OptimizerMethod]
  public var problems: [Objective]
  public var steps: Int
  /// The first of the seeds of runs that see noise.
  public var seed: UInt64
  /// How many seeds such runs have.
  public var seedCount = 20
  /// The gap that the times are taken to, relative to the start's.
  public var targetFactor = 1e-3
  /// Certified worst cases of a method on a problem's class after some steps; nil where there are none.
  public var certify:
    (
      @Sendable (
        _ method: OptimizerMethod, _ objective: Objective, _ iterate: Iterate, _ steps: Int
      )
        async -> CertifiedValues?
    )?
  /// Called with how many of how many runs are done.
  public var progress: (@Sendable (_ done: Int, _ count: Int, _ item: String) -> Void)?

  /// - Precondition: there is a method and a problem; at least 1 step.
  public init(
    methods: [OptimizerMethod], problems: [Objective], steps: Int = 10_000, seed: UInt64 = 0
  ) {
    precondition(!methods.isEmpty && !problems.isEmpty && steps >= 1)
    self.methods = methods
    self.problems = problems
    self.steps = steps
    self.seed = seed
  }

  /// The problems of a report that names none: the papers' quartic, a log-uniform quadratic, and logistic
  /// regression.
  public static func standardProblems() async throws(ObjectiveError) -> [Objective] {
    [
      try await Objective(named: "quartic"), try await Objective(named: "quadratic"),
      try await Objective(named: "logistic"),
    ]
  }

  private struct Item: Sendable {
    let method: OptimizerMethod
    let problem: Int
  }

  /// Every method on every problem; AMVT on convex problems with the rate of its theorem, too.
  private var items: [Item] {
    var items: [Item] = []
    for (problem, objective) in problems.enumerated() {
      for method in methods {
        items.append(Item(method: method, problem: problem))
        guard method.decay == nil, objective.functionClass.isConvex,
          method.optimizer.name == "amvt" || method.optimizer.name == "amo"
        else { continue }
        items.append(
          Item(
            method: OptimizerMethod(
              method.optimizer, decay: .inverseRoot, settings: method.settings),
            problem: problem))
      }
    }
    return items
  }

  /// Runs everything. A cancelled task returns what is done, marked incomplete.
  public func run() async -> RatesReport {
    let items = items
    var results: [Int: (curves: MeasuredCurves, rows: [RateRow])] = [:]
    await withTaskGroup(of: (Int, (MeasuredCurves, [RateRow])?).self) { group in
      // As many at a time as there are processors, in order.
      var next = 0
      func addOne() {
        guard next < items.count else { return }
        let place = next
        next += 1
        group.addTask {
          Task.isCancelled ? (place, nil) : (place, await measure(items[place]))
        }
      }
      for _ in 0..<max(1, ProcessInfo.processInfo.activeProcessorCount) { addOne() }
      for await (place, result) in group {
        if let result { results[place] = (result.0, result.1) }
        progress?(results.count, items.count, items[place].method.name)
        addOne()
      }
    }
    let done = items.indices.compactMap { results[$0] }
    let curves = done.map(\.curves)
    return RatesReport(
      subjects: methods.map {
        RatesReport.Subject(
          name: $0.name, settings: $0.settings, source: $0.optimizer.card.source)
      },
      problems: problems, rows: done.flatMap(\.rows), curves: curves,
      times: times(curves), targetFactor: targetFactor, steps: steps, seed: seed,
      seedCount: problems.contains { !$0.noise.isNone } ? seedCount : 1,
      isIncomplete: done.count < items.count)
  }

  private func times(_ curves: [MeasuredCurves]) -> TargetTimes? {
    let names = methods.map(\.name)
    guard Set(names).count == names.count else { return nil }
    let usable = problems.indices.filter { problems[$0].minimum != nil }
    guard !usable.isEmpty else { return nil }
    return TargetTimes(
      methods: names, problems: usable.map { problems[$0].name },
      times: names.map { name in
        usable.map { problem in
          let own = curves.first {
            $0.name == name && $0.problem == problem && $0.schedule == nil
          }
          return (own?.runs ?? []).map { TargetTimes.time(of: $0, shrinkingBy: targetFactor) }
        }
      })
  }

  private func measure(_ item: Item) async -> (MeasuredCurves, [RateRow]) {
    let (method, objective) = (item.method, problems[item.problem])
    let count = objective.noise.isNone ? 1 : seedCount
    let runs = (0..<count).map {
      RateRun(of: method, on: objective, steps: steps, seed: seed &+ UInt64($0))
    }
    let common = runs.map(\.steps.count).min() ?? 0
    let recorded = Array((runs.first?.steps ?? []).prefix(common))
    let diverged = runs.compactMap(\.divergedAt).min()
    let prediction = recorded.isEmpty ? nil : predict(method, objective, recorded)
    let metric: RateMetric = objective.minimum == nil ? .gradientNorm : .gap
    var iterates: [Iterate] = [.last]
    if objective.minimum != nil {
      iterates.append(objective.functionClass.isConvex ? .average : .best)
    }
    var rows: [RateRow] = []
    var checks: [PropertyResult] = []
    var comparison: BoundComparison?
    for iterate in iterates {
      let values = runs.map { Array($0.values(metric, of: iterate).prefix(common)) }
      let fit =
        recorded.isEmpty || diverged != nil
        ? nil
        : RateFit(
          steps: recorded, curves: values, rounding: runs[0].gapRounding, seed: seed)
      let predicted = fit.flatMap { fit in
        prediction.flatMap { prediction in
          prediction.gaps[iterate].flatMap { fit.slope(of: $0, steps: prediction.steps) }
        }
      }
      var judged: BoundComparison?
      if metric == .gap, !recorded.isEmpty,
        let bound = ClaimedBound.bound(for: method, on: objective, iterate: iterate)
      {
        judged = BoundComparison(bound, runs: runs, fit: fit, on: objective, method: method)
        comparison = judged
      }
      let last = fit?.window.to ?? recorded.last ?? 0
      let bound = judged.flatMap { judged in
        recorded.firstIndex(of: last).flatMap {
          judged.curve.indices.contains($0) ? judged.curve[$0] : nil
        }
      }
      let certified = await certify?(method, objective, iterate, last)
      if let upper = certified?.upper, let run = runs.first {
        checks.append(RateChecks.neverCrossed(run, upper: upper))
      }
      if iterate == .last, prediction != nil {
        checks.append(
          RateChecks.fitted(
            fit, prediction: prediction, iterate: iterate, isNoisy: !objective.noise.isNone))
      }
      rows.append(
        RateRow(
          name: method.name,
          problem: objective.name + (method.decay.map { ", rate \($0.formula)" } ?? "")
            + (metric == .gap ? "" : " (\(metric.rawValue))"),
          place: item.problem, schedule: method.decay.map { "rate \($0.formula)" },
          iterate: iterate, metric: metric, fit: fit, predicted: predicted,
          predictedBy: predicted == nil ? nil : prediction?.method,
          asymptote: iterate == .last && method.decay == nil ? asymptote(method, objective) : nil,
          claimedBound: bound, certified: certified,
          verdict: judged?.verdict ?? (fit == nil ? .inconclusive : .none),
          remark: remark(fit, judged, runs, diverged), divergedAt: diverged))
    }
    checks += otherChecks(method, objective, runs, prediction, comparison)
    let curves = MeasuredCurves(
      name: method.name, problem: item.problem,
      schedule: method.decay.map { "rate \($0.formula)" }, runs: runs, prediction: prediction,
      comparison: comparison, checks: checks)
    return (curves, rows)
  }

  private func predict(
    _ method: OptimizerMethod, _ objective: Objective, _ steps: [Int]
  ) -> RatePrediction? {
    if let exact = RatePrediction(of: method, on: objective, steps: steps) { return exact }
    if !objective.noise.isNone {
      return RatePrediction(expecting: method, on: objective, steps: steps)
    }
    // An enclosure costs a hundred times what the step does.
    let near = steps.filter { $0 <= 20_000 }
    return RatePrediction(enclosing: method, on: objective, steps: near)
  }

  /// Theory for gradient descent, where the method is that with a rate up to 2/L.
  private func asymptote(
    _ method: OptimizerMethod, _ objective: Objective
  ) -> Objective.Asymptote? {
    let keys = method.optimizer.hyperparameters.filter { !$0.value.isZero }.map(\.key)
    guard method.optimizer.name == "sgd", method.optimizer.stages.isEmpty,
      !keys.contains(where: { $0 == "momentum" || $0 == "weightDecay" })
    else { return nil }
    return objective.asymptotes.first { $0.method == .gradientDescent }
  }

  private func remark(
    _ fit: RateFit?, _ judged: BoundComparison?, _ runs: [RateRun], _ diverged: Int?
  ) -> String? {
    if let diverged {
      let refusal = runs.compactMap(\.refusal).first
      return "diverged after step \(diverged)" + (refusal.map { ": \($0)" } ?? "")
    }
    if let judged { return "\(judged.bound.paper): \(judged.reason)" }
    if fit == nil { return "too few steps above rounding to fit" }
    return nil
  }

  private func otherChecks(
    _ method: OptimizerMethod, _ objective: Objective, _ runs: [RateRun],
    _ prediction: RatePrediction?, _ comparison: BoundComparison?
  ) -> [PropertyResult] {
    guard let first = runs.first else { return [] }
    var checks: [PropertyResult] = []
    if objective.dimension <= 2 {
      // The points of the run, thinned: every ordered pair is looked at.
      let path = first.path.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
      let valid = RateChecks.problemValid(objective, at: path)
      if valid.verdict != .notApplicable { checks.append(valid) }
    }
    if let row = try? RateChecks.spectral(method, on: objective, run: first),
      row.verdict != .notApplicable
    {
      checks.append(row)
    }
    if !objective.noise.isNone {
      let row = RateChecks.floor(runs, prediction: prediction)
      if row.verdict != .notApplicable { checks.append(row) }
    }
    if let comparison { checks.append(RateChecks.claimed(comparison)) }
    if objective.noise.isNone, objective.minimum != nil {
      let finding = NonConvergenceSearch.finding(in: first, of: method, on: objective)
      checks.append(RateChecks.nonConvergence(finding, steps: steps))
    }
    return checks
  }
}
