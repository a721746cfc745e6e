internal import Diagnostics
internal import Formulas
internal import Numbers
internal import PropertyTesting
internal import Properties
internal import Proving

extension RuleProperties {
  static let odd = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "rule.odd", statement: "(θ, g) → (−θ, −g) mirrors the run, to the bit",
      source: "the algorithms' formulas, odd in θ and g",
      domain: "no parameter bounds off centre", requires: [.odd], evidence: [.smt, .generated]),
    cases: { context in context.subject.scenarios(.full) },
    examination: { scenario, executor, context in
      let mirrored = scenario.mappingGradients { -$0 }.mappingParameters { -$0 }
      return try compareRuns(
        scenario, mirrored, executor, "the mirrored run", image: { -$0 })
    },
    claims: { context, rule in
      let trace = RuleTrace(rule)
      guard let signs = slotSigns(of: trace, context) else {
        return []
      }
      var mirror: [String: Formula] = ["g": -trace.gradient, "theta": -trace.before.parameter]
      for (slot, sign) in zip(trace.before.slots, signs) where sign < 0 {
        if let name = slot.symbolName { mirror[name] = -slot }
      }
      let image = RuleTrace(rule, in: trace.arena, replacing: mirror)
      var goals = [Relation(image.after.parameter, .equal, -trace.after.parameter)]
      for (index, sign) in signs.enumerated() {
        let slot = trace.after.slots[index]
        goals.append(Relation(image.after.slots[index], .equal, sign < 0 ? -slot : slot))
      }
      return [
        Claim(
          "odd", assuming: await context.assumptions(for: trace), proving: goals, stepSymbols: ["t"]
        )
      ]
    })

  static let permutation = Behaviour<PermutedScenario>(
    description: PropertyDescription(
      id: "rule.permutation",
      statement: "the order of the coordinates does not matter",
      source: "coordinate-wise algorithms; the stages' sums up to their rounding",
      domain: "one tensor", arithmetic: .float64,
      evidence: [.generated]),
    cases: { context throws(Exclusion) in
      if context.subject.kind == .process { try BlackBox.demandFamily(context.subject) }
      let scenarios = context.subject.scenarios(.vector)
      return scenarios.flatMap { scenario in
        Generator<[Int]>.permutation(of: Array(0..<scenario.scalarCount)).map {
          PermutedScenario(scenario: scenario, order: $0)
        }
      }
    },
    examination: { value, executor, context in
      return try compareRuns(
        value.scenario, value.permuted, executor, "the permuted run",
        tolerance: BlackBox.regrouping(context.subject),
        from: { place in
          var source = place
          source.coordinate = value.order[place.coordinate]
          return source
        })
    })

  static let gradientScale = Behaviour<ScaledScenario>(
    description: PropertyDescription(
      id: "rule.gradient-scale",
      statement:
        "g → cg scales the steps (SGD), or leaves them with ε scaled alike (Adam's family)",
      source: "Kingma & Ba, Adam, section 2.1; the algorithms' formulas",
      domain: "c > 0; ε → cε outside the root, c²ε inside; λ → cλ where decay is coupled",
      evidence: [.smt, .generated]),
    cases: { context throws(Exclusion) in
      guard scaling(of: context.subject) != nil else {
        throw Exclusion("the card declares no law of the gradient's scale")
      }
      // Powers of two scale without rounding, so the runs agree to the bit.
      var shape = ScenarioShape.vector
      shape.steps = 1...4
      let scenarios = context.subject.scenarios(shape)
      return Generator { source throws(Rejection) in
        let scenario = try scenarios.make(source)
        let exponent = try Generator<Int>.integers(in: -8...8, origin: 1).make(source)
        return ScaledScenario(scenario: scenario, exponent: exponent)
      }
    },
    examination: { value, executor, context in
      guard let scaling = scaling(of: context.subject) else {
        throw CaseError(message: "the card declares no law of the gradient's scale")
      }
      var scaled = value.scenario.mappingGradients { $0 * value.factor }
      // The squares of halves leave their format soon.
      let box = context.subject.floatBox.gradientMagnitude
      let gradients = scaled.steps.flatMap { $0.gradients.joined().compactMap(\.self).joined() }
      if executor.arithmetic == .float16,
        !gradients.allSatisfy({ $0 == 0 || box.contains($0.magnitude) })
      {
        return .outsidePremise("the scaled gradients are out of the card's box")
      }
      let factor = Rational(exactly: value.factor) ?? 1
      for group in scaled.groups.indices {
        for (name, power) in scaling.hyperparameters {
          let current =
            scaled.groups[group].hyperparameters[name] ?? context.subject.value(of: name)
          guard let current else { continue }
          scaled.groups[group].hyperparameters[name] =
            current * (power == 2 ? factor * factor : factor)
        }
      }
      if scaling.isCovariant {
        // θ and its start scale with the steps.
        scaled = scaled.mappingParameters { $0 * value.factor }
      }
      return try compareRuns(
        value.scenario, scaled, executor, "the scaled run",
        image: { scaling.isCovariant ? $0 * value.factor : $0 })
    },
    claims: { context, rule in await scaleClaims(context, rule) })

  /// How a subject's run answers to a scale on the gradients.
  struct GradientScaling {
    /// Whether the steps scale, rather than stay.
    var isCovariant: Bool
    /// The power of the scale that each of these hyper-parameters is multiplied by.
    var hyperparameters: [(name: String, power: Int)]
  }

  static func scaling(of subject: AuditSubject) -> GradientScaling? {
    guard !subject.traits.contains(.lossTransform), let rule = subject.text else { return nil }
    // What is written into its formulas cannot be scaled with the gradients.
    let hidden = ["clip", "epsilon", "initialAccumulator"].contains { name in
      subject.reference?.value(of: name) != nil && subject.value(of: name) == nil
    }
    if hidden { return nil }
    var scaled: [(String, Int)] = []
    if rule.value(of: "clip") != nil { scaled.append(("clip", 1)) }
    if subject.traits.contains(.gradientCovariant) {
      return GradientScaling(isCovariant: true, hyperparameters: scaled)
    }
    guard subject.traits.contains(.gradientInvariant) else { return nil }
    if rule.value(of: "epsilon") != nil {
      scaled.append(("epsilon", subject.conventions["epsilonPlacement"] == "insideRoot" ? 2 : 1))
    }
    if rule.value(of: "initialAccumulator") != nil { scaled.append(("initialAccumulator", 2)) }
    if subject.traits.contains(.coupledDecay) { scaled.append(("weightDecay", 1)) }
    return GradientScaling(isCovariant: false, hyperparameters: scaled)
  }

  private static func scaleClaims(
    _ context: AuditContext, _ rule: any TransparentRule
  ) async -> [Claim] {
    guard let scaling = scaling(of: context.subject) else { return [] }
    let trace = RuleTrace(rule)
    let c = trace.arena.symbol("c")
    guard let powers = slotPowers(of: trace, scaling, context) else {
      return []
    }
    var image: [String: Formula] = ["g": c * trace.gradient]
    for (slot, power) in zip(trace.before.slots, powers) {
      if let name = slot.symbolName { image[name] = scaled(slot, by: c, power) }
    }
    for (name, power) in scaling.hyperparameters {
      if let symbol = trace.hyperparameters[name] {
        image[RuleTrace.symbolName(of: name)] = scaled(symbol, by: c, power)
      }
    }
    if scaling.isCovariant { image["theta"] = c * trace.before.parameter }
    let scaledTrace = RuleTrace(rule, in: trace.arena, replacing: image)
    let parameter = trace.after.parameter
    var goals = [
      Relation(
        scaledTrace.after.parameter, .equal, scaling.isCovariant ? c * parameter : parameter)
    ]
    for (index, power) in powers.enumerated() {
      goals.append(
        Relation(
          scaledTrace.after.slots[index], .equal, scaled(trace.after.slots[index], by: c, power)))
    }
    return [
      Claim(
        "gradient-scale",
        assuming: await context.assumptions(for: trace) + [Relation(0, .less, c)],
        proving: goals, stepSymbols: ["t"])
    ]
  }

  private static func scaled(_ x: Formula, by c: Formula, _ power: Int) -> Formula {
    switch power {
    case 0: x
    case 1: c * x
    default: c * c * x
    }
  }

  /// The sign that each slot takes when θ and g change theirs: found on numbers, to be proved on symbols.
  private static func slotSigns(of trace: RuleTrace, _ context: AuditContext) -> [Int]? {
    candidates([1, -1], count: trace.slotNames.count).first { signs in
      trace.agrees(context, scalingBy: -1, parameter: -1) { slot in Double(signs[slot]) }
    }
  }

  /// The power of the scale that each slot takes: found on numbers, to be proved on symbols.
  private static func slotPowers(
    of trace: RuleTrace, _ scaling: GradientScaling, _ context: AuditContext
  ) -> [Int]? {
    let hyperparameters = Dictionary(
      scaling.hyperparameters.map { ($0.name, $0.power == 2 ? 4.0 : 2.0) },
      uniquingKeysWith: { $1 })
    return candidates([0, 1, 2], count: trace.slotNames.count).first { powers in
      trace.agrees(
        context, scalingBy: 2, parameter: scaling.isCovariant ? 2 : 1,
        hyperparameters: hyperparameters
      ) { slot in [1.0, 2.0, 4.0][powers[slot]] }
    }
  }

  /// All choices of one of the values for each slot.
  private static func candidates(_ values: [Int], count: Int) -> [[Int]] {
    guard count <= 6 else { return [] }
    return (0..<count).reduce([[]]) { lists, _ in
      lists.flatMap { list in values.map { list + [$0] } }
    }
  }
}
