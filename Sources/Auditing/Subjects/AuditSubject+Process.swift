public import Diagnostics
public import Foundation
internal import Numbers
internal import Optimizers
internal import Processes
internal import Properties

extension AuditSubject {
  /// A program that speaks the wire protocol. It is started, and greeted.
  ///
  /// - Parameters:
  ///   - command: its command line, split by POSIX quoting and started directly.
  ///   - settings: hyper-parameters by canonical name, in the place of the program's own values.
  ///   - family: the built-in that it claims to be, or the path of a formula file; nil for none.
  ///   - familySettings: conventions of that claim.
  ///   - map: names of the program's hyper-parameters, and the canonical names that they stand for.
  ///   - timeLimit: seconds for the answer to one request.
  /// - Throws: for a command that cannot be started or refuses to be, and for settings that nobody knows. A
  ///   program that misbehaves is a subject whose audit says so.
  public init(
    command: String, settings: [TypedSetting] = [], as family: String? = nil,
    familySettings: [TypedSetting] = [], map: [TypedSetting] = [], timeLimit: Double = 10,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws {
    precondition(timeLimit > 0 && timeLimit.isFinite, "a time limit is above 0, got \(timeLimit)")
    let words = try splitCommandLine(command)
    let file = try family.flatMap(ReferenceLibrary.claimedFile)
    let claimedName = file == nil ? family : file?.family
    let plain = try claimedName.map {
      try Optimizer(named: $0, settings: file == nil ? familySettings : [])
    }
    let process = try ProcessSubject(
      words: words, timeLimit: timeLimit, environment: Bridge.environment(from: environment))
    let greeting = try? process.greeting.get()
    let names = try WireNames(greeting?.hyperparameters ?? [:], map: map, reference: file)
    let typed = try Self.typedValues(settings, of: greeting?.name ?? command, among: names)
    let own = names.values.merging(typed, uniquingKeysWith: { $1 })
    var reference: (any TransparentRule)?
    var card: Card?
    var domains: [String: Domain] = [:]
    if let claimedName, let plain {
      let claimed = try Self.claim(
        claimedName, plain, values: own, flags: names.flags,
        settings: file == nil ? familySettings : [])
      reference = OptimizerRule(optimizer: claimed)
      card = claimed.card
      domains = Self.domains(of: claimed.card, among: OptimizerRule(optimizer: claimed))
    }
    if let file {
      var rule = file.rule
      for (name, value) in own { rule = rule.setting(name, to: value) }
      // A formula knows flags as 0 and 1.
      for (name, flag) in names.flags { rule = rule.setting(name, to: flag ? 1 : 0) }
      reference = try Self.applying(familySettings, to: file, from: rule)
      domains = file.domains
    }
    kind = .process
    name = greeting?.name ?? command
    self.family = card?.name ?? file?.name
    traits = (card?.traits ?? []).union(file?.traits ?? [])
    source =
      file.map {
        "declared to be \($0.name)" + ($0.source.map { ": \($0)" } ?? ", of a formula file")
      }
      ?? card.map { "declared to be \($0.title): \($0.source)" }
    self.domains = domains.filter { names.places[$0.key] != nil }
    conventions =
      card.map {
        Self.conventions(
          of: $0, settings: familySettings + names.flags.map { ($0.key, "\($0.value)") })
      } ?? [:]
    invariants = []
    stepBound = card?.stepBound
    let box = card?.floatBox ?? FloatBox(gradientMagnitude: 1e-12...1e12, steps: 100_000)
    // The squares of gradients must be normal numbers of its format.
    floatBox =
      greeting?.arithmetic == .float16 ? FloatBox(gradientMagnitude: 1e-2...1e2, steps: 2_000) : box
    transform = nil
    rule = nil
    self.reference = reference
    executors = [ProcessExecutor(process: process, names: names, settings: typed)]
    optimizer = nil
    specification = [
      "kind": "process", "command": .string(command), "settings": settingsJSON(settings),
      "as": JSONValue(family), "asSettings": settingsJSON(familySettings),
      "map": settingsJSON(map),
    ]
    var arguments = ["--command", command]
    for (option, pairs) in [("--set", settings), ("--as-set", familySettings), ("--map", map)] {
      for (key, value) in pairs { arguments += [option, "\(key)=\(value)"] }
    }
    if let family { arguments += ["--as", family] }
    commandArguments = arguments
    self.process = process
    ownValues = own
  }

  /// The process subject of a failure file, started by a command that the user gives again: nothing is
  /// executed that a file names.
  public init(specification: JSONValue, command: String, timeLimit: Double = 10) throws {
    guard specification["kind"]?.string == "process" else {
      throw CaseError(message: "the failure is of no process, so it takes no command")
    }
    try self.init(
      command: command, settings: try typedSettings(specification["settings"]),
      as: specification["as"]?.string,
      familySettings: try typedSettings(specification["asSettings"]),
      map: try typedSettings(specification["map"]), timeLimit: timeLimit)
  }

  /// Settings as values, for hyper-parameters that the subject has.
  private static func typedValues(
    _ settings: [TypedSetting], of subject: String, among names: WireNames
  ) throws(SettingError) -> [String: Rational] {
    var values: [String: Rational] = [:]
    for (key, text) in settings {
      let name = names.places[key] == nil ? HyperparameterRole.canonicalName(of: key) : key
      let known = names.places.keys.sorted()
      guard names.places[name] != nil else {
        throw .unknownKey(
          key: key, optimizer: subject, nearest: nearestName(to: name, among: known), known: known)
      }
      guard let value = Rational(text), let sent = Rational(exactly: Double(value)) else {
        throw .notANumber(key: key, text: text)
      }
      values[name] = sent
    }
    return values
  }

  /// The built-in that a process claims to be, with the process's values where they share a
  /// hyper-parameter.
  ///
  /// One that the built-in has only when it is set, such as weight decay, is left out where it is 0.
  private static func claim(
    _ family: String, _ plain: Optimizer, values: [String: Rational], flags: [String: Bool],
    settings: [TypedSetting]
  ) throws -> Optimizer {
    let typed = Set(settings.map { HyperparameterRole.canonicalName(of: $0.key) })
    let always = Set(plain.hyperparameters.map(\.key))
    let optional = Set(plain.card.hyperparameters.map(\.key))
    var all = settings
    for (name, value) in values.sorted(by: { $0.key < $1.key }) where !typed.contains(name) {
      if always.contains(name) || optional.contains(name) && !value.isZero {
        all.append((name, value.decimalDescription))
      }
    }
    let options = Set(plain.card.options.filter { $0.values.contains("true") }.map(\.key))
    for (name, flag) in flags.sorted(by: { $0.key < $1.key })
    where flag && !typed.contains(name) && (options.contains(name) || name == "maximize") {
      all.append((name, "true"))
    }
    return try Optimizer(named: family, settings: all)
  }
}
