internal import Diagnostics
internal import Foundation
public import PropertyTesting
public import Properties
internal import Statistics

/// An audit under way: the catalogue, asked of one subject.
public struct Audit: Sendable {
  public let context: AuditContext
  /// The properties to ask about; by default those of the catalogue that are meant for the subject, and the
  /// author's claims.
  public var properties: [any AuditableProperty]
  /// Where counterexamples are kept; nil for nowhere.
  public var failures: FailureFolder?
  /// Called as each property is done: how many are, of how many.
  public var progress: @Sendable (_ done: Int, _ of: Int, _ property: String) -> Void = { _, _, _ in
  }

  public init(
    of subject: AuditSubject, seed: UInt64 = 0, effort: Effort = .standard,
    properties: [any AuditableProperty]? = nil, failures: FailureFolder? = nil
  ) {
    self.init(
      in: AuditContext(subject: subject, seed: seed, effort: effort), properties: properties,
      failures: failures)
  }

  init(
    in context: AuditContext, properties: [any AuditableProperty]? = nil,
    failures: FailureFolder? = nil
  ) {
    self.context = context
    self.properties = properties ?? Catalogue.properties(of: context.subject)
    self.failures = failures
  }

  /// Asks every property, two at a time, and reports in the catalogue's order.
  ///
  /// Where the task is cancelled, the report has the rows that are done, and says that it is incomplete.
  public func run() async -> AuditReport {
    let subject = context.subject
    var rows = [PropertyResult?](repeating: nil, count: properties.count)
    var warnings: [String] = []
    let inferred = inferredFamily()
    let inferredAudit = inferred.map { inferred in
      let subject = subject.claiming(
        inferred.reference, named: inferred.family,
        settings: inferred.settings + inferred.foundValues)
      return Audit(
        in: AuditContext(
          subject: subject, seed: context.seed, effort: context.effort, prover: context.prover),
        properties: properties, failures: failures)
    }
    await withTaskGroup(of: (Int, PropertyResult?, String?).self) { group in
      var next = 0
      func start() {
        guard next < properties.count, !Task.isCancelled else { return }
        let index = next
        next += 1
        group.addTask {
          var (row, warning) = await self.row(of: self.properties[index])
          if row.verdict == .notApplicable, let inferred, let inferredAudit,
            let information = await inferredAudit.informationRow(
              of: self.properties[index], inferred)
          {
            row = information
          }
          // What was cut short says less than it seems to; a counterexample stands.
          let isWhole = !Task.isCancelled || row.verdict == .refuted
          return (index, isWhole ? row : nil, warning)
        }
      }
      start()
      // One process answers one question at a time.
      if subject.kind != .process { start() }
      var done = 0
      while let (index, row, warning) = await group.next() {
        rows[index] = row
        if let warning, !warnings.contains(warning) { warnings.append(warning) }
        done += 1
        progress(done, properties.count, properties[index].id)
        start()
      }
    }
    if !Task.isCancelled { await namingVariant(in: &rows) }
    if let process = subject.process {
      // A fault that another property met is the protocol's to report.
      if process.firstFault != nil, !Task.isCancelled,
        let index = properties.firstIndex(where: { $0.id == SubjectProtocol.id }),
        let row = rows[index], row.verdict != .refuted
      {
        rows[index] = await self.row(of: properties[index]).0
      }
      process.end()
    }
    var report = AuditReport(
      subject: AuditReport.SubjectSummary(
        kind: subject.kind.rawValue, name: subject.name, formula: subject.formula,
        family: subject.family, source: subject.source),
      seed: context.seed, effort: context.effort, results: rows.compactMap(\.self))
    report.isIncomplete = rows.contains { $0 == nil }
    report.warnings = warnings
    report.inference = inferred?.summary
    return report
  }

  /// Asks one property.
  func row(of property: any AuditableProperty) async -> (PropertyResult, warning: String?) {
    let clock = ContinuousClock()
    let start = clock.now
    let description = property.description
    let subject = context.subject
    let missing = description.requires.subtracting(subject.traits)
    let barring = description.excludes.intersection(subject.traits)
    let isDeclared = !description.isInformation
    func excluded(_ reason: String) -> (PropertyResult, warning: String?) {
      var row = PropertyResult(description, isDeclared: false, evidence: [], detail: reason)
      row.verdict = .notApplicable
      row.seconds = (clock.now - start) / .seconds(1)
      return (row, nil)
    }
    if let reason = subject.process?.exclusion { return excluded(reason) }
    if let trait = subject.kind.onlyTrait, !description.requires.contains(trait) {
      return excluded("not asked of a \(subject.kind.rawValue)")
    }
    if !missing.isEmpty {
      return excluded("asked of subjects with \(names(missing)), which this one is not")
    }
    if !barring.isEmpty { return excluded("not asked of subjects with \(names(barring))") }
    var finding: Finding
    do {
      finding = try await property.check(context)
    } catch {
      finding = Finding([
        Evidence(
          .generated, tool: "assay", verdict: .inconclusive,
          detail: (error as? any Diagnosable)?.message ?? "\(error)")
      ])
    }
    if let exclusion = finding.exclusion { return excluded(exclusion) }
    if subject.rule?.reductions.isEmpty == false { finding.limitToOneCoordinate() }
    let (counterexample, warning) = await confirm(&finding, of: property)
    let row = PropertyResult(
      description, isDeclared: isDeclared && !finding.isInformation, evidence: finding.evidence,
      assumptions: finding.assumptions, cases: finding.cases,
      premiseShare: finding.premiseShare, counterexample: counterexample, detail: finding.detail,
      seconds: (clock.now - start) / .seconds(1))
    return (row, warning)
  }

