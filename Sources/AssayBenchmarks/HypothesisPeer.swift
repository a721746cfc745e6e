import Diagnostics
import Foundation

/// Hypothesis, run from a script among the resources; absent where Python or the package is.
enum HypothesisPeer {
  static let version = "6.155.2"

  /// The lines of JSON that a script prints; nil where it cannot run.
  static func run(_ script: String, _ arguments: [String]) -> [JSONValue]? {
    guard
      let url = Bundle.module.url(forResource: "Resources/\(script)", withExtension: "py")
    else { return nil }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", url.path] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      return nil
    }
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return text.split(separator: UInt8(ascii: "\n")).compactMap {
      try? JSONValue(parsing: Data($0))
    }
  }

  static func printAbsence() {
    print("Hypothesis did not run: pip install hypothesis==\(version)")
  }
}
