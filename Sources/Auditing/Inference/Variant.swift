internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties

/// A documented convention that a subject follows instead of the one it declares.
struct Variant: Sendable {
  /// What declares it.
  let settings: [TypedSetting]
  /// The subject, declared so.
  let subject: AuditSubject

  /// `--as-set epsilonPlacement=insideRoot`.
  var declaration: String {
    settings.map { "--as-set \($0.key)=\($0.value)" }.joined(separator: " ")
  }

  var name: String { settings.map { "\($0.key)=\($0.value)" }.joined(separator: ", ") }
}

extension AuditContext {
  /// The convention of the declared family, other than the declared one, that the subject follows in every
  /// run that is tried; nil for none.
  ///
  /// - Parameter counterexamples: cases of runs in which the subject leaves the declared convention.
  func variant(for counterexamples: [JSONValue]) -> Variant? {
    guard subject.kind != .builtIn, let reference = subject.reference as? OptimizerRule,
      let family = subject.specification["as"]?.string ?? subject.family,
      let executor = subject.executors.first
    else { return nil }
    var scenarios = counterexamples.compactMap { try? Scenario(json: $0["case"] ?? .null) }
      .filter { (try? $0.check(for: subject)) != nil }
    scenarios += Probe.all(of: subject)
    scenarios += drawn(subject.scenarios(.full), count: 24, "variant")
    var runs: [(Scenario, Trajectory<Double>)] = []
    for scenario in scenarios {
      do {
        runs.append((scenario, try executor.run(scenario)))
      } catch is SubjectFault {
        continue
      } catch {
        return nil
      }
    }
    func agrees(_ rule: OptimizerRule) -> Bool {
      runs.allSatisfy { scenario, run in
        compare(run, of: scenario, with: rule, in: executor.arithmetic).departure == nil
      }
    }
    guard !runs.isEmpty, !agrees(reference) else { return nil }
    // The questions of the family as it is named, whatever its settings make of it.
    let plain = try? Optimizer(named: family, settings: [(key: String, value: String)]())
    let alternatives = Conventions.alternatives(
      of: plain?.card ?? reference.optimizer.card, to: subject.conventions)
    for changes in alternatives {
      guard
        let (rule, settings) = reference.following(
          changes, conventions: subject.conventions, family: family),
        agrees(rule)
      else { continue }
      return Variant(
        settings: settings, subject: subject.claiming(rule, named: family, settings: settings))
    }
    return nil
  }

  /// Cases of a generator, as the seed draws them.
  func drawn<Value>(
    _ generator: Generator<Value>, count: Int, _ name: String
  ) -> [Value] {
    var settings = Settings(cases: count, seed: seed)
    settings.isShrinking = false
    settings.isExplaining = false
    var values: [Value] = []
    _ = PropertyTesting.check(name, subject: subject.specification, generator, settings) {
      (value: Value, _: TestCase) in values.append(value)
    }
    return values
  }
}

extension Audit {
  /// Asks the refuted rows once more of the subject as a variant, where it is one: what holds then is no
  /// fault, but a convention that has to be declared.
  func namingVariant(in rows: inout [PropertyResult?]) async {
    let refuted = rows.indices.filter { index in
      rows[index].map { $0.verdict == .refuted && $0.isDeclared } ?? false
    }
    guard !refuted.isEmpty else { return }
    let cases = refuted.compactMap { rows[$0]?.counterexample?.case }
    guard let variant = context.variant(for: cases) else { return }
    let audit = Audit(
      in: AuditContext(
        subject: variant.subject, seed: context.seed, effort: context.effort,
        prover: context.prover), properties: properties)
    for index in refuted {
      guard !Task.isCancelled, var row = rows[index] else { return }
      let (other, _) = await audit.row(of: properties[index])
      guard other.verdict != .refuted else { continue }
      row.verdict = .variant
      for entry in row.evidence.indices where row.evidence[entry].verdict == .refuted {
        row.evidence[entry].verdict = .variant
      }
      row.detail = [
        "a documented convention, \(variant.name), which \(variant.declaration) declares",
        row.detail,
      ].compactMap(\.self).joined(separator: "; ")
      rows[index] = row
    }
  }

  /// What a subject that declares no family behaves like; nil for one that declares one, or nothing known.
  func inferredFamily() -> InferredFamily? {
    let subject = context.subject
    guard [.formula, .process].contains(subject.kind), subject.family == nil,
      subject.reference == nil, subject.process?.exclusion == nil,
      subject.process?.firstFault == nil
    else { return nil }
    return FamilyInference(for: subject).infer(subject)
  }

  /// A row of what the inferred family's laws say, where the subject's own declaration says nothing.
  func informationRow(
    of property: any AuditableProperty, _ inferred: InferredFamily
  ) async -> PropertyResult? {
    guard !Task.isCancelled else { return nil }
    var (row, _) = await self.row(of: property)
    guard row.verdict != .notApplicable else { return nil }
    row.isDeclared = false
    row.detail = ["a law of \(inferred.family), which is inferred", row.detail]
      .compactMap(\.self).joined(separator: "; ")
    return row
  }
}
