/// The settings of a problem as typed, read one by one; what nobody asks for is unknown.
struct ObjectiveSettings {
  let objective: String
  private let values: [String: String]
  private(set) var used: [(key: String, value: String)] = []

  init(objective: String, values: [String: String]) {
    self.objective = objective
    self.values = values
  }

  mutating func text(_ key: String, default fallback: String) -> String {
    let value = values[key] ?? fallback
    used.append((key, value))
    return value
  }

  mutating func number(
    _ key: String, default fallback: Double, in range: ClosedRange<Double>
  ) throws(ObjectiveError) -> Double {
    try value(key, "a number", default: fallback, in: range)
  }

  mutating func whole(
    _ key: String, default fallback: Int, in range: ClosedRange<Int>
  ) throws(ObjectiveError) -> Int {
    try value(key, "a whole number", default: fallback, in: range)
  }

  private mutating func value<Value: LosslessStringConvertible & Comparable>(
    _ key: String, _ kind: String, default fallback: Value, in range: ClosedRange<Value>
  ) throws(ObjectiveError) -> Value {
    let text = text(key, default: "\(fallback)")
    guard let value = Value(text), range.contains(value) else {
      throw .badValue(
        key: key, text: text, expected: "\(kind) from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// Whole numbers from 0, or `none`.
  mutating func seed(_ key: String, default fallback: String) throws(ObjectiveError) -> UInt64? {
    let text = text(key, default: fallback)
    if text == "none" { return nil }
    guard let value = UInt64(text) else {
      throw .badValue(key: key, text: text, expected: "a whole number, or none")
    }
    return value
  }

  func finish() throws(ObjectiveError) {
    let known = used.map(\.key)
    for key in values.keys.sorted() where !known.contains(key) {
      throw .unknownKey(key: key, objective: objective, known: known)
    }
  }
}
