internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import Properties

extension ScheduleProperties {
  static let resume = ScheduleProperty(
    description: PropertyDescription(
      id: "schedule.resume",
      statement: "a schedule made anew gives at step t, bit for bit, what one that ran to it gives",
      source: "specification, section 5: a pure function of t",
      domain: "any steps in any order", requires: [.schedule], evidence: [.generated]),
    stepsPerCase: 3,
    examination: { value, schedule in
      let declared = schedule.declared
      let last = value.steps.max() ?? declared.firstStep
      guard last - declared.firstStep < 1_000_000 else {
        return .outsidePremise("a run would take too many steps")
      }
      // One runs through; another is asked at the steps of the case alone, in their order.
      let runner = schedule.replacing(declared)
      let straight = (declared.firstStep...last).map { runner.rate(at: $0, as: Double.self) }
      let resumed = schedule.replacing(declared)
      return examination(
        schedule,
        value.steps.map { step in
          let rate = resumed.rate(at: step, as: Double.self)
          let expected = straight[step - declared.firstStep]
          let isSame = rate.bitPattern == expected.bitPattern
          return (
            step, rate, JSONValue(expected),
            isSame ? nil : "asked at once the rate is \(rate), after a run \(expected)"
          )
        })
    })
}
