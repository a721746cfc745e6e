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
      statement:
        "under a constant gradient g, m̂_t = g and v̂_t = g² at every t, of those that there are",
      source: "Kingma & Ba, Adam, section 3: the corrected weights sum to 1",
      domain: "every t, every constant gradient as the rule sees it, all decays, no weight decay",
      requires: [.biasCorrected], evidence: [.smt, .exact]),
    isConstant: true,
    proof: { trace, rule, context, finding in
      let (moments, absent) = try correctedMoments(of: trace)
      if let absent { finding.detail = absent }
      let (g, t) = (trace.gradient, trace.step)
      func slot(_ place: Int) -> Formula { trace.arena.symbol(trace.slotNames[place]) }
      var invariants: [Int: Relation] = [:]
      for moment in moments {
        for place in moment.slots {
          invariants[place] = Relation(
            slot(place), .equal, (1 - .power(moment.decay, t)) * moment.limit(g))
        }
      }
      let places = invariants.keys.sorted()
      func named(_ value: (Int) -> Formula) -> [String: Formula] {
        Dictionary(
          places.map { (trace.slotNames[$0], value($0)) }, uniquingKeysWith: { $1 })
      }
      // The corrected moments in the terms of the state after the step.
      let after = Dictionary(
        places.map { ("\(trace.slotNames[$0])_t", slot($0)) }, uniquingKeysWith: { $1 })
      let induction = Induction(
        "bias-identity", domain: trace.decayDomain(context.subject),
        invariants: places.compactMap { invariants[$0] },
        start: named { Formula(trace.slotStart[$0]) }, step: named { trace.slots[$0] },
        conclusions: moments.map {
          Relation($0.formula.substituting(after), .equal, $0.limit(g))
        })
      await context.prove(induction, into: &finding)
    },
    examination: { value, trace, rule in
      guard let g = value.gradients.first, value.gradients.allSatisfy({ $0 == g }) else {
        return .outsidePremise("the gradients are not constant")
      }
      var lines: [String] = []
      do {
        let run = try MomentRun(rule, trace, on: value)
        let (moments, _) = try correctedMoments(of: trace)
        for (index, slots) in run.slots.enumerated() {
          var point = run.hyperparameters
          point["t"] = Rational(index + 1)
          for place in slots.indices { point["\(trace.slotNames[place])_t"] = slots[place] }
          for moment in moments {
            let (actual, wanted) = (try moment.formula.value(point), moment.isSquare ? g * g : g)
            lines.append("step \(index + 1): \(moment.name) = \(actual), and should be \(wanted)")
            if actual != wanted {
              return Examination(
                holds: false,
                summary:
                  "step \(index + 1): \(moment.name) is \(actual.decimalDescription) under the"
                  + " constant gradient \(g.decimalDescription), not \(wanted.decimalDescription)",
                lines: lines)
            }
          }
        }
      } catch {
        return .outsidePremise("\(error)")
      }
      return Examination(holds: true, summary: "m̂ and v̂ are g and g²", lines: lines)
    })

  /// A moment with its correction, over the slots after the step.
  struct CorrectedMoment {
    let isSquare: Bool
    let formula: Formula
    let decay: Formula
    /// The slots that it depends on: its own, and that of the maximum where the step takes it from there.
    let slots: [Int]
    var name: String { isSquare ? "v̂" : "m̂" }
    /// What it is under the constant gradient `g`.
    func limit(_ g: Formula) -> Formula { isSquare ? g * g : g }
  }

  /// `m̂` and `v̂` of a trace, those that its subject declares and that the step has.
  ///
  /// - Returns: also why one of the two is left out, if it is.
  /// - Throws: why there is neither.
  static func correctedMoments(
    of trace: MomentTrace
  ) throws(Exclusion) -> (moments: [CorrectedMoment], absent: String?) {
    var moments: [CorrectedMoment] = []
    var reasons: [String] = []
    if trace.traits.contains(.firstMoment) {
      if let place = trace.meanSlot, let decay = trace.beta1 {
        do throws(Exclusion) {
          moments.append(
            CorrectedMoment(
              isSquare: false, formula: try trace.corrected(place, named: "correctedMean"),
              decay: decay, slots: [place]))
        } catch { reasons.append("m̂: \(error.reason)") }
      } else {
        reasons.append("m̂: its slot, or its decay, is not found in the text")
      }
    }
    if trace.traits.contains(.secondMoment) {
      if let place = trace.squareSlot, let decay = trace.beta2 {
        do throws(Exclusion) {
          moments.append(try correctedSquare(of: trace, place, decay))
        } catch { reasons.append("v̂: \(error.reason)") }
      } else {
        reasons.append("v̂: its slot, or its decay, is not found in the text")
      }
    }
    let absent = reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    guard !moments.isEmpty else {
      throw Exclusion(absent ?? "it declares no moving average of gradients")
    }
    return (moments, absent)
  }

  /// `v̂`, which a rule that keeps the largest takes from there.
  private static func correctedSquare(
    of trace: MomentTrace, _ place: Int, _ decay: Formula
  ) throws(Exclusion) -> CorrectedMoment {
    if let maximum = trace.maximumSlot {
      let name = trace.afterSymbol(maximum).symbolName ?? ""
      let named = trace.quantities["correctedSquare"].map(trace.afterStep)
      if let named {
        if named.symbols.contains(name) {
          guard trace.correction(of: named, maximum) != nil else {
            throw Exclusion("its correctedSquare is more than a slot and a correction")
          }
          return CorrectedMoment(
            isSquare: true, formula: named, decay: decay, slots: [place, maximum])
        }
      } else {
        return CorrectedMoment(
          isSquare: true, formula: try trace.corrected(maximum, named: "correctedSquare"),
          decay: decay, slots: [place, maximum])
      }
    }
    return CorrectedMoment(
      isSquare: true, formula: try trace.corrected(place, named: "correctedSquare"), decay: decay,
      slots: [place])
  }
}
