internal import Diagnostics

/// Reads JSON that nobody vouches for: a name that is given twice is an error, and so is nesting deeper than
/// a limit. The memory taken is within a small factor of the text's.
struct StrictJSON {
  /// Why a text is refused, and at which byte.
  struct Failure: Error, Equatable {
    let reason: String
    let offset: Int
  }

  static let deepest = 16

  private let bytes: [UInt8]
  private var place = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  static func parse(_ bytes: [UInt8]) throws(Failure) -> JSONValue {
    var parser = StrictJSON(bytes)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.place == bytes.count else { throw parser.failure("something follows the value") }
    return value
  }

  private func failure(_ reason: String) -> Failure { Failure(reason: reason, offset: place) }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { place += 1 }
  }

  private mutating func take(_ character: Character) throws(Failure) {
    guard let byte = next, byte == character.asciiValue else {
      throw failure("'\(character)' is missing")
    }
    place += 1
  }

  private mutating func isNext(_ character: Character) -> Bool {
    skipSpace()
    guard next == character.asciiValue else { return false }
    place += 1
    return true
  }

  private mutating func value(depth: Int) throws(Failure) -> JSONValue {
    guard depth <= StrictJSON.deepest else {
      throw failure("nested more than \(StrictJSON.deepest) deep")
    }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws(Failure) -> JSONValue {
    for character in text { try take(character) }
    return value
  }

  private mutating func object(depth: Int) throws(Failure) -> JSONValue {
    try take("{")
    var members: [String: JSONValue] = [:]
    if isNext("}") { return .object(members) }
    while true {
      skipSpace()
      let name = try string()
      skipSpace()
      try take(":")
      let value = try value(depth: depth + 1)
      guard members.updateValue(value, forKey: name) == nil else {
        throw failure("'\(name.prefix(40))' is given twice")
      }
      if isNext("}") { return .object(members) }
      try take(",")
    }
  }

  private mutating func array(depth: Int) throws(Failure) -> JSONValue {
    try take("[")
    var elements: [JSONValue] = []
    if isNext("]") { return .array(elements) }
    while true {
      elements.append(try value(depth: depth + 1))
      if isNext("]") { return .array(elements) }
      try take(",")
    }
  }

  private mutating func number() throws(Failure) -> JSONValue {
    let start = place
    while let byte = next, byte < 0x80, "+-.0123456789eE".contains(Character(UnicodeScalar(byte))) {
      place += 1
      guard place - start <= 400 else { throw failure("a number of more than 400 digits") }
    }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    let digits = text.drop { $0 == "-" }
    guard text.first == "-" || digits.count == text.count, digits.first?.isNumber == true,
      !(digits.count > 1 && digits.first == "0" && digits.dropFirst().first?.isNumber == true),
      text.last?.isNumber == true
    else { throw failure("this is no value") }
    if let whole = Int(text) { return .integer(whole) }
    guard let value = Double(text), value.isFinite else {
      throw failure("'\(text.prefix(40))' is no number")
    }
    return .number(value)
  }

  private mutating func string() throws(Failure) -> String {
    try take("\"")
    var text: [UInt8] = []
    while let byte = next {
      place += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw failure("a text is no UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw failure("a control character in a text")
      default: text.append(byte)
      }
    }
    throw failure("a text has no end")
  }

  private mutating func escape(into text: inout [UInt8]) throws(Failure) {
    guard let byte = next else { throw failure("a text has no end") }
    place += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var unit = try codeUnit()
      if unit & 0xFC00 == 0xD800 {
        try take("\\")
        try take("u")
        let second = try codeUnit()
        guard second & 0xFC00 == 0xDC00 else { throw failure("half a surrogate pair") }
        unit = 0x10000 + (unit & 0x3FF) << 10 + second & 0x3FF
      }
      guard let scalar = UnicodeScalar(unit) else { throw failure("half a surrogate pair") }
      text.append(contentsOf: Array(String(Character(scalar)).utf8))
    default: throw failure("an unknown escape in a text")
    }
  }

  private mutating func codeUnit() throws(Failure) -> UInt32 {
    guard place + 4 <= bytes.count else { throw failure("a text has no end") }
    let digits = bytes[place..<(place + 4)]
    guard digits.allSatisfy({ $0 < 0x80 && Character(UnicodeScalar($0)).isHexDigit }),
      let unit = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw failure("\\u is followed by four hexadecimal digits") }
    place += 4
    return unit
  }
}
