internal import Diagnostics
internal import Objectives

extension ListCommand {
  static var objectivesJSON: JSONValue {
    [
      "objectives": .array(
        Objective.builtIns.map { description in
          [
            "name": .string(description.name), "title": .string(description.title),
            "settings": .array(
              description.settings.map { setting in
                [
                  "key": .string(setting.key), "default": .string(setting.defaultValue),
                  "meaning": .string(setting.meaning),
                ]
              }),
          ]
        }),
      "sequences": .array(
        OnlineSequence.builtIns.map {
          [
            "name": .string($0.name), "title": .string($0.title), "source": .string($0.source),
          ]
        }),
    ]
  }

  static var objectivesText: String {
    var lines: [String] = []
    for description in Objective.builtIns {
      lines.append("\(description.name): \(description.title)")
      for setting in description.settings {
        lines.append("    \(setting.key) = \(setting.defaultValue): \(setting.meaning)")
      }
    }
    lines += ["", "online sequences, which the library runs:"]
    lines += OnlineSequence.builtIns.map { "\($0.name): \($0.title)" }
    lines += ["", "settings stand behind the name: quadratic:condition=100,dimension=8"]
    return lines.joined(separator: "\n") + "\n"
  }
}
