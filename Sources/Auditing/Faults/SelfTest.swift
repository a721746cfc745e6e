internal import Diagnostics
internal import Foundation
internal import Optimizers
internal import Properties
internal import Proving
internal import Synchronization

/// The checks, checked: faults are planted in every rule, and the audit has to find them.
///
/// Every fault of a rule is audited three times: as what it claims to be, with nothing declared but what is
/// inferred, and with nothing at all. It is found where a row is refuted that the right rule's report does not
/// refute. Wrappers, schedules and transforms are known by their names alone, and audited under them.
public struct SelfTest: Sendable {
  public let seed: UInt64
  /// The rules that faults are planted in; all by default.
  let bases: [FaultBase]
  /// The faults of what is known by its name.
  let namedFaults: [NamedFault]
  /// Whether it is about everything.
  private let isComplete: Bool
  /// Called as each fault is done: how many are, of how many.
  public var progress: @Sendable (_ done: Int, _ of: Int, _ fault: String) -> Void = { _, _, _ in }
  /// Whether every n-th fault is looked at alone: a sample, for tests.
  var stride = 1

  /// - Parameter only: the rules whose names begin so; nil for all.
  /// - Throws: `SettingError` where a built-in is none, which none is.
  public init(seed: UInt64 = 0, only: String? = nil) throws {
    self.seed = seed
    isComplete = only == nil
    func isMeant(_ name: String) -> Bool {
      guard let only else { return true }
      return name == only || [" ", ":", "/"].contains { name.hasPrefix("\(only)\($0)") }
    }
    bases = try FaultBase.all().filter { isMeant($0.name) }
    namedFaults = try NamedFault.all().filter { isMeant($0.id) }
  }

  /// Whether there is nothing of that name.
  public var isEmpty: Bool { bases.isEmpty && namedFaults.isEmpty }

  /// The names of what faults are planted in.
  public static var names: [String] {
    let rules = ((try? FaultBase.all()) ?? []).map(\.name)
    let others = ((try? NamedFault.all()) ?? []).map { $0.id.split(separator: "/")[0] }
    return rules + Set(others.map { String($0) }).sorted()
  }

  /// The faults of one base.
  struct Work: Sendable {
    let base: FaultBase
    let faults: [Fault]
    let drivers: [DriverFault]
    let manners: [WireFault]
    var count: Int { faults.count + drivers.count + manners.count }
  }

  /// What came of them.
  private struct Results: Sendable {
    var outcomes: [FaultOutcome] = []
    var wire: [SelfTestReport.WireOutcome] = []
  }

  public func run() async -> SelfTestReport {
    let clock = ContinuousClock()
    let start = clock.now
    func sampled<Element>(_ elements: [Element]) -> [Element] {
      elements.enumerated().filter { $0.offset % stride == 0 }.map(\.element)
    }
    let work = bases.map { base in
      Work(
        base: base, faults: sampled(Fault.all(of: base.text, named: base.name)),
        drivers: base.isPlain
          ? sampled(DriverFault.allCases.filter { $0.concerns(base.text) }) : [],
        manners: base.isPlain ? WireFault.allCases : [])
    }
    let named = sampled(namedFaults)
    let counter = Counter(total: work.reduce(named.count) { $0 + $1.count }, progress)
    // Pieces of work, the longest first, so that none is left for the end alone; the report keeps the order
    // of the list.
    var pieces: [(size: Int, run: @Sendable () async -> Results)] = work.map { work in
      (work.count, { await self.plant(work, counter) })
    }
    let chunk = 64
    for first in Swift.stride(from: 0, to: named.count, by: chunk) {
      let own = Array(named[first..<min(first + chunk, named.count)])
      pieces.append((own.count, { await self.plant(own, counter) }))
    }
    let results = await Self.inPairs(pieces)
    var report = SelfTestReport(seed: seed, outcomes: results.flatMap(\.outcomes))
    report.wire = results.flatMap(\.wire)
    if isComplete, stride == 1, !Task.isCancelled {
      report.believedFalsehoods = await SolverPlant.believed(by: Prover(effort: .quick))
      let idle = await idle(after: report, work)
      if !Task.isCancelled { report.idle = idle }
    }
    report.isPart = !isComplete || stride > 1
    report.isIncomplete = counter.isBehind
    report.seconds = (clock.now - start) / .seconds(1)
    return report
  }

  /// Runs pieces of work two at a time.
  static func inPairs<Result: Sendable>(
    _ pieces: [(size: Int, run: @Sendable () async -> Result)]
  ) async -> [Result] {
    let order = pieces.indices.sorted { (pieces[$0].size, $1) > (pieces[$1].size, $0) }
    return await withTaskGroup(of: (Int, Result).self) { group in
      var rest = order[...]
      func start() {
        guard let index = rest.popFirst(), !Task.isCancelled else { return }
        let run = pieces[index].run
        group.addTask { (index, await run()) }
      }
      start()
      start()
      var results: [Int: Result] = [:]
      while let (index, result) = await group.next() {
        results[index] = result
        start()
      }
      return pieces.indices.compactMap { results[$0] }
    }
  }
}

