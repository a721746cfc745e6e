internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import Properties

extension ScheduleProperties {
  /// The roundings of a closed form in `Double`: at most a power, a quotient, a product, a sum, and those of
  /// the rates that it stands between; each half an ulp of a rate that is none larger.
  private static let roundings = 8.0

  static let closedForm = ScheduleProperty(
    description: PropertyDescription(
      id: "schedule.closed-form",
      statement: "the rate at step t is what the recursion from one step to the next comes to",
      source: "specification, section 5",
      domain: "every step up to 4T, lengths of 0 and 1 included",
      requires: [.schedule], evidence: [.exact, .interval, .generated]),
    sweep: { schedule, limit in
      var sweep = ScheduleSweep()
      let steps = schedule.declared.steps(atMost: limit)
      let domain = domain(of: schedule.declared, atMost: limit)
      sweep.stepCount = steps.count
      do throws(Rational.Failure) {
        let failure = try firstDifference(schedule, steps)
        sweep.note(
          .exact, tool: "assay exact",
          schedule.declared.covers(atMost: limit) ? .proved : .tested, domain: domain,
          failure: failure)
      } catch {
        // A cosine or a root has no exact value: the enclosures below are what there is.
      }
      let failure = rows(schedule, through: steps.upperBound).lazy
        .compactMap { row in row.failure.map { (row.step, $0) } }.first
      sweep.note(
        .interval, tool: "assay intervals", .enclosed, domain: "float64, \(domain)",
        failure: failure)
      return sweep
    },
    examination: { value, schedule in
      guard value.stepCount - schedule.declared.firstStep < 1_000_000 else {
        return .outsidePremise("the recursion would take too many steps")
      }
      return examination(schedule, rows(schedule, through: value.stepCount))
    })

  /// The first step at which the closed form is not the recursion, in exact arithmetic.
  private static func firstDifference(
    _ schedule: any RateSchedule, _ steps: ClosedRange<Int>
  ) throws(Rational.Failure) -> (step: Int, reason: String)? {
    var recursion = try ScheduleRecursion<Rational>(schedule.declared)
    for step in steps {
      if step > steps.lowerBound { try recursion.advance() }
      let rate = try schedule.rate(at: step, as: Rational.self)
      if rate != recursion.current {
        return (
          step,
          "t = \(step): \(rate.decimalDescription), the recursion gives"
            + " \(recursion.current.decimalDescription)"
        )
      }
    }
    return nil
  }

  /// The rates beside the recursion's enclosures, from the first step on.
  private static func rows(
    _ schedule: any RateSchedule, through last: Int
  ) -> [(step: Int, rate: Double, expected: JSONValue, failure: String?)] {
    let declared = schedule.declared
    var recursion = ScheduleRecursion<Interval>(declared)
    let (low, high) = declared.range
    let scale = max(Double(low), high.map { Double($0) } ?? Double(declared.base))
    return (declared.firstStep...last).map { step in
      if step > declared.firstStep { recursion.advance() }
      let (rate, expected) = (schedule.rate(at: step, as: Double.self), recursion.current)
      let slack = roundings * max(scale, rate.magnitude).ulp
      let isRight =
        expected.isDefined && expected.lower - slack <= rate && rate <= expected.upper + slack
      let enclosure = schedule.rate(at: step, as: Interval.self)
      var failure: String?
      if !isRight {
        failure = "the rate is \(rate), the recursion lies in \(expected)"
      } else if enclosure.isApart(from: expected) {
        failure = "the rate lies in \(enclosure), the recursion in \(expected)"
      }
      return (
        step, rate, [JSONValue(expected.lower), JSONValue(expected.upper)], failure
      )
    }
  }
}
