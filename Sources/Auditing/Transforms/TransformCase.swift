internal import Diagnostics
internal import Numbers

/// A case of a property of transforms: an objective, where there is one, and numbers by name.
struct TransformCase: AuditCase {
  /// The objective's text; nil where the loss itself is the variable.
  var objective: String?
  /// The variables' values, and whatever else a property needs.
  var values: [String: Double]
  /// The steps that an optimizer makes in it.
  var stepCount = 1

  init(_ objective: String, _ values: [String: Double], steps: Int = 1) {
    self.init(values, steps: steps)
    self.objective = objective
  }

  init(_ values: [String: Double], steps: Int = 1) {
    self.values = values
    stepCount = steps
  }

  var json: JSONValue {
    [
      "objective": JSONValue(objective),
      "values": .object(values.mapValues { JSONValue($0) }), "steps": .integer(stepCount),
    ]
  }

  init(json: JSONValue) throws(CaseError) {
    objective = json["objective"]?.string
    values = [:]
    for (name, value) in json["values"]?.object ?? [:] {
      guard let number = value.double else {
        throw CaseError(message: "`\(name)` is \(value), which is no number")
      }
      values[name] = number
    }
    stepCount = json["steps"]?.int ?? 1
  }

  var scalarCount: Int { max(values.count, 1) }

  /// A value that the property needs.
  func value(_ name: String) throws(CaseError) -> Double {
    guard let value = values[name] else {
      throw CaseError(message: "the case gives no `\(name)`")
    }
    return value
  }

  /// A value that the property needs, exactly.
  func exact(_ name: String) throws(CaseError) -> Rational {
    guard let exact = Rational(exactly: try value(name)) else {
      throw CaseError(message: "`\(name)` is not finite")
    }
    return exact
  }
}

extension Interval {
  /// Whether two enclosures have no number in common: what they enclose is different.
  func isApart(from other: Interval) -> Bool {
    isDefined && other.isDefined && (upper < other.lower || other.upper < lower)
  }

  /// Whether the number enclosed is certainly none of 0, 1 and −1.
  var avoidsJoins: Bool {
    isDefined && !containsZero && !contains(1.0) && !contains(-1.0)
  }
}
