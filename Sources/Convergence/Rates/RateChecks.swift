internal import Foundation
internal import Numbers
public import Objectives
internal import Optimizers
public import Properties
public import ReferenceNumerics
internal import Statistics

/// The properties of the catalogue about measured rates, each with its evidence and numbers.
public enum RateChecks {
  /// A row with one piece of evidence.
  static func row(
    _ description: PropertyDescription, _ kind: EvidenceKind, _ verdict: Verdict, _ detail: String,
    cases: Int = 1, isDeclared: Bool = false
  ) -> PropertyResult {
    PropertyResult(
      description, isDeclared: isDeclared,
      evidence: [
        Evidence(
          kind, tool: kind == .gsl ? "GSL and assay" : "assay", verdict: verdict, detail: detail)
      ], cases: cases, detail: detail)
  }

  public static let problemValid = PropertyDescription(
    id: "rate.problem-valid",
    statement: "the problem satisfies the interpolation inequalities of its claimed (μ, L)",
    source: "Taylor, Hendrickx & Glineur 2017, Theorem 4", domain: "all pairs of visited points",
    arithmetic: .float64, evidence: [.exact, .interval])

  /// Holds a problem to its claimed class on the points of runs.
  public static func problemValid(_ objective: Objective, at points: [[Double]]) -> PropertyResult {
    guard objective.functionClass.convexity != nil || objective.functionClass.lipschitz != nil
    else {
      return row(problemValid, .generated, .notApplicable, "\(objective.name) claims no class")
    }
    let seen = points + objective.minimisers + [objective.start]
    if let violation = objective.classViolation(at: seen) {
      return row(
        problemValid, .generated, .refuted,
        "\(violation.inequality) is broken by \(violation.amount) between points"
          + " \(violation.first) and \(violation.second)", cases: seen.count)
    }
    return row(
      problemValid, .generated, .tested,
      "\(objective.functionClass): \(seen.count) points, every ordered pair", cases: seen.count)
  }

  public static let spectral = PropertyDescription(
    id: "rate.spectral",
    statement: "on a quadratic the measured linear rate is the spectral radius of the iteration",
    source: "linear recursions; eigenvalues by GSL", domain: "stationary linear methods",
    arithmetic: .float64, evidence: [.gsl])

  /// Compares the rate of a run on a quadratic with the spectral radius of the traced rule.
  ///
  /// The gap is `t^(2(k − 1))·ρ^(2t)` times a factor that oscillates where the leading eigenvalues are
  /// complex: over the window its mean slope is within `12/width` of the logarithm, and Jordan's factor is
  /// taken out before the line is fitted.
  public static func spectral(
    _ method: OptimizerMethod, on objective: Objective, run: RateRun
  ) throws(GSLError) -> PropertyResult {
    guard let model = EigenModel(objective), objective.noise.isNone,
      let iteration = TracedIteration(method), iteration.isStationary
    else {
      return row(
        spectral, .gsl, .notApplicable,
        "\(method.name) on \(objective.name) is no stationary linear iteration")
    }
    var radius = 0.0
    var jordan = 1
    for (curvature, start) in zip(model.curvatures, model.start) where start != 0 {
      let spectrum = try iteration.spectrum(curvature: curvature)
      if spectrum.radius > radius * (1 + 1e-12) {
        (radius, jordan) = (spectrum.radius, spectrum.jordanSize)
      } else if spectrum.radius >= radius * (1 - 1e-12) {
        jordan = max(jordan, spectrum.jordanSize)
      }
    }
    guard let gaps = run.gaps[.last], radius > 0,
      let window = FitWindow(steps: run.steps, values: gaps, rounding: run.gapRounding)
    else {
      return row(spectral, .gsl, .inconclusive, "ρ = \(radius), and no window to measure it on")
    }
    let steps = run.steps[window.places].map { Double($0) }
    let flat = zip(steps, gaps[window.places]).map {
      $1 * Double.power($0, -2 * Double(jordan - 1))
    }
    let slope = RateFit.slope(Array(run.steps[window.places]), flat, .logLinear) ?? .nan
    let width = Double(window.to - window.from)
    let expected = 2 * log(radius)
    let tolerance = 12 / width
    let verdict: Verdict =
      (slope - expected).magnitude <= tolerance
      ? .tested : expected.magnitude * width < 4 ? .inconclusive : .refuted
    let detail = String(
      format: "ρ = %.9g (%@), measured √(gap ratio) a step %.9g over steps %d to %d, within %.2g",
      radius,
      jordan > 1 ? "Jordan block of \(jordan)" : "simple", exp(slope / 2), window.from, window.to,
      tolerance / 2)
    return row(spectral, .gsl, verdict, detail)
  }

