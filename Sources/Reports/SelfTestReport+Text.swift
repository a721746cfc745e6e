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
      "falseKills": .array(
        falseKills.map { ["id": .string($0.id), "properties": JSONValue($0.properties)] }),
      "survivors": .array(
        survivors.map {
          [
            "id": .string($0.id), "change": .string($0.change), "reason": .string($0.reason),
          ]
        }),
      "wire": [
        "faults": .integer(wire.count), "found": .integer(wire.count { $0.isFound }),
        "unnoticed": JSONValue(wire.filter { !$0.isFound }.map(\.id)),
      ],
      "provedFalsehoods": JSONValue(believedFalsehoods),
      "outcomes": .array(
        outcomes.map {
          [
            "id": .string($0.id), "change": .string($0.change),
            "nature": .string($0.nature.rawValue), "declared": JSONValue($0.declared),
            "inferred": JSONValue($0.inferred), "none": JSONValue($0.undeclared),
            "smokeTest": .bool(!$0.passesSmokeTest),
          ]
        }),
      "misses": JSONValue(misses),
      "seconds": JSONValue(seconds),
    ]
  }

  /// The kill table for people.
  public func text(style: TerminalStyle) -> String {
    let faults = faults
    var lines = [
      style.bold("\(outcomes.count) faults in every rule, wrapper and convention, seed \(seed)"),
      "\(equivalent.count) compute the same as the rule, \(undecided.count) undecided,"
        + " \(faults.count) do not.", "",
      "found with the family declared".padded(to: 36) + shown(share(.declared), .declared),
      "found with the family inferred".padded(to: 36) + shown(share(.inferred), .inferred),
      "found with nothing declared".padded(to: 36) + shown(share(.none), .none),
      "found by a loss that does not fall".padded(to: 36) + percentage(smokeShare), "",
      style.bold("Found first by"),
    ]
    for (property, count) in finders {
      lines.append("  \(property.padded(to: 34))\(count)")
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
      lines += ["", style.bold("Survivors")]
      lines += survivors.map { "  \($0.id): \($0.change); \($0.reason)" }
    }
    lines += [
      "",
      "\(wire.count { $0.isFound }) of \(wire.count) breaches of the wire protocol noticed;"
        + " \(believedFalsehoods.count) planted falsehoods proved.", "",
    ]
    lines += misses.map { "Missed: \($0)." }
    if isIncomplete { lines.append(style.bold("Incomplete: the self-test was stopped.")) }
    lines.append("\(Int(seconds.rounded())) s.")
    return lines.joined(separator: "\n") + "\n"
  }

  private func shown(_ share: Double, _ mode: Mode) -> String {
    "\(percentage(share))  (at least \(percentage(mode.target)))"
  }
}
