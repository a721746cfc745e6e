internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import Properties
internal import Proving

extension MomentProperties {
  static let maximumMoment = MomentProperty(
    description: PropertyDescription(
      id: "moment.amsgrad-max",
      statement:
        "the stored maximum never decreases, and is the largest of what the declared order compares",
      source: "Reddi, Kale & Kumar, On the convergence of Adam and beyond, ICLR 2018, Algorithm 2",
      domain: "every reachable state, no weight decay", requires: [.maximumMoment],
      evidence: [.smt, .exact]),
    proof: { trace, rule, context, finding in
      let (maximum, square) = try maximumSlots(of: trace)
      let stored = trace.arena.symbol(trace.slotNames[maximum])
      let entering = enteringMaximum(trace, square)
      // What is not below either, and is one of the two, is the larger of the two.
      let after = trace.slots[maximum]
      await context.prove(
        Claim(
          "amsgrad-max", assuming: trace.decayDomain(context.subject),
          proving: [
            Relation(stored, .lessOrEqual, after), Relation(entering, .lessOrEqual, after),
            Relation((after - stored) * (after - entering), .equal, 0),
          ], stepSymbols: ["t"]), about: rule, into: &finding)
      finding.detail = "declared order: \(trace.conventions["maximumOrder"] ?? "beforeCorrection")"
    },
    examination: { value, trace, rule in
      let (maximum, square) = try maximumSlots(of: trace)
      var lines: [String] = []
      do {
        let run = try MomentRun(rule, trace, on: value)
        let isCorrected = trace.conventions["maximumOrder"] == "afterCorrection"
        let beta = trace.beta2?.symbolName.flatMap { run.hyperparameters[$0] } ?? 0
        var largest = trace.slotStart[maximum]
        for (index, slots) in run.slots.enumerated() {
          let entering =
            isCorrected ? try slots[square] / (1 - beta.power(index + 1)) : slots[square]
          largest = max(largest, entering)
          lines.append("step \(index + 1): stored \(slots[maximum]), largest so far \(largest)")
          if slots[maximum] != largest {
            return Examination(
              holds: false,
              summary:
                "step \(index + 1): the stored maximum is \(slots[maximum].decimalDescription), where"
                + " the largest \(isCorrected ? "corrected " : "")second moment so far is"
                + " \(largest.decimalDescription)", lines: lines)
          }
        }
      } catch {
        return .outsidePremise("\(error)")
      }
      return Examination(holds: true, summary: "the largest is stored", lines: lines)
    })

  /// The places of the slots of the maximum and of what it is the maximum of.
  private static func maximumSlots(
    of trace: MomentTrace
  ) throws(Exclusion) -> (maximum: Int, square: Int) {
    guard let maximum = trace.maximumSlot, let square = trace.squareSlot else {
      throw Exclusion("its slots for v and its maximum are not found in its text")
    }
    return (maximum, square)
  }

  /// What enters the maximum: `v`, or `v̂` where the maximum comes after the correction.
  private static func enteringMaximum(_ trace: MomentTrace, _ square: Int) -> Formula {
    let value = trace.slots[square]
    guard trace.conventions["maximumOrder"] == "afterCorrection", let beta2 = trace.beta2 else {
      return value
    }
    return value / (1 - .power(beta2, trace.step))
  }
}
