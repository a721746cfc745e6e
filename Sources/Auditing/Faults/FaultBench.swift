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
///
/// A fault is found by the first property that is refuted of it and not of the right rule. The right rule is
/// asked when a property first refutes a fault, not before: most never do.
struct FaultBench: Sendable {
  private let seed: UInt64
  /// Made when it is first needed, as is what it says of the right rule.
  private var inference: FamilyInference?
  /// What is asked where no generated case refutes.
  private let prover: Prover
  /// Without solvers: claims are left out, generated cases are not.
  private let quickProver: Prover
  private let rightSilent: AuditSubject
  private var ownFamily: InferredFamily?
  /// Makes a subject of this kind that claims nothing, of another text.
  private let silent: @Sendable (StepText, String) throws -> AuditSubject
  private var declared: Bench
  private var undeclared: Bench
  /// By what was inferred.
  private var inferred: [String: Bench] = [:]

  /// - Parameters:
  ///   - right: the rule without a fault.
  ///   - faultsAreOfText: whether the code around the rule is right in all of the faults.
  ///   - silent: makes a subject of the same kind of another text.
  init(
    _ right: PlantedSubjects, faultsAreOfText: Bool, seed: UInt64, prover: Prover,
    silent: @escaping @Sendable (StepText, String) throws -> AuditSubject
  ) {
    self.seed = seed
    self.prover = prover
    self.silent = silent
    quickProver = .withoutSolvers
    rightSilent = right.silent
    declared = Bench([right.claiming], faultsAreOfText: faultsAreOfText)
    undeclared = Bench([right.silent], faultsAreOfText: faultsAreOfText)
  }

  /// Audits one fault in the three ways.
  mutating func audit(_ subjects: PlantedSubjects, _ outcome: inout FaultOutcome) async {
    // What is no fault must not be found, however long it is looked at.
    let isWhole = outcome.nature != .different
    outcome.undeclared = await find(subjects.silent, &undeclared, isWhole ? .whole : .quick)
    if let found = outcome.undeclared {
      // What needs no family is in the other reports, too.
      outcome.inferred = found
    } else if let family = infer(subjects.silent) {
      (outcome.behavesLike, outcome.isExactlyLike) = (family.summary, family.isExact)
      // What does to the rounding what another rule does keeps that rule's laws.
      if !family.isExact || isWhole {
        outcome.inferred = await find(subjects.silent, as: family, isWhole ? .whole : .quick)
      }
    }
    // Solvers come last, and have a text to read; what may be no fault counts nowhere.
    let isProvable = declared.faultsAreOfText && outcome.nature != .undecided
    for depth in isProvable ? [Depth.whole, .proof] : [.whole] where outcome.declared == nil {
      outcome.declared = await find(subjects.claiming, &declared, depth)
    }
    outcome.properties = Array(
      Set([outcome.declared, outcome.inferred, outcome.undeclared].compactMap(\.self))
    ).sorted()
  }

  /// What a fault behaves like; nil for nothing known.
  private mutating func infer(_ silent: AuditSubject) -> InferredFamily? {
    let inference = inference ?? FamilyInference(for: rightSilent)
    if self.inference == nil { ownFamily = inference.infer(rightSilent) }
    self.inference = inference
    return inference.infer(silent)
  }

  /// Whether a property refutes a fault that claims to be its base, and not the base itself.
  ///
  /// - Parameter isProof: whether solvers are asked.
  mutating func isFound(
    _ claiming: AuditSubject, by property: any AuditableProperty, isProof: Bool
  ) async -> Bool {
    let depth = isProof ? Depth.proof : .whole
    guard await row(of: property, for: claiming, depth).verdict == .refuted else { return false }
    return await isRight(property, &declared, depth)
  }

  /// The first law of an inferred family that is refuted.
  private mutating func find(
    _ subject: AuditSubject, as family: InferredFamily, _ depth: Depth
  ) async -> String? {
    let key =
      ([family.family] + (family.settings + family.foundValues).map { "\($0.key)=\($0.value)" })
      .joined(separator: " ")
    if inferred[key] == nil {
      guard let right = try? silent(StepText(family.reference), key) else { return nil }
      // What the right rule's own report refutes of the family that is inferred for it says nothing.
      let own = ownFamily.map { [rightSilent.claiming($0)] } ?? []
      inferred[key] = Bench(
        [right.claiming(family)] + own, faultsAreOfText: declared.faultsAreOfText)
    }
    guard var bench = inferred[key] else { return nil }
    let found = await find(subject.claiming(family), &bench, depth)
    inferred[key] = bench
    return found
  }
}

