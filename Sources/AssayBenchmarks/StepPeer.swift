internal import Diagnostics
internal import Foundation
internal import Processes

/// Another library's optimizer, in a Python process of its own that times its own steps.
final class StepPeer {
  /// `torch-fused`, `torch-foreach` or `optax`.
  let kind: String
  private let process: LineProcess
  /// What it runs now, `torch fused`; nil where it has no such optimizer, or failed.
  private(set) var title: String?
  private(set) var version = ""
  /// Why it does not run.
  private(set) var fault: String?

  /// Starts the process; nil where there is no Python.
  init?(kind: String, threads: Int) {
    guard let url = Bundle.module.url(forResource: "Resources/bandwidth", withExtension: "py"),
      let process = try? LineProcess(["python3", url.path, kind, "\(threads)"])
    else { return nil }
    self.kind = kind
    self.process = process
  }

  /// Makes parameters and a state.
  func prepare(_ optimizer: String, count: Int) {
    let answer = ask(["optimizer": .string(optimizer), "count": .integer(count)])
    title = answer?["title"]?.string
    version = answer?["version"]?.string ?? version
  }

  /// Lets go of the memory.
  func release() {
    _ = ask(["release": true])
    title = nil
  }

  /// Makes steps, and returns the seconds of one; nil where it cannot.
  func secondsPerStep(_ steps: Int) -> Double? {
    guard title != nil, let seconds = ask(["steps": .integer(steps)])?["seconds"]?.double else {
      title = nil
      return nil
    }
    return seconds / Double(steps)
  }

  private func ask(_ request: JSONValue) -> JSONValue? {
    guard fault == nil else { return nil }
    do {
      let line = request.text().filter { !$0.isNewline }
      let answer = try JSONValue(
        parsing: Data(try process.answer(to: Array(line.utf8), within: 120)))
      if let error = answer["error"]?.string {
        fault = error
        return nil
      }
      return answer
    } catch {
      fault = "\(error)"
      return nil
    }
  }
}
