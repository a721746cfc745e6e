internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import Properties
internal import Reports

/// The built-in schedules as `assay list schedules` shows them.
enum ScheduleListing {
  static var json: JSONValue {
    [
      "schedules": .array(
        Schedule.builtIns.map { entry in
          [
            "name": .string(entry.name), "formula": .string(entry.formula),
            "settings": .array(
              settings(of: entry).map { card in
                [
                  "key": .string(card.key), "aliases": JSONValue(card.aliases),
                  "symbol": .string(card.symbol),
                  "default": .string(card.defaultValue.decimalDescription),
                  "domain": .string("\(card.domain)"), "whole": .bool(entry.isWhole(card.key)),
                  "meaning": .string(card.meaning),
                ]
              }),
            "options": [
              [
                "key": "countsFromZero", "values": ["false", "true"], "default": "false",
                "meaning": .string(countMeaning),
              ]
            ],
          ]
        })
    ]
  }

  static var text: String {
    var lines: [String] = []
    for entry in Schedule.builtIns {
      lines.append("schedule:\(entry.name): \(entry.formula)")
      for card in settings(of: entry) {
        let aliases = card.aliases.isEmpty ? "" : " (\(card.aliases.joined(separator: ", ")))"
        lines.append(
          "    \(card.key)\(aliases) = \(card.defaultValue.decimalDescription) in \(card.domain)"
            + "\(entry.isWhole(card.key) ? ", whole" : ""): \(card.symbol), \(card.meaning)")
      }
      lines.append("    countsFromZero = false | true: \(countMeaning)")
      lines.append("")
    }
    return lines.joined(separator: "\n")
  }

  private static let countMeaning =
    "whether the first step is 0, as in torch's schedulers, and not 1"

  /// Each schedule over four times its length, with settings that show its shape.
  static func sheets() throws -> [ScheduleSheet] {
    let telling: [String: [String: String]] = [
      "warmup": ["warmup": "40"], "cosine": ["T": "100", "minimum": "0.1"],
      "step": ["stepLength": "25", "factor": "0.5"],
      "warmup-cosine": ["warmup": "20", "T": "100", "minimum": "0.1"],
      "warm-restarts": ["T": "20", "growth": "2", "minimum": "0.1"],
      "polynomial": ["T": "100", "end": "0.1", "power": "2"],
    ]
    return try Schedule.builtIns.map { entry in
      let own = telling[entry.name] ?? [:]
      let schedule = try Schedule(
        named: entry.name, settings: own.merging(["learningRate": "1"], uniquingKeysWith: { $1 }))
      let shown = schedule.settings.map { "\($0.key) = \($0.value.decimalDescription)" }
      return ScheduleSheet(
        name: entry.name, formula: entry.formula, settings: settings(of: entry),
        rates: (1...150).map { schedule.rate(at: $0) }, firstStep: 1,
        shown: "drawn with \(shown.joined(separator: ", "))")
    }
  }

  private static func settings(of entry: Schedule.Description) -> [HyperparameterCard] {
    Schedule.commonSettings + entry.settings
  }
}
