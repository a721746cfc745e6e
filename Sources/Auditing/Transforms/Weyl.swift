internal import Numbers
internal import Properties

extension TransformProperties {
  static let weyl = TransformProperty(
    description: PropertyDescription(
      id: "transform.weyl",
      statement: "|λᵢ(H_L) − w·λᵢ(H_l)| ≤ n·|n − 1|·|l|ⁿ⁻²·‖∇l‖²",
      source: "H_L = w·H_l + φ″·∇l·∇lᵀ, and Weyl's inequality for eigenvalues",
      domain: "l ∉ {0, ±1}, l twice differentiable", requires: [.lossTransform],
      evidence: [.exact, .interval]),
    exact: { setting in
      let jet = LossJet(under: setting.transform)
      var questions: [ExactQuestion] = []
      for region in LossRegion.allCases {
        let n = region.exponent(of: setting.transform)
        let values = try jet.derivatives(in: region, isCritical: false)
        // φ″ is what n·|n − 1|·|l|ⁿ⁻² bounds: the term beside w·H_l has rank 1 and that norm.
        questions.append(
          ExactQuestion(
            "φ″", in: region, values.curvature,
            PowerSum(region.sign * n * (n - 1)) * .size(isBelowOne: region.isBelowOne, to: n - 2)))
        for row in 0..<2 {
          for column in 0..<2 {
            questions.append(
              ExactQuestion(
                "H_L[\(row), \(column)]", in: region, values.hessian[row][column],
                values.weight * values.lossHessian[row][column]
                  + values.curvature * values.gradient[row] * values.gradient[column]))
          }
        }
      }
      return ExactAnswer(
        questions,
        domain: "H_L − w·H_l = φ″·∇l·∇lᵀ for the second-order expansion of any loss, every"
          + " l ∉ {0, ±1}; Weyl's inequality does the rest",
        candidate: { question in
          TransformCase("x^2 - 3", ["x": 1, "offset": 2 + question.region.sample])
        })
    },
    cases: { _ in TransformCase.points },
    examination: { value, setting in
      let (_, _, values) = try setting.enclosed(value)
      guard values.loss.avoidsJoins else { return .outsidePremise("l may be 0 or ±1") }
      let transform = setting.transform
      let n = values.loss.leastMagnitude > 1 ? transform.largeExponent : transform.smallExponent
      for (row, entries) in values.transformedHessian.enumerated() {
        for (column, entry) in entries.enumerated() {
          let expected =
            values.weight * values.hessian[row][column]
            + values.curvature * (values.gradient[row] * values.gradient[column])
          if entry.isApart(from: expected) {
            return examination(
              failing:
                "H_L[\(row), \(column)] is in \(entry), w·H_l + φ″·∇l·∇lᵀ in \(expected), at l"
                + " in \(values.loss)")
          }
        }
      }
      guard let plain = try eigenvalueEnclosures(of: values.hessian),
        let image = try eigenvalueEnclosures(of: values.transformedHessian)
      else { return .outsidePremise("a Hessian is not bounded") }
      let squares = values.gradient.reduce(Interval(0)) { $0 + $1.squared() }
      let bound =
        Interval(n * (n - 1).magnitude)
        * Interval.power(values.loss.magnitude, Interval(n - 2)) * squares
      for (before, after) in zip(plain, image) {
        let distance = (after - values.weight * before).magnitude
        if distance.isDefined, bound.isDefined, distance.lower > bound.upper {
          return examination(
            failing:
              "an eigenvalue of H_L is in \(after), \(distance) from w·λ; the bound is \(bound)")
        }
      }
      return examination(failing: nil)
    })
}
