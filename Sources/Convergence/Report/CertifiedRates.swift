internal import Numbers
public import Objectives

extension RatesStudy {
  /// The steps that the certified values of a report are for; proofs reach so far in a moment.
  public static let certifiedSteps = 20

  /// The worst gap of a method after `certifiedSteps` steps over smooth convex functions with a problem's L
  /// and from its distance: proved from both sides where the rule's coefficients are fixed, for an adaptive
  /// one the value of an instance that a search found.
  ///
  /// L is rounded up to a multiple of 1/1024: the bound from above holds for the problem itself.
  ///
  /// - Returns: nil for other problems and iterates, for a falling rate, and where no solver is there that a
  ///   proof needs.
  @Sendable
  public static func certified(
    _ method: OptimizerMethod, _ objective: Objective, _ iterate: Iterate, _ steps: Int
  ) async -> CertifiedValues? {
    guard iterate == .last, method.decay == nil, steps >= certifiedSteps, objective.noise.isNone,
      objective.functionClass.isConvex, objective.functionClass.radius == nil,
      let smoothness = objective.functionClass.smoothness, smoothness > 0, smoothness < 1e9,
      let distance = objective.distance(at: objective.start)
    else { return nil }
    let rounded = Rational(Int((smoothness * 1024).rounded(.up)), 1024)
    let square = distance * distance
    guard
      let question = try? WorstCaseQuestion(
        .smoothConvex(smoothness: rounded), steps: certifiedSteps, metric: .functionGap,
        initial: .distance),
      let named = try? WorstCaseMethod(named: method.name, settings: method.settings)
    else { return nil }
    var study = WorstCase(named, question)
    study.solverSeconds = 20
    guard let report = try? await study.run() else { return nil }
    if report.status != .notFixedCoefficient {
      return CertifiedValues(
        upper: report.upper.map { Double($0) * square },
        lower: report.lower.map { Double($0) * square })
    }
    var search = AdversarialSearch(smoothness: Double(rounded), steps: certifiedSteps)
    search.radius = distance
    search.restarts = 6
    search.trials = 200
    return search.run(method).map { CertifiedValues(lower: $0.best.value) }
  }
}
