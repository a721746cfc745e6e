internal import Foundation
internal import Numbers
internal import Optimizers
internal import Properties

/// What a subject that declares no family behaves like.
public struct InferredFamily: Sendable {
  /// The built-in's name on the command line.
  public let family: String
  /// The conventions that differ from its defaults.
  public let settings: [TypedSetting]
  /// On how many probes it does what the built-in does, of how many.
  public let agreements: Int
  public let probes: Int
  /// The mean deviation of its steps from the built-in's, 0 to 1.
  public let deviation: Double
  /// Values that the subject does not name, as they were found.
  public let foundValues: [TypedSetting]
  let reference: OptimizerRule

  public var isExact: Bool { agreements == probes }

  /// `behaves like adam with epsilonPlacement=insideRoot`.
  public var summary: String {
    let conventions = (settings + foundValues).map { "\($0.key)=\($0.value)" }
    let manner =
      conventions.isEmpty
      ? "" : " with \(conventions.joined(separator: ", "))"
    guard !isExact else { return "behaves like \(family)\(manner) on all \(probes) probes" }
    return "behaves most like \(family)\(manner), on \(agreements) of \(probes) probes alike"
  }

  /// The options that declare what was found.
  public var declaration: String {
    (["--as \(family)"] + settings.map { "--as-set \($0.key)=\($0.value)" })
      .joined(separator: " ")
  }
}

/// Looks for the built-in, with its conventions, that does what a subject does.
///
/// Hyper-parameters that the subject names have its values; of the others the rate is found from the first
/// step, and decays among the usual ones. The candidates' runs are kept, so that many subjects with the same
/// hyper-parameters cost little each.
struct FamilyInference: Sendable {
  struct Candidate: Sendable {
    let family: String
    let settings: [TypedSetting]
    let foundValues: [TypedSetting]
    let rule: OptimizerRule
    let runs: [Trajectory<Double>]
    /// How many of the subject's settings and conventions it takes to explain it.
    let complexity: Int
  }

  /// The largest mean deviation at which a family is named at all.
  static let nearness = 0.4

  let probes: [Scenario]
  let candidates: [Candidate]

  /// - Parameter subject: one whose hyper-parameters, and their values, are those of all that are asked about.
  init(for subject: AuditSubject, families: [String] = Optimizer.builtInNames) {
    let probes = Probe.all(of: subject)
    self.probes = probes
    let first = try? subject.executors.first?.run(probes[0])
    var candidates: [Candidate] = []
    for family in families {
      guard let plain = try? Optimizer(named: family, settings: [(key: String, value: String)]())
      else { continue }
      let named = Self.values(of: subject, for: plain)
      for unnamed in Self.guesses(of: subject, for: plain) {
        let choices = [[]] + Conventions.alternatives(of: plain.card, to: [:])
        for choice in choices {
          guard
            let candidate = Self.candidate(
              family, choice, named: named, unnamed: unnamed, probes: probes, subject: subject,
              first: first)
          else { continue }
          candidates.append(candidate)
        }
      }
    }
    self.candidates = candidates
  }

  /// What a subject behaves like; nil for nothing known.
  func infer(_ subject: AuditSubject) -> InferredFamily? {
    guard let executor = subject.executors.first else { return nil }
    let runs = probes.map { try? executor.run($0) }
    guard runs.contains(where: { $0 != nil }) else { return nil }
    var best: (candidate: Candidate, deviation: Double, agreements: Int)?
    for candidate in candidates {
      var total = 0.0
      var agreements = 0
      for (index, run) in runs.enumerated() {
        let distance =
          run.map { deviation(of: $0, from: candidate.runs[index], in: probes[index]) } ?? 1
        total += distance
        if distance < 1e-6 { agreements += 1 }
      }
      let mean = total / Double(probes.count)
      guard mean <= Self.nearness else { continue }
      // Whoever agrees everywhere comes first; then distance counts, and what it takes to explain it.
      func rank(_ agreements: Int, _ mean: Double, _ complexity: Int) -> (Int, Double) {
        (agreements == probes.count ? 0 : 1, mean + 0.01 * Double(complexity))
      }
      if let known = best,
        rank(known.agreements, known.deviation, known.candidate.complexity)
          <= rank(agreements, mean, candidate.complexity)
      {
        continue
      }
      best = (candidate, mean, agreements)
    }
    guard let best else { return nil }
    // To be alike a run has to lie in the enclosures.
    var agreements = 0
    for (index, run) in runs.enumerated() {
      guard let run else { continue }
      let comparison = compare(
        run, of: probes[index], with: best.candidate.rule, in: executor.arithmetic)
      if comparison.departure == nil { agreements += 1 }
    }
    return InferredFamily(
      family: best.candidate.family, settings: best.candidate.settings, agreements: agreements,
      probes: probes.count, deviation: best.deviation, foundValues: best.candidate.foundValues,
      reference: best.candidate.rule)
  }
}

