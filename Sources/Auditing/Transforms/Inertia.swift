internal import Numbers
internal import Properties
internal import ReferenceNumerics

extension TransformProperties {
  static let inertia = TransformProperty(
    description: PropertyDescription(
      id: "transform.inertia",
      statement: "at a critical point H_L = w·H_l, so the signs of the eigenvalues are the same",
      source: "the AYLA paper, version 2, section 2; specification, section 1",
      domain: "l ∉ {0, ±1}, l twice differentiable", requires: [.lossTransform],
      evidence: [.exact, .gsl, .generated]),
    exact: { setting in
      let jet = LossJet(under: setting.transform)
      var questions: [ExactQuestion] = []
      for region in LossRegion.allCases {
        let values = try jet.derivatives(in: region, isCritical: true)
        for row in 0..<2 {
          for column in 0..<2 {
            questions.append(
              ExactQuestion(
                "H_L[\(row), \(column)]", in: region, values.hessian[row][column],
                values.weight * values.lossHessian[row][column]))
          }
        }
        questions.append(
          ExactQuestion(
            "w is \(values.weight), not positive", in: region,
            holds: values.weight.power.map { $0.coefficient.signum() > 0 } ?? false))
      }
      return ExactAnswer(
        questions,
        domain: "the second-order expansion of any loss at a critical point, for every l ∉ {0, ±1}",
        candidate: { question in
          TransformCase("x^2 - 3", ["x": 0, "offset": 3 + question.region.sample])
        })
    },
    witnesses: { [try hessianWitness($0)] },
    cases: { _ in TransformCase.criticalPoints(minimaOnly: false) },
    examination: { value, setting in
      let (objective, _, values) = try setting.enclosed(value)
      guard values.loss.avoidsJoins else { return .outsidePremise("l may be 0 or ±1") }
      guard values.gradient.allSatisfy({ $0.containsZero && $0.width < 1e-12 }) else {
        return .outsidePremise("no critical point")
      }
      let names = objective.objective.variables
      for (row, entries) in values.transformedHessian.enumerated() {
        for (column, entry) in entries.enumerated() {
          let expected = values.weight * values.hessian[row][column]
          if entry.isApart(from: expected) {
            return examination(
              failing: "∂²L/∂\(names[row])∂\(names[column]) is in \(entry), w times that of l in"
                + " \(expected), at l in \(values.loss)")
          }
        }
      }
      guard let plain = try eigenvalueEnclosures(of: values.hessian),
        let image = try eigenvalueEnclosures(of: values.transformedHessian)
      else { return .outsidePremise("a Hessian is not bounded") }
      let (before, after) = (certainSigns(plain), certainSigns(image))
      let isOther =
        after.positive > plain.count - before.negative
        || after.negative > plain.count - before.positive
      return examination(
        failing: isOther ? "eigenvalues \(plain) of l became \(image)" : nil,
        ["l: \(values.loss)", "eigenvalues of H_l: \(plain)", "of H_L: \(image)"])
    },
    detail: { _ in "the threshold below which an eigenvalue counts as zero scales with w" })

  /// GSL's second differences of L at critical points beside w·H_l, and the counts of signs.
  private static func hessianWitness(_ setting: TransformSetting) throws -> Evidence {
    var agreeing = 0
    var exceeded: [String] = []
    for objective in setting.objectives {
      for point in objective.objective.criticalPoints {
        let place = point.map { Double($0) }
        for level in [-3.5, -0.5, 0.5, 3.5] {
          let offset = level - objective.value(place, offset: 0).loss
          guard isFarFromJoins(objective, place, offset) else { continue }
          let values = objective.evaluate(place, offset: offset)
          let estimate = try ReferenceNumerics.hessian(
            of: { objective.value($0, offset: offset).transformed }, at: place)
          let solver = try SymmetricEigensolver(dimension: place.count)
          let image = try solver.eigensystem(of: estimate.values)
          let plain = try solver.eigensystem(of: Matrix(values.hessian))
          // The threshold for zero: 10⁻⁶ of w, and GSL's errors.
          let errors = estimate.errors.elements.reduce(0, +) + image.residuals.reduce(0, +)
          let threshold = 3 * errors + 1e-6 * values.weight
          let isSame = zip(image.values, plain.values).allSatisfy { image, plain in
            let expected = values.weight * plain
            let hasSameSign =
              abs(expected) <= threshold
              ? abs(image) <= 2 * threshold : (image > 0) == (expected > 0)
            return hasSameSign && abs(image - expected) <= threshold
          }
          if isSame {
            agreeing += 1
          } else {
            exceeded.append(
              "\(objective.objective.text) at \(place), l = \(level): GSL \(image.values), w·λ"
                + " \(plain.values.map { values.weight * $0 })")
          }
        }
      }
    }
    return witnessEvidence(
      agreeing, exceeded,
      "Hessians by differences at critical points have the eigenvalues w·λ, residuals certified")
  }
}
