internal import Diagnostics

/// The types of numbers that a safetensors file may hold, of those that states do.
enum SavedType: String, Sendable, CaseIterable {
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"

  /// The bytes of a number.
  var size: Int {
    switch self {
    case .float64: 8
    case .float32: 4
    case .float16, .bfloat16: 2
    }
  }
}

/// A file's bytes, read by pieces.
struct ByteSource {
  let size: Int
  /// - Precondition: the range lies within the size.
  let read: (Range<Int>) throws(SavedStateError) -> [UInt8]

  init(size: Int, read: @escaping (Range<Int>) throws(SavedStateError) -> [UInt8]) {
    self.size = size
    self.read = read
  }

  init(_ bytes: [UInt8]) {
    self.init(size: bytes.count) { Array(bytes[$0]) }
  }
}

/// The header of a safetensors file: 8 bytes of its length, little-endian, then JSON of that length.
///
/// Source: the format's description, <https://github.com/huggingface/safetensors>. Every byte of the data
/// belongs to one tensor. The format allows headers of 100 MB; here they end at 32 MB, which is some 50,000
/// tensors of a state.
struct SafetensorsHeader {
  struct Entry: Hashable {
    let type: SavedType
    let shape: [Int]
    /// Where its bytes lie, from the start of the file.
    let range: Range<Int>

    /// How many numbers it has.
    var count: Int { range.count / type.size }
  }

  static let longest = 32_000_000

  var metadata: [String: String] = [:]
  var entries: [String: Entry] = [:]

  /// Reads and checks a header. No more memory is taken than its length, which is checked first.
  init(reading source: ByteSource) throws(SavedStateError) {
    guard source.size >= 8 else {
      throw .malformed("a file of \(source.size) bytes has no room for the length of a header")
    }
    let length = littleEndian(try source.read(0..<8), 0, count: 8)
    guard length <= UInt64(SafetensorsHeader.longest) else {
      throw .malformed(
        "a header of \(length) bytes, and at most \(SafetensorsHeader.longest) are allowed")
    }
    let start = 8 + Int(length)
    guard start <= source.size else {
      throw .malformed("a header of \(length) bytes in a file of \(source.size)")
    }
    let text = try source.read(8..<start)
    guard text.first == UInt8(ascii: "{") else { throw .malformed("the header is no object") }
    let json: JSONValue
    do {
      json = try StrictJSON.parse(text)
    } catch {
      throw .malformed("the header, byte \(error.offset): \(error.reason)")
    }
    for (name, value) in json.object ?? [:] {
      if name == "__metadata__" {
        metadata = try SafetensorsHeader.metadata(value)
      } else {
        entries[name] = try SafetensorsHeader.entry(
          value, name: name, dataStart: start, size: source.size)
      }
    }
    var end = start
    for entry in entries.values.sorted(by: {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }) {
      guard entry.range.lowerBound == end else {
        throw .malformed(
          "tensors overlap or leave a gap at byte \(min(end, entry.range.lowerBound))")
      }
      end = entry.range.upperBound
    }
    guard end == source.size else {
      throw .malformed("the tensors end at byte \(end) of \(source.size)")
    }
  }

  private static func metadata(_ json: JSONValue) throws(SavedStateError) -> [String: String] {
    guard let members = json.object else { throw .malformed("__metadata__ is no object") }
    var texts: [String: String] = [:]
    for (key, value) in members {
      guard let text = value.string else {
        throw .malformed("__metadata__ holds texts, and '\(key.prefix(40))' is none")
      }
      texts[key] = text
    }
    return texts
  }

  private static func entry(
    _ json: JSONValue, name: String, dataStart: Int, size: Int
  ) throws(SavedStateError) -> Entry {
    let name = name.prefix(60)
    guard let members = json.object, members.count == 3, let code = members["dtype"]?.string,
      let shape = members["shape"]?.array, let offsets = members["data_offsets"]?.array
    else { throw .malformed("tensor '\(name)' has a dtype, a shape and data_offsets, no more") }
    guard let type = SavedType(rawValue: code) else {
      throw .malformed("tensor '\(name)' is of the type '\(code.prefix(20))'")
    }
    var lengths: [Int] = []
    var bytes = type.size
    for element in shape {
      guard case .integer(let length) = element, length >= 0 else {
        throw .malformed("tensor '\(name)' has a length that is no count")
      }
      let (product, overflows) = bytes.multipliedReportingOverflow(by: length)
      guard !overflows else { throw .malformed("tensor '\(name)' is too large for any memory") }
      bytes = product
      lengths.append(length)
    }
    let data = size - dataStart
    guard offsets.count == 2, case .integer(let begin) = offsets[0],
      case .integer(let end) = offsets[1], begin >= 0, begin <= end, end <= data
    else { throw .malformed("tensor '\(name)' lies outside the \(data) bytes of data") }
    guard end - begin == bytes else {
      throw .malformed("tensor '\(name)' has \(end - begin) bytes, and its shape \(bytes)")
    }
    return Entry(type: type, shape: lengths, range: (dataStart + begin)..<(dataStart + end))
  }
}

/// A safetensors file to be: its tensors in order, and the texts beside them.
struct SafetensorsWriter {
  private var entries: [String: JSONValue] = [:]
  private(set) var dataSize = 0
  var metadata: [String: String] = [:]

  /// Gives a tensor its place behind the others.
  ///
  /// - Precondition: the name is not in use.
  mutating func place(_ name: String, _ type: SavedType, shape: [Int]) {
    let end = dataSize + shape.reduce(type.size, *)
    precondition(entries[name] == nil && name != "__metadata__", "\(name) has a place already")
    entries[name] = [
      "dtype": .string(type.rawValue), "shape": .array(shape.map { .integer($0) }),
      "data_offsets": [.integer(dataSize), .integer(end)],
    ]
    dataSize = end
  }

  /// The header and its length, padded with spaces so that the data begin at a multiple of 8.
  var header: [UInt8] {
    var members = entries
    if !metadata.isEmpty { members["__metadata__"] = .object(metadata.mapValues { .string($0) }) }
    var text = Array(JSONValue.object(members).text(isIndented: false).utf8)
    text += [UInt8](repeating: 0x20, count: (8 - text.count % 8) % 8)
    return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text
  }
}

/// The number that some bytes mean, the least significant first.
@inline(__always)
func littleEndian(_ bytes: borrowing [UInt8], _ start: Int, count: Int) -> UInt64 {
  var value: UInt64 = 0
  for i in 0..<count { value |= UInt64(bytes[start + i]) << UInt64(8 * i) }
  return value
}
