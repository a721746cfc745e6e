internal import Diagnostics
internal import Foundation
internal import Optimizers
internal import Properties
internal import Proving
internal import Synchronization

/// The checks, checked: faults are planted in every rule, and the audit has to find them.
///
/// Every fault is audited three times: as what it claims to be, with nothing declared but what is inferred,
/// and with nothing at all. It is found where a row is refuted that the right rule's report does not refute.
public struct SelfTest: Sendable {
  public let seed: UInt64
  /// The rules that faults are planted in; all by default.
  let bases: [FaultBase]
  /// Called as each fault is done: how many are, of how many.
  public var progress: @Sendable (_ done: Int, _ of: Int, _ fault: String) -> Void = { _, _, _ in }
  /// Whether every n-th fault is looked at alone: a sample, for tests.
  var stride = 1

  /// - Parameter only: the rules whose names begin so; nil for all.
  /// - Throws: `SettingError` where a built-in is none, which none is.
  public init(seed: UInt64 = 0, only: String? = nil) throws {
    self.seed = seed
    bases = try FaultBase.all().filter { base in
      guard let only else { return true }
      return base.name == only || base.name.hasPrefix("\(only) ") || base.name.hasPrefix("\(only):")
    }
  }

  /// Whether there is no rule of that name.
  public var isEmpty: Bool { bases.isEmpty }

  /// The names of the rules that faults are planted in.
  public static var ruleNames: [String] { ((try? FaultBase.all()) ?? []).map(\.name) }

  public func run() async -> SelfTestReport {
    let clock = ContinuousClock()
    let start = clock.now
    let work = bases.map { base in
      (
        base: base,
        faults: Fault.all(of: base.text, named: base.name).enumerated()
          .filter { $0.offset % stride == 0 }.map(\.element),
        drivers: base.isPlain
          ? DriverFault.allCases.filter { $0.concerns(base.text) }.enumerated()
            .filter { $0.offset % stride == 0 }.map(\.element) : []
      )
    }
    let total = work.reduce(0) { $0 + $1.faults.count + $1.drivers.count }
    let counter = Counter()
    var outcomes = [[FaultOutcome]](repeating: [], count: work.count)
    await withTaskGroup(of: (Int, [FaultOutcome]).self) { group in
      // Longest first, so that none is left for the end alone; the report keeps the order of the list.
      let order = work.indices.sorted { (work[$0].faults.count, $1) > (work[$1].faults.count, $0) }
      var next = 0
      func start() {
        guard next < order.count, !Task.isCancelled else { return }
        let index = order[next]
        next += 1
        let (base, faults, drivers) = work[index]
        group.addTask {
          let advance = { @Sendable (id: String) in self.progress(counter.next(), total, id) }
          return (
            index,
            await self.plant(faults, in: base, advance)
              + self.plant(drivers, around: base, advance)
          )
        }
      }
      start()
      start()
      while let (index, found) = await group.next() {
        outcomes[index] = found
        start()
      }
    }
    var report = SelfTestReport(seed: seed, outcomes: outcomes.flatMap(\.self))
    if !Task.isCancelled {
      report.wire = await wireFaults()
      report.believedFalsehoods = await SolverPlant.believed(by: Prover(effort: .quick))
    }
    report.isIncomplete = report.outcomes.count < total
    report.seconds = (clock.now - start) / .seconds(1)
    return report
  }

  /// The faults of a rule's text.
  private func plant(
    _ faults: [Fault], in base: FaultBase, _ advance: @Sendable (String) -> Void
  ) async -> [FaultOutcome] {
    let prover = Prover(effort: .quick)
    let judge = FaultJudge(base, seed: seed, prover: prover)
    func subjects(_ text: StepText, _ id: String) -> PlantedSubjects {
      PlantedSubjects(
        silent: base.undeclared(text, id: id), claiming: base.declared(text, id: id))
    }
    var bench = await FaultBench(subjects(base.text, base.name), seed: seed, prover: prover) {
      base.undeclared($0, id: $1)
    }
    var outcomes: [FaultOutcome] = []
    for fault in faults where !Task.isCancelled {
      var outcome = FaultOutcome(
        id: fault.id, change: fault.change, await judge.nature(of: fault.text))
      outcome.passesSmokeTest = SmokeTest.passes(fault.text)
      await bench.audit(subjects(fault.text, fault.id), &outcome)
      outcomes.append(outcome)
      advance(fault.id)
    }
    return outcomes
  }

