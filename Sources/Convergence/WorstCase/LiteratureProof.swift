internal import Numbers

/// Proofs of the literature that need no solver, for the methods of classes without smoothness. Checked like
/// any other certificate, so what they are wrong for is refused.
enum LiteratureProof {
  static func certificate(
    for method: FixedCoefficientMethod, in problem: PerformanceProblem
  ) -> (DualCertificate, Rational)? {
    guard
      let certificate = proximal(method, problem) ?? subgradient(method, problem),
      let bound = try? certificate.check(in: problem)
    else { return nil }
    return (certificate, bound)
  }

  /// The proximal point method: `λ_(i,i+1) = i/(2N − i)` along the chain, the differences of those for the
  /// minimiser, `τ = 1/(4γN)`: the multipliers of gradient descent with `L` beyond all bounds.
  ///
  /// Source: Taylor, Hendrickx & Glineur, *Exact worst-case performance of first-order methods for composite
  /// convex optimization*, SIAM Journal on Optimization 2017, theorem 4.1 (the bound).
  private static func proximal(
    _ method: FixedCoefficientMethod, _ problem: PerformanceProblem
  ) -> DualCertificate? {
    let question = problem.question
    guard question.functionClass == .proximal, question.initial == .distance,
      question.metric == .functionGap, question.iterate == .last,
      let stepSize = method.proximalStep, stepSize.signum() > 0
    else { return nil }
    let steps = question.steps
    let chain = (1..<max(steps, 1)).map { Rational($0, 2 * steps - $0) } + [1]
    var multipliers = chain.dropLast().enumerated().map { place, value in
      DualCertificate.Multiplier(constraint: .pair(place + 1, place + 2), value: value)
    }
    var used: Rational = 0
    for (place, value) in chain.enumerated() {
      multipliers.append(.init(constraint: .pair(0, place + 1), value: value - used))
      used = value
    }
    guard let least = try? 1 / (4 * stepSize * Rational(steps)) else { return nil }
    return DualCertificate(multipliers: multipliers, initial: least, metricWeights: [1])
  }

  /// The subgradient method: the mean of the gaps, `1/(2γ(N + 1)) + γM²/2`.
  ///
  /// Source: Nesterov, *Introductory lectures on convex optimization*, 2004, theorem 3.2.2.
  private static func subgradient(
    _ method: FixedCoefficientMethod, _ problem: PerformanceProblem
  ) -> DualCertificate? {
    let question = problem.question
    guard case .lipschitzConvex = question.functionClass, question.initial == .distance,
      question.metric == .functionGap, question.iterate == .best,
      let stepSize = method.subgradientStep(in: problem)
    else { return nil }
    let count = question.steps + 1
    let share = Rational(1, count)
    let half = stepSize * share * Rational(1, 2)
    let multipliers = (1...count).flatMap { place in
      [
        DualCertificate.Multiplier(constraint: .pair(0, place), value: share),
        DualCertificate.Multiplier(constraint: .bound(place), value: half),
      ]
    }
    guard let initial = try? share / (2 * stepSize) else { return nil }
    return DualCertificate(
      multipliers: multipliers, initial: initial,
      metricWeights: [Rational](repeating: share, count: count))
  }
}

/// Runs of the literature that attain the worst case of methods of classes without smoothness.
enum LiteratureInstance {
  static func instance(
    for method: FixedCoefficientMethod, in problem: PerformanceProblem
  ) -> (RunInstance, Rational)? {
    guard let instance = proximal(method, problem) ?? orthogonal(method, problem),
      let value = try? instance.check(in: problem)
    else { return nil }
    return (instance, value)
  }

  /// The proximal point method on `c|x|` from 1, `c = 1/(2γN)`: half of the way is left.
  private static func proximal(
    _ method: FixedCoefficientMethod, _ problem: PerformanceProblem
  ) -> RunInstance? {
    guard problem.question.functionClass == .proximal, problem.question.initial == .distance,
      let stepSize = method.proximalStep, stepSize.signum() > 0,
      let slope = try? 1 / (2 * stepSize * Rational(problem.question.steps)),
      problem.points.count == method.steps + 1
    else { return nil }
    let basis = [1] + [Rational](repeating: slope, count: method.steps)
    let values = problem.points.dropFirst().map { point in
      slope * zip(point.position, basis).reduce(0) { $0 + $1.0 * $1.1 }
    }
    return RunInstance(weights: [1], vectors: basis.map { [$0] }, values: values)
  }

  /// `M·max(x₁ … x_{N+1})`, cut off at its value at the minimiser, where every step meets a coordinate that
  /// was not touched: no gap falls.
  ///
  /// Source: Drori & Teboulle, *An optimal variant of Kelley's cutting-plane method*, 2016, section 4.
  private static func orthogonal(
    _ method: FixedCoefficientMethod, _ problem: PerformanceProblem
  ) -> RunInstance? {
    guard case .lipschitzConvex(let bound) = problem.question.functionClass,
      problem.question.initial == .distance, method.subgradientStep(in: problem) != nil
    else { return nil }
    let count = method.steps + 1
    // 1/√(N + 1), rounded down.
    guard
      let root = Rational(1, count).roundedRoot(bits: 60)
    else { return nil }
    let vectors = (0...count).map { place in
      (1...count).map { place == 0 ? root : place == $0 ? bound : 0 as Rational }
    }
    return RunInstance(
      weights: [Rational](repeating: 1, count: count), vectors: vectors,
      values: [Rational](repeating: bound * root, count: count))
  }
}
