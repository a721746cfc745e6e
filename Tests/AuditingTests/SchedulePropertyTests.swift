import Diagnostics
import Numbers
import Optimizers
import Properties
import Synchronization
import TestSupport
import Testing

@testable import Auditing

/// A schedule with one thing wrong with it.
struct FaultySchedule: RateSchedule {
  enum Fault: String, CaseIterable {
    /// A step late.
    case late
    /// A warm-up that ends a step after its length.
    case latePeak
    /// A cosine that climbs again after its end, as torch's does.
    case climbsAgain
    /// A least rate that is left out.
    case forgetsMinimum
    /// Ten times the rate after the end.
    case jumps
    /// The mean of a step's rate and the next.
    case blurs
    /// Not a number at a length of 0.
    case zeroLength
    /// The step of the first call is the first, whatever it is.
    case remembers
  }

  let declared: Schedule
  let fault: Fault
  private let memory = Memory()

  init(_ declared: Schedule, _ fault: Fault) {
    self.declared = declared
    self.fault = fault
  }

  private final class Memory: Sendable {
    let calls = Mutex(0)
  }

  func replacing(_ declared: Schedule) -> FaultySchedule { FaultySchedule(declared, fault) }

  func rate<N: ScheduleNumber>(at step: Int, as type: N.Type) throws(N.Failure) -> N {
    let next = step == .max ? step : step + 1
    switch fault {
    case .late: return try declared.rate(at: next, as: N.self)
    case .latePeak:
      guard case .warmup(let length) = declared.shape else { break }
      return try Schedule(declared.base, .warmup(length: length + 1), countsFromZero: true)
        .rate(at: step, as: N.self)
    case .climbsAgain:
      guard step > declared.span, step < 2 * declared.span else { break }
      return try declared.rate(at: 2 * declared.span - step, as: N.self)
    case .forgetsMinimum:
      guard case .cosine(let length, _) = declared.shape else { break }
      return try Schedule(declared.base, .cosine(length: length, minimum: 0))
        .rate(at: step, as: N.self)
    case .jumps:
      let rate = try declared.rate(at: step, as: N.self)
      return step > declared.span ? 10 * rate : rate
    case .blurs:
      let rates = (
        try declared.rate(at: step, as: N.self), try declared.rate(at: next, as: N.self)
      )
      return try (rates.0 + rates.1) / 2
    case .zeroLength:
      guard declared.span == 0 else { break }
      // 0 times infinity, in a type that has it; else far off.
      let huge = N(Rational(exactly: Double.greatestFiniteMagnitude) ?? 1)
      return huge * huge
    case .remembers:
      let calls = memory.calls.withLock { calls in
        calls += 1
        return calls
      }
      return try declared.rate(at: declared.firstStep + calls - 1, as: N.self)
    }
    return try declared.rate(at: step, as: N.self)
  }
}

@Suite("Properties of schedules")
struct SchedulePropertyTests {
  static let ids = [
    "schedule.closed-form", "schedule.bounds", "schedule.joins", "schedule.resume",
  ]

  private func report(
    _ schedule: any RateSchedule, effort: Effort = .quick
  ) async throws -> [String: PropertyResult] {
    let subject = try AuditSubject(
      named: "schedule:\(schedule.declared.name)",
      settings: schedule.declared.settings.map { ($0.key, $0.value.decimalDescription) }
        + [("countsFromZero", "\(schedule.declared.countsFromZero)")])
    let report = await Audit(
      of: subject, seed: 1, effort: effort, properties: ScheduleProperties.examining(schedule)
    ).run()
    return Dictionary(report.results.map { ($0.property.id, $0) }, uniquingKeysWith: { $1 })
  }

  @Test(
    "nothing is refuted of a built-in schedule, counted from 1 or from 0",
    arguments: Schedule.builtIns.map(\.name), [false, true])
  func right(name: String, fromZero: Bool) async throws {
    let rows = try await report(
      Schedule(named: name, settings: ["countsFromZero": "\(fromZero)", "lr": "0.3"]))
    for id in Self.ids {
      let row = try #require(rows[id])
      let reached: [Verdict] = [.proved, .enclosed, .tested]
      #expect(reached.contains(row.verdict), "\(id): \(row.verdict) \(row.detail ?? "")")
      #expect(row.cases > 100 || id == "schedule.joins", "\(id): \(row.cases)")
    }
    // What rational arithmetic can follow is decided for every step.
    let isRational = ["constant", "warmup", "step", "inverse", "polynomial"].contains(name)
    #expect((rows["schedule.closed-form"]?.verdict == .proved) == isRational)
    #expect(rows["schedule.joins"]?.verdict == .proved)
    #expect(rows["schedule.bounds"]?.verdict == .enclosed)
    #expect(rows["schedule.resume"]?.verdict == .tested)
  }