extension SelfTest {
  private func plant(_ work: Work, _ counter: Counter) async -> Results {
    var results = Results()
    results.outcomes = await plant(work.faults, in: work.base, counter)
    results.outcomes += await plant(work.drivers, around: work.base, counter)
    results.wire = await plant(work.manners, around: work.base, counter)
    return results
  }

  private static func subjects(
    _ text: StepText, of base: FaultBase, _ id: String
  ) -> PlantedSubjects {
    PlantedSubjects(silent: base.undeclared(text, id: id), claiming: base.declared(text, id: id))
  }

  func bench(of base: FaultBase) -> FaultBench {
    FaultBench(
      Self.subjects(base.text, of: base, base.name), faultsAreOfText: true, seed: seed,
      prover: Prover(effort: .quick)
    ) { base.undeclared($0, id: $1) }
  }

  /// The faults of a rule's text.
  private func plant(
    _ faults: [Fault], in base: FaultBase, _ counter: Counter
  ) async -> [FaultOutcome] {
    let judge = FaultJudge(base, seed: seed, prover: Prover(effort: .quick))
    var bench = bench(of: base)
    var outcomes: [FaultOutcome] = []
    for fault in faults where !Task.isCancelled {
      var outcome = FaultOutcome(
        id: fault.id, operator: fault.operator.rawValue, change: fault.change,
        await judge.nature(of: fault.text))
      outcome.passesSmokeTest = SmokeTest.passes(fault.text)
      await bench.audit(Self.subjects(fault.text, of: base, fault.id), &outcome)
      outcomes.append(outcome)
      counter.advance(fault.id)
    }
    return outcomes
  }

  /// The faults of the code around a rule, over the wire.
  private func plant(
    _ faults: [DriverFault], around base: FaultBase, _ counter: Counter
  ) async -> [FaultOutcome] {
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
      var bench = FaultBench(
        right, faultsAreOfText: false, seed: seed, prover: Prover(effort: .quick)
      ) { try base.wired($0, WireServer.Faults(), id: $1, isDeclared: false) }
      for fault in own where !Task.isCancelled {
        let id = "\(base.name)/\(fault.rawValue)"
        guard
          let planted = try? subjects(
            WireServer.Faults(driver: fault, maximizes: maximizes), id)
        else { continue }
        var outcome = FaultOutcome(
          id: id, operator: fault.rawValue, change: fault.rawValue.replacing("-", with: " "),
          judge.nature(of: fault, planted.silent))
        // One tensor in one group, trained without a stop: what a smoke test looks at.
        outcome.passesSmokeTest = SmokeTest.passes(planted.silent)
        await bench.audit(planted, &outcome)
        outcomes.append(outcome)
        counter.advance(id)
      }
    }
    return outcomes
  }

  /// The faults of manners over the wire, and whether each is found.
  private func plant(
    _ faults: [WireFault], around base: FaultBase, _ counter: Counter
  ) async -> [SelfTestReport.WireOutcome] {
    var outcomes: [SelfTestReport.WireOutcome] = []
    for fault in faults where !Task.isCancelled {
      let id = "\(base.name)/\(fault.rawValue)"
      var isFound = false
      if let subject = try? base.wired(
        base.text, WireServer.Faults(wire: fault), id: id, isDeclared: false)
      {
        isFound = await row(of: SubjectProtocol(), for: subject).verdict == .refuted
      }
      outcomes.append(SelfTestReport.WireOutcome(id: id, isFound: isFound))
      counter.advance(id)
    }
    return outcomes
  }

  /// The faults of what is known by its name: every property that speaks of it is asked.
  private func plant(_ faults: [NamedFault], _ counter: Counter) async -> Results {
    var results = Results()
    for fault in faults where !Task.isCancelled {
      var outcome = FaultOutcome(
        id: fault.id, operator: fault.operator, change: fault.change, fault.nature,
        isNameless: false)
      for prover in [Prover.withoutSolvers, nil] where outcome.properties.isEmpty {
        for property in fault.properties {
          if await row(of: property, for: fault.subject, prover).verdict == .refuted {
            outcome.properties.append(property.id)
          }
        }
      }
      outcome.declared = outcome.properties.first
      outcome.passesSmokeTest = true
      results.outcomes.append(outcome)
      counter.advance(fault.id)
    }
    return results
  }

  func row(
    of property: any AuditableProperty, for subject: AuditSubject, _ prover: Prover? = nil
  ) async -> PropertyResult {
    var context = AuditContext(subject: subject, seed: seed, effort: .quick, prover: prover)
    context.isShrinking = false
    return await Audit(in: context).row(of: property).0
  }
}

/// Counts what several tasks do.
private final class Counter: Sendable {
  private let total: Int
  private let progress: @Sendable (_ done: Int, _ of: Int, _ fault: String) -> Void
  private let count = Mutex(0)

  init(
    total: Int, _ progress: @escaping @Sendable (_ done: Int, _ of: Int, _ fault: String) -> Void
  ) {
    self.total = total
    self.progress = progress
  }

  func advance(_ id: String) {
    let done = count.withLock { count in
      count += 1
      return count
    }
    progress(done, total, id)
  }

  /// Whether something is not done.
  var isBehind: Bool { count.withLock { $0 < total } }
}
