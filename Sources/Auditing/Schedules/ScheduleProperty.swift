internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties

/// A property of schedules: every step of the subject's own settings, and generated cases of others.
struct ScheduleProperty: AuditableProperty {
  let description: PropertyDescription
  /// The schedule that is looked at instead of the subject's.
  var replacement: (any RateSchedule)?
  /// How many steps a generated case asks at.
  var stepsPerCase = 1
  /// What is found at the subject's own settings, at no more than so many steps.
  var sweep: @Sendable (any RateSchedule, Int) throws -> ScheduleSweep = { _, _ in ScheduleSweep() }
  let examination: @Sendable (ScheduleCase, any RateSchedule) throws -> Examination

  func check(_ context: AuditContext) async throws -> Finding {
    guard let schedule = replacement ?? context.subject.schedule else {
      return .notApplicable("the subject is no schedule")
    }
    var finding = Finding()
    let swept = try sweep(schedule, context.effort.searchEvaluations)
    finding.evidence += swept.evidence
    finding.cases += swept.stepCount
    context.generate(
      ScheduleCase.generated(like: schedule.declared, stepCount: stepsPerCase), property: id,
      arithmetic: .float64, into: &finding
    ) { value in
      try examination(value, schedule.replacing(value.schedule))
    }
    // Of the two the subject's own settings say more than others do.
    if let step = swept.failingStep {
      let value = ScheduleCase(schedule.declared, steps: [step])
      finding.candidate = Candidate(scalars: 1, steps: value.stepCount, case: ["case": value.json])
    }
    return finding
  }

  func examine(_ json: JSONValue, _ context: AuditContext) async throws -> Examination {
    guard let schedule = replacement ?? context.subject.schedule else {
      throw CaseError(message: "the subject is no schedule")
    }
    let value = try ScheduleCase(json: json["case"] ?? .null)
    guard value.schedule.name == schedule.declared.name else {
      throw CaseError(
        message: "the case is of \(value.schedule.name), the subject is \(schedule.declared.name)")
    }
    return try examination(value, schedule.replacing(value.schedule))
  }

  func examining(_ schedule: (any RateSchedule)?) -> ScheduleProperty {
    var property = self
    property.replacement = schedule
    return property
  }
}

/// What looking at every step of one schedule gave.
struct ScheduleSweep {
  var evidence: [Evidence] = []
  /// The first step at which the property seems to fail.
  var failingStep: Int?
  var stepCount = 0

  /// Notes what one method found.
  ///
  /// - Parameters:
  ///   - verdict: where nothing failed.
  ///   - domain: reads after "by assay exact, …".
  mutating func note(
    _ kind: EvidenceKind, tool: String, _ verdict: Verdict, domain: String,
    failure: (step: Int, reason: String)?
  ) {
    var evidence = Evidence(kind, tool: tool, verdict: verdict, domain: domain)
    if let failure {
      evidence.verdict = .refuted
      evidence.detail = failure.reason
      failingStep = min(failingStep ?? .max, failure.step)
    }
    self.evidence.append(evidence)
  }
}

/// The properties of schedules.
public enum ScheduleProperties {
  static let properties: [ScheduleProperty] = [closedForm, bounds, joins, resume]

  public static let all: [any AuditableProperty] = properties

  /// The properties, asked of another schedule in the subject's place.
  public static func examining(_ schedule: any RateSchedule) -> [any AuditableProperty] {
    properties.map { $0.examining(schedule) }
  }

  /// What the closed form is held to, in words.
  static func domain(of schedule: Schedule, atMost limit: Int) -> String {
    let steps = schedule.steps(atMost: limit)
    let reach =
      schedule.covers(atMost: limit)
      ? "every step \(steps.lowerBound) … \(steps.upperBound)"
      : "steps \(steps.lowerBound) … \(steps.upperBound)"
    return "\(reach) of \(schedule.text)"
  }

  /// An examination that compares the rates at some steps with what they should be.
  static func examination(
    _ schedule: any RateSchedule,
    _ rows: [(step: Int, rate: Double, expected: JSONValue, failure: String?)]
  ) -> Examination {
    let failure = rows.lazy.compactMap { row in row.failure.map { "t = \(row.step): \($0)" } }.first
    return Examination(
      holds: failure == nil,
      summary: failure.map { "\(schedule.declared.text): \($0)" } ?? "the statement holds",
      lines: rows.suffix(200).map { row in
        "t = \(row.step): \(row.rate)" + (row.failure.map { "; \($0)" } ?? "")
      },
      trajectories: [
        "subject": JSONValue(rows.suffix(200).map(\.rate)),
        "expected": .array(rows.suffix(200).map(\.expected)),
      ])
  }
}