  @Test(
    "lengths of 0 and 1, and a warm-up of all the steps, are as good as any",
    arguments: [
      ("warmup", ["warmup": "0"]), ("warmup", ["warmup": "1"]), ("cosine", ["T": "0"]),
      ("cosine", ["T": "1"]), ("cosine", ["T": "2", "minimum": "0.1"]),
      ("warmup-cosine", ["warmup": "0", "T": "0"]), ("warmup-cosine", ["warmup": "0", "T": "1"]),
      ("warmup-cosine", ["warmup": "7", "T": "7"]), ("warmup-cosine", ["warmup": "9", "T": "7"]),
      ("warm-restarts", ["T": "0"]), ("warm-restarts", ["T": "1", "growth": "3"]),
      ("polynomial", ["T": "0", "end": "0.1"]), ("polynomial", ["T": "1", "power": "0.5"]),
      ("step", ["stepLength": "1", "factor": "2"]), ("step", ["factor": "0"]),
      ("cosine", ["minimum": "0.7"]), ("constant", ["lr": "0"]), ("cosine", ["lr": "0"]),
    ] as [(String, [String: String])], [false, true])
  func degenerate(_ schedule: (name: String, settings: [String: String]), fromZero: Bool)
    async throws
  {
    let settings = schedule.settings.merging(
      ["countsFromZero": "\(fromZero)"], uniquingKeysWith: { $1 })
    let rows = try await report(Schedule(named: schedule.name, settings: settings))
    for id in Self.ids {
      #expect(rows[id]?.verdict != .refuted, "\(id): \(rows[id]?.detail ?? "")")
    }
  }

  private static let cosine = Schedule(0.5, .cosine(length: 20, minimum: 0.125))

  @Test(
    "a wrong schedule is refuted, by a case that fails again",
    arguments: [
      (cosine, .late, ["schedule.closed-form", "schedule.joins"]),
      (
        Schedule(0.5, .warmup(length: 10), countsFromZero: true), .latePeak,
        ["schedule.closed-form", "schedule.joins"]
      ),
      (cosine, .climbsAgain, ["schedule.closed-form", "schedule.joins"]),
      (cosine, .forgetsMinimum, ["schedule.closed-form", "schedule.joins", "schedule.bounds"]),
      (
        Schedule(0.5, .polynomial(length: 20, end: 0.25, power: 2)), .jumps,
        ["schedule.closed-form", "schedule.joins", "schedule.bounds"]
      ),
      (
        Schedule(0.5, .step(length: 6, factor: 0.5)), .blurs,
        ["schedule.closed-form", "schedule.joins"]
      ),
      (Schedule(0.5, .inverse), .blurs, ["schedule.closed-form", "schedule.joins"]),
      (Schedule(0.5, .inverseRoot), .late, ["schedule.closed-form", "schedule.joins"]),
      (
        Schedule(0.5, .warmRestarts(length: 5, growth: 2, minimum: 0)), .late,
        ["schedule.closed-form", "schedule.joins"]
      ),
      (
        Schedule(0.5, .cosine(length: 0, minimum: 0.125)), .zeroLength,
        ["schedule.closed-form", "schedule.joins", "schedule.bounds"]
      ),
      (
        Schedule(0.5, .warmupCosine(warmup: 5, length: 20, minimum: 0)), .remembers,
        [
          "schedule.resume"
        ]
      ),
    ] as [(Schedule, FaultySchedule.Fault, [String])])
  func planted(schedule: Schedule, fault: FaultySchedule.Fault, ids: [String]) async throws {
    let faulty = FaultySchedule(schedule, fault)
    let rows = try await report(faulty)
    for id in ids {
      let row = try #require(rows[id])
      #expect(row.verdict == .refuted, "\(id) of \(schedule.text), \(fault)")
      let counterexample = try #require(row.counterexample, "\(id)")
      // The same case holds of the right schedule.
      let property = try #require(ScheduleProperties.properties.first { $0.id == id })
      let context = AuditContext(
        subject: try AuditSubject(named: "schedule:\(schedule.name)"), seed: 1, effort: .quick)
      #expect(try await property.examine(counterexample.case, context).holds, "\(id)")
      let again = try await property.examining(faulty).examine(counterexample.case, context)
      #expect(!again.holds && !again.lines.isEmpty && again.summary.contains("t = "), "\(id)")
    }
  }

  @Test("a length of 0 where the declared one is not shows in generated cases")
  func generatedDegenerate() async throws {
    let rows = try await report(FaultySchedule(Self.cosine, .zeroLength))
    #expect(rows["schedule.bounds"]?.verdict == .refuted)
    let text = rows["schedule.bounds"]?.counterexample?.case.text(isIndented: false) ?? ""
    #expect(text.contains("\"T\":\"0\""), "\(text)")
  }

  @Test("of a schedule nothing else is asked, and of an optimizer no schedule's property")
  func selection() async throws {
    let schedule = try AuditSubject(named: "schedule:step")
    #expect(Catalogue.properties(of: schedule).map(\.id) == Self.ids)
    let amvt = try AuditSubject(named: "amvt")
    #expect(Catalogue.properties(of: amvt).allSatisfy { !$0.id.hasPrefix("schedule.") })
    let property = try #require(Catalogue.property("rule.odd"))
    let report = await Audit(of: schedule, effort: .quick, properties: [property]).run()
    #expect(report.results.first?.verdict == .notApplicable)
    #expect(report.results.first?.detail?.contains("schedule") == true)
  }

  @Test(
    "a transform alone is held to the transforms' properties",
    arguments: [("1.5", "1"), ("0.5", "2")])
  func transform(small: String, large: String) async throws {
    let subject = try AuditSubject(
      named: "transform:ayla", settings: [("N1", small), ("ayla.N2", large)])
    let report = await Audit(of: subject, seed: 1, effort: .quick).run()
    #expect(report.results.map(\.property.id) == TransformProperties.all.map(\.id))
    for row in report.results {
      #expect(
        [.proved, .enclosed, .tested].contains(row.verdict),
        "\(row.property.id): \(row.verdict) \(row.detail ?? "")")
      #expect(row.cases > 0)
    }
    // The subject is made again from what a failure file would hold.
    let again = try AuditSubject(specification: subject.specification)
    #expect(again.transform == subject.transform && again.kind == .transform)
  }
}
