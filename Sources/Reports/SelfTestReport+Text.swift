public import Auditing
public import Diagnostics

extension SelfTestReport {
  /// The kill table in its stable JSON form: shares of the faults that are none by equivalence.
  public var json: JSONValue {
    [
      "tool": "assay", "version": .string(assayVersion), "seed": .integer(Int(clamping: seed)),
      "incomplete": .bool(isIncomplete),
      "faults": .integer(outcomes.count),
      "equivalent": .integer(equivalent.count),
      "undecided": .array(undecided.map { ["id": .string($0.id), "change": .string($0.change)] }),
      "killed": .object(
        Dictionary(
          uniqueKeysWithValues: Mode.allCases.map { ($0.rawValue, JSONValue(share($0))) })),
      "smokeTest": JSONValue(smokeShare),
      "killedBy": .object(
        Dictionary(finders.map { ($0.property, .integer($0.count)) }, uniquingKeysWith: { $1 })),
      "operators": .array(operators.map(\.json)),
      "falseKills": .array(
        falseKills.map { ["id": .string($0.id), "properties": JSONValue($0.properties)] }),
      "survivors": .array(
        survivors.map {
          [
            "id": .string($0.id), "change": .string($0.change),
            "reason": .string($0.survival(.declared)),
          ]
        }),
      "reasons": .object(
        Dictionary(
          uniqueKeysWithValues: [Mode.inferred, .none].map { mode in
            (
              mode.rawValue,
              .object(
                Dictionary(
                  reasons(mode).map { ($0.reason, .integer($0.count)) },
                  uniquingKeysWith: { $1 }))
            )
          })),
      "wire": [
        "faults": .integer(wire.count), "found": .integer(wire.count { $0.isFound }),
        "unnoticed": JSONValue(wire.filter { !$0.isFound }.map(\.id)),
      ],
      "provedFalsehoods": JSONValue(believedFalsehoods),
      "idle": idle.map { idle in
        [
          "properties": JSONValue(idle.properties), "witnesses": witnesses(idle.witnesses),
          "plantedInTests": witnesses(idle.plantedInTests),
        ]
      } ?? .null,
      "outcomes": .array(
        outcomes.map {
          [
            "id": .string($0.id), "change": .string($0.change),
            "nature": .string($0.nature.rawValue), "declared": JSONValue($0.declared),
            "inferred": JSONValue($0.inferred), "none": JSONValue($0.undeclared),
            "behavesLike": JSONValue($0.behavesLike), "smokeTest": .bool(!$0.passesSmokeTest),
          ]
        }),
      "misses": JSONValue(misses),
      "seconds": JSONValue(seconds),
    ]
  }

  private func witnesses(_ witnesses: [Idle.Witness]) -> JSONValue {
    .object(
      Dictionary(
        witnesses.map { ($0.property, .string($0.fault)) }, uniquingKeysWith: { $1 }))
  }

  /// What became of the faults of one operator.
  private struct OperatorRow {
    let name: String
    let faults: [FaultOutcome]

    func found(_ mode: Mode) -> Int { faults.count { $0.finder(mode) != nil } }
    /// Those that were audited without their family, too.
    var nameless: Int { faults.count { $0.isNameless } }

    var json: JSONValue {
      [
        "operator": .string(name), "faults": .integer(faults.count),
        "nameless": .integer(nameless), "declared": .integer(found(.declared)),
        "inferred": .integer(found(.inferred)), "none": .integer(found(.none)),
      ]
    }
  }

  /// By operator, the most faults first.
  private var operators: [OperatorRow] {
    Dictionary(grouping: faults, by: \.operator).map { OperatorRow(name: $0, faults: $1) }
      .sorted { ($1.faults.count, $0.name) < ($0.faults.count, $1.name) }
  }

