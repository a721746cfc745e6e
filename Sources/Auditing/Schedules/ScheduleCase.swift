internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import PropertyTesting

/// A case of a property of schedules: settings, and the steps at which the rate is asked.
struct ScheduleCase: AuditCase, Hashable {
  var schedule: Schedule
  /// The last of them is the one in question.
  var steps: [Int]

  init(_ schedule: Schedule, steps: [Int]) {
    self.schedule = schedule
    self.steps = steps
  }

  var json: JSONValue {
    [
      "schedule": .string(schedule.name),
      "settings": .object(
        Dictionary(
          schedule.settings.map { ($0.key, .string($0.value.decimalDescription)) },
          uniquingKeysWith: { $1 })),
      "countsFromZero": .bool(schedule.countsFromZero),
      "steps": .array(steps.map { .integer($0) }),
    ]
  }

  init(json: JSONValue) throws(CaseError) {
    guard let name = json["schedule"]?.string else {
      throw CaseError(message: "the case names no schedule")
    }
    var settings: [String: String] = [:]
    for (key, value) in json["settings"]?.object ?? [:] {
      guard let text = value.string else {
        throw CaseError(message: "`\(key)` is \(value), which is no text of a number")
      }
      settings[key] = text
    }
    if json["countsFromZero"]?.bool == true { settings["countsFromZero"] = "true" }
    do {
      schedule = try Schedule(named: name, settings: settings)
    } catch {
      throw CaseError(message: error.message)
    }
    steps = (json["steps"]?.array ?? []).compactMap(\.int)
    let first = schedule.firstStep
    guard let last = steps.last, steps.allSatisfy({ $0 >= first }) else {
      throw CaseError(message: "`steps` are whole numbers from \(first) on, at least one")
    }
    guard steps.count <= 10_000, last <= 10_000_000 || steps.count == 1 else {
      throw CaseError(message: "\(steps.count) steps up to \(last) are too many")
    }
  }

  var scalarCount: Int { 1 }
  var stepCount: Int { steps.last ?? 1 }

  /// Schedules of a shape with other settings, short lengths and lengths of 0 and 1 among them, and steps up
  /// to four times the length.
  static func generated(like schedule: Schedule, stepCount: Int) -> Generator<ScheduleCase> {
    Generator { source throws(Rejection) in
      let base = Rational(
        try Generator<Int>.integers(in: 0...1000, origin: 1000).make(source), 1000)
      let made = Schedule(
        base, try shape(like: schedule.shape, below: base, source),
        countsFromZero: try source.boolean(probability: 0.5))
      let range = made.steps(atMost: 400)
      var steps: [Int] = []
      for _ in 0..<stepCount {
        steps.append(try Generator<Int>.integers(in: range, origin: range.lowerBound).make(source))
      }
      return ScheduleCase(made, steps: steps)
    }
  }

  private static func shape(
    like shape: Schedule.Shape, below base: Rational, _ source: ChoiceSource
  ) throws(Rejection) -> Schedule.Shape {
    func length(_ range: ClosedRange<Int> = 0...40) throws(Rejection) -> Int {
      try Generator<Int>.integers(in: range).make(source)
    }
    /// A least rate, or a last one: nothing above the first.
    func share() throws(Rejection) -> Rational {
      Rational(try Generator<Int>.integers(in: 0...8).make(source), 8) * base
    }
    switch shape {
    case .constant, .inverseRoot, .inverse: return shape
    case .warmup: return .warmup(length: try length())
    case .cosine: return .cosine(length: try length(), minimum: try share())
    case .step:
      let factors: [Rational] = [0.5, 0.1, 0.9, 1, 0]
      return .step(
        length: try length(1...20),
        factor: try Generator<Rational>.element(of: factors).make(source))
    case .warmupCosine:
      return .warmupCosine(warmup: try length(), length: try length(), minimum: try share())
    case .warmRestarts:
      return .warmRestarts(length: try length(), growth: try length(1...3), minimum: try share())
    case .polynomial:
      let powers: [Rational] = [1, 2, 3, 0.5, 1.5]
      return .polynomial(
        length: try length(), end: try share(),
        power: try Generator<Rational>.element(of: powers).make(source))
    }
  }
}
