internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import Properties
internal import Synchronization

/// A schedule with one thing wrong in it: in its settings, in its count, or in one operation of its formula.
struct PlantedSchedule: RateSchedule {
  enum Fault: Hashable, Sendable {
    /// The rate of a step before or after.
    case shift(Int)
    /// Counted from 0 where it is from 1, and the other way about.
    case otherCount
    /// A setting that is another: added to, or multiplied.
    case setting(String, add: Rational, times: Rational)
    /// Two settings for each other.
    case swap(String, String)
    /// One operation of the formula.
    case arithmetic(PlantedOperation)
    /// A count of its own, of how often it was asked, in the place of the step.
    case ownCount
  }

  let declared: Schedule
  let fault: Fault
  /// What a schedule that counts for itself has counted.
  private let memory = Memory()

  private final class Memory: Sendable {
    let calls = Mutex(0)
  }

  init(declared: Schedule, fault: Fault) {
    self.declared = declared
    self.fault = fault
  }

  func replacing(_ declared: Schedule) -> PlantedSchedule {
    PlantedSchedule(declared: declared, fault: fault)
  }

  func rate<N: ScheduleNumber>(at step: Int, as type: N.Type) throws(N.Failure) -> N {
    let first = declared.firstStep
    switch fault {
    case .shift(let by):
      let (sum, overflows) = step.addingReportingOverflow(by)
      return try declared.rate(at: overflows ? step : max(first, sum), as: N.self)
    case .otherCount:
      let other = Schedule(
        declared.base, declared.shape, countsFromZero: !declared.countsFromZero)
      return try other.rate(at: max(step, other.firstStep), as: N.self)
    case .setting(let key, let add, let times):
      let value = declared.settings.first { $0.key == key }?.value ?? 0
      return try (changed([key: value * times + add]) ?? declared).rate(at: step, as: N.self)
    case .swap(let key, let other):
      let values = Dictionary(
        declared.settings.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
      guard let x = values[key], let y = values[other] else {
        return try declared.rate(at: step, as: N.self)
      }
      return try (changed([key: y, other: x]) ?? declared).rate(at: step, as: N.self)
    case .arithmetic(let operation):
      return try operation.planted { () throws(N.Failure) in
        try declared.rate(at: step, as: Planted<N>.self).value
      }
    case .ownCount:
      let calls = memory.calls.withLock { calls in
        calls += 1
        return calls
      }
      return try declared.rate(at: first + calls - 1, as: N.self)
    }
  }

  /// The schedule with other settings; nil where there is none such.
  private func changed(_ values: [String: Rational]) -> Schedule? {
    let settings = declared.settings.map {
      ($0.key, (values[$0.key] ?? $0.value).decimalDescription)
    }
    return try? Schedule(
      named: declared.name,
      settings: settings + [("countsFromZero", "\(declared.countsFromZero)")])
  }

  var text: String {
    switch fault {
    case .shift(let by): "the rate of the step \(by < 0 ? "before" : "after")"
    case .otherCount: "counted from \(declared.countsFromZero ? 1 : 0)"
    case .setting(let key, let add, let times):
      times == 1 ? "\(key) + \(add.decimalDescription)" : "\(key) times \(times.decimalDescription)"
    case .swap(let key, let other): "\(key) and \(other) for each other"
    case .arithmetic(let operation): operation.text
    case .ownCount: "the calls counted, not the steps"
    }
  }

  var name: String {
    switch fault {
    case .shift: "shift-step"
    case .otherCount: "other-count"
    case .setting: "wrong-setting"
    case .swap: "swap-settings"
    case .arithmetic(let operation): operation.change.rawValue
    case .ownCount: "own-count"
    }
  }
}

extension PlantedSchedule {
  /// A schedule of every shape, with no setting at a value that hides it.
  private static let settings: [String: [String: String]] = [
    "warmup": ["warmup": "7"], "cosine": ["T": "12", "minimum": "0.125"],
    "step": ["stepLength": "5", "factor": "0.5"],
    "warmup-cosine": ["warmup": "4", "T": "14", "minimum": "0.125"],
    "warm-restarts": ["T": "4", "growth": "2", "minimum": "0.125"],
    "polynomial": ["T": "12", "end": "0.125", "power": "2"],
  ]

