internal import Numbers
internal import PropertyTesting
internal import Properties
internal import ReferenceNumerics

extension TransformProperties {
  static let join = TransformProperty(
    description: PropertyDescription(
      id: "transform.join",
      statement: "at |l| = 1 the transform is continuous and increasing, with slopes N₁ and N₂",
      source: "the AYLA paper, version 2, section 2; specification, section 1",
      domain: "both sides of l = 1 and of l = −1", requires: [.lossTransform],
      evidence: [.exact, .gsl, .generated]),
    exact: { setting in
      var questions = try joinQuestions(setting)
      for region in LossRegion.allCases {
        let value = try setting.transform.value(at: region.loss)
        let n = region.exponent(of: setting.transform)
        let slope = region.slope(of: value).valueAtOne
        var question = ExactQuestion(
          "the one-sided slope at |l| = 1 is \(slope?.decimalDescription ?? "?"), not"
            + " \(n.decimalDescription)", in: region, holds: slope == n)
        question.isUndecided = value.isUndecided
        questions.append(question)
      }
      return ExactAnswer(
        questions, domain: "limits of powers of |l| from all four sides",
        candidate: { question in
          let l = Double(question.region.sign)
          return TransformCase([
            "l": l, "to": question.region.isBelowOne ? l * (1 - 0x1p-10) : l * (1 + 0x1p-10),
          ])
        })
    },
    witnesses: { setting in
      var agreeing = 0
      var exceeded: [String] = []
      for sign in [1.0, -1.0] {
        for (stencil, isInner) in [
          (Stencil.backward, sign > 0), (Stencil.forward, sign < 0),
        ] {
          let n = Double(
            isInner ? setting.transform.smallExponent : setting.transform.largeExponent)
          let estimate = try derivative(
            of: { setting.transform.value(at: $0) }, at: sign, stencil: stencil)
          if abs(estimate.value - n) <= 3 * estimate.error + 1e-6 * n {
            agreeing += 1
          } else {
            exceeded.append("at \(sign), \(stencil): \(estimate.value), expected \(n)")
          }
        }
      }
      return [
        witnessEvidence(
          agreeing, exceeded, "one-sided differences at ±1 agree with N₁ and N₂")
      ]
    },
    cases: { _ in
      Generator { source throws(Rejection) in
        let sign = try source.boolean(probability: 0.5) ? -1.0 : 1.0
        let exponent = try Generator<Int>.integers(in: 4...30).make(source)
        let distance = Double(sign: .plus, exponent: -exponent, significand: 1)
        let factor = try source.boolean(probability: 0.5) ? 1 - distance : 1 + distance
        return TransformCase(["l": sign, "to": sign * factor])
      }
    },
    examination: { value, setting in
      let l = try value.value("l")
      let other = try value.value("to")
      guard l.magnitude == 1, other != l, other * l > 0 else {
        return .outsidePremise("the case is not beside ±1")
      }
      let transform = setting.transform
      let quotient =
        (transform.value(at: Interval(other)) - transform.value(at: Interval(l)))
        / (Interval(other) - Interval(l))
      // The mean value theorem: the quotient is a slope between the two points.
      let n = other.magnitude < 1 ? transform.smallExponent : transform.largeExponent
      let end = Interval(n) * Interval.power(Interval(other.magnitude), Interval(n - 1))
      let slopes = Interval(n).hull(end)
      return examination(
        failing: quotient.isApart(from: slopes)
          ? "from \(l) to \(other) L rises by \(quotient) times the difference; slopes of the exponent"
            + " \(n.decimalDescription) lie in \(slopes)" : nil)
    },
    detail: { "slopes at |l| = 1: \($0.exponentText)" })
}
