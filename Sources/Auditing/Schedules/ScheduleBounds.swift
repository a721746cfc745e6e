internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import Properties

extension Schedule {
  /// Between which rates it stays; nil for no upper bound.
  var range: (low: Rational, high: Rational?) {
    func between(_ other: Rational) -> (Rational, Rational?) {
      (min(base, other), max(base, other))
    }
    switch shape {
    case .constant: return (base, base)
    case .warmup, .inverseRoot, .inverse: return (0, base)
    case .cosine(_, let minimum), .warmRestarts(_, _, let minimum): return between(minimum)
    case .warmupCosine(let warmup, _, let minimum):
      return warmup > 0 ? (0, max(base, minimum)) : between(minimum)
    case .step(_, let factor): return factor > 1 ? (base, base.isZero ? 0 : nil) : (0, base)
    case .polynomial(_, let end, _): return between(end)
    }
  }
}

extension ScheduleProperties {
  static let bounds = ScheduleProperty(
    description: PropertyDescription(
      id: "schedule.bounds",
      statement: "every rate is finite and lies between the least and the largest that the schedule"
        + " names",
      source: "specification, section 5",
      domain: "every step up to 4T, and steps far beyond; lengths of 0 and 1 included",
      requires: [.schedule], evidence: [.interval, .generated]),
    sweep: { schedule, limit in
      var sweep = ScheduleSweep()
      let declared = schedule.declared
      let steps = Array(declared.steps(atMost: limit)) + [1_000_000, 1_000_000_000, .max]
      sweep.stepCount = steps.count
      let failure = steps.lazy
        .compactMap { step in excess(schedule, at: step).failure.map { (step, $0) } }.first
      sweep.note(
        .interval, tool: "assay intervals", .enclosed,
        domain: "float64, \(domain(of: declared, atMost: limit)) and 3 far beyond",
        failure: failure)
      return sweep
    },
    examination: { value, schedule in
      examination(schedule, value.steps.map { excess(schedule, at: $0) })
    })

  /// A rate, with what is wrong where it leaves the range.
  private static func excess(
    _ schedule: any RateSchedule, at step: Int
  ) -> (step: Int, rate: Double, expected: JSONValue, failure: String?) {
    let (low, high) = schedule.declared.range
    let (least, largest) = (Double(low), high.map { Double($0) })
    let rate = schedule.rate(at: step, as: Double.self)
    let enclosure = schedule.rate(at: step, as: Interval.self)
    let bounds: JSONValue = [JSONValue(least), JSONValue(largest ?? .infinity)]
    var failure: String?
    // A growth without end overflows where its steps are many: that is its nature.
    let isFinite = rate.isFinite || largest == nil && rate == .infinity
    if !isFinite {
      failure = "the rate is \(rate)"
    } else if rate < least || rate > largest ?? .infinity {
      failure = "the rate is \(rate), outside [\(least), \(largest ?? .infinity)]"
    } else if enclosure.upper < least || enclosure.lower > largest ?? .infinity {
      failure = "the rate lies in \(enclosure), outside [\(least), \(largest ?? .infinity)]"
    }
    return (step, rate, bounds, failure)
  }
}
