/// An array as the IDX format stores it, MNIST's: a magic number, the dimensions, the elements.
///
/// Bytes 0 and 1 are 0, byte 2 names the type of the elements, byte 3 counts the dimensions; each dimension
/// follows as 4 bytes, then the elements, row-major, all with the most significant byte first.
///
/// Source: LeCun, Cortes & Burges, *The MNIST database of handwritten digits*.
public struct IDXArray: Sendable, Hashable {
  /// What the elements are, with the format's code.
  public enum ElementType: UInt8, Sendable, CaseIterable {
    case unsignedByte = 0x08
    case signedByte = 0x09
    case int16 = 0x0B
    case int32 = 0x0C
    case float32 = 0x0D
    case float64 = 0x0E

    public var byteCount: Int {
      switch self {
      case .unsignedByte, .signedByte: 1
      case .int16: 2
      case .int32, .float32: 4
      case .float64: 8
      }
    }
  }

  public let elementType: ElementType
  /// At least one; any of them may be 0.
  public let dimensions: [Int]
  /// The elements as they are stored.
  public let bytes: [UInt8]

  /// The product of the dimensions.
  public var count: Int { bytes.count / elementType.byteCount }

  /// Reads a file's contents. Sizes are checked against the contents before any memory is taken.
  ///
  /// - Parameter path: what the file is called in an error.
  /// - Throws: for a wrong magic number, a header that ends early, dimensions whose product is no number,
  ///   and more or fewer elements than the dimensions say.
  public init(_ contents: [UInt8], path: String) throws(DatasetError) {
    func malformed(_ reason: String) -> DatasetError { .malformed(path: path, reason: reason) }
    guard contents.count >= 4 else {
      throw malformed("an IDX file begins with 4 bytes, this one has \(contents.count)")
    }
    let magic = contents[..<4].map { String($0, radix: 16) }.joined(separator: " ")
    guard contents[0] == 0, contents[1] == 0, let type = ElementType(rawValue: contents[2]) else {
      throw malformed("no IDX file begins with the bytes \(magic)")
    }
    let rank = Int(contents[3])
    guard rank >= 1 else { throw malformed("an IDX array has a dimension at least, this one none") }
    let header = 4 + 4 * rank
    guard contents.count >= header else {
      throw malformed("the header of \(rank) dimensions ends after \(contents.count) bytes")
    }
    var dimensions: [Int] = []
    var size = type.byteCount
    for place in 0..<rank {
      let start = 4 + 4 * place
      let dimension = contents[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
      dimensions.append(dimension)
      let (product, overflows) = size.multipliedReportingOverflow(by: dimension)
      guard !overflows else {
        throw malformed("the dimensions \(dimensions) multiply to more than a file can hold")
      }
      size = product
    }
    let present = contents.count - header
    guard present == size else {
      throw malformed(
        "dimensions \(dimensions) take \(size) bytes, \(present) follow the header")
    }
    elementType = type
    self.dimensions = dimensions
    bytes = Array(contents[header...])
  }

  /// The elements as numbers, each exact.
  public var values: [Double] {
    let size = elementType.byteCount
    return (0..<count).map { index in
      let word = bytes[(index * size)..<((index + 1) * size)].reduce(0) { $0 << 8 | UInt64($1) }
      return switch elementType {
      case .unsignedByte: Double(word)
      case .signedByte: Double(Int8(truncatingIfNeeded: word))
      case .int16: Double(Int16(truncatingIfNeeded: word))
      case .int32: Double(Int32(truncatingIfNeeded: word))
      case .float32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: word)))
      case .float64: Double(bitPattern: word)
      }
    }
  }
}
