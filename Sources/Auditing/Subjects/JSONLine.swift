internal import Diagnostics
internal import Foundation

/// A line of JSON from a program that is not trusted: read in one pass, with limits on depth and size.
struct JSONLine: Sendable {
  /// How deeply arrays and objects may nest.
  static let depthLimit = 64
  /// How many values a line may hold.
  static let valueLimit = 4_000_000

  let value: JSONValue
  /// The text of the outermost object's members, by name: what is only passed on stays as it came.
  let texts: [String: String]

  /// Reads a line.
  ///
  /// - Parameter kept: the names of the outermost members whose text is kept.
  /// - Throws: for what is no JSON, and beyond the limits; the message names the byte.
  init(_ bytes: [UInt8], keeping kept: Set<String> = []) throws(JSONLineError) {
    var reader = Reader(bytes: bytes, kept: kept)
    reader.skipBlanks()
    value = try reader.value(depth: 0)
    reader.skipBlanks()
    guard reader.position == bytes.count else { throw reader.failure("something after the value") }
    texts = reader.texts
  }
}

/// A line that is no JSON, or beyond the limits.
struct JSONLineError: Error, Equatable {
  let message: String
}

private struct Reader {
  let bytes: [UInt8]
  let kept: Set<String>
  var position = 0
  var texts: [String: String] = [:]
  private var count = 0

  init(bytes: [UInt8], kept: Set<String>) {
    self.bytes = bytes
    self.kept = kept
  }

  func failure(_ what: String) -> JSONLineError {
    let start = max(0, position - 20)
    let excerpt = String(decoding: bytes[start..<min(bytes.count, start + 60)], as: UTF8.self)
    return JSONLineError(message: "this is no JSON: \(what) at byte \(position): \(excerpt)")
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0a {
      position += 1
    }
  }

  mutating func value(depth: Int) throws(JSONLineError) -> JSONValue {
    count += 1
    guard count <= JSONLine.valueLimit else {
      throw failure("more than \(JSONLine.valueLimit) values")
    }
    guard depth <= JSONLine.depthLimit else {
      throw failure("more than \(JSONLine.depthLimit) levels")
    }
    switch next {
    case UInt8(ascii: "{"): return .object(try members(depth: depth))
    case UInt8(ascii: "["): return .array(try elements(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw failure("the text ends where a value is wanted")
    default: return try number()
    }
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws(JSONLineError) -> JSONValue
  {
    guard bytes[position...].starts(with: text.utf8) else { throw failure("an unknown word") }
    position += text.utf8.count
    return value
  }

  private mutating func elements(depth: Int) throws(JSONLineError) -> [JSONValue] {
    position += 1
    var elements: [JSONValue] = []
    skipBlanks()
    if next == UInt8(ascii: "]") {
      position += 1
      return []
    }
    while true {
      skipBlanks()
      elements.append(try value(depth: depth + 1))
      skipBlanks()
      switch next {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "]"):
        position += 1
        return elements
      default: throw failure("an array that is not closed")
      }
    }
  }

  private mutating func members(depth: Int) throws(JSONLineError) -> [String: JSONValue] {
    position += 1
    var members: [String: JSONValue] = [:]
    skipBlanks()
    if next == UInt8(ascii: "}") {
      position += 1
      return [:]
    }
    while true {
      skipBlanks()
      guard next == UInt8(ascii: "\"") else { throw failure("a member without a name") }
      let name = try string()
      skipBlanks()
      guard next == UInt8(ascii: ":") else { throw failure("a member without a value") }
      position += 1
      skipBlanks()
      let start = position
      members[name] = try value(depth: depth + 1)
      if depth == 0, kept.contains(name) {
        texts[name] = String(decoding: bytes[start..<position], as: UTF8.self)
      }
      skipBlanks()
      switch next {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "}"):
        position += 1
        return members
      default: throw failure("an object that is not closed")
      }
    }
  }

  private mutating func string() throws(JSONLineError) -> String {
    let start = position
    position += 1
    var hasEscape = false
    while let byte = next, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw failure("a control character in a string") }
      if byte == UInt8(ascii: "\\") {
        hasEscape = true
        position += 1
      }
      position += 1
    }
    guard position < bytes.count else {
      position = min(start, bytes.count)
      throw failure("a string that is not closed")
    }
    position += 1
    let text = bytes[(start + 1)..<(position - 1)]
    guard hasEscape else {
      guard let plain = String(validating: text, as: UTF8.self) else {
        throw failure("a string that is no UTF-8")
      }
      return plain
    }
    // Escapes are rare: the platform's decoder knows them all.
    guard
      let decoded = try? JSONDecoder().decode(String.self, from: Data(bytes[start..<position]))
    else { throw failure("a string with an escape that is none") }
    return decoded
  }

  private mutating func number() throws(JSONLineError) -> JSONValue {
    let start = position
    var isInteger = true
    func digits() -> Int {
      var end = position
      while end < bytes.count, (0x30...0x39).contains(bytes[end]) { end += 1 }
      return end - position
    }
    if next == UInt8(ascii: "-") { position += 1 }
    let whole = digits()
    guard whole > 0, whole == 1 || bytes[position] != 0x30 else {
      position = start
      throw failure("no value")
    }
    position += whole
    if next == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      let fraction = digits()
      guard fraction > 0 else { throw failure("a number without digits after its point") }
      position += fraction
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      isInteger = false
      position += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      let exponent = digits()
      guard exponent > 0 else { throw failure("a number without digits in its exponent") }
      position += exponent
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    // `-0` has a sign that an integer has not.
    if isInteger, let integer = Int(text), integer != 0 || text == "0" { return .integer(integer) }
    guard let double = Double(text) else { throw failure("a number that cannot be read") }
    guard double.isFinite else { throw failure("a number beyond float64's range") }
    return .number(double)
  }
}

extension JSONValue {
  /// The value as one line, every number with all of its bits, members sorted by name.
  var lineText: String {
    var text = ""
    appendLine(to: &text)
    return text
  }

  private func appendLine(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += "\(value)"
    // `-0.0` keeps its sign, and an integral value its point.
    case .number(let value): text += value.isFinite ? "\(value)" : JSONValue(value).lineText
    case .string(let value): text += Self.quoted(value)
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += "," }
        element.appendLine(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
        if index > 0 { text += "," }
        text += "\(Self.quoted(member.key)):"
        member.value.appendLine(to: &text)
      }
      text += "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
