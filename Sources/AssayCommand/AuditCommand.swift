internal import ArgumentParser
internal import Auditing
internal import Diagnostics
internal import Foundation
internal import Properties
internal import PropertyTesting
internal import Reports

/// `assay audit`.
struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Says what is true of an optimizer, and shows what is not.",
    discussion: """
      SUBJECT is a built-in optimizer or a wrapper over one (`assay list optimizers` has them with their \
      settings), a schedule (`assay list schedules`) as schedule:cosine, or the loss transform \
      transform:ayla. --formula audits an optimizer that exists as a formula; --command audits a program that \
      speaks the wire protocol, such as the bundled bridge to torch, optax and plain Python classes.

      Examples:
        assay audit amvt
        assay audit amvt --set beta3=0.9 --effort thorough
        assay audit ayla:amvt --set ayla.N1=1.5 --set ayla.N2=1.5
        assay audit schedule:warm-restarts --set T=10 --set growth=2
        assay audit transform:ayla --set N1=1.5
        assay audit --formula my-rule.yaml --as adam --as-set epsilonPlacement=insideRoot
        assay audit --command 'python3 -m assay_bridge torch.optim.Adam lr=1e-3' --as adam
        assay audit --command 'python3 -m assay_bridge mymodule:MyOptimizer' --as sgd --map rate=learningRate
        assay audit --command 'old/bin/python -m assay_bridge optax.adam learning_rate=0.1' \\
          --against 'new/bin/python -m assay_bridge optax.adam learning_rate=0.1' --as adam
        assay audit adam --property moment.ratio-bound --format json --output adam.json
      """)

  @Argument(
    help: ArgumentHelp(
      "A built-in optimizer, a wrapper over one, schedule:NAME or transform:NAME.",
      valueName: "subject"))
  var subject: String?

  @Option(help: ArgumentHelp("A formula file.", valueName: "file"))
  var formula: String?

  @Option(
    help: ArgumentHelp(
      "A program that speaks the wire protocol, with its arguments; quoted as in a shell, started"
        + " without one.", valueName: "command line"))
  var command: String?

  @Option(
    name: .customLong("map"), parsing: .singleValue,
    help: ArgumentHelp(
      "What a hyper-parameter of the program stands for; may be repeated.",
      valueName: "name=canonical name"))
  var map: [String] = []

  @Option(
    name: .customLong("time-limit"),
    help: ArgumentHelp("How long the program may take for one answer.", valueName: "seconds"))
  var timeLimit: Double = 10

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("A hyper-parameter or option; may be repeated.", valueName: "key=value"))
  var settings: [String] = []

  @Option(
    name: .customLong("as"),
    help: ArgumentHelp(
      "What a formula file or a program claims to be: a built-in, a reference of `assay list references`,"
        + " or a formula file.", valueName: "name"))
  var family: String?

  @Option(
    name: .customLong("as-set"), parsing: .singleValue,
    help: ArgumentHelp("A convention of that claim; may be repeated.", valueName: "key=value"))
  var familySettings: [String] = []

  @Option(
    help: ArgumentHelp(
      "Another version of it: a built-in, a formula file, or a program's command line (what holds a"
        + " blank). The same is asked of it, and the report says what differs and from which step.",
      valueName: "subject"))
  var against: String?

  @Option(
    name: .customLong("property"), parsing: .singleValue,
    help: ArgumentHelp("Only this property; may be repeated.", valueName: "id"))
  var propertyIDs: [String] = []

  @Option(
    name: .customLong("expect"), parsing: .singleValue,
    help: ArgumentHelp(
      "A result that is expected and does not count; any other for that property does.",
      valueName: "id=verdict"))
  var expectations: [String] = []

  @Flag(help: "Fail on a variant, too.")
  var strict = false

  @OptionGroup var runOptions: RunOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try checkPropertyIDs()
    let expected = try expectedVerdicts()
    let subject = try makeSubject()
    let properties = try selectedProperties(of: subject)
    try output.checkOutput()
    var audit = Audit(
      of: subject, seed: runOptions.seed.value, effort: runOptions.effort, properties: properties,
      failures: .standard)
    let bar = ProgressBar(label: "auditing \(subject.name)")
    audit.progress = { done, count, property in
      bar.show(done: done, of: count, item: property)
    }
    let running = audit
    let other = try against.map(makeOther)
    let report = await Interruption.cancelling {
      var report = await running.run()
      if let other, !Task.isCancelled {
        let same = Audit(
          of: other, seed: runOptions.seed.value, effort: runOptions.effort, properties: properties,
          failures: .standard)
        report.compare(with: await same.run(), of: other, and: subject)
      }
      return report
    }
    bar.clear()
    for warning in report.warnings {
      FileHandle.standardError.write(Data("assay: warning: \(warning)\n".utf8))
    }
    switch output.format {
    case .text: try output.write(report.text(style: output.style))
    case .json: try output.write(report.json.text() + "\n")
    case .html: try output.write(await report.html())
    case .markdown: try output.write(report.markdown)
    case .junit: try output.write(report.junit)
    }
    if report.isFailure(isStrict: strict, expected: expected) {
      throw ArgumentParser.ExitCode(Diagnostics.ExitCode.refuted.rawValue)
    }
  }

  /// The subject of `--against`, with the settings and the claim of the first.
  private func makeOther(_ text: String) throws -> AuditSubject {
    let settings = try typedSettings(settings, option: "--set")
    let familySettings = try typedSettings(familySettings, option: "--as-set")
    if text.hasSuffix(".yaml") || text.hasSuffix(".yml") {
      return try AuditSubject(
        formulaFile: text, settings: settings, as: family, familySettings: familySettings)
    }
    if text.contains(" ") {
      return try AuditSubject(
        command: text, settings: settings, as: family, familySettings: familySettings,
        map: try typedSettings(map, option: "--map"), timeLimit: timeLimit)
    }
    return try AuditSubject(builtIn: text, settings: subject == nil ? [] : settings)
  }

  private func makeSubject() throws -> AuditSubject {
    let settings = try typedSettings(settings, option: "--set")
    let familySettings = try typedSettings(familySettings, option: "--as-set")
    guard [subject, formula, command].compactMap(\.self).count <= 1 else {
      throw UsageError("name one of SUBJECT, --formula and --command")
    }
    guard command != nil || map.isEmpty else {
      throw UsageError("--map goes with --command", place: "--map")
    }
    guard timeLimit > 0, timeLimit <= 86_400 else {
      throw UsageError(
        "a time limit lies above 0 and up to 86400 seconds, not at \(timeLimit)",
        place: "--time-limit")
    }
    if let command {
      guard family != nil || familySettings.isEmpty else {
        throw UsageError("--as-set goes with --as", place: "--as-set")
      }
      return try AuditSubject(
        command: command, settings: settings, as: family, familySettings: familySettings,
        map: try typedSettings(map, option: "--map"), timeLimit: timeLimit)
    }
    switch (subject, formula) {
    case (let name?, nil):
      guard family == nil else {
        throw UsageError(
          "a built-in is what it is: --as goes with --formula and --command", place: "--as")
      }
      return try AuditSubject(named: name, settings: settings)
    case (nil, let path?):
      guard family != nil || familySettings.isEmpty else {
        throw UsageError("--as-set goes with --as", place: "--as-set")
      }
      return try AuditSubject(
        formulaFile: path, settings: settings, as: family, familySettings: familySettings)
    case (_?, _?):
      throw UsageError("name a SUBJECT or a --formula, not both")
    case (nil, nil):
      throw UsageError(
        "there is nothing to audit: name a SUBJECT, a --formula FILE, or a --command")
    }
  }

  /// Claims are known only when their file is read.
  private func checkPropertyIDs() throws(UsageError) {
    for id in propertyIDs where !id.hasPrefix("claim.") { _ = try property(id, of: nil) }
  }

  private func property(
    _ id: String, of subject: AuditSubject?
  ) throws(UsageError) -> any AuditableProperty {
    let property = subject.map { Catalogue.property(id, of: $0) } ?? Catalogue.property(id)
    guard let property else {
      let known = (subject.map(Catalogue.properties) ?? Catalogue.all).map(\.id)
      let hint = nearestName(to: id, among: known).map { "; did you mean `\($0)`?" } ?? ""
      throw UsageError("there is no property `\(id)`\(hint)", place: "--property")
    }
    return property
  }

  private func selectedProperties(
    of subject: AuditSubject
  ) throws(UsageError) -> [any AuditableProperty]? {
    guard !propertyIDs.isEmpty else { return nil }
    var selected: [any AuditableProperty] = []
    for id in propertyIDs { selected.append(try property(id, of: subject)) }
    return selected
  }

  private func expectedVerdicts() throws(UsageError) -> [String: Verdict] {
    var expected: [String: Verdict] = [:]
    for (id, text) in try typedSettings(expectations, option: "--expect") {
      guard Catalogue.property(id) != nil || id.hasPrefix("claim.") else {
        throw UsageError("there is no property `\(id)`", place: "--expect")
      }
      guard let verdict = Verdict(rawValue: text) else {
        let known = Verdict.allCases.map(\.rawValue).joined(separator: ", ")
        throw UsageError("`\(text)` is no verdict (\(known))", place: "--expect")
      }
      expected[id] = verdict
    }
    return expected
  }
}

/// Reads `key=value` arguments.
func typedSettings(_ texts: [String], option: String) throws(UsageError) -> [TypedSetting] {
  var settings: [TypedSetting] = []
  for text in texts {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
      throw UsageError("`\(text)` is no setting; `key=value` would be one", place: option)
    }
    settings.append((String(parts[0]), String(parts[1])))
  }
  return settings
}