  /// The kill table for people.
  public func text(style: TerminalStyle) -> String {
    var lines = [
      style.bold("\(outcomes.count) faults planted, seed \(seed)"),
      "\(equivalent.count) compute the same, \(undecided.count) are undecided, \(faults.count) do not.",
      "",
      "found with the family declared".padded(to: 36) + shown(.declared),
      "found with the family inferred".padded(to: 36) + shown(.inferred),
      "found with nothing declared".padded(to: 36) + shown(.none),
      "found by a loss that does not fall".padded(to: 36) + percentage(smokeShare),
    ]
    if faults(.none).count < faults.count {
      lines.append(
        "Wrappers, schedules and transforms, which are known by their names alone, count among the"
          + " first: \(faults.count - faults(.none).count) faults.")
    }
    lines += operatorLines(style) + propertyLines(style) + survivorLines(style)
    lines += [
      "",
      "\(wire.count { $0.isFound }) of \(wire.count) breaches of the wire protocol noticed;"
        + " \(believedFalsehoods.count) planted falsehoods proved.",
    ]
    lines += misses.map { style.bold("Missed: \($0).") }
    if isIncomplete { lines.append(style.bold("Incomplete: the self-test was stopped.")) }
    lines.append("\(Int(seconds.rounded())) s.")
    return lines.joined(separator: "\n") + "\n"
  }

  private func operatorLines(_ style: TerminalStyle) -> [String] {
    let columns = ["faults", "declared", "inferred", "none"].map { $0.padded(to: 10) }.joined()
    return ["", style.bold("By operator".padded(to: 36)) + columns]
      + operators.map { row in
        let counts = [row.faults.count] + Mode.allCases.map(row.found)
        return "  " + row.name.padded(to: 34) + counts.map { "\($0)".padded(to: 10) }.joined()
      }
  }

  private func propertyLines(_ style: TerminalStyle) -> [String] {
    let columns = Mode.allCases.map { $0.rawValue.padded(to: 10) }.joined()
    var lines = ["", style.bold("Found first by".padded(to: 36)) + columns]
    for (property, _) in finders {
      let counts = Mode.allCases.map { mode in
        faults.count {
          $0.finder(mode) == property
            || !$0.isNameless && mode == .declared
              && $0.properties.contains(property)
        }
      }
      lines.append("  " + property.padded(to: 34) + counts.map { "\($0)".padded(to: 10) }.joined())
    }
    guard let idle else { return lines }
    if !idle.witnesses.isEmpty {
      lines += ["", style.bold("Never first, and asked by itself finds one as well")]
      lines += idle.witnesses.map { "  \($0.property.padded(to: 34))\($0.fault)" }
    }
    if !idle.plantedInTests.isEmpty {
      lines += ["", style.bold("Of no rule's text, and planted for in the tests")]
      lines += idle.plantedInTests.map { "  \($0.property.padded(to: 34))\($0.fault)" }
    }
    return lines
  }

  private func survivorLines(_ style: TerminalStyle) -> [String] {
    var lines: [String] = []
    for mode in [Mode.inferred, .none] {
      lines += [
        "", style.bold("Not found, \(mode == .none ? "nothing declared" : "family inferred")"),
      ]
      lines += reasons(mode).map { "  \("\($0.count)".padded(to: 8))\($0.reason)" }
    }
    if !undecided.isEmpty {
      lines += ["", style.bold("Undecided: no run differs, and nothing proves that none does")]
      lines += undecided.map { "  \($0.id): \($0.change)" }
    }
    if !falseKills.isEmpty {
      lines += ["", style.bold("No faults, and yet refuted")]
      lines += falseKills.map {
        "  \($0.id): \($0.change), by \($0.properties.joined(separator: ", "))"
      }
    }
    if !survivors.isEmpty {
      lines += ["", style.bold("Survivors, though the family is declared, and where they differ")]
      for (name, own) in Dictionary(grouping: survivors, by: \.operator).sorted(by: {
        $0.key < $1.key
      }) {
        lines.append("  \(name)")
        lines += own.map { "    \($0.id): \($0.change); \($0.survival(.declared))" }
      }
    }
    return lines
  }

  private func shown(_ mode: Mode) -> String {
    faults(mode).isEmpty
      ? "not looked for" : "\(percentage(share(mode)))  (at least \(percentage(mode.target)))"
  }
}
