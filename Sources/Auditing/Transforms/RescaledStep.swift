internal import Formulas
internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties

extension TransformProperties {
  static let rescaledStep = TransformProperty(
    description: PropertyDescription(
      id: "transform.rescaled-step",
      statement: "a step of gradient descent on L is one on l with the rate α·w(l)",
      source: "specification, section 1", domain: "l ∉ {0, ±1}; every θ, g and α",
      requires: [.lossTransform], evidence: [.exact, .generated]),
    exact: { setting in
      let optimizer = Optimizer(SGD(learningRate: 1), wrappers: [setting.transform.wrapper])
      let arena = FormulaArena()
      let exponents: [String: Formula] = [
        "N1": Formula(setting.transform.smallExponent),
        "N2": Formula(setting.transform.largeExponent),
      ]
      let trace = RuleTrace(
        OptimizerRule(optimizer: optimizer), in: arena, replacing: exponents)
      let weight = setting.transform.weight(at: trace.loss)
      let rate = trace.hyperparameters["learningRate"] ?? 1
      let expected = trace.before.parameter - (rate * weight) * trace.gradient
      let isIdentical = trace.after.parameter.isIdentical(to: expected)
      var questions = [
        ExactQuestion(
          "the step is \(trace.after.parameter), not \(expected)", in: .zeroToOne,
          holds: isIdentical)
      ]
      for region in LossRegion.allCases {
        questions.append(
          ExactQuestion(
            "w", in: region, try setting.transform.weight(at: region.loss),
            region.slope(of: try setting.transform.value(at: region.loss))))
      }
      return ExactAnswer(
        questions,
        domain: "the traced step is the polynomial θ − (α·w)·g, and w = dL/dl as powers of |l|",
        candidate: { question in
          TransformCase([
            "l": question.region.sample, "theta": 0.5, "g": 1.5, "rate": 0.25,
          ])
        })
    },
    cases: { _ in
      Generator { source throws(Rejection) in
        TransformCase([
          "l": try TransformCase.losses.make(source),
          "theta": try TransformCase.numbers(in: -10...10).make(source),
          "g": try TransformCase.numbers(in: -10...10).make(source),
          "rate": try Generator<Double>.element(of: [1, 0.5, 0.125, 0x1p-10]).make(source),
        ])
      }
    },
    examination: { value, setting in
      typealias Number = RunningError<Binary64>
      let (l, g) = (try value.value("l"), try value.value("g"))
      let theta = try value.value("theta")
      let rate = try value.exact("rate")
      guard Interval(l).avoidsJoins else { return .outsidePremise("l is 0 or ±1") }
      let optimizer = Optimizer(SGD(learningRate: rate), wrappers: [setting.transform.wrapper])
      let scenario = Scenario(start: [theta], gradients: [[g]], losses: [l])
      let trajectory: Trajectory<Double>
      do {
        trajectory = try OptimizerExecutor<Double>(optimizer: optimizer).run(scenario)
      } catch let fault as SubjectFault {
        return .outsidePremise(fault.reason)
      }
      // The slope of L, by its declared exponent: it owes nothing to the text of w.
      let n =
        l.magnitude < 1 ? setting.transform.smallExponent : setting.transform.largeExponent
      let slope =
        Number(n) * Number.power(Number(given: l.magnitude), Number(n) - 1)
      let expected = Number(given: theta) - (Number(rate) * slope) * Number(given: g)
      guard expected.isBounded else { return .outsidePremise("rounding errors have no bound here") }
      let computed = trajectory.parameters[0][0][0][0]
      // Another order of the factors rounds otherwise; four times the bound covers both.
      let exact = expected.exact
      let distance = max(exact.lower - computed, computed - exact.upper, 0)
      return examination(
        failing: distance > 4 * expected.error || computed.isNaN
          ? "the step on L ends at \(computed), the one on l at the rate α·w in \(exact)" : nil)
    })
}
