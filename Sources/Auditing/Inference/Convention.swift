internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import Properties

/// The disputed questions of a family, and their answers.
enum Conventions {
  /// The questions of a card, and those that every optimizer has; the default answer first.
  static func questions(of card: Card) -> [(key: String, answers: [String])] {
    var questions = card.options
      // How a step is computed, or what is left out of it, is no convention.
      .filter { !["evaluation", "variancePenalty", "ayla.reading"].contains($0.key) }
      .map { ($0.key, $0.values) }
    if card.hyperparameters.contains(where: { $0.key == "rectificationThreshold" }) {
      questions.append(("rectificationThreshold", ["4", "5"]))
    }
    questions.append(("stepCounter", StepCounter.allCases.map(\.rawValue)))
    return questions
  }

  /// The settings that answer one question otherwise than a claim does, then those that answer two.
  ///
  /// - Parameter current: the claim's answers; a question that is not in it has its default.
  static func alternatives(of card: Card, to current: [String: String]) -> [[TypedSetting]] {
    let changes: [TypedSetting] = questions(of: card).flatMap { key, answers in
      answers.filter { $0 != current[key, default: answers.first ?? ""] }.map { (key, $0) }
    }
    let pairs = changes.indices.flatMap { i in
      changes[(i + 1)...].filter { $0.key != changes[i].key }.map { [changes[i], $0] }
    }
    return changes.map { [$0] } + pairs
  }
}

extension OptimizerRule {
  /// The same optimizer with other conventions; nil where they do not go together.
  ///
  /// - Parameters:
  ///   - family: its name on the command line.
  ///   - conventions: the answers that it follows now.
  ///   - changes: those that it is to follow instead.
  func following(
    _ changes: [TypedSetting], conventions: [String: String], family: String
  ) -> (rule: OptimizerRule, settings: [TypedSetting])? {
    let defaults = Dictionary(
      optimizer.card.options.map { ($0.key, $0.values.first) }, uniquingKeysWith: { $1 })
    let changed = Set(changes.map(\.key))
    var settings: [TypedSetting] = conventions.sorted { $0.key < $1.key }
      .filter { !changed.contains($0.key) && defaults[$0.key] != $0.value }
      .map { ($0.key, $0.value) }
    settings += changes
    var all = settings
    for (name, value) in hyperparameters where !changed.contains(name) {
      all.append((name, value.decimalDescription))
    }
    if optimizer.maximizes { all.append(("maximize", "true")) }
    if optimizer.stepCounter != .perTensor, !changed.contains("stepCounter") {
      all.append(("stepCounter", optimizer.stepCounter.rawValue))
    }
    guard let other = try? Optimizer(named: family, settings: all) else { return nil }
    return (OptimizerRule(optimizer: other), settings)
  }
}

extension AuditSubject {
  /// The subject, claiming to be an optimizer.
  ///
  /// - Parameter settings: the conventions of that claim, as typed.
  func claiming(
    _ reference: OptimizerRule, named family: String, settings: [TypedSetting]
  ) -> AuditSubject {
    let card = reference.optimizer.card
    var domains = domains
    if kind == .process {
      let known = Self.domains(of: card, among: reference)
      domains = known.filter { ownValues[$0.key] != nil }
    }
    var specification = specification.object ?? [:]
    specification["as"] = .string(family)
    specification["asSettings"] = settingsJSON(settings)
    var arguments = commandArguments
    // What was claimed before stands no more.
    for option in ["--as", "--as-set"] {
      while let place = arguments.firstIndex(of: option) {
        arguments.removeSubrange(place...min(place + 1, arguments.count - 1))
      }
    }
    arguments += ["--as", family] + settings.flatMap { ["--as-set", "\($0.key)=\($0.value)"] }
    var subject = AuditSubject(
      kind: kind, name: name, family: card.name, traits: card.traits,
      source: "held to \(card.title): \(card.source)", domains: domains,
      conventions: Self.conventions(of: card, settings: settings), invariants: invariants,
      stepBound: card.stepBound, floatBox: card.floatBox, transform: transform, rule: rule,
      reference: reference, executors: executors, optimizer: optimizer,
      specification: .object(specification), commandArguments: arguments)
    subject.claims = claims
    subject.process = process
    subject.ownValues = ownValues
    return subject
  }
}
