internal import Diagnostics
public import Foundation
internal import Synchronization

/// A record of every case, one JSON object a line, in the schema that Hypothesis uses for observability.
///
/// Lines are appended whole, so several checks may share a log.
public final class ObservationLog: Sendable {
  public let url: URL
  private let isBroken = Mutex(false)

  /// - Parameter url: the file; it and its folder are made when the first line is written.
  public init(_ url: URL) { self.url = url }

  /// Whether a line could not be written.
  public var hasFailed: Bool { isBroken.withLock { $0 } }

  /// How a case came to be.
  enum Origin: String { case generated, replayed, searched, shrunk, verified, explained }

  struct Observation {
    var property: String
    var runStart: Double
    var origin: Origin
    var status: String
    var reason: String
    var representation: String
    var choices: [Choice]
    var state: TestCase.State?
    var generationSeconds: Double
    var bodySeconds: Double
  }

  func write(_ case: Observation) {
    let scores = `case`.state?.scores ?? [:]
    var features: [String: JSONValue] = [:]
    for label in `case`.state?.labels ?? [] { features[label] = "" }
    for (label, score) in scores {
      features[label.isEmpty ? "target" : "target:\(label)"] = JSONValue(score)
    }
    let line: JSONValue = [
      "type": "test_case",
      "run_start": JSONValue(`case`.runStart),
      "property": .string(`case`.property),
      "status": .string(`case`.status),
      "status_reason": .string(`case`.reason),
      "representation": .string(`case`.representation),
      "arguments": ["value": .string(`case`.representation)],
      "how_generated": .string(`case`.origin.rawValue),
      "features": .object(features),
      "coverage": nil,
      "timing": [
        "generate:value": JSONValue(`case`.generationSeconds),
        "execute:test": JSONValue(`case`.bodySeconds),
      ],
      "metadata": [
        "choices": .string(ChoiceText.text(of: `case`.choices)),
        "notes": JSONValue(`case`.state?.notes ?? []),
      ],
    ]
    write(line)
  }

  /// A line that is not about one case.
  ///
  /// - Parameter kind: `info`, `alert` or `error`.
  func write(_ kind: String, property: String, runStart: Double, title: String, content: String) {
    write([
      "type": .string(kind), "property": .string(property), "run_start": JSONValue(runStart),
      "title": .string(title), "content": .string(content),
    ])
  }

  private func write(_ line: JSONValue) {
    isBroken.withLock { isBroken in
      guard !isBroken else { return }
      do {
        if !FileManager.default.fileExists(atPath: url.path) {
          try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
          _ = FileManager.default.createFile(atPath: url.path, contents: nil)
        }
        let handle = try FileHandle(forWritingTo: url)
        defer { try? handle.close() }
        try handle.seekToEnd()
        try handle.write(contentsOf: Data((line.text(isIndented: false) + "\n").utf8))
      } catch {
        isBroken = true
      }
    }
  }
}
