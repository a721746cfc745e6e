internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import Properties

/// A rule that faults are planted in.
struct FaultBase: Sendable {
  /// The built-in and its settings: `adam epsilonPlacement=insideRoot`.
  let name: String
  /// The built-in's name, and its settings.
  let builtIn: String
  let settings: [TypedSetting]
  /// Whether it follows the default conventions, so that the code around it is damaged, too.
  let isPlain: Bool
  /// The built-in itself.
  let subject: AuditSubject
  /// Its text, without a fault.
  let text: StepText
  /// What the faulty rules claim to be.
  let reference: any TransparentRule

  init(_ builtIn: String, _ settings: [TypedSetting] = [], isPlain: Bool = true) throws {
    self.builtIn = builtIn
    self.settings = settings
    self.isPlain = isPlain
    name = ([builtIn] + settings.map { "\($0.key)=\($0.value)" }).joined(separator: " ")
    subject = try AuditSubject(builtIn: builtIn, settings: settings)
    let optimizer = try Optimizer(named: builtIn, settings: settings)
    if optimizer.wrappers.contains(where: { $0 is Lookahead }) {
      text = StepText(lookahead: optimizer)
      reference = TextRule(text)
    } else {
      let rule = OptimizerRule(optimizer: optimizer)
      text = StepText(rule)
      reference = rule
    }
  }

  /// Every built-in as it stands, with everything on that it can have, and in each of its conventions; and
  /// every wrapper.
  static func all() throws -> [FaultBase] {
    var bases: [FaultBase] = []
    for name in Optimizer.builtInNames {
      let card = try Optimizer(named: name, settings: [(key: String, value: String)]()).card
      let known = Set(card.hyperparameters.map(\.key))
      var full: [TypedSetting] = []
      if known.contains("momentum") { full.append(("momentum", "0.9")) }
      if known.contains("dampening") { full.append(("dampening", "0.25")) }
      if known.contains("weightDecay") { full.append(("weightDecay", "0.125")) }
      var settings: [[TypedSetting]] = [[]]
      if !full.isEmpty { settings.append(full) }
      for (key, answers) in Conventions.questions(of: card) where key != "stepCounter" {
        for answer in answers.dropFirst() {
          // What a question is about has to be there.
          let needed =
            switch key {
            case "decayForm": ["weightDecay"]
            case "nesterov", "rateInVelocity": ["momentum"]
            case "firstDampening": ["momentum", "dampening"]
            default: [String]()
            }
          settings.append(full.filter { needed.contains($0.key) } + [(key, answer)])
        }
      }
      let plainCount = full.isEmpty ? 1 : 2
      bases += settings.enumerated().compactMap {
        try? FaultBase(name, $0.element, isPlain: $0.offset < plainCount)
      }
    }
    let exponents: [TypedSetting] = [("ayla.N1", "1.5"), ("ayla.N2", "0.5")]
    bases.append(try FaultBase("ayla:sgd", exponents))
    bases.append(try FaultBase("ayla:adam", exponents))
    for reading in AYLAMoments.Reading.allCases {
      bases.append(
        try FaultBase(
          "ayla:adam", exponents + [("ayla.reading", reading.rawValue)], isPlain: false))
    }
    // The stages before a rule, and after it.
    let stages: [[TypedSetting]] = [
      [("clip", "1")], [("normalization", "true")], [("valueClip", "0.5")],
      [("updateClip", "0.015625")], [("lowerBound", "-1"), ("upperBound", "2")],
    ]
    bases += stages.compactMap { try? FaultBase("sgd", $0, isPlain: false) }
    bases.append(try FaultBase("lookahead:sgd"))
    bases.append(try FaultBase("lookahead:adam", [("lookahead.k", "3")]))
    return bases
  }
}

extension FaultBase {
  /// A text as a subject that claims to be the base.
  func declared(_ text: StepText, id: String) -> AuditSubject {
    let rule = TextRule(text)
    return AuditSubject(
      kind: .formula, name: id, family: subject.family, traits: subject.traits,
      source: subject.source, domains: subject.domains, conventions: subject.conventions,
      invariants: subject.invariants, stepBound: subject.stepBound, floatBox: subject.floatBox,
      transform: subject.transform, rule: rule, reference: reference,
      executors: [TextExecutor(rule: rule)], optimizer: nil,
      specification: ["kind": "fault", "name": .string(id)], commandArguments: [id])
  }

  /// A text as a subject that claims nothing.
  func undeclared(_ text: StepText, id: String) -> AuditSubject {
    let rule = TextRule(text)
    return AuditSubject(
      kind: .formula, name: id, family: nil, traits: [], source: nil, domains: subject.domains,
      conventions: [:], invariants: [], stepBound: nil,
      floatBox: FloatBox(gradientMagnitude: 1e-12...1e12, steps: 100_000), transform: nil,
      rule: rule, reference: nil, executors: [TextExecutor(rule: rule)], optimizer: nil,
      specification: ["kind": "fault", "name": .string(id)], commandArguments: [id])
  }
}
