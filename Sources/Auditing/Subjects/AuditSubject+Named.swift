internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import Properties

extension AuditSubject.Kind {
  /// The trait that a property must require to be asked of such a subject; nil for an optimizer.
  var onlyTrait: Trait? {
    switch self {
    case .builtIn, .formula, .process: nil
    case .schedule: .schedule
    case .transform: .lossTransform
    }
  }
}

extension AuditSubject {
  /// A subject as it is named on the command line: `schedule:cosine`, `transform:ayla`, or a built-in
  /// optimizer.
  ///
  /// - Throws: `SettingError` for what the registries do not know or allow.
  public init(named name: String, settings: [TypedSetting] = []) throws {
    if name.hasPrefix("schedule:") {
      let schedule = try Schedule(
        named: String(name.dropFirst("schedule:".count)), settings: settings)
      self.init(schedule, name: name, settings: settings)
    } else if name.hasPrefix("transform:") {
      try self.init(transform: name, settings: settings)
    } else {
      try self.init(builtIn: name, settings: settings)
    }
  }

  private init(_ schedule: Schedule, name: String, settings: [TypedSetting]) {
    let values = schedule.settings.map { "\($0.key) = \($0.value.decimalDescription)" }
    self.init(
      .schedule, name: name, settings: settings, traits: [.schedule],
      source: "specification, section 5; steps counted from \(schedule.countsFromZero ? 0 : 1)",
      formula: "\(schedule.description.formula); \(values.joined(separator: ", "))")
    self.schedule = schedule
  }

  private init(transform name: String, settings: [TypedSetting]) throws(SettingError) {
    let base = String(name.dropFirst("transform:".count))
    guard base == "ayla" else {
      throw .refused(
        message: "unknown transform '\(base.prefix(64))'; there is `ayla`")
    }
    var exponents: [Rational] = []
    for key in ["N1", "N2"] {
      let given = settings.filter { $0.key == key || $0.key == "ayla.\(key)" }
      if given.count > 1 { throw .givenTwice(key: given[1].key, other: given[0].key) }
      guard let text = given.first?.value else {
        exponents.append(1)
        continue
      }
      guard let value = Rational(text) else { throw .notANumber(key: key, text: text) }
      guard value > 0 else {
        throw .outsideDomain(
          key: key, value: text, domain: "(0, inf)",
          reason: value.isZero ? "an exponent of 0 makes every gradient zero" : nil)
      }
      exponents.append(value)
    }
    let known = ["N1", "N2", "ayla.N1", "ayla.N2"]
    if let other = settings.first(where: { !known.contains($0.key) }) {
      throw .unknownKey(
        key: other.key, optimizer: name, nearest: nearestName(to: other.key, among: known),
        known: ["N1", "N2"])
    }
    guard exponents != [1, 1] else {
      throw .refused(
        message: "transform:ayla with N1 = N2 = 1 leaves every loss as it is; set N1 or N2")
    }
    let transform = PowerTransform(N1: exponents[0], N2: exponents[1])
    self.init(
      .transform, name: name, settings: settings, traits: [.lossTransform],
      source: "the AYLA paper, version 2, section 2; specification, section 1",
      formula:
        "L = sign(l)·|l|ⁿ, n = N₁ where |l| < 1, N₂ where |l| > 1, else 1; \(transform.exponentText)",
      transform: transform)
  }

  /// A subject that is no optimizer.
  private init(
    _ kind: Kind, name: String, settings: [TypedSetting], traits: Set<Trait>, source: String,
    formula: String, transform: PowerTransform? = nil
  ) {
    self.kind = kind
    self.name = name
    family = nil
    self.traits = traits
    self.source = source
    domains = [:]
    conventions = [:]
    invariants = []
    stepBound = nil
    floatBox = FloatBox(gradientMagnitude: 1e-12...1e12, steps: 100_000)
    self.transform = transform
    rule = nil
    reference = nil
    executors = []
    optimizer = nil
    specification = [
      "kind": .string(kind.rawValue), "name": .string(name), "settings": settingsJSON(settings),
    ]
    commandArguments = [name] + settings.flatMap { ["--set", "\($0.key)=\($0.value)"] }
    statedFormula = formula
  }
}
