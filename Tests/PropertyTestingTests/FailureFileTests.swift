import Diagnostics
import Foundation
import PropertyTesting
import Testing

@Suite("Failure files") struct FailureFileTests {
  /// A folder that is removed at the end.
  final class Scratch {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("assay-\(UUID().uuidString)")
    var folder: FailureFolder { FailureFolder(url.appendingPathComponent("failures")) }
    deinit { try? FileManager.default.removeItem(at: url) }
  }

  static let failure = Failure(
    property: "moment.odd", subject: ["name": "adam", "settings": ["epsilon": "1/100000000"]],
    seed: 18_446_744_073_709_551_615,
    choices: [
      .boolean(true), .integer(.min), .float(-0.0), .float(.nan), .float(1e-8), .bytes([0, 255]),
    ],
    case: ["gradients": JSONValue([1, -2.5])], message: "the step is not odd",
    observed: JSONValue([0.1, 0.2]),
    expected: JSONValue([0.1, 0.3]))

  @Test func `are read as they were written`() throws {
    let scratch = Scratch()
    let file = try scratch.folder.keep(Self.failure)
    #expect(file.lastPathComponent == "\(Self.failure.id).json")
    #expect(try Failure(file: file).json.text() == Self.failure.json.text())
    #expect(try scratch.folder.failure(id: Self.failure.id).id == Self.failure.id)
    let json = try JSONValue(parsing: try Data(contentsOf: file))
    #expect(json["version"] == 1)
    #expect(json["property"] == "moment.odd")
    #expect(json["subject"]?["name"] == "adam")
    #expect(json["seed"] == "18446744073709551615")
    #expect(json["choices"] == "T -9223372036854775808 d-0.0 dn7ff8000000000000 d1e-08 x00ff")
    #expect(json["trajectories"]?["observed"] == JSONValue([0.1, 0.2]))
  }

  /// The ID is what people write down, so it must not change.
  @Test func `have IDs that depend on property, subject and choices`() {
    #expect(Self.failure.id == "74ea30bacefe")
    var other = Self.failure
    other.message = "another message"
    other.seed = 3
    #expect(other.id == Self.failure.id)
    other.choices.removeLast()
    #expect(other.id != Self.failure.id)
    other = Self.failure
    other.subject = "sgd"
    #expect(other.id != Self.failure.id)
    // A case that a search found has no choices: it speaks for itself.
    other.choices = []
    let searched = other.id
    other.case = ["gradients": JSONValue([2, -2.5])]
    #expect(other.id != searched)
  }

  @Test func `that are corrupt are set aside and named`() throws {
    let scratch = Scratch()
    try scratch.folder.keep(Self.failure)
    for (name, text) in [
      ("cut.json", "{\"version\": 1, \"prop"), ("empty.json", ""),
      ("list.json", "[]"), ("deep.json", String(repeating: "[", count: 100_000)),
      (
        "changed.json",
        Self.failure.json.text().replacingOccurrences(of: "moment.odd", with: "moment.even")
      ),
    ] {
      try Data(text.utf8).write(to: scratch.folder.url.appendingPathComponent(name))
    }
    let (failures, warnings) = scratch.folder.failures(of: "moment.odd")
    #expect(failures.map(\.id) == [Self.failure.id])
    #expect(warnings.count == 5)
    #expect(warnings.allSatisfy { $0.contains("set aside as") })
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.folder.url.path)
    #expect(names.filter { $0.hasSuffix(".corrupt") }.count == 5)
    #expect(scratch.folder.failures(of: "moment.odd").warnings.isEmpty)
  }

  @Test func `of another version stay and are named`() throws {
    let scratch = Scratch()
    var json = Self.failure.json.object ?? [:]
    json["version"] = 2
    let file = scratch.folder.url.appendingPathComponent("new.json")
    try FileManager.default.createDirectory(
      at: scratch.folder.url, withIntermediateDirectories: true)
    try Data(JSONValue.object(json).text().utf8).write(to: file)
    #expect(throws: FailureFileError.otherVersion(place: file.path, version: 2)) {
      try Failure(file: file)
    }
    let (failures, warnings) = scratch.folder.failures(of: "moment.odd")
    #expect(failures.isEmpty)
    #expect(warnings.count == 1)
    #expect(FileManager.default.fileExists(atPath: file.path))
  }

  @Test func `that are not there or no names are errors`() {
    let scratch = Scratch()
    let bad: [String] = ["0123456789ab", "../../etc/pw", "", "0123456789abcdef"]
    for id in bad {
      let error = #expect(throws: FailureFileError.self) { try scratch.folder.failure(id: id) }
      #expect(error?.exitCode == .noInput)
    }
  }

  @Test func `are run first, and the ID names them`() throws {
    let scratch = Scratch()
    var settings = Settings(cases: 3000)
    settings.failures = scratch.folder
    let numbers = Generator<Int>.integers(in: 0...1_000_000)
    let first = checkThat("kept", numbers, settings) { $0 < 777_777 }
    let id = try #require(first.failure?.id)
    #expect(first.failure?.value == 777_777)
    #expect(first.attempts > 0)
    let again = checkThat("kept", numbers, settings) { $0 < 777_777 }
    #expect(again.attempts == 0)
    #expect(again.failure?.case == nil)
    #expect(again.failure?.id == id)
    let mended = checkThat("kept", numbers, settings) { _ in true }
    #expect(mended.hasPassed)
    let other = checkThat("kept", subject: "another", numbers, settings) { $0 < 777_777 }
    #expect(other.attempts > 0)
  }

  @Test func `that cannot be written leave a warning`() throws {
    let scratch = Scratch()
    try FileManager.default.createDirectory(at: scratch.url, withIntermediateDirectories: true)
    try Data().write(to: scratch.folder.url)
    var settings = Settings()
    settings.failures = scratch.folder
    let result = checkThat("unwritable", Generator<Int>.integers(), settings) { $0 < 5 }
    #expect(result.failure?.value == 5)
    #expect(result.failure?.id == nil)
    #expect(result.warnings.contains { $0.contains("cannot be written") })
  }

  @Test func `texts that are no choices are refused`() {
    for text in ["T5", "d", "dn0", "x0", "xzz", "x+1", "1.5", "TT", "9223372036854775808"] {
      #expect(ChoiceText.choices(of: text) == nil, "\(text)")
    }
    #expect(ChoiceText.choices(of: "") == [])
  }
}