extension FamilyInference {
  /// The subject's values of hyper-parameters that an optimizer has, an optional one only where it is not 0.
  private static func values(of subject: AuditSubject, for plain: Optimizer) -> [TypedSetting] {
    let always = Set(plain.hyperparameters.map(\.key))
    let known = Set(plain.card.hyperparameters.map(\.key))
    return names(of: subject).compactMap { name in
      guard let value = subject.value(of: name) else { return nil }
      // A decay that can be set counts even where it is 0: a probe sets it.
      let isTurned = subject.domains[name] != nil && name == "weightDecay"
      guard always.contains(name) || known.contains(name) && (!value.isZero || isTurned) else {
        return nil
      }
      return (name, value.decimalDescription)
    }
  }

  private static func names(of subject: AuditSubject) -> [String] {
    subject.kind == .process
      ? subject.ownValues.keys.sorted() : subject.rule?.hyperparameters.map(\.name) ?? []
  }

  /// Values for the hyper-parameters that an optimizer has and the subject does not name.
  private static func guesses(
    of subject: AuditSubject, for plain: Optimizer
  ) -> [[TypedSetting]] {
    let named = Set(names(of: subject))
    let missing = plain.rule.hyperparameters.map(\.key.name).filter { !named.contains($0) }
    guard !named.isEmpty || subject.kind == .process || subject.kind == .formula else {
      return [[]]
    }
    var guesses: [[TypedSetting]] = [[]]
    for name in missing {
      let values: [String]
      switch name {
      case "beta1", "momentum": values = ["0.9", "0.95", "0.5", "0.99", "0"]
      case "beta2", "beta3": values = ["0.999", "0.99", "0.9", "0.95"]
      default: continue
      }
      guesses = guesses.flatMap { guess in values.map { guess + [(name, $0)] } }
    }
    // Where nothing is named, what is tried is bounded.
    return Array(guesses.prefix(32))
  }

  private static func candidate(
    _ family: String, _ choice: [TypedSetting], named: [TypedSetting], unnamed: [TypedSetting],
    probes: [Scenario], subject: AuditSubject, first: Trajectory<Double>?
  ) -> Candidate? {
    let chosen = Set(choice.map(\.key))
    var settings = choice + (named + unnamed).filter { !chosen.contains($0.key) }
    guard var optimizer = try? Optimizer(named: family, settings: settings) else { return nil }
    let names = names(of: subject)
    // Questions about what is not there have no answer.
    let has = Set(optimizer.hyperparameters.map(\.key))
    for (key, _) in choice {
      if key == "decayForm", !has.contains("weightDecay") { return nil }
      if key == "firstDampening", !has.contains("dampening") { return nil }
      if key == "rateInVelocity" || key == "nesterov", !has.contains("momentum") { return nil }
    }
    var found = unnamed
    if !names.contains("learningRate"), let first,
      let rate = rate(of: first, probes[0], by: optimizer)
    {
      found.append(("learningRate", rate.decimalDescription))
      settings.append(("learningRate", rate.decimalDescription))
      guard let rated = try? Optimizer(named: family, settings: settings) else { return nil }
      optimizer = rated
    }
    let rule = OptimizerRule(optimizer: optimizer)
    let foreign = names.filter { name in
      subject.value(of: name).map { !$0.isZero } ?? false && rule.value(of: name) == nil
    }
    return Candidate(
      family: family, settings: choice, foundValues: found, rule: rule,
      runs: probes.map { probe in
        // The compiled loop is many times as fast as the text, and refuses what overflows.
        (try? OptimizerExecutor<Double>(optimizer: optimizer).run(probe)) ?? run(rule, on: probe)
      },
      complexity: choice.count * 2 + found.count + foreign.count * 4
        + abs(optimizer.hyperparameters.count - named.count))
  }

  /// The rate that makes an optimizer's first step the subject's, with six digits.
  private static func rate(
    of trajectory: Trajectory<Double>, _ probe: Scenario, by optimizer: Optimizer
  ) -> Rational? {
    let own = run(OptimizerRule(optimizer: optimizer), on: probe)
    guard let after = trajectory.parameters.first, let other = own.parameters.first,
      let current = optimizer.rule.hyperparameters[.learningRate]
    else { return nil }
    let start = probe.groups[0].parameters[0][0]
    let ratio = (after[0][0][0] - start) / (other[0][0][0] - start)
    guard ratio.isFinite, ratio > 0 else { return nil }
    return Rational(String(format: "%.6g", ratio * Double(current)))
  }

  /// A rule's own run of a scenario, in `Double`.
  static func run(_ rule: any TransparentRule, on scenario: Scenario) -> Trajectory<Double> {
    var run = ScenarioRun<Double>(rule, groups: scenario.groups) { $0 }
    var trajectory = Trajectory<Double>()
    for step in scenario.steps {
      run.advance(step) { $0 }
      trajectory.parameters.append(run.parameters)
    }
    return trajectory
  }
}
