internal import Numbers

/// The proof of gradient descent's worst case that needs no solver.
enum ChainCertificate {
  /// `λ_(i−1,i) = i/(2N + 1 − i)`, `λ_(*,i)` the differences of those, `τ` what the matrix lacks:
  /// `L/(4NγL + 2)` for `γL ≤ 1`. Checked like any other certificate, so what it is wrong for is refused.
  ///
  /// Source: Drori & Teboulle, *Performance of first-order methods for smooth convex minimization*, 2014,
  /// theorem 2.
  static func certificate(
    for method: FixedCoefficientMethod, in problem: PerformanceProblem
  ) -> (DualCertificate, Rational)? {
    let question = problem.question
    guard case .smoothConvex(let smoothness) = question.functionClass,
      question.initial == .distance, question.metric == .functionGap, question.iterate == .last,
      let stepSize = method.gradientStep, stepSize.signum() > 0, stepSize * smoothness <= 1
    else { return nil }
    let steps = question.steps
    let chain = (1...steps).map { Rational($0, 2 * steps + 1 - $0) }
    var multipliers = chain.enumerated().map { place, value in
      DualCertificate.Multiplier(constraint: .pair(place + 1, place + 2), value: value)
    }
    var used: Rational = 0
    for place in 0...steps {
      let value = (place == steps ? 1 : chain[place]) - used
      multipliers.append(.init(constraint: .pair(0, place + 1), value: value))
      used = place == steps ? 1 : chain[place]
    }
    guard let least = try? 1 / (4 * Rational(steps) * stepSize + 2 * (try smoothness.reciprocal()))
    else { return nil }
    let certificate = DualCertificate(
      multipliers: multipliers, initial: least, metricWeights: [1])
    guard let bound = try? certificate.check(in: problem) else { return nil }
    return (certificate, bound)
  }
}
