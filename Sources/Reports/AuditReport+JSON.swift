public import Auditing
public import Diagnostics
internal import Properties

extension AuditReport {
  /// The report in its stable JSON form; a field that has no value is null.
  public var json: JSONValue {
    var members: [String: JSONValue] = [
      "tool": "assay",
      "version": .string(assayVersion),
      "subject": [
        "kind": .string(subject.kind),
        "name": .string(subject.name),
        "formula": JSONValue(subject.formula),
        "family": JSONValue(subject.family),
      ],
      "inference": JSONValue(inference),
      "seed": .integer(Int(clamping: seed)),
      "effort": .string(effort.rawValue),
      "incomplete": .bool(isIncomplete),
      "results": .array(results.map { json(of: $0) }),
      "summary": .object(
        Dictionary(uniqueKeysWithValues: summary.map { ($0.verdict.rawValue, .integer($0.count)) })),
    ]
    if let against {
      members["against"] = [
        "kind": .string(against.subject.kind), "name": .string(against.subject.name),
        "formula": JSONValue(against.subject.formula), "family": JSONValue(against.subject.family),
        "firstDifference": against.firstDifference.map { .integer($0) } ?? .null,
        "scenario": against.scenario?.json ?? .null,
      ]
    }
    return .object(members)
  }

  private func json(of row: PropertyResult) -> JSONValue {
    guard let against, case .object(var members) = row.json else { return row.json }
    let other = against.rows[row.property.id]
    members["other"] = JSONValue(other?.verdict.rawValue)
    members["firstDifference"] = other?.firstDifference.map { .integer($0) } ?? .null
    return .object(members)
  }
}

extension PropertyResult {
  var json: JSONValue {
    [
      "property": .string(property.id),
      "declared": .bool(isDeclared),
      "verdict": .string(verdict.rawValue),
      "evidence": .array(evidence.map(\.json)),
      "statement": .string(property.statement),
      "source": .string(property.source),
      "domain": .string(property.domain),
      "arithmetic": .string(property.arithmetic.rawValue),
      "assumptions": JSONValue(assumptions),
      "theorem": JSONValue(theorem),
      "cases": .integer(cases),
      "premiseShare": premiseShare.map { JSONValue($0) } ?? .null,
      "counterexample": counterexample?.json ?? .null,
      "detail": JSONValue(detail),
      "seconds": JSONValue(seconds),
    ]
  }
}

extension Evidence {
  var json: JSONValue {
    [
      "kind": .string(kind.rawValue),
      "tool": .string(tool),
      "verdict": .string(verdict.rawValue),
      "domain": JSONValue(domain),
      "detail": JSONValue(detail),
      "seconds": JSONValue(seconds),
    ]
  }
}

extension Counterexample {
  var json: JSONValue {
    [
      "scalars": .integer(scalars),
      "steps": .integer(steps),
      "case": self.case,
      "replay": JSONValue(replay),
      "command": .string(command),
      "reproduction": JSONValue(reproduction),
    ]
  }
}
