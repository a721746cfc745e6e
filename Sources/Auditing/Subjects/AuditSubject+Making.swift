public import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import Properties

/// A setting as it is typed: `--set beta3=0.9`.
public typealias TypedSetting = (key: String, value: String)

extension AuditSubject {
  /// A built-in optimizer, or a wrapper over one.
  ///
  /// - Throws: `SettingError` for what the registry does not know or allow.
  public init(builtIn name: String, settings: [TypedSetting] = []) throws {
    let optimizer = try Optimizer(named: name, settings: settings)
    let card = optimizer.card
    let rule = OptimizerRule(optimizer: optimizer)
    kind = .builtIn
    self.name = name
    family = card.family == nil ? nil : card.name
    traits = card.traits
    source = [card.source, card.reading].filter { !$0.isEmpty }.joined(separator: "; ")
    domains = Self.domains(of: card, among: rule)
    conventions = Self.conventions(of: card, settings: settings)
    invariants = card.invariants
    stepBound = card.stepBound
    floatBox = card.floatBox
    transform = Self.transform(of: optimizer)
    let hasText = OptimizerRule.isText(of: optimizer)
    // A rule whose gradients are clamped on the way is compared with its text, but nothing is proved of it:
    // what is known of moments and closed forms speaks of the gradients themselves.
    self.rule = hasText && !card.traits.contains(.gradientMap) ? rule : nil
    reference = hasText ? rule : nil
    executors = [
      OptimizerExecutor<Double>(optimizer: optimizer),
      OptimizerExecutor<Float>(optimizer: optimizer),
    ]
    self.optimizer = optimizer
    specification = ["kind": "built-in", "name": .string(name), "settings": settingsJSON(settings)]
    commandArguments = [name] + settings.flatMap { ["--set", "\($0.key)=\($0.value)"] }
  }

  /// A formula file.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - settings: hyper-parameters by canonical name, in the place of the file's values.
  ///   - family: the built-in that it claims to be; nil for what the file itself declares.
  ///   - familySettings: conventions of that claim.
  public init(
    formulaFile path: String, settings: [TypedSetting] = [], as family: String? = nil,
    familySettings: [TypedSetting] = []
  ) throws {
    try self.init(
      formulaFile: FormulaFile(reading: path), at: path, settings: settings, as: family,
      familySettings: familySettings)
  }

  /// The contents of a formula file.
  ///
  /// - Parameter path: where failure files say that it lies.
  init(
    formulaFile file: FormulaFile, at path: String, settings: [TypedSetting] = [],
    as family: String? = nil, familySettings: [TypedSetting] = []
  ) throws {
    let rule = try Self.applying(settings, to: file)
    var card: Card?
    var reference: (any TransparentRule)?
    var traits = file.traits
    var title: String?
    let claimedFile = try family.flatMap(ReferenceLibrary.claimedFile)
    if let claimedFile {
      let claimed = try Self.applying(familySettings, to: claimedFile)
      reference = rule.hyperparameters.reduce(claimed) { $0.setting($1.name, to: $1.value) }
      traits.formUnion(claimedFile.traits)
      title = claimedFile.name
    }
    if let family = claimedFile.map({ $0.family }) ?? family ?? file.family {
      let settings = claimedFile == nil ? familySettings : []
      let claimed = try Self.claimedOptimizer(family, of: rule, settings: settings)
      card = claimed.card
      if reference == nil { reference = OptimizerRule(optimizer: claimed) }
    }
    kind = .formula
    name = file.name
    let isDescribed = !traits.subtracting([.globalNormClip]).isEmpty
    self.family = card?.name ?? title ?? (isDescribed ? file.name : nil)
    self.traits = traits.union(card?.traits ?? [])
    let declared = (claimedFile?.source ?? card?.source).map { ": \($0)" } ?? ""
    source =
      (title ?? card?.title).map { "declared to be \($0)\(declared)" } ?? file.source
    domains = file.domains
    conventions =
      card.map { Self.conventions(of: $0, settings: claimedFile == nil ? familySettings : []) }
      ?? [:]
    invariants = file.invariants.map(\.description)
    stepBound = card?.stepBound
    floatBox = card?.floatBox ?? FloatBox(gradientMagnitude: 1e-12...1e12, steps: 100_000)
    transform = nil
    self.rule = rule
    self.reference = reference
    executors = [FormulaExecutor(rule: rule)]
    optimizer = nil
    specification = [
      "kind": "formula", "file": .string(path), "settings": settingsJSON(settings),
      "as": JSONValue(family), "asSettings": settingsJSON(familySettings),
    ]
    commandArguments =
      ["--formula", path] + settings.flatMap { ["--set", "\($0.key)=\($0.value)"] }
      + (family.map { ["--as", $0] } ?? [])
      + familySettings.flatMap { ["--as-set", "\($0.key)=\($0.value)"] }
    claims = file.claims
  }

