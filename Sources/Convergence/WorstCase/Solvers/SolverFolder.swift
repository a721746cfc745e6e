internal import Foundation
internal import Processes

/// A folder of its own in which a solver runs: what lies in the user's folder, a `param.csdp` say, is not
/// seen by it. Removed with the value.
final class SolverFolder {
  let url: URL

  init() throws {
    let manager = FileManager.default
    url = manager.temporaryDirectory.appending(path: "assay-solver-\(UUID().uuidString)")
    try manager.createDirectory(
      at: url, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: url.appending(path: name))
  }

  /// The text of a file that a solver wrote; nil where there is none, or more than the limit.
  func read(_ name: String, limit: Int = 256 << 20) -> String? {
    let path = url.appending(path: name).path
    guard let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int,
      size <= limit, let data = FileManager.default.contents(atPath: path)
    else { return nil }
    return String(decoding: data, as: UTF8.self)
  }

  /// Runs a program in this folder.
  func run(
    _ tool: ExternalTool, _ arguments: [String], limits: ToolLimits
  ) async throws(ToolError) -> ToolOutcome {
    let path = try tool.path()
    var environment = ProcessInfo.processInfo.environment
    // More threads than one only wait for each other on matrices of this size.
    environment["OPENBLAS_NUM_THREADS"] = "1"
    environment["OMP_NUM_THREADS"] = "1"
    return try await ExternalTool("env", package: "coreutils").run(
      ["--chdir=\(url.path)", path] + arguments, limits: limits, environment: environment)
  }
}

extension ToolLimits {
  /// What a solver may take.
  static func solver(seconds: Double) -> ToolLimits {
    ToolLimits(seconds: seconds, memory: 8 << 30, output: 16 << 20)
  }
}
