internal import Formulas
internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties
internal import Proving

extension TransformProperties {
  static let epsilonInflation = TransformProperty(
    description: PropertyDescription(
      id: "transform.epsilon-inflation",
      statement: "AYLA(N, ε) over Adam is Adam on |l|^(N−1)·g with ε/N, or ε/N² inside the root",
      source:
        "w = N·|l|^(N−1), and Adam's invariance under a constant scale; specification, section 1",
      domain: "N₁ = N₂ = N, l ∉ {0, ±1}, no coupled decay", requires: [.lossTransform],
      evidence: [.smt, .generated]),
    exact: { setting in
      // What the claims to the solver take for granted: the factor is N·|l|^(N−1). It proves no more, so
      // where it holds it is no evidence of its own.
      var questions: [ExactQuestion] = []
      for n in inflations(of: setting.transform) {
        let transform = setting.transform.replacingExponents(n, n)
        for region in LossRegion.allCases {
          questions.append(
            ExactQuestion(
              "w for N = \(n)", in: region, try transform.weight(at: region.loss),
              region.declaredSlope(of: transform)))
        }
      }
      let answer = ExactAnswer(
        questions, domain: "",
        candidate: { question in
          TransformCase([
            "exponent": Double(inflations(of: setting.transform)[0]), "epsilon": 1, "inside": 0,
            "theta": 0, "g1": 1, "l1": question.region.sample,
          ])
        })
      return answer.candidate == nil && answer.evidence.first?.verdict == .proved
        ? ExactAnswer() : answer
    },
    claims: { epsilonClaims() },
    cases: { transform in
      let exponents = inflations(of: transform).map { Double($0) }
      return Generator { source throws(Rejection) in
        let steps = try Generator<Int>.integers(in: 1...4, origin: 1).make(source)
        var values = [
          "exponent": try Generator<Double>.element(of: exponents).make(source),
          "epsilon": try Generator<Double>.element(of: [1, 0.125, 0x1p-10]).make(source),
          "inside": try source.boolean(probability: 0.5) ? 1 : 0.0,
          "theta": try TransformCase.numbers(in: -4...4).make(source),
        ]
        for step in 1...steps {
          values["g\(step)"] = try TransformCase.numbers(in: -4...4).make(source)
          values["l\(step)"] = try TransformCase.numbers(in: -4...4).make(source)
        }
        return TransformCase(values, steps: steps)
      }
    },
    examination: { value, setting in try epsilonExamination(value, setting) },
    detail: { transform in
      let exponents = inflations(of: transform).map(\.decimalDescription).joined(separator: ", ")
      return "that the factor is N·|l|^(N−1) was decided for N = \(exponents), exactly"
    })

  /// The exponents looked at: the subject's and a few others.
  private static func inflations(of transform: any LossTransform) -> [Rational] {
    var exponents: [Rational] = []
    for n in [transform.smallExponent, transform.largeExponent, Rational(1, 2), Rational(3, 2), 3]
    where !exponents.contains(n) { exponents.append(n) }
    return exponents
  }

  /// One step of Adam on `N·h` from moments `N·m`, `N²·v`, with ε, beside one on `h` from `m`, `v`, with
  /// ε/N or ε/N²: equal steps, moments that keep their relation, and v stays at 0 or above.
  private static func epsilonClaims() -> [Claim] {
    [EpsilonPlacement.outsideRoot, .insideRoot].map { placement in
      let adam = OptimizerRule(
        optimizer: Optimizer(Adam(epsilonPlacement: placement)))
      let arena = FormulaArena()
      let plain = RuleTrace(adam, in: arena)
      let n = arena.symbol("N")
      let epsilon = plain.hyperparameters["epsilon"] ?? 0
      let (m, v) = (plain.before.slots[0], plain.before.slots[1])
      let inflated = placement == .insideRoot ? n * n * epsilon : n * epsilon
      let scaled = RuleTrace(
        adam, in: arena,
        replacing: ["g": n * plain.gradient, "m": n * m, "v": n * n * v, "epsilon": inflated])
      let domains = Dictionary(
        Optimizer(Adam()).card.hyperparameters.map { ($0.key, $0.domain) },
        uniquingKeysWith: { first, _ in first })
      return Claim(
        "epsilon-\(placement.rawValue)",
        assuming: plain.domainAssumptions(domains) + [
          Relation(0, .less, n), Relation(0, .lessOrEqual, v),
        ],
        proving: [
          Relation(scaled.after.parameter, .equal, plain.after.parameter),
          Relation(scaled.after.slots[0], .equal, n * plain.after.slots[0]),
          Relation(scaled.after.slots[1], .equal, n * n * plain.after.slots[1]),
          Relation(0, .lessOrEqual, plain.after.slots[1]),
        ], stepSymbols: ["t"])
    }
  }

  /// Runs AYLA over Adam, and holds each step to Adam's text on the smaller gradients.
  private static func epsilonExamination(
    _ value: TransformCase, _ setting: TransformSetting
  ) throws -> Examination {
    typealias Number = RunningError<Binary64>
    guard
      let n = inflations(of: setting.transform).first(where: {
        Double($0) == value.values["exponent"]
      })
    else { return .outsidePremise("no such exponent is looked at") }
    let epsilon = try value.exact("epsilon")
    let placement: EpsilonPlacement = try value.value("inside") != 0 ? .insideRoot : .outsideRoot
    let theta = try value.value("theta")
    let gradients = try (1...value.stepCount).map { try value.value("g\($0)") }
    let losses = try (1...value.stepCount).map { try value.value("l\($0)") }
    guard losses.allSatisfy({ Interval($0).avoidsJoins }) else {
      return .outsidePremise("a loss is 0 or ±1")
    }
    let rate = Rational(1, 8)
    let transform = setting.transform.replacingExponents(n, n)
    let inflated = Optimizer(
      Adam(learningRate: rate, epsilon: epsilon, epsilonPlacement: placement),
      wrappers: [transform.wrapper])
    let deflator = placement == .insideRoot ? n * n : n
    let plain = OptimizerRule(
      optimizer: Optimizer(
        Adam(
          learningRate: rate, epsilon: try epsilon / deflator, epsilonPlacement: placement)))
    let scenario = Scenario(start: [theta], gradients: gradients.map { [$0] }, losses: losses)
    let trajectory = try OptimizerExecutor<Double>(optimizer: inflated).run(scenario)
    var run = ScenarioRun<Number>(plain, groups: scenario.groups) { Number(given: $0) }
    for (index, step) in scenario.steps.enumerated() {
      if index > 0 {
        run.setParameters(trajectory.parameters[index - 1]) { Number(given: $0) }
      }
      let scale = Number.power(Number(given: losses[index].magnitude), Number(n) - 1)
      run.advance(step) { scale * Number(given: $0) }
      let expected = run.parameters[0][0][0]
      guard expected.isBounded else { return .outsidePremise("rounding errors have no bound here") }
      let computed = trajectory.parameters[index][0][0][0]
      // Both sides round: the factor N, its squares and the other ε are a few operations more.
      let distance = max(expected.exact.lower - computed, computed - expected.exact.upper, 0)
      if distance > 8 * expected.error || computed.isNaN {
        return examination(
          failing: "step \(index + 1): AYLA over Adam is at \(computed), Adam with the other ε in"
            + " \(expected.exact); N = \(n), ε = \(epsilon), \(placement.rawValue)")
      }
    }
    return examination(failing: nil)
  }
}