  /// The subject of a failure file.
  public init(specification: JSONValue) throws {
    let settings = try typedSettings(specification["settings"])
    switch specification["kind"]?.string {
    case "built-in":
      guard let name = specification["name"]?.string else {
        throw CaseError(message: "the subject has no name")
      }
      try self.init(builtIn: name, settings: settings)
    case "schedule", "transform":
      guard let name = specification["name"]?.string else {
        throw CaseError(message: "the subject has no name")
      }
      try self.init(named: name, settings: settings)
    case "formula":
      guard let path = specification["file"]?.string else {
        throw CaseError(message: "the subject has no file")
      }
      try self.init(
        formulaFile: path, settings: settings, as: specification["as"]?.string,
        familySettings: try typedSettings(specification["asSettings"]))
    case "process":
      throw CaseError(
        message: "the failure is of a process: give its command again, by --command")
    default:
      throw CaseError(
        message:
          "subjects of kind \(specification["kind"] ?? .null) cannot be run again from a file")
    }
  }
}

extension AuditSubject {
  static func domains(
    of card: Card, among rule: any TransparentRule
  ) -> [String: Domain] {
    Dictionary(
      card.hyperparameters.filter { rule.value(of: $0.key) != nil }.map { ($0.key, $0.domain) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The readings that a subject follows: those typed, else each option's default.
  static func conventions(of card: Card, settings: [TypedSetting]) -> [String: String] {
    var conventions: [String: String] = [:]
    for option in card.options { conventions[option.key] = option.values.first }
    for (key, value) in settings where conventions[key] != nil { conventions[key] = value }
    if let reading = settings.first(where: { $0.key == "ayla.reading" }) {
      conventions["ayla.reading"] = reading.value
    }
    return conventions
  }

  private static func transform(of optimizer: Optimizer) -> PowerTransform? {
    if let moments = optimizer.rule as? AYLAMoments { return moments.transform }
    return optimizer.wrappers.lazy.compactMap { ($0 as? AYLA)?.transform }.first
  }

  /// The built-in that a rule claims to be, with the rule's values of the hyper-parameters they share.
  static func claimedOptimizer(
    _ family: String, of rule: any TransparentRule, settings: [TypedSetting]
  ) throws -> Optimizer {
    let plain = try Optimizer(named: family, settings: settings)
    let known = Set(
      plain.card.hyperparameters.map(\.key) + plain.hyperparameters.map(\.key))
    let typed = Set(settings.map(\.key))
    let shared = rule.hyperparameters.filter { known.contains($0.name) && !typed.contains($0.name) }
    return try Optimizer(
      named: family,
      settings: settings + shared.map { ($0.name, $0.value.decimalDescription) })
  }

  /// A file's rule with hyper-parameters set anew.
  static func applying(
    _ settings: [TypedSetting], to file: FormulaFile, from start: FormulaRule? = nil
  ) throws -> FormulaRule {
    var rule = start ?? file.rule
    for (key, text) in settings {
      let name = HyperparameterRole.canonicalName(of: key)
      let known = rule.hyperparameters.map(\.name)
      guard known.contains(name) else {
        throw SettingError.unknownKey(
          key: key, optimizer: file.name, nearest: nearestName(to: name, among: known), known: known
        )
      }
      guard let value = Rational(text) else {
        throw SettingError.notANumber(key: key, text: text)
      }
      if let domain = file.domains[name], !domain.contains(value) {
        throw SettingError.outsideDomain(
          key: key, value: text, domain: "\(domain)", reason: nil)
      }
      rule = rule.setting(name, to: value)
    }
    return rule
  }
}

func settingsJSON(_ settings: [TypedSetting]) -> JSONValue {
  .array(settings.map { [.string($0.key), .string($0.value)] })
}

func typedSettings(_ json: JSONValue?) throws(CaseError) -> [TypedSetting] {
  var settings: [TypedSetting] = []
  for entry in json?.array ?? [] {
    guard let key = entry.array?.first?.string, let value = entry.array?.last?.string else {
      throw CaseError(message: "a setting is a pair of texts, not \(entry)")
    }
    settings.append((key, value))
  }
  return settings
}
