internal import Foundation
internal import Numbers

/// Worst cases known from the literature, an oracle that shares nothing with the semidefinite programs.
enum ClosedForm {
  /// The exact worst case of a method, where it is known; nil elsewhere.
  static func value(
    of method: FixedCoefficientMethod, _ question: WorstCaseQuestion
  ) -> Double? {
    let steps = Double(question.steps)
    if let stepSize = method.gradientStep {
      return gradientDescent(stepSize: Double(stepSize), steps: steps, question)
    }
    if let stepSize = method.proximalStep, question.functionClass == .proximal,
      question.initial == .distance, question.metric == .functionGap, question.iterate == .last
    {
      // Güler 1991; tight by Taylor, Hendrickx & Glineur, SIAM Journal on Optimization 2017.
      return question.steps == 0 ? nil : 1 / (4 * Double(stepSize) * steps)
    }
    if case .smoothConvex(let smoothness) = question.functionClass, question.steps > 0,
      question.initial == .distance, question.metric == .functionGap, question.iterate == .last,
      let optimized = try? FixedCoefficientMethod(
        tracing: OptimizedGradientMethod(smoothness: smoothness), steps: question.steps),
      optimized == method
    {
      // Kim & Fessler 2016.
      var theta = 1.0
      for step in 0..<question.steps {
        theta = (1 + (1 + (step == question.steps - 1 ? 8 : 4) * theta * theta).squareRoot()) / 2
      }
      return Double(smoothness) / (2 * theta * theta)
    }
    return nil
  }

  private static func gradientDescent(
    stepSize: Double, steps: Double, _ question: WorstCaseQuestion
  ) -> Double? {
    func power(_ base: Double) -> Double { Foundation.pow(base, 2 * steps) }
    switch (question.functionClass, question.initial, question.metric, question.iterate) {
    case (.smoothConvex(let smoothness), .distance, .functionGap, .last):
      // Drori & Teboulle 2014 up to γL = 1; the rest by Rotaru, Glineur & Patrinos 2024.
      let L = Double(smoothness)
      guard stepSize * L < 2 else { return nil }
      return L / 2 * max(1 / (2 * steps * stepSize * L + 1), power(1 - stepSize * L))
    case (.smoothConvex(let smoothness), .distance, .gradientNorm, .last):
      let L = Double(smoothness)
      guard stepSize * L <= 1 else { return nil }
      return L * L / Foundation.pow(steps * stepSize * L + 1, 2)
    case (.smoothStronglyConvex(let convexity, let smoothness), .distance, .functionGap, .last):
      // Conjectured by Taylor, Hendrickx & Glineur 2017; Rotaru, Glineur & Patrinos 2024.
      let (mu, L) = (Double(convexity), Double(smoothness))
      guard stepSize * L < 2 else { return nil }
      let ratio = mu / L
      let flat = ratio / (ratio - 1 + Foundation.pow(1 - stepSize * mu, -2 * steps))
      return L / 2 * max(flat, power(1 - stepSize * L))
    case (.smoothStronglyConvex(let convexity, let smoothness), let initial, let metric, .last)
    where initial == metric:
      // Taylor, Hendrickx & Glineur 2018.
      let (mu, L) = (Double(convexity), Double(smoothness))
      guard stepSize * L < 2 else { return nil }
      return max(power(1 - stepSize * mu), power(1 - stepSize * L))
    case (.smoothNonconvex(let smoothness), .functionGap, .gradientNorm, .best):
      // Abbasi, de Klerk & Zamani 2022, for γL ≤ 1.
      let L = Double(smoothness)
      guard stepSize * L <= 1 else { return nil }
      return 4 / (steps * (4 * stepSize - L * stepSize * stepSize) + 2 / L)
    case (.lipschitzConvex(let bound), .distance, .functionGap, .best):
      // Drori & Teboulle 2016, at the step size that the bound is least at.
      let M = Double(bound)
      let optimal = 1 / (M * (steps + 1).squareRoot())
      guard abs(stepSize / optimal - 1) < 1e-12 else { return nil }
      return M / (steps + 1).squareRoot()
    default: return nil
    }
  }
}

extension FixedCoefficientMethod {
  /// `γ` of `x_{k+1} = x_k − γ∇f(x_k)`, where that is what the method does.
  var gradientStep: Rational? {
    guard steps > 0, evaluations == Array(iterates.dropLast()), iterates[0] == [1],
      iterates[1].count == 2, iterates[1][0] == 1
    else { return nil }
    let stepSize = -iterates[1][1]
    for (step, iterate) in iterates.enumerated() {
      guard iterate == [1] + [Rational](repeating: -stepSize, count: step) else { return nil }
    }
    return stepSize
  }

  /// `γ` of the proximal point method.
  var proximalStep: Rational? {
    guard steps > 0, evaluations == Array(iterates.dropFirst()), iterates[1].count == 2 else {
      return nil
    }
    let stepSize = -iterates[1][1]
    for (step, iterate) in iterates.enumerated() {
      guard iterate == [1] + [Rational](repeating: -stepSize, count: step) else { return nil }
    }
    return stepSize
  }
}

extension FixedCoefficientMethod {
  /// `γ` of the subgradient method, whose last gradient is taken where the question looks.
  func subgradientStep(in problem: PerformanceProblem) -> Rational? {
    guard let stepSize = gradientStep, stepSize.signum() > 0,
      problem.points.count == steps + 2
    else { return nil }
    return stepSize
  }
}