extension FaultBench {
  /// How much is tried.
  private enum Depth: Hashable {
    /// Some cases of what is cheap.
    case quick
    /// All cases of the effort, of all properties.
    case whole
    /// The same, with solvers, of what has claims.
    case proof
  }

  /// Properties, and what each has found so far.
  private struct Bench: Sendable {
    /// Those without a fault, of which nothing that finds one may be refuted.
    let right: [AuditSubject]
    let faultsAreOfText: Bool
    let properties: [any AuditableProperty]
    var kills: [String: Int] = [:]
    var trials: [String: Int] = [:]
    /// Whether a property refutes what is right, by how much was tried.
    var refutesRight: [String: Bool] = [:]

    init(_ right: [AuditSubject], faultsAreOfText: Bool) {
      self.right = right
      self.faultsAreOfText = faultsAreOfText
      let traits = right[0].traits
      properties = Catalogue.properties(of: right[0]).filter { property in
        let description = property.description
        return description.requires.isSubset(of: traits)
          && description.excludes.isDisjoint(with: traits)
          // How a method does on functions says nothing of a step that the other rows do not, and takes longer.
          && !property.id.hasPrefix("rate.")
          && !(faultsAreOfText && FaultBench.ofTheDriver.contains(property.id))
      }
    }

    /// The order in which to ask: what takes long last, then who finds most first, then the catalogue's.
    func order(_ depth: Depth) -> [any AuditableProperty] {
      func share(_ id: String) -> Double {
        Double(kills[id] ?? 0) / Double(max(1, trials[id] ?? 0))
      }
      func isSlow(_ property: any AuditableProperty) -> Bool {
        !Set(property.description.evidence).isDisjoint(with: [.search, .gsl, .statistics])
      }
      return properties.enumerated().filter { _, property in
        switch depth {
        case .quick: !isSlow(property)
        case .whole: true
        case .proof: property.description.evidence.contains(.smt)
        }
      }.sorted { first, second in
        let (late, later) = (isSlow(first.element), isSlow(second.element))
        if late != later { return later }
        let (x, y) = (share(first.element.id), share(second.element.id))
        return x == y ? first.offset < second.offset : x > y
      }.map(\.element)
    }
  }

  /// What a text run coordinate by coordinate, without a memory beside its slots, holds by construction.
  static let ofTheDriver: Set<String> = [
    "rule.deterministic", "rule.causal", "rule.pure", "rule.resume", "rule.permutation",
    "rule.split", "rule.groups", "rule.late-parameter", "rule.precision", "rule.fused",
    "rule.non-finite", SubjectProtocol.id,
  ]

  /// The first property that is refuted of the subject, and not of what is right.
  private func find(
    _ subject: AuditSubject, _ bench: inout Bench, _ depth: Depth
  ) async -> String? {
    for property in bench.order(depth) {
      let row = await row(of: property, for: subject, depth)
      bench.trials[property.id, default: 0] += 1
      guard row.verdict == .refuted, await isRight(property, &bench, depth) else { continue }
      bench.kills[property.id, default: 0] += 1
      return property.id
    }
    return nil
  }

  /// Whether a property does not refute what is right.
  private func isRight(
    _ property: any AuditableProperty, _ bench: inout Bench, _ depth: Depth
  ) async -> Bool {
    let key = "\(property.id) \(depth)"
    if let known = bench.refutesRight[key] { return !known }
    var refutes = false
    for subject in bench.right where !refutes {
      refutes = await row(of: property, for: subject, depth).verdict == .refuted
    }
    bench.refutesRight[key] = refutes
    return !refutes
  }

  private func row(
    of property: any AuditableProperty, for subject: AuditSubject, _ depth: Depth
  ) async -> PropertyResult {
    var context = AuditContext(
      subject: subject, seed: seed, effort: .quick, prover: depth == .proof ? prover : quickProver)
    context.isShrinking = false
    if depth == .quick { context.caseLimit = 60 }
    return await Audit(in: context).row(of: property).0
  }
}

extension Prover {
  /// One that leaves claims open, where generated cases are to speak.
  static let withoutSolvers = Prover(
    effort: .quick,
    environment: ProcessInfo.processInfo.environment.merging(
      ["ASSAY_HIDE": "z3,cvc5"], uniquingKeysWith: { $1 }))
}

extension AuditSubject {
  /// The subject, claiming to be what was inferred for it.
  fileprivate func claiming(_ family: InferredFamily) -> AuditSubject {
    claiming(
      family.reference, named: family.family, settings: family.settings + family.foundValues)
  }
}
