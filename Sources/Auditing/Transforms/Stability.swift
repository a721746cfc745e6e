internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties
internal import ReferenceNumerics

extension TransformProperties {
  static let stability = TransformProperty(
    description: PropertyDescription(
      id: "transform.stability",
      statement: "at a minimiser gradient descent on L is stable for α·w(l*)·λ < 2, unstable above",
      source: "linearisation of the step, and Lyapunov's first method; specification, section 1",
      domain: "l* ∉ {0, ±1}, H ≻ 0 with the largest eigenvalue λ; undecided at 2",
      requires: [.lossTransform], evidence: [.exact, .generated]),
    exact: { setting in
      let jet = LossJet(under: setting.transform)
      var questions: [ExactQuestion] = []
      for region in LossRegion.allCases {
        let values = try jet.derivatives(in: region, isCritical: true)
        let slope = region.declaredSlope(of: setting.transform)
        for row in 0..<2 {
          for column in 0..<2 {
            questions.append(
              ExactQuestion(
                "the derivative [\(row), \(column)] of w·∇l", in: region,
                values.weightedGradientSlopes[row][column],
                slope * values.lossHessian[row][column]))
          }
        }
      }
      return ExactAnswer(
        questions,
        domain:
          "the step's derivative at any critical point is I − α·w·H, with eigenvalues 1 − α·w·λᵢ,"
          + " for every l ∉ {0, ±1}",
        candidate: { question in
          let weight = region(of: question.region.sample, setting.transform)
          // Just above the window where w is too small, just below where it is too large.
          let computed = setting.transform.weight(at: question.region.sample)
          return TransformCase(
            "x^2 - 3",
            [
              "x": 0, "offset": 3 + question.region.sample,
              "product": computed < weight ? 2.2 : 1.8,
            ], steps: stepsInRun)
        })
    },
    cases: { _ in
      let minima = TransformCase.criticalPoints(minimaOnly: true)
      return Generator { source throws(Rejection) in
        var value = try minima.make(source)
        value.values["product"] = try Generator<Double>.element(of: [
          1, 0.5, 1.5, 1.75, 1.8, 2.2, 2.25, 2.5, 3,
        ]).make(source)
        value.stepCount = stepsInRun
        return value
      }
    },
    examination: { value, setting in try stabilityExamination(value, setting) },
    detail: { transform in
      "window of rates: α < 2/(w(l*)·λ), 1/w(l*) times that of l; \(transform.exponentText)"
    })

  /// At |αwλ − 2| ≥ 0.2 the distance shrinks, or grows, by 1.2⁶⁰ > 50,000.
  private static let stepsInRun = 60

  /// The declared slope at a loss.
  private static func region(of loss: Double, _ transform: any LossTransform) -> Double {
    let n = Double(loss.magnitude < 1 ? transform.smallExponent : transform.largeExponent)
    return n * Double.power(loss.magnitude, n - 1)
  }

  /// Runs the optimizer from beside the minimiser, along the eigenvector of the largest eigenvalue.
  private static func stabilityExamination(
    _ value: TransformCase, _ setting: TransformSetting
  ) throws -> Examination {
    let objective = try setting.objective(of: value)
    let minimiser = try objective.objective.variables.map { try value.value($0) }
    let offset = try value.value("offset")
    let product = try value.value("product")
    let there = objective.evaluate(minimiser, offset: offset)
    let size = there.loss.magnitude
    guard size > 0.05, abs(size - 1) > 0.05 else {
      return .outsidePremise("l* is too near 0 or ±1")
    }
    guard abs(product - 2) >= 0.2, product > 0 else { return .outsidePremise("too near the bound") }
    guard there.gradient.allSatisfy({ abs($0) < 1e-12 }) else {
      return .outsidePremise("no minimiser")
    }
    let solver = try SymmetricEigensolver(dimension: minimiser.count)
    let system = try solver.eigensystem(of: Matrix(there.hessian))
    guard let largest = system.values.last, let least = system.values.first, least > 1e-6 else {
      return .outsidePremise("the Hessian is not positive definite")
    }
    let slope = region(of: there.loss, setting.transform)
    guard let rate = Rational(exactly: product / (slope * largest)) else {
      return .outsidePremise("the rate overflows")
    }
    let optimizer = Optimizer(SGD(learningRate: rate), wrappers: [setting.transform.wrapper])
    var state = try optimizer.makeState(of: Double.self, counts: [minimiser.count])
    let direction = system.vectors.column(minimiser.count - 1)
    let start = 1e-6
    var place = [zip(minimiser, direction).map { $0 + start * $1 }]
    func distance() -> Double {
      zip(place[0], minimiser).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }
    var farthest = 0.0
    for _ in 0..<stepsInRun {
      let values = objective.lossAndGradient(place[0], offset: offset)
      try optimizer.step(
        &place, gradients: [values.gradient], loss: values.loss, state: &state)
      let now = distance()
      farthest = now.isNaN ? .infinity : max(farthest, now)
      if farthest > 1e-3 { break }
    }
    let end = farthest > 1e-3 ? farthest : distance()
    let fails = product < 2 ? !(end < start / 2) : !(farthest > 10 * start)
    return examination(
      failing: fails
        ? "α·w·λ = \(product) at l* = \(there.loss): from a distance of \(start) the run came to \(end)"
        : nil)
  }
}