  public static let fitted = PropertyDescription(
    id: "rate.fitted",
    statement: "the fitted slope is that of the exact prediction on the same window",
    source: "the prediction is computed without running", domain: "problems that can be predicted",
    arithmetic: .float64, evidence: [.exact])

  /// Compares a fit with the prediction's slope on its window.
  public static func fitted(
    _ fit: RateFit?, prediction: RatePrediction?, iterate: Iterate, isNoisy: Bool
  ) -> PropertyResult {
    guard let fit else { return row(fitted, .exact, .inconclusive, "no window to fit on") }
    if isNoisy && fit.isTooWide {
      return row(
        fitted, .exact, .inconclusive, "the interval \(fit.interval) is wider than 0.1")
    }
    guard let prediction, let curve = prediction.gaps[iterate],
      let slope = fit.slope(of: curve, steps: prediction.steps)
    else { return row(fitted, .exact, .notApplicable, "nothing predicts this run") }
    // Rounding, amplified by at most the number of steps, is far below this; an enclosure says its own.
    var tolerance = 1e-6 * max(1, slope.magnitude)
    if !prediction.uncertainty.isEmpty {
      tolerance += fit.slack(steps: prediction.steps, uncertainty: prediction.uncertainty)
    }
    let agrees =
      isNoisy
      ? fit.interval.lowerBound - tolerance <= slope && slope <= fit.interval.upperBound + tolerance
      : (fit.slope - slope).magnitude <= tolerance
    return row(
      fitted, .exact, agrees ? .tested : .refuted,
      "slope \(fit.slope), \(prediction.method): \(slope), steps \(fit.window.from) to"
        + " \(fit.window.to), tolerance \(tolerance)")
  }

  public static let floor = PropertyDescription(
    id: "rate.sgd-floor",
    statement: "the mean gap under noise is that of the exact recursion of second moments",
    source: "second moments of a linear recursion", domain: "quadratics with additive noise",
    arithmetic: .float64, evidence: [.exact, .statistics])

  /// Whether Student's interval for the mean gap over seeds at the last step holds its exact expectation, at
  /// the level of a report.
  public static func floor(_ runs: [RateRun], prediction: RatePrediction?) -> PropertyResult {
    guard let prediction, let expected = prediction.gaps[.last]?.last, runs.count > 1 else {
      return row(floor, .exact, .notApplicable, "no exact expectation, or one run only")
    }
    let gaps = runs.compactMap { $0.gaps[.last]?.last }
    let level = 1 - AlphaBudget.reportTotal
    guard let interval = try? ConfidenceInterval.mean(of: gaps, level: level) else {
      return row(floor, .statistics, .inconclusive, "not every run ended with a number")
    }
    return row(
      floor, .statistics, interval.contains(expected) ? .statistical : .refuted,
      String(
        format: "mean gap %.6g in [%.6g, %.6g] at α = %g over %d seeds, expected %.6g",
        interval.estimate, interval.lower, interval.upper, AlphaBudget.reportTotal, gaps.count,
        expected), cases: gaps.count)
  }

  public static let regret = PropertyDescription(
    id: "rate.regret",
    statement: "the regret's exponent, with the upper end of its interval, is at most 1/2 + 0.1",
    source: "Zinkevich 2003; Hazan, Introduction to online convex optimization",
    domain: "online linear losses with rate α/√t", arithmetic: .float64,
    isInformation: true, evidence: [.statistics, .exact])