  /// The faults of the code around a rule, over the wire.
  private func plant(
    _ faults: [DriverFault], around base: FaultBase, _ advance: @Sendable (String) -> Void
  ) async -> [FaultOutcome] {
    guard !faults.isEmpty else { return [] }
    func subjects(_ faults: WireServer.Faults, _ id: String) throws -> PlantedSubjects {
      PlantedSubjects(
        silent: try base.wired(base.text, faults, id: id, isDeclared: false),
        claiming: try base.wired(base.text, faults, id: id, isDeclared: true))
    }
    // Once as it is, and once climbing, for the fault that forgets to.
    var outcomes: [FaultOutcome] = []
    for maximizes in [false, true] {
      let own = faults.filter { ($0 == .ignoredMaximize) == maximizes }
      guard !own.isEmpty,
        let right = try? subjects(WireServer.Faults(maximizes: maximizes), base.name)
      else { continue }
      let judge = DriverJudge(right.silent, seed: seed)
      var bench = await FaultBench(right, seed: seed, prover: Prover(effort: .quick)) {
        try base.wired($0, WireServer.Faults(), id: $1, isDeclared: false)
      }
      for fault in own where !Task.isCancelled {
        let id = "\(base.name)/\(fault.rawValue)"
        guard
          let planted = try? subjects(
            WireServer.Faults(driver: fault, maximizes: maximizes), id)
        else { continue }
        var outcome = FaultOutcome(
          id: id, change: fault.rawValue.replacing("-", with: " "),
          judge.nature(of: fault, planted.silent))
        // One tensor in one group, trained without a stop: what a smoke test looks at.
        outcome.passesSmokeTest = SmokeTest.passes(planted.silent)
        await bench.audit(planted, &outcome)
        outcomes.append(outcome)
        advance(id)
      }
    }
    return outcomes
  }

  /// The faults of manners over the wire, and whether each is found.
  private func wireFaults() async -> [SelfTestReport.WireOutcome] {
    var outcomes: [SelfTestReport.WireOutcome] = []
    for base in bases where base.isPlain {
      for fault in WireFault.allCases where !Task.isCancelled {
        let id = "\(base.name)/\(fault.rawValue)"
        var isFound = false
        if let subject = try? base.wired(
          base.text, WireServer.Faults(wire: fault), id: id, isDeclared: false)
        {
          var context = AuditContext(subject: subject, seed: seed, effort: .quick)
          context.isShrinking = false
          let (row, _) = await Audit(in: context).row(of: SubjectProtocol())
          isFound = row.verdict == .refuted
        }
        outcomes.append(SelfTestReport.WireOutcome(id: id, isFound: isFound))
      }
    }
    return outcomes
  }
}

/// Counts what several tasks do.
private final class Counter: Sendable {
  private let count = Mutex(0)

  func next() -> Int {
    count.withLock { count in
      count += 1
      return count
    }
  }
}

/// What became of one fault.
public struct FaultOutcome: Sendable, Hashable {
  public let id: String
  /// What stands where.
  public let change: String
  public let nature: Nature
  /// The property that found it with the family declared; nil for none.
  public var declared: String?
  /// With the family inferred.
  public var inferred: String?
  /// With no family at all.
  public var undeclared: String?
  /// All properties that were seen to find it.
  public var properties: [String] = []
  /// Whether the loss went down all the same.
  public var passesSmokeTest = false

  public enum Nature: String, Sendable {
    case different, equivalent, undecided
  }
  /// How the nature is known.
  public var reason: String

  init(id: String, change: String, _ nature: FaultNature) {
    self.id = id
    self.change = change
    switch nature {
    case .different(let place): (self.nature, reason) = (.different, "differs in \(place)")
    case .equivalent(let method): (self.nature, reason) = (.equivalent, method)
    case .undecided:
      (self.nature, reason) = (.undecided, "no run differs, and no proof was found that none does")
    }
  }
}
