internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import Properties

extension Schedule {
  /// A step at which the rate is known without a formula.
  struct Landmark {
    var step: Int
    var rate: Rational
    /// What happens there, in a few words.
    var name: String
  }

  /// Its ends, joins and peaks, and the steps around them.
  var landmarks: [Landmark] {
    var all: [Landmark] = []
    func add(_ step: Int, _ rate: Rational, _ name: String) {
      if step >= firstStep { all.append(Landmark(step: step, rate: rate, name: name)) }
    }
    /// A cosine of `length` steps from `start`, with its end where it rests there.
    func addCosine(from start: Int, length: Int, to minimum: Rational) {
      if length > 0 { add(start, base, "the top of the cosine") }
      if length > 0, length.isMultiple(of: 2) {
        add(start + length / 2, (base + minimum) * Rational(1, 2), "the middle of the cosine")
      }
      add(start + length, minimum, "the end of the cosine")
      for after in [1, 2, 1000] { add(start + length + after, minimum, "after the cosine") }
    }
    switch shape {
    case .constant: for step in [1, 2, 1000] { add(step, base, "constant") }
    case .warmup(let length):
      if length > 0 { add(0, 0, "the start of the warm-up") }
      if length > 1 { add(1, base * Rational(1, length), "the first step of the warm-up") }
      add(length, base, "the peak of the warm-up")
      for after in [1, 1000] { add(length + after, base, "after the warm-up") }
    case .cosine(let length, let minimum): addCosine(from: 0, length: length, to: minimum)
    case .step(let length, let factor):
      add(length - 1, base, "before the first fall")
      add(length, base * factor, "the first fall")
      add(2 * length - 1, base * factor, "before the second fall")
      add(2 * length, base * factor * factor, "the second fall")
    case .warmupCosine(let warmup, let length, let minimum):
      if warmup > 0 {
        add(0, 0, "the start of the warm-up")
        add(warmup, base, "the peak of the warm-up")
      }
      let rest = max(0, length - warmup)
      if warmup == 0 {
        addCosine(from: 0, length: rest, to: minimum)
      } else {
        if rest > 0, rest.isMultiple(of: 2) {
          add(warmup + rest / 2, (base + minimum) * Rational(1, 2), "the middle of the cosine")
        }
        for after in [max(rest, 1), rest + 2, rest + 1000] {
          add(warmup + after, minimum, "the end of the cosine")
        }
      }
    case .warmRestarts(let length, let growth, let minimum):
      guard length > 0 else {
        for step in [0, 1, 5] { add(step, minimum, "a cosine of no steps") }
        break
      }
      var (start, period) = (firstStep, length)
      for number in 1...4 {
        add(start, base, "the start of period \(number)")
        if period.isMultiple(of: 2) {
          add(
            start + period / 2, (base + minimum) * Rational(1, 2), "the middle of period \(number)")
        }
        let (next, overflows) = period.multipliedReportingOverflow(by: growth)
        guard !overflows, start < .max / 8, next < .max / 8 else { break }
        start += period
        period = next
      }
    case .inverseRoot:
      for root in [1, 2, 3, 10] {
        add(firstStep + root * root - 1, base * Rational(1, root), "a square")
      }
    case .inverse:
      for step in [1, 2, 3, 10] { add(firstStep + step - 1, base * Rational(1, step), "α₀/t") }
    case .polynomial(let length, let end, let power):
      if length > 0 { add(0, base, "the start") }
      if power == 1, length > 1 {
        add(1, base - (base - end) * Rational(1, length), "the first step of a line")
      }
      for after in [0, 1, 1000] { add(length + after, end, "the end") }
    }
    return all
  }
}

extension ScheduleProperties {
  static let joins = ScheduleProperty(
    description: PropertyDescription(
      id: "schedule.joins",
      statement: "at its ends, joins and peaks the rate is exactly what the schedule names there",
      source: "specification, section 5",
      domain: "the first and the last step of each part, the middle of each cosine, what follows",
      requires: [.schedule], evidence: [.exact, .generated]),
    sweep: { schedule, _ in
      var sweep = ScheduleSweep()
      let landmarks = schedule.declared.landmarks
      sweep.stepCount = landmarks.count
      let failure = landmarks.lazy
        .compactMap { mark in row(schedule, mark).failure.map { (mark.step, $0) } }.first
      sweep.note(
        .exact, tool: "assay exact", .proved,
        domain: "\(landmarks.count) steps of \(schedule.declared.text), in rationals and float64",
        failure: failure)
      return sweep
    },
    examination: { value, schedule in
      // The case's settings are what counts; all their joins are looked at.
      examination(schedule, schedule.declared.landmarks.map { row(schedule, $0) })
    })

  /// The rate at a landmark, with what is wrong with it.
  private static func row(
    _ schedule: any RateSchedule, _ mark: Schedule.Landmark
  ) -> (step: Int, rate: Double, expected: JSONValue, failure: String?) {
    let rate = schedule.rate(at: mark.step, as: Double.self)
    let expected = Double(mark.rate)
    let ends: [Rational] = [0, schedule.declared.base] + schedule.declared.settings.map(\.value)
    // A rate that is one of the settings is that number to the bit; others take a few roundings.
    let slack = ends.contains(mark.rate) ? 0 : 4 * max(expected, Double(schedule.declared.base)).ulp
    var failure: String?
    if !((rate - expected).magnitude <= slack) {
      failure = "\(mark.name): the rate is \(rate), not \(expected)"
    } else {
      do throws(Rational.Failure) {
        let exact = try schedule.rate(at: mark.step, as: Rational.self)
        if exact != mark.rate {
          failure =
            "\(mark.name): the exact rate is \(exact.decimalDescription), not"
            + " \(mark.rate.decimalDescription)"
        }
      } catch {
        failure = "\(mark.name): the rate has no exact value (\(error))"
      }
    }
    return (mark.step, rate, JSONValue(expected), failure)
  }
}
