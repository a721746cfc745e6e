public import Foundation

/// Any JSON value. Numbers round-trip; NaN and ±∞, which JSON lacks, are the strings `"NaN"`,
/// `"Infinity"`, `"-Infinity"`, as in the wire protocol.
public enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// A number, as a string where JSON has none for it.
  public init(_ value: Double) {
    self =
      if value.isNaN {
        .string("NaN")
      } else if value.isInfinite {
        .string(value > 0 ? "Infinity" : "-Infinity")
      } else {
        .number(value)
      }
  }

  public init(_ value: String?) { self = value.map { .string($0) } ?? .null }
  public init(_ values: [Double]) { self = .array(values.map { JSONValue($0) }) }
  public init(_ values: [String]) { self = .array(values.map { .string($0) }) }

  /// The number that this value is, the strings of the wire protocol included.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .string("NaN"): .nan
    case .string("Infinity"): .infinity
    case .string("-Infinity"): -.infinity
    default: nil
    }
  }

  public var int: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  public var string: String? { if case .string(let value) = self { value } else { nil } }
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  public var array: [JSONValue]? { if case .array(let values) = self { values } else { nil } }
  public var object: [String: JSONValue]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The member of an object, or nil where this is no object or has none of that name.
  public subscript(key: String) -> JSONValue? { object?[key] }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(nilLiteral: ()) { self = .null }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements, uniquingKeysWith: { $1 }))
  }
}

extension JSONValue: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let values = try? container.decode([JSONValue].self) {
      self = .array(values)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let values): try container.encode(values)
    case .object(let members): try container.encode(members)
    }
  }
}

/// A text that is no JSON.
public struct JSONError: Diagnosable, Equatable {
  public let message: String
  public var exitCode: ExitCode { .data }
}

extension JSONValue {
  /// Reads a text of JSON.
  public init(parsing text: Data) throws(JSONError) {
    do {
      self = try JSONDecoder().decode(JSONValue.self, from: text)
    } catch {
      throw JSONError(
        message: "this is no JSON: \(String(decoding: text.prefix(60), as: UTF8.self))")
    }
  }

  /// The value as JSON, members sorted by name, so that equal values are equal texts.
  ///
  /// - Parameter isIndented: whether to break lines for people to read; else it is one line.
  public func text(isIndented: Bool = true) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isIndented { encoder.outputFormatting.insert(.prettyPrinted) }
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    } catch {
      // `number` holds a value that is not finite: the initializer that takes a `Double` never makes one.
      preconditionFailure("not finite: \(self)")
    }
  }
}
