public import Diagnostics
public import Foundation

/// A failing case as it is kept: enough to run it again, and to read it.
public struct Failure: Sendable, Hashable {
  /// The version of the format that this code reads and writes.
  public static let formatVersion = 1

  /// The name of the property.
  public var property: String
  /// What was tested, with its settings; null where the property says it all.
  public var subject: JSONValue
  public var seed: UInt64
  /// The choices that make the case.
  public var choices: [Choice]
  /// The shrunk case, readable.
  public var `case`: JSONValue
  /// What is wrong.
  public var message: String
  /// What was observed, step by step; null where there are no steps.
  public var observed: JSONValue
  /// What was expected, step by step.
  public var expected: JSONValue

  public init(
    property: String, subject: JSONValue = .null, seed: UInt64, choices: [Choice],
    case: JSONValue, message: String, observed: JSONValue = .null, expected: JSONValue = .null
  ) {
    self.property = property
    self.subject = subject
    self.seed = seed
    self.choices = choices
    self.case = `case`
    self.message = message
    self.observed = observed
    self.expected = expected
  }

  /// A function of the property, the subject and the choices, or the case itself where no choices made it:
  /// the same failure has the same ID on every machine. Twelve hexadecimal digits.
  public var id: String {
    let made = choices.isEmpty ? `case`.text(isIndented: false) : ChoiceText.text(of: choices)
    let key = "\(property)\n\(subject.text(isIndented: false))\n\(made)"
    // FNV-1a mixes its last bytes into the low bits only; the finisher of MurmurHash3 spreads them.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in key.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
    hash = (hash ^ hash >> 33) &* 0xc4ce_b9fe_1a85_ec53
    hash ^= hash >> 33
    let digits = String(hash >> 16, radix: 16)
    return String(repeating: "0", count: 12 - digits.count) + digits
  }

  /// The file's contents.
  public var json: JSONValue {
    [
      "version": .integer(Self.formatVersion),
      "id": .string(id),
      "property": .string(property),
      "subject": subject,
      "seed": .string(String(seed)),
      "choices": .string(ChoiceText.text(of: choices)),
      "case": `case`,
      "message": .string(message),
      "trajectories": ["observed": observed, "expected": expected],
    ]
  }

  /// Reads a file's contents.
  public init(_ json: JSONValue, place: String) throws(FailureFileError) {
    guard let version = json["version"]?.int else {
      throw .corrupt(place: place, reason: "it has no format version")
    }
    guard version == Self.formatVersion else {
      throw .otherVersion(place: place, version: version)
    }
    guard let property = json["property"]?.string else {
      throw .corrupt(place: place, reason: "it names no property")
    }
    guard let seed = json["seed"]?.string.flatMap(UInt64.init) else {
      throw .corrupt(place: place, reason: "its seed is no number")
    }
    guard let text = json["choices"]?.string, let choices = ChoiceText.choices(of: text) else {
      throw .corrupt(place: place, reason: "its choices cannot be read")
    }
    self.init(
      property: property, subject: json["subject"] ?? .null, seed: seed, choices: choices,
      case: json["case"] ?? .null, message: json["message"]?.string ?? "",
      observed: json["trajectories"]?["observed"] ?? .null,
      expected: json["trajectories"]?["expected"] ?? .null)
    guard let written = json["id"]?.string, written == id else {
      throw .corrupt(place: place, reason: "its ID is not that of its contents, \(id)")
    }
  }

  /// Reads a file of at most 16 MiB.
  public init(file: URL) throws(FailureFileError) {
    let place = file.path
    let text: Data
    do {
      let handle = try FileHandle(forReadingFrom: file)
      defer { try? handle.close() }
      text = try handle.read(upToCount: 1 << 24 + 1) ?? Data()
    } catch {
      throw .unreadable(place: place)
    }
    guard text.count <= 1 << 24 else { throw .corrupt(place: place, reason: "it is over 16 MiB") }
    let json: JSONValue
    do {
      json = try JSONValue(parsing: text)
    } catch {
      throw .corrupt(place: place, reason: error.message)
    }
    try self.init(json, place: place)
  }
}

/// Why a failure file cannot be used.
public enum FailureFileError: Diagnosable, Equatable {
  case unreadable(place: String)
  case corrupt(place: String, reason: String)
  case otherVersion(place: String, version: Int)
  case unwritable(place: String)

  public var exitCode: ExitCode {
    switch self {
    case .unreadable: .noInput
    case .corrupt, .otherVersion: .data
    case .unwritable: .cannotCreate
    }
  }

  public var place: String? {
    switch self {
    case .unreadable(let place), .unwritable(let place): place
    case .corrupt(let place, _), .otherVersion(let place, _): place
    }
  }

  public var message: String {
    switch self {
    case .unreadable: "the failure file cannot be read"
    case .corrupt(_, let reason): "this is no failure file: \(reason)"
    case .otherVersion(_, let version):
      "the failure file is of format \(version), and this is a program for format"
        + " \(Failure.formatVersion)"
    case .unwritable: "failures cannot be written here"
    }
  }
}
