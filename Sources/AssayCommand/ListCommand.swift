internal import ArgumentParser
internal import Auditing
internal import Diagnostics
internal import Foundation
internal import Numbers
internal import Objectives
internal import Optimizers
internal import Properties
internal import Reports

/// `assay list`.
struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract:
      "Lists what there is: optimizers and schedules with their settings, references, properties,"
      + " objectives.",
    discussion: """
      Examples:
        assay list optimizers
        assay list properties --format json
        assay list references
        assay list schedules --format html --output schedules.html
        assay list objectives
      """)

  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case optimizers, properties, references, schedules, objectives
  }

  @Argument(help: "optimizers, references, properties, schedules or objectives.")
  var kind: Kind

  @OptionGroup var output: OutputOptions

  func run() async throws {
    try output.checkOutput()
    switch (kind, output.format) {
    case (.optimizers, .json): try output.write(try optimizersJSON().text() + "\n")
    case (.optimizers, .text): try output.write(try optimizersText())
    case (.properties, .json): try output.write(propertiesJSON().text() + "\n")
    case (.properties, .text): try output.write(propertiesText())
    case (.references, .json): try output.write(try referencesJSON().text() + "\n")
    case (.references, .text): try output.write(try referencesText())
    case (.schedules, .json): try output.write(ScheduleListing.json.text() + "\n")
    case (.schedules, .text): try output.write(ScheduleListing.text)
    case (.schedules, .html):
      try output.write(await ScheduleSheet.page(try ScheduleListing.sheets()))
    case (.objectives, .json): try output.write(Self.objectivesJSON.text() + "\n")
    case (.objectives, .text): try output.write(Self.objectivesText)
    case (_, .html), (_, .markdown), (_, .junit):
      throw UsageError(
        "\(kind.rawValue) come as text or json\(kind == .schedules ? " or html" : ""), not as"
          + " \(output.format.rawValue)", place: "--format")
    }
  }

  private func optimizers() throws -> [Optimizer] {
    try Optimizer.builtInNames.map { try Optimizer(named: $0, settings: [:]) }
  }

  private func optimizersJSON() throws -> JSONValue {
    [
      "optimizers": .array(try optimizers().map(optimizerJSON)),
      "wrappers": JSONValue(Optimizer.builtInWrapperNames),
      "wrapperSettings": .object(
        Dictionary(
          uniqueKeysWithValues: Optimizer.wrapperSettings.map {
            ($0.name, .array($0.hyperparameters.map(settingJSON)))
          })),
      "stageSettings": .array(Optimizer.stageSettings.map(settingJSON)),
      "commonOptions": .array(Optimizer.commonOptions.map(optionJSON)),
    ]
  }

  private func settingJSON(_ entry: HyperparameterCard) -> JSONValue {
    [
      "key": .string(entry.key), "aliases": JSONValue(entry.aliases),
      "symbol": .string(entry.symbol),
      "default": .string(entry.defaultValue.decimalDescription),
      "domain": .string("\(entry.domain)"), "meaning": .string(entry.meaning),
    ]
  }

  private func optionJSON(_ option: OptionCard) -> JSONValue {
    [
      "key": .string(option.key), "values": JSONValue(option.values),
      "default": JSONValue(option.values.first), "meaning": .string(option.meaning),
    ]
  }

  private func optimizerJSON(_ optimizer: Optimizer) -> JSONValue {
    let card = optimizer.card
    return [
      "name": .string(card.name), "title": .string(card.title), "source": .string(card.source),
      "reading": .string(card.reading), "family": JSONValue(card.family),
      "traits": JSONValue(card.traits.map(\.name).sorted()),
      "hyperparameters": .array(card.hyperparameters.map(settingJSON)),
      "options": .array(card.options.map(optionJSON)),
      "slots": .array(
        card.slots.map { ["name": .string($0.name), "meaning": .string($0.meaning)] }),
      "invariants": JSONValue(card.invariants),
      "stepBound": JSONValue(card.stepBound),
      "bytesPerParameter": [
        "float32": .integer(optimizer.stateBytesPerParameter(of: Float.self)),
        "float64": .integer(optimizer.stateBytesPerParameter(of: Double.self)),
        "bfloat16": .integer(
          optimizer.stateBytesPerParameter(of: Float.self, format: .bfloat16)),
        "float16": .integer(optimizer.stateBytesPerParameter(of: Float.self, format: .float16)),
      ],
    ]
  }

  private func optimizersText() throws -> String {
    var lines: [String] = []
    for optimizer in try optimizers() {
      let card = optimizer.card
      lines += ["\(card.name): \(card.title)", "  \(card.source)", "  \(card.reading)"]
      lines += card.hyperparameters.map { settingLine($0) } + card.options.map(optionLine)
      let slots = card.slots.map(\.name).joined(separator: ", ")
      let bytes = { optimizer.stateBytesPerParameter(of: Float.self, format: $0) }
      lines.append(
        card.slots.isEmpty
          ? "    no state"
          : "    state: \(slots), \(bytes(.full)) bytes a parameter in Float,"
            + " \(optimizer.stateBytesPerParameter(of: Double.self)) in Double,"
            + " \(bytes(.bfloat16)) in bfloat16 or float16 beside Float parameters")
      lines.append("")
    }
    lines.append("of every optimizer: stages, each off unless it is switched on, and options")
    lines += Optimizer.stageSettings.map { settingLine($0, isOff: true) }
    lines += Optimizer.commonOptions.map(optionLine)
    lines.append("")
    lines.append(
      "wrappers, as in ayla:amvt: \(Optimizer.builtInWrapperNames.joined(separator: ", "))")
    lines += Optimizer.wrapperSettings.flatMap(\.hyperparameters).map { settingLine($0) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func references() throws -> [(name: String, file: FormulaFile)] {
    try ReferenceLibrary.names.map { ($0, try ReferenceLibrary.file(named: $0)) }
  }

  private func referencesJSON() throws -> JSONValue {
    [
      "references": .array(
        try references().map { name, file in
          [
            "name": .string(name), "title": .string(file.name), "source": JSONValue(file.source),
            "family": JSONValue(file.family), "traits": JSONValue(file.traits.map(\.name).sorted()),
            "hyperparameters": .array(
              file.rule.hyperparameters.map { key, value in
                [
                  "key": .string(key), "default": .string(value.decimalDescription),
                  "domain": JSONValue(file.domains[key].map { "\($0)" }),
                ]
              }),
            "slots": JSONValue(file.rule.slotNames),
          ]
        })
    ]
  }

  private func referencesText() throws -> String {
    try references().map { name, file in
      var lines = ["\(name): \(file.name)"]
      if let source = file.source { lines.append("  \(source)") }
      for (key, value) in file.rule.hyperparameters {
        let domain = file.domains[key].map { " in \($0)" } ?? ", fixed"
        lines.append("    \(key) = \(value.decimalDescription)\(domain)")
      }
      return lines.joined(separator: "\n") + "\n"
    }.joined(separator: "\n")
  }

  /// - Parameter isOff: whether the value named is not the one without a setting.
  private func settingLine(_ entry: HyperparameterCard, isOff: Bool = false) -> String {
    let aliases = entry.aliases.isEmpty ? "" : " (\(entry.aliases.joined(separator: ", ")))"
    let value = isOff ? "" : " = \(entry.defaultValue.decimalDescription)"
    return
      "    \(entry.key)\(aliases)\(value) in \(entry.domain): \(entry.symbol), \(entry.meaning)"
  }

  private func optionLine(_ option: OptionCard) -> String {
    "    \(option.key) = \(option.values.joined(separator: " | ")): \(option.meaning)"
  }

  private func propertiesJSON() -> JSONValue {
    [
      "properties": .array(
        Catalogue.all.map { property in
          let description = property.description
          return [
            "id": .string(description.id), "statement": .string(description.statement),
            "source": .string(description.source), "domain": .string(description.domain),
            "arithmetic": .string(description.arithmetic.rawValue),
            "requires": JSONValue(description.requires.map(\.name).sorted()),
            "excludes": JSONValue(description.excludes.map(\.name).sorted()),
            "information": .bool(description.isInformation),
            "evidence": JSONValue(description.evidence.map(\.rawValue)),
          ]
        })
    ]
  }

  private func propertiesText() -> String {
    let width = (Catalogue.all.map(\.id.count).max() ?? 0) + 2
    return Catalogue.all.map { property in
      property.id.padding(toLength: width, withPad: " ", startingAt: 0)
        + property.description.statement
        + (property.description.isInformation ? " (information)" : "") + "\n"
    }.joined()
  }
}
