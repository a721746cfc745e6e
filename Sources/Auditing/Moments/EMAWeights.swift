internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import Properties
internal import Proving

extension MomentProperties {
  static let emaWeights = MomentProperty(
    description: PropertyDescription(
      id: "moment.ema-weights",
      statement:
        "m_t = (1 − β₁)·Σβ₁^(t−i)·gᵢ, and v_t = (1 − β₂)·Σβ₂^(t−i)·gᵢ², of those that there are",
      source: "Kingma & Ba, Adam, section 3; the recursions, unrolled",
      domain: "every t, all gradients as the rule sees them, all decays, no weight decay",
      excludes: [.varyingDecay], evidence: [.exact]),
    proof: { trace, rule, context, finding in
      let moments = try weightedMoments(of: trace)
      // Sₜ₊₁ = β·Sₜ + xₜ₊₁ is what a sum of powers is; so a slot that is (1 − β)·S stays so.
      var goals: [Relation] = []
      for moment in moments {
        let sum = trace.arena.symbol("S")
        let before = trace.slots[moment.slot].substituting(
          [trace.slotNames[moment.slot]: (1 - moment.decay) * sum])
        goals.append(
          Relation(before, .equal, (1 - moment.decay) * (moment.decay * sum + moment.term)))
        goals.append(Relation(Formula(trace.slotStart[moment.slot]), .equal, 0))
      }
      context.proveExactly(
        Claim("by induction over t, start and step", proving: goals), into: &finding)
    },
    examination: { value, trace, rule in
      let run: MomentRun
      do {
        run = try MomentRun(rule, trace, on: value)
      } catch {
        return .outsidePremise("\(error)")
      }
      let moments = try weightedMoments(of: trace)
      var lines: [String] = []
      for t in value.gradients.indices {
        for moment in moments {
          let decay = moment.decay.symbolName.flatMap { run.hyperparameters[$0] } ?? 0
          var sum: Rational = 0
          for i in 0...t {
            let term = try moment.term.value(
              run.hyperparameters.merging(
                ["g": value.gradients[i], "loss": value.losses.isEmpty ? 1 : value.losses[i]],
                uniquingKeysWith: { $1 }))
            sum = sum + decay.power(t - i) * term
          }
          let expected = (1 - decay) * sum
          let actual = run.slots[t][moment.slot]
          let name = trace.slotNames[moment.slot]
          lines.append("step \(t + 1): \(name) = \(actual), weights give \(expected)")
          if actual != expected {
            return Examination(
              holds: false,
              summary:
                "step \(t + 1): \(name) is \(actual.decimalDescription), where the weights give"
                + " \(expected.decimalDescription)", lines: lines)
          }
        }
      }
      return Examination(holds: true, summary: "every moment is its weighted sum", lines: lines)
    })

  /// A slot, its decay, and what it averages.
  private struct WeightedMoment {
    var slot: Int
    var decay: Formula
    var term: Formula
  }

  /// The moments that a trace's subject declares, and what they average: g, or g times the weight of the
  /// loss.
  private static func weightedMoments(of trace: MomentTrace) throws -> [WeightedMoment] {
    var moments: [WeightedMoment] = []
    var gradient = trace.gradient
    if trace.traits.contains(.firstMoment) {
      guard let mean = trace.meanSlot, let beta1 = trace.beta1 else {
        throw Exclusion("its slot for m, or its decay, is not found in its text")
      }
      // AYLA's first version puts the loss's weight on the gradient within the moments.
      if let weight = trace.quantities["lossWeight"] {
        let fresh = trace.slots[mean].substituting([trace.slotNames[mean]: 0])
        if fresh.isIdentical(to: (1 - beta1) * (weight * gradient)) { gradient = weight * gradient }
      }
      moments.append(WeightedMoment(slot: mean, decay: beta1, term: gradient))
    }
    if trace.traits.contains(.secondMoment) {
      guard let square = trace.squareSlot, let beta2 = trace.beta2 else {
        throw Exclusion("its slot for v, or its decay, is not found in its text")
      }
      moments.append(WeightedMoment(slot: square, decay: beta2, term: gradient * gradient))
    }
    guard !moments.isEmpty else { throw Exclusion("it declares no moving average of gradients") }
    return moments
  }
}
