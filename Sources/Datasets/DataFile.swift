internal import Foundation
internal import Processes

/// A file's contents, plain or compressed by gzip.
enum DataFile {
  /// No data file may be larger than this, before or after it is expanded.
  static let sizeLimit = 256 << 20

  /// The file's contents, expanded where they begin with gzip's magic number.
  ///
  /// - Parameter limit: the most bytes that the contents may have; a file that expands to more is refused at
  ///   the first byte beyond, whatever it claims.
  static func contents(at path: String, limit: Int = sizeLimit) async throws(DatasetError)
    -> [UInt8]
  {
    let raw = try bytes(at: path, limit: limit)
    guard raw.starts(with: [0x1F, 0x8B]) else { return raw }
    let outcome: ToolOutcome
    do {
      outcome = try await ExternalTool.gzip.run(
        ["-dc"], input: raw, limits: ToolLimits(seconds: 60, memory: 1 << 30, output: limit))
    } catch {
      throw .toolAbsent(path: path, message: error.message)
    }
    if outcome.limit == .output {
      throw .malformed(path: path, reason: "it expands to more than \(limit >> 20) MiB")
    }
    guard outcome.isSuccess else {
      let reason = outcome.errorText.split(separator: "\n").first.map { ": \($0)" } ?? ""
      throw .malformed(path: path, reason: "gzip cannot expand it, and \(outcome.summary)\(reason)")
    }
    return outcome.standardOutput
  }

  private static func bytes(at path: String, limit: Int) throws(DatasetError) -> [UInt8] {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw .unreadable(path: path, reason: "there is no such file")
    }
    guard !isFolder.boolValue else { throw .unreadable(path: path, reason: "it is a folder") }
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      // One byte more than allowed says that there are too many, of a file without an end, too.
      let data = try handle.read(upToCount: limit + 1) ?? Data()
      guard data.count <= limit else {
        throw DatasetError.malformed(path: path, reason: "it is larger than \(limit >> 20) MiB")
      }
      return Array(data)
    } catch let error as DatasetError {
      throw error
    } catch {
      throw .unreadable(path: path, reason: "it cannot be read: \(error.localizedDescription)")
    }
  }
}
