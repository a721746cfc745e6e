internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import Properties
internal import Proving

extension MomentProperties {
  static let biasIdentity = MomentProperty(
    description: PropertyDescription(
      id: "moment.bias-identity",
      statement: "under a constant gradient g, m̂_t = g and v̂_t = g² at every t",
      source: "Kingma & Ba, Adam, section 3: the corrected weights sum to 1",
      domain: "every t, every constant gradient as the rule sees it, all decays, no weight decay",
      requires: [.firstMoment, .secondMoment, .biasCorrected], evidence: [.smt, .exact]),
    isConstant: true,
    proof: { trace, rule, context, finding in
      guard let mean = trace.meanSlot, let square = trace.squareSlot, let beta1 = trace.beta1,
        let beta2 = trace.beta2
      else { throw Exclusion("its slots for m and v, or its decays, are not found in its text") }
      let (g, t) = (trace.gradient, trace.step)
      func slot(_ place: Int) -> Formula { trace.arena.symbol(trace.slotNames[place]) }
      let places = [mean, square]
      func named(_ value: (Int) -> Formula) -> [String: Formula] {
        Dictionary(
          places.map { (trace.slotNames[$0], value($0)) }, uniquingKeysWith: { $1 })
      }
      // The corrected moments in the terms of the state after the step.
      let after = Dictionary(
        places.map { ("\(trace.slotNames[$0])_t", slot($0)) }, uniquingKeysWith: { $1 })
      let corrected = try correctedMoments(of: trace, mean, square).map { $0.substituting(after) }
      let induction = Induction(
        "bias-identity", domain: trace.decayDomain(context.subject),
        invariants: [
          Relation(slot(mean), .equal, (1 - .power(beta1, t)) * g),
          Relation(slot(square), .equal, (1 - .power(beta2, t)) * g * g),
        ],
        start: named { Formula(trace.slotStart[$0]) }, step: named { trace.slots[$0] },
        conclusions: [
          Relation(corrected[0], .equal, g), Relation(corrected[1], .equal, g * g),
        ])
      await context.prove(induction, into: &finding)
    },
    examination: { value, trace, rule in
      guard let mean = trace.meanSlot, let square = trace.squareSlot else {
        return .outsidePremise("its slots for m and v are not found in its text")
      }
      guard let g = value.gradients.first, value.gradients.allSatisfy({ $0 == g }) else {
        return .outsidePremise("the gradients are not constant")
      }
      var lines: [String] = []
      do {
        let run = try MomentRun(rule, trace, on: value)
        let corrected = try correctedMoments(of: trace, mean, square)
        for (index, slots) in run.slots.enumerated() {
          var point = run.hyperparameters
          point["t"] = Rational(index + 1)
          for place in slots.indices { point["\(trace.slotNames[place])_t"] = slots[place] }
          for (formula, wanted, name) in [(corrected[0], g, "m̂"), (corrected[1], g * g, "v̂")] {
            let actual = try formula.value(point)
            lines.append("step \(index + 1): \(name) = \(actual), and should be \(wanted)")
            if actual != wanted {
              return Examination(
                holds: false,
                summary:
                  "step \(index + 1): \(name) is \(actual.decimalDescription) under the constant"
                  + " gradient \(g.decimalDescription), not \(wanted.decimalDescription)",
                lines: lines)
            }
          }
        }
      } catch {
        return .outsidePremise("\(error)")
      }
      return Examination(holds: true, summary: "m̂ and v̂ are g and g²", lines: lines)
    })

  /// `m̂` and `v̂` over the slots after the step.
  static func correctedMoments(
    of trace: MomentTrace, _ mean: Int, _ square: Int
  ) throws(Exclusion) -> [Formula] {
    [
      try trace.corrected(mean, named: "correctedMean"),
      try trace.corrected(square, named: "correctedSquare"),
    ]
  }
}
