internal import Numbers

/// The run of a method on `(L/2)‖x − x*‖²`, the one function of a class with `μ = L`: every vector is a multiple
/// of `x₀ − x*`.
struct QuadraticRun {
  private let method: FixedCoefficientMethod
  private let question: WorstCaseQuestion
  private let smoothness: Rational
  /// The multiples that the basis vectors are; nil where a point's own gradient leaves none.
  private let basis: [Rational]?

  /// - Precondition: the class has `μ = L`.
  init(_ method: FixedCoefficientMethod, _ question: WorstCaseQuestion) {
    precondition(question.functionClass.isQuadratic, "\(question.functionClass) has many functions")
    let smoothness = question.functionClass.smoothness ?? 1
    var basis: [Rational]? = [1]
    for (place, evaluation) in method.evaluations.enumerated() {
      // x = a + c·g with g = Lx, where the point holds its own gradient.
      let own = evaluation.count > place + 1 ? evaluation[place + 1] : 0
      let rest = basis.map { Self.value(of: Array(evaluation.prefix(place + 1)), $0) }
      if let rest, let point = try? rest / (1 - own * smoothness) {
        basis?.append(smoothness * point)
      } else {
        basis = nil
      }
    }
    self.method = method
    self.question = question
    self.smoothness = smoothness
    self.basis = basis
  }

  /// The metric over the initial quantity; nil where there is none.
  var worstCase: Rational? {
    guard let basis else { return nil }
    func value(_ metric: WorstCaseQuestion.Metric, at position: [Rational]) -> Rational {
      let square = Self.value(of: position, basis).squared()
      return switch metric {
      case .distance: square
      case .functionGap: smoothness * square * Rational(1, 2)
      case .gradientNorm: smoothness * smoothness * square
      }
    }
    let outcomes = method.outcome(question.iterate).map { [$0] } ?? method.iterates
    let least = outcomes.map { value(question.metric, at: $0) }.min() ?? 0
    return try? least / value(question.initial, at: method.iterates[0])
  }

  private static func value(of vector: [Rational], _ basis: [Rational]) -> Rational {
    zip(vector, basis).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