  /// Whether the regret grows like the root of the steps, or less.
  public static func regret(_ run: OnlineRun) -> PropertyResult {
    guard let last = run.regrets.last else {
      return row(regret, .generated, .inconclusive, "no step was recorded")
    }
    guard let fit = run.regretFit() else {
      return last <= 0
        ? row(regret, .generated, .tested, "the regret at the end is \(last), not above 0")
        : row(
          regret, .generated, .inconclusive,
          "no window: the regret, \(last) at the end, changed its sign late")
    }
    return row(
      regret, .generated, fit.interval.upperBound <= 0.6 ? .tested : .refuted,
      String(
        format: "exponent %.3f [%.3f, %.3f] over steps %d to %d; regret %.6g at the end", fit.slope,
        fit.interval.lowerBound, fit.interval.upperBound, fit.window.from, fit.window.to, last))
  }

  public static let claimed = PropertyDescription(
    id: "rate.claimed", statement: "the paper's bound on the gap holds on this run",
    source: "the papers", domain: "the runs of the report", arithmetic: .float64,
    isInformation: true, evidence: [.generated])

  /// What the comparison with a paper's bound says, as a row.
  public static func claimed(_ comparison: BoundComparison) -> PropertyResult {
    let verdict: Verdict =
      switch comparison.verdict {
      case .holds: .tested
      case .holdsVacuously: .vacuous
      case .refuted: .refuted
      case .inconclusive: .inconclusive
      case .none: .notApplicable
      }
    return row(
      claimed, .generated, verdict, "\(comparison.bound.statement): \(comparison.reason)")
  }

  public static let crossed = PropertyDescription(
    id: "rate.never-crossed",
    statement: "the gap that the shipped code reached is at most the certified worst case",
    source: "a dual certificate checked in rationals", domain: "the problem's class",
    arithmetic: .float64, evidence: [.certificate])

  /// Holds the gap after the certified steps to the bound.
  static func neverCrossed(_ run: RateRun, upper: Double) -> PropertyResult {
    let steps = RatesStudy.certifiedSteps
    guard let place = run.steps.firstIndex(of: steps), let gaps = run.gaps[.last] else {
      return row(crossed, .certificate, .notApplicable, "step \(steps) was not recorded")
    }
    // The bound was rounded twice on its way: to a `Double`, and times the squared distance.
    let holds = gaps[place] - run.gapRounding[place] <= upper.nextUp.nextUp
    return row(
      crossed, .certificate, holds ? .tested : .refuted,
      "gap \(gaps[place]) after \(steps) steps, certified at most \(upper)")
  }

  public static let nonConvergence = PropertyDescription(
    id: "rate.non-convergence",
    statement: "long runs go on converging: no stall, no burst, no wrong end",
    source: "Reddi, Kale & Kumar 2018; Toint 2023", domain: "the run's steps",
    arithmetic: .float64, isInformation: true, evidence: [.search])

  /// A finding of the search, as a row.
  public static func nonConvergence(_ finding: NonConvergence?, steps: Int) -> PropertyResult {
    guard let finding else {
      return row(nonConvergence, .search, .tested, "nothing found in \(steps) steps", cases: steps)
    }
    return row(
      nonConvergence, .search, .refuted,
      "\(finding.kind.rawValue) on \(finding.problem): \(finding.detail)", cases: steps)
  }

  public static let worstCase = PropertyDescription(
    id: "rate.worst-case",
    statement:
      "the worst case over smooth convex functions has a certificate from above and an instance from"
      + " below, and is that of the literature",
    source: "Taylor, Hendrickx & Glineur 2017; Drori & Teboulle 2014",
    domain: "methods of fixed coefficients; L = 1, ten steps, function gap from distance",
    evidence: [.certificate])

  public static let cycle = PropertyDescription(
    id: "rate.cycle",
    statement: "on Lessard's function no cycle of 2 to 12 steps is found",
    source: "Lessard, Recht & Packard 2016, equation 4.11; Goujaud, Dieuleveut & Taylor 2023",
    domain: "rules that are rational; closed in rationals", isInformation: true,
    evidence: [.exact, .search])
}
