internal import Numbers
internal import PropertyTesting
internal import Properties

extension TransformProperties {
  static let algebra = TransformProperty(
    description: PropertyDescription(
      id: "transform.algebra",
      statement: "φₙφₘ = φₙₘ, φ is odd, φ₁ is the identity, and φₙ(cl) = cⁿφₙ(l)",
      source: "laws of powers of positive numbers; specification, section 1",
      domain: "constant exponents: the subject's, 1/3, 2 and 5/2; c > 0, every l",
      requires: [.lossTransform], evidence: [.exact, .generated]),
    exact: { setting in
      var questions: [ExactQuestion] = []
      let transform = setting.transform
      let exponents = constantExponents(of: transform)
      for region in LossRegion.allCases {
        let l = region.loss
        let value = try transform.value(at: l)
        questions.append(
          ExactQuestion("φ(−l) + φ(l)", in: region, try transform.value(at: -l) + value, 0))
        questions.append(
          ExactQuestion(
            "φ₁(l)", in: region, try transform.replacingExponents(1, 1).value(at: l), l))
        for n in exponents {
          let outer = transform.replacingExponents(n, n)
          // That φₙ(l) is sign(l)·|l|ⁿ wherever l lies gives φₙ(cl) = cⁿφₙ(l): (c|l|)ⁿ = cⁿ|l|ⁿ.
          questions.append(
            ExactQuestion(
              "φₙ(l) for n = \(n)", in: region, try outer.value(at: l),
              PowerSum(region.sign) * .size(isBelowOne: region.isBelowOne, to: n)))
          for m in exponents {
            let inner = transform.replacingExponents(m, m)
            questions.append(
              ExactQuestion(
                "φₙ(φₘ(l)) for n = \(n), m = \(m)", in: region,
                try outer.value(at: inner.value(at: l)),
                try transform.replacingExponents(n * m, n * m).value(at: l)))
          }
        }
      }
      for loss: Rational in [0, 1, -1] {
        let value = try? transform.value(at: loss)
        questions.append(
          ExactQuestion(
            "φ(\(loss)) is \(value?.description ?? "irrational")", in: .zeroToOne,
            holds: value == loss))
      }
      return ExactAnswer(
        questions,
        domain: "as powers of |l|, for every l; n and m among "
          + exponents.map(\.decimalDescription).joined(separator: ", "),
        candidate: { question in
          TransformCase([
            "l": question.region.sample, "n": Double(exponents[0]), "m": Double(exponents[1]),
            "c": 3,
          ])
        })
    },
    cases: { transform in
      let exponents: Generator<Double> = .oneOf(
        .element(of: constantExponents(of: transform).map { Double($0) }),
        TransformCase.numbers(in: 0.125...4).map { max($0, 0.125) })
      return Generator { source throws(Rejection) in
        TransformCase([
          "l": try TransformCase.numbers(in: -20...20).make(source),
          "n": try exponents.make(source), "m": try exponents.make(source),
          "c": try TransformCase.numbers(in: 0.0625...8).map { max($0, 0.0625) }.make(source),
        ])
      }
    },
    examination: { value, setting in
      let (n, m) = (try value.exact("n"), try value.exact("m"))
      guard n.signum() > 0, m.signum() > 0 else {
        return .outsidePremise("an exponent is not above 0")
      }
      let (l, c) = (Interval(try value.value("l")), Interval(try value.value("c")))
      let transform = setting.transform
      let outer = transform.replacingExponents(n, n)
      let inner = transform.replacingExponents(m, m)
      let both = transform.replacingExponents(n * m, n * m)
      let laws: [(String, Interval, Interval)] = [
        ("φₙ(φₘ(l))", outer.value(at: inner.value(at: l)), both.value(at: l)),
        ("φₙ(−l)", outer.value(at: -l), -outer.value(at: l)),
        ("φ₁(l)", transform.replacingExponents(1, 1).value(at: l), l),
        (
          "φₙ(cl)", outer.value(at: c * l), Interval.power(c, Interval(n)) * outer.value(at: l)
        ),
      ]
      for (name, computed, expected) in laws where computed.isApart(from: expected) {
        return examination(failing: "\(name) is in \(computed), not in \(expected)")
      }
      return examination(failing: nil)
    })

  /// The subject's exponents, and a few others.
  private static func constantExponents(of transform: any LossTransform) -> [Rational] {
    var exponents: [Rational] = []
    for n in [transform.smallExponent, transform.largeExponent, Rational(1, 3), 2, Rational(5, 2)]
    where !exponents.contains(n) { exponents.append(n) }
    return exponents
  }
}
