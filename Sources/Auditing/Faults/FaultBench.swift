internal import Diagnostics
internal import Foundation
internal import Properties
internal import Proving

/// A fault as it is audited: silent, and claiming to be what it is not.
struct PlantedSubjects: Sendable {
  let silent: AuditSubject
  let claiming: AuditSubject
}

/// The audits of one rule's faults, all of one kind.
struct FaultBench: Sendable {
  private let seed: UInt64
  private let inference: FamilyInference
  private let prover: Prover
  /// Without solvers: claims are left out, generated cases are not.
  private let quickProver: Prover
  /// The right rule's subjects.
  private let right: PlantedSubjects
  /// The right rule of an inferred family, as a subject of this kind that claims nothing.
  private let rightRule: @Sendable (StepText, String) throws -> AuditSubject
  private var declared: Bench
  private var undeclared: Bench
  /// By what was inferred.
  private var inferred: [String: Bench] = [:]
  /// What the right rule's own report refutes of the family that is inferred for it.
  private let refutedByInference: Set<String>
  /// What solvers refute of the right rule, by property.
  private var refutedByProof: [String: Bool] = [:]

  /// Properties, and what each has found so far.
  private struct Bench: Sendable {
    /// What a right rule's report has something to say of, and does not refute: the quick ones first.
    var properties: [any AuditableProperty]
    var kills: [String: Int] = [:]
    var trials: [String: Int] = [:]

    /// The order in which to ask: who has found nothing yet gets a few chances, then who finds most.
    var order: [any AuditableProperty] {
      func chance(_ id: String) -> Bool { kills[id] == nil && trials[id, default: 0] < 3 }
      func share(_ id: String) -> Double {
        Double(kills[id] ?? 0) / Double(max(1, trials[id] ?? 0))
      }
      return properties.filter { chance($0.id) }
        + properties.enumerated().filter { !chance($0.element.id) }.sorted {
          let (x, y) = (share($0.element.id), share($1.element.id))
          return x > y || x == y && $0.offset < $1.offset
        }.map(\.element)
    }
  }

  /// - Parameters:
  ///   - right: the rule without a fault.
  ///   - rightRule: makes a subject of the same kind of another text.
  init(
    _ right: PlantedSubjects, seed: UInt64, prover: Prover,
    rightRule: @escaping @Sendable (StepText, String) throws -> AuditSubject
  ) async {
    self.right = right
    self.seed = seed
    self.prover = prover
    self.rightRule = rightRule
    let quickProver = Prover(
      effort: .quick,
      environment: ProcessInfo.processInfo.environment.merging(
        ["ASSAY_HIDE": "z3,cvc5"], uniquingKeysWith: { $1 }))
    self.quickProver = quickProver
    inference = FamilyInference(for: right.silent)
    var refuted: Set<String> = []
    if let family = inference.infer(right.silent) {
      let subject = right.silent.claiming(
        family.reference, named: family.family, settings: family.settings + family.foundValues)
      let audit = Audit(
        in: AuditContext(subject: subject, seed: seed, effort: .quick, prover: quickProver))
      for property in audit.properties {
        let (row, _) = await audit.row(of: property)
        if row.verdict == .refuted { refuted.insert(property.id) }
      }
    }
    refutedByInference = refuted
    declared = await Self.bench(of: right.claiming, seed, quickProver)
    undeclared = await Self.bench(of: right.silent, seed, quickProver)
  }

  private static func bench(
    of subject: AuditSubject, _ seed: UInt64, _ prover: Prover
  ) async -> Bench {
    let audit = Audit(
      in: AuditContext(subject: subject, seed: seed, effort: .quick, prover: prover))
    var (quick, slow): ([any AuditableProperty], [any AuditableProperty]) = ([], [])
    for property in audit.properties {
      let (row, _) = await audit.row(of: property)
      guard row.verdict != .notApplicable, row.verdict != .refuted else { continue }
      // By what they do, not by the clock, so that a run repeats.
      let isSlow = row.evidence.contains { [.search, .interval, .gsl].contains($0.kind) }
      if isSlow { slow.append(property) } else { quick.append(property) }
    }
    return Bench(properties: quick + slow)
  }

  /// Audits one fault in the three ways.
  mutating func audit(_ subjects: PlantedSubjects, _ outcome: inout FaultOutcome) async {
    let isWhole = outcome.nature != .different
    outcome.undeclared = await Self.find(
      subjects.silent, &undeclared, seed, quickProver, isWhole: isWhole)
    if let found = outcome.undeclared {
      // What needs no family is in the other reports, too.
      outcome.inferred = found
    } else if let family = inference.infer(subjects.silent) {
      outcome.inferred = await find(subjects.silent, as: family, isWhole: isWhole)
    }
    outcome.declared = await Self.find(
      subjects.claiming, &declared, seed, quickProver, isWhole: isWhole)
    if outcome.declared == nil { outcome.declared = await refutedByProof(subjects.claiming) }
    outcome.properties = Array(
      Set([outcome.declared, outcome.inferred, outcome.undeclared].compactMap(\.self))
    ).sorted()
  }

  /// The first law of an inferred family that is refuted.
  private mutating func find(
    _ silent: AuditSubject, as family: InferredFamily, isWhole: Bool
  ) async -> String? {
    func claiming(_ subject: AuditSubject) -> AuditSubject {
      subject.claiming(
        family.reference, named: family.family, settings: family.settings + family.foundValues)
    }
    let key = family.summary
    if inferred[key] == nil {
      guard let right = try? rightRule(StepText(family.reference), key) else { return nil }
      var bench = await Self.bench(of: claiming(right), seed, quickProver)
      bench.properties.removeAll { refutedByInference.contains($0.id) }
      inferred[key] = bench
    }
    guard var bench = inferred[key] else { return nil }
    let found = await Self.find(claiming(silent), &bench, seed, quickProver, isWhole: isWhole)
    inferred[key] = bench
    return found
  }

  /// The first property that is refuted.
  ///
  /// - Parameter isWhole: whether all cases of the effort are tried, not the first of them.
  private static func find(
    _ subject: AuditSubject, _ bench: inout Bench, _ seed: UInt64, _ prover: Prover, isWhole: Bool
  ) async -> String? {
    var context = AuditContext(subject: subject, seed: seed, effort: .quick, prover: prover)
    context.isShrinking = false
    if !isWhole { context.caseLimit = 60 }
    let audit = Audit(in: context)
    for property in bench.order {
      let (row, _) = await audit.row(of: property)
      bench.trials[property.id, default: 0] += 1
      guard row.verdict == .refuted else { continue }
      bench.kills[property.id, default: 0] += 1
      return property.id
    }
    return nil
  }

  /// The first property that a solver refutes, or that more cases do.
  private mutating func refutedByProof(_ claiming: AuditSubject) async -> String? {
    func audit(_ subject: AuditSubject) -> Audit {
      var context = AuditContext(subject: subject, seed: seed, effort: .quick, prover: prover)
      context.isShrinking = false
      return Audit(in: context)
    }
    let (faulty, right) = (audit(claiming), audit(right.claiming))
    for property in declared.properties where property.description.evidence.contains(.smt) {
      guard await faulty.row(of: property).0.verdict == .refuted else { continue }
      if refutedByProof[property.id] == nil {
        refutedByProof[property.id] = await right.row(of: property).0.verdict == .refuted
      }
      if refutedByProof[property.id] == false { return property.id }
    }
    return nil
  }
}