  private func names(_ traits: Set<Trait>) -> String {
    traits.map(\.name).sorted().joined(separator: ", ")
  }

  /// Examines a candidate once more. What fails again is a counterexample, and kept; what does not is no
  /// refutation.
  private func confirm(
    _ finding: inout Finding, of property: any AuditableProperty
  ) async -> (Counterexample?, warning: String?) {
    guard let candidate = finding.candidate else {
      // No case, no refutation: a solver's word alone is not enough.
      withdraw(&finding, "its counterexample could not be turned into a case")
      return (nil, nil)
    }
    let examination: Examination
    var runs: [Scenario] = []
    do {
      if let process = context.subject.process {
        (examination, runs) = try await process.recording {
          try await property.examine(candidate.case, context)
        }
      } else {
        examination = try await property.examine(candidate.case, context)
      }
    } catch {
      withdraw(&finding, "its counterexample could not be run again: \(error)")
      return (nil, nil)
    }
    guard !examination.holds else {
      withdraw(&finding, "its counterexample did not fail again")
      return (nil, nil)
    }
    if finding.detail != examination.summary {
      finding.detail = [finding.detail, examination.summary].compactMap(\.self)
        .joined(separator: "; ")
    }
    let failure = Failure(
      property: property.id, subject: context.subject.specification, seed: context.seed,
      choices: candidate.choices, case: candidate.case, message: examination.summary,
      observed: examination.trajectories["subject"] ?? .null,
      expected: examination.trajectories["expected"] ?? .null)
    var warning: String?
    if let failures {
      do {
        try failures.keep(failure)
      } catch {
        // The folder, not the file: that is what is wrong, and it is said once for all of them.
        let reason = error.message
        warning = "counterexamples are not kept: \(failures.url.relativePath): \(reason)"
      }
    }
    var counterexample = Counterexample(
      scalars: candidate.scalars, steps: candidate.steps, case: candidate.case,
      replay: failure.id, command: replayCommand(of: failure),
      trajectories: examination.trajectories)
    if let executor = context.subject.executors.first as? ProcessExecutor {
      // A closed loop makes each of its runs to make the next.
      let whole = runs.filter { run in !runs.contains { $0.continues(run) } }
      // Of several runs that are compared, the first and the last.
      let shown = whole.count > 2 ? [whole[0], whole[whole.count - 1]] : whole
      counterexample.reproduction = PythonReproduction(executor)?.text(
        of: shown, conclusion: examination.summary,
        printsGradients: property.id == BlackBox.pure.id)
    }
    return (counterexample, warning)
  }

  /// The command that runs a failure again; a process is started only by a command that is given again.
  private func replayCommand(of failure: Failure) -> String {
    let plain = "assay replay \(failure.id)"
    guard let command = context.subject.specification["command"]?.string else { return plain }
    return "\(plain) --command '\(command.replacing("'", with: "'\\''"))'"
  }

  private func withdraw(_ finding: inout Finding, _ reason: String) {
    for index in finding.evidence.indices where finding.evidence[index].verdict == .refuted {
      finding.evidence[index].verdict = .inconclusive
      let detail = finding.evidence[index].detail.map { "\($0); " } ?? ""
      finding.evidence[index].detail = detail + reason
    }
  }
}

/// The properties that there are.
public enum Catalogue {
  /// In the order of a report.
  public static let all: [any AuditableProperty] =
    [SubjectProtocol()] + RuleProperties.all + BlackBox.all + WrapperProperties.all
    + MomentProperties.all + TransformProperties.all + ScheduleProperties.all + RateProperties.all

  /// The level of a report, split alike over the rows that test statistically; those on rates do so in
  /// reports of their own.
  static let alphaBudget = AlphaBudget(
    rows: all.filter {
      $0.description.evidence.contains(.statistics) && !$0.id.hasPrefix("rate.")
    }.map(\.id))

  /// Those that are asked of a subject where none are named: of a schedule or a transform its own, of an
  /// optimizer all but those of schedules; and the claims of the subject's author.
  public static func properties(of subject: AuditSubject) -> [any AuditableProperty] {
    let meant = all.filter { property in
      let requires = property.description.requires
      guard let trait = subject.kind.onlyTrait else { return !requires.contains(.schedule) }
      return requires.contains(trait)
    }
    return meant + subject.claims.map { ClaimProperty(claim: $0, author: subject.name) }
  }

  /// The property of an ID; nil where there is none.
  public static func property(_ id: String) -> (any AuditableProperty)? {
    all.first { $0.id == id }
  }

  /// The property of an ID, the claims of the subject's author among them; nil where there is none.
  public static func property(
    _ id: String, of subject: AuditSubject
  ) -> (any AuditableProperty)? {
    property(id) ?? properties(of: subject).first { $0.id == id }
  }
}
