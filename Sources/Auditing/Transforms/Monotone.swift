internal import Numbers
internal import PropertyTesting
internal import Properties

extension TransformProperties {
  static let monotone = TransformProperty(
    description: PropertyDescription(
      id: "transform.monotone",
      statement:
        "l(x) < l(y) exactly where L(x) < L(y), so minimisers and sublevel sets are the same",
      source:
        "the AYLA paper, version 2, section 2; φ is strictly increasing for exponents above 0",
      domain: "all losses, 0 and ±1 included", requires: [.lossTransform],
      evidence: [.exact, .generated]),
    exact: { setting in
      let transform = setting.transform
      var questions = try joinQuestions(setting)
      for region in LossRegion.allCases {
        let value = try transform.value(at: region.loss)
        let slope = region.slope(of: value)
        var question = ExactQuestion(
          "L is \(value), which does not increase with l", in: region,
          holds: slope.power.map { $0.coefficient.signum() > 0 } ?? false)
        question.isUndecided = slope.isUndecided
        questions.append(question)
      }
      return ExactAnswer(
        questions,
        domain:
          "a positive multiple of a power on each side of 0 and ±1, continuous there: every l",
        candidate: { question in
          let l = question.region.sample
          return TransformCase(["a": l, "b": l.nextUp + 0.25])
        })
    },
    cases: { _ in
      let pairs = TransformCase.losses.flatMap { a in
        TransformCase.losses.map { b in TransformCase(["a": a, "b": b]) }
      }
      let points = TransformCase.points.flatMap { first in
        TransformCase.points.map { second in
          var pair = first
          for name in first.values.keys where name != "offset" {
            pair.values["\(name)2"] = second.values[name] ?? second.values["x"]
          }
          return pair
        }
      }
      return .oneOf(pairs, points)
    },
    examination: { value, setting in
      let low: (loss: Interval, transformed: Interval)
      let high: (loss: Interval, transformed: Interval)
      if value.objective == nil {
        let (a, b) = (Interval(try value.value("a")), Interval(try value.value("b")))
        low = (a, setting.transform.value(at: a))
        high = (b, setting.transform.value(at: b))
      } else {
        let objective = try setting.objective(of: value)
        let variables = objective.objective.variables
        let offset = Interval(try value.value("offset"))
        low = objective.value(
          try variables.map { Interval(try value.value($0)) }, offset: offset)
        high = objective.value(
          try variables.map { Interval(try value.value("\($0)2")) }, offset: offset)
      }
      // Not at losses that an enclosure cannot tell from a join: there it is the hull of both sides.
      let (a, b) = low.loss.upper < high.loss.lower ? (low, high) : (high, low)
      guard a.loss.upper < b.loss.lower else { return .outsidePremise("l is the same") }
      return examination(
        failing: a.transformed.isDefined && b.transformed.isDefined
          && a.transformed.lower >= b.transformed.upper
          ? "l rises from \(a.loss) to \(b.loss), L does not: from \(a.transformed) to"
            + " \(b.transformed)" : nil)
    })

  /// Whether φ meets its values at 0 and ±1 from both sides.
  static func joinQuestions(_ setting: TransformSetting) throws -> [ExactQuestion] {
    let transform = setting.transform
    var questions: [ExactQuestion] = []
    for region in LossRegion.allCases {
      let value = try transform.value(at: region.loss)
      let atOne = try? transform.value(at: region.sign)
      let atZero = try? transform.value(at: Rational(0))
      var question = ExactQuestion(
        "at |l| = 1, L tends to \(value.valueAtOne?.description ?? "?") and is"
          + " \(atOne?.description ?? "?")", in: region,
        holds: value.valueAtOne != nil && value.valueAtOne == atOne)
      question.isUndecided = value.isUndecided
      questions.append(question)
      guard region.isBelowOne else { continue }
      question = ExactQuestion(
        "at l = 0, L is \(atZero?.description ?? "?") and, beside it, \(value)", in: region,
        holds: atZero == 0 && (value.power.map { $0.exponent.signum() > 0 } ?? false))
      question.isUndecided = value.isUndecided
      questions.append(question)
    }
    return questions
  }
}