  static func faults() throws -> [NamedFault] {
    var faults: [NamedFault] = []
    for description in Schedule.builtIns {
      for countsFromZero in [false, true] {
        var settings = settings[description.name] ?? [:]
        settings["learningRate"] = "0.5"
        settings["countsFromZero"] = "\(countsFromZero)"
        let right = try Schedule(named: description.name, settings: settings)
        let subject = try AuditSubject(
          named: "schedule:\(description.name)",
          settings: settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        let others = cases(like: right)
        for (index, fault) in all(in: right, description).enumerated() {
          let planted = PlantedSchedule(declared: right, fault: fault)
          let start = countsFromZero ? " countsFromZero=true" : ""
          faults.append(
            NamedFault(
              id: "schedule:\(description.name)\(start)/\(planted.name)/\(index + 1)",
              operator: planted.name, change: planted.text,
              nature: nature(of: planted, others), subject: subject,
              properties: ScheduleProperties.examining(planted)))
        }
      }
    }
    return faults
  }

  /// The faults that a schedule can have.
  private static func all(
    in schedule: Schedule, _ description: Schedule.Description
  ) -> [Fault] {
    var faults: [Fault] = [.shift(-1), .shift(1), .otherCount, .ownCount]
    let keys = schedule.settings.map(\.key)
    for key in keys {
      if description.isWhole(key) {
        faults += [.setting(key, add: -1, times: 1), .setting(key, add: 1, times: 1)]
      } else {
        faults += [.setting(key, add: 0, times: 0), .setting(key, add: 0, times: 2)]
      }
    }
    for (index, key) in keys.enumerated() {
      for other in keys[(index + 1)...]
      where description.isWhole(key) == description.isWhole(other) {
        faults.append(.swap(key, other))
      }
    }
    // The operations of every branch that some step takes.
    var operations: Set<PlantedOperation.Place> = []
    for step in schedule.steps(atMost: 200) {
      operations.formUnion(
        PlantedOperation.places { _ = schedule.rate(at: step, as: Planted<Double>.self) })
    }
    let places = operations.sorted {
      ($0.index, $0.kind.rawValue) < ($1.index, $1.kind.rawValue)
    }
    for place in places {
      faults += PlantedOperation.all(at: place).map { .arithmetic($0) }
    }
    return faults
  }

  /// Schedules of one shape, of all short lengths, and of both counts.
  private static func cases(like schedule: Schedule) -> [Schedule] {
    var cases = [schedule]
    for length in 0...6 {
      for countsFromZero in [false, true] {
        var settings = Dictionary(
          schedule.settings.map { ($0.key, $0.value.decimalDescription) },
          uniquingKeysWith: { $1 })
        for key in ["T", "warmup", "stepLength"] where settings[key] != nil {
          settings[key] = "\(key == "warmup" && settings["T"] != nil ? length / 2 : length)"
        }
        settings["countsFromZero"] = "\(countsFromZero)"
        if let other = try? Schedule(named: schedule.name, settings: settings) {
          cases.append(other)
        }
      }
    }
    return cases
  }

  private static func nature(of planted: PlantedSchedule, _ cases: [Schedule]) -> FaultNature {
    for schedule in cases {
      let faulty = planted.replacing(schedule)
      // Backwards, since a step is to be asked for by itself.
      for step in schedule.steps(atMost: 200).reversed() {
        let x = faulty.rate(at: step, as: Double.self)
        let y = schedule.rate(at: step, as: Double.self)
        if x != y, !(abs(x - y) <= 1e-12 * max(abs(x), abs(y))) {
          return .different("t = \(step) of \(schedule.text)")
        }
      }
    }
    if case .constant = planted.declared.shape {
      return .equivalent("one rate whatever the step")
    }
    return .undecided
  }
}
