internal import Numbers
internal import Properties
internal import ReferenceNumerics

extension TransformProperties {
  static let chainRule = TransformProperty(
    description: PropertyDescription(
      id: "transform.chain-rule", statement: "∇L = w(l)·∇l, with w the factor on the gradient",
      source: "the AYLA paper, version 2, section 2; specification, section 1",
      domain: "l ∉ {0, ±1}; any differentiable l", requires: [.lossTransform],
      evidence: [.exact, .gsl, .generated]),
    exact: { setting in
      let transform = setting.transform
      var questions: [ExactQuestion] = []
      for region in LossRegion.allCases {
        let slope = region.slope(of: try transform.value(at: region.loss))
        questions.append(
          ExactQuestion("w", in: region, try transform.weight(at: region.loss), slope))
      }
      return ExactAnswer(
        questions,
        domain: "w = dL/dl as powers of |l|, for every l ∉ {0, ±1}; the chain rule does the rest",
        candidate: { TransformCase(["x": $0.region.sample]) })
    },
    witnesses: { [try gradientWitness($0)] },
    cases: { _ in TransformCase.points },
    examination: { value, setting in
      guard value.objective != nil else {
        return try weightExamination(try value.value("x"), setting)
      }
      let (objective, _, values) = try setting.enclosed(value)
      guard values.loss.avoidsJoins else { return .outsidePremise("l may be 0 or ±1") }
      for (index, variable) in objective.objective.variables.enumerated() {
        let expected = values.weight * values.gradient[index]
        if values.transformedGradient[index].isApart(from: expected) {
          return examination(
            failing: "∂L/∂\(variable) is in \(values.transformedGradient[index]), w·∂l/∂\(variable)"
              + " in \(expected), at l in \(values.loss)")
        }
      }
      return examination(failing: nil)
    })

  /// w at a loss, beside the enclosed difference quotients of L: by the mean value theorem the quotient over
  /// an interval lies in the hull of w on it.
  private static func weightExamination(
    _ loss: Double, _ setting: TransformSetting
  ) throws -> Examination {
    let (quotient, weights) = quotientAndWeights(
      setting.transform, from: loss, to: loss * (1 + 0x1p-20))
    return examination(
      failing: quotient.isApart(from: weights)
        ? "between \(loss) and \(loss * (1 + 0x1p-20)) L grows by \(quotient) times the difference, w"
          + " lies in \(weights)" : nil)
  }

  /// `(φ(b) − φ(a))/(b − a)`, and the values of w from a to b.
  static func quotientAndWeights(
    _ transform: any LossTransform, from a: Double, to b: Double
  ) -> (quotient: Interval, weights: Interval) {
    let (x, y) = (Interval(a), Interval(b))
    let quotient = (transform.value(at: y) - transform.value(at: x)) / (y - x)
    return (quotient, transform.weight(at: Interval(min(a, b), max(a, b))))
  }

  /// GSL's differences of L beside w·∇l, at fixed points away from the joins.
  private static func gradientWitness(_ setting: TransformSetting) throws -> Evidence {
    var agreeing = 0
    var exceeded: [String] = []
    try forFixedPoints(setting) { objective, point, offset in
      let values = objective.evaluate(point, offset: offset)
      let estimates = try gradient(
        of: { objective.value($0, offset: offset).transformed }, at: point)
      for (index, estimate) in estimates.enumerated() {
        let expected = values.weight * values.gradient[index]
        let rounding = 8 * Double.ulpOfOne * expected.magnitude
        if abs(estimate.value - expected) <= 3 * estimate.error + rounding {
          agreeing += 1
        } else if abs(values.transformedGradient[index] - expected) > 1e-9 * (1 + abs(expected)) {
          exceeded.append(
            "\(objective.objective.text), \(objective.objective.variables) = \(point), offset"
              + " \(offset): GSL \(estimate.value), w·∇l \(expected)")
        }
      }
    }
    return witnessEvidence(
      agreeing, exceeded, "central differences of L agree with w·∇l within 3 × their error")
  }

  /// A witness's evidence: it supports, and refutes nothing on its own.
  static func witnessEvidence(
    _ agreeing: Int, _ exceeded: [String], _ claim: String
  ) -> Evidence {
    if let first = exceeded.first {
      return Evidence(
        .gsl, tool: "GSL", verdict: .inconclusive,
        detail: "\(exceeded.count) disagreements, which alone refute nothing: \(first)")
    }
    return Evidence(
      .gsl, tool: "GSL", verdict: agreeing > 0 ? .tested : .vacuous,
      domain: "\(agreeing) values: \(claim)")
  }

  /// Calls `body` with points of every objective at which l is not near 0 or ±1: no kink in a stencil.
  static func forFixedPoints(
    _ setting: TransformSetting,
    _ body: (TransformedObjective, [Double], _ offset: Double) throws -> Void
  ) rethrows {
    for objective in setting.objectives {
      for number in 0..<setting.effort {
        // A lattice of golden ratios: spread out, and the same in every run.
        let point = objective.objective.variables.indices.map { index in
          4
            * (Double(number + 1) * 0.6180339887498949 * Double(index + 1))
            .truncatingRemainder(dividingBy: 1) - 2
        }
        let offset = Double(number % 7) * 0.75 - 2
        let loss = objective.value(point, offset: offset).loss.magnitude
        guard loss > 0.5, abs(loss - 1) > 0.2, isFarFromJoins(objective, point, offset) else {
          continue
        }
        try body(objective, point, offset)
      }
    }
  }

  /// Whether l stays on one side of 0 and ±1 within the widest stencil.
  static func isFarFromJoins(
    _ objective: TransformedObjective, _ point: [Double], _ offset: Double
  ) -> Bool {
    let box = point.map { x -> Interval in
      let radius = 0.12 * max(x.magnitude, 1)
      return Interval(x - radius, x + radius)
    }
    return objective.value(box, offset: Interval(offset)).loss.avoidsJoins
  }
}
