public import Diagnostics
public import Foundation

/// The folder in which failures are kept, one small file each, named by its ID.
///
/// Files are written whole or not at all, and equal failures have equal names, so processes may share the
/// folder, and version control may merge it.
public struct FailureFolder: Sendable, Hashable {
  public let url: URL

  public init(_ url: URL) { self.url = url }

  /// `.assay/failures` in the working folder.
  public static var standard: FailureFolder {
    FailureFolder(
      URL(fileURLWithPath: ".assay/failures", isDirectory: true))
  }

  /// Where a failure of this ID lies.
  public func file(id: String) -> URL { url.appendingPathComponent("\(id).json") }

  /// Writes a failure; an equal one that is there is replaced.
  @discardableResult
  public func keep(_ failure: Failure) throws(FailureFileError) -> URL {
    let file = file(id: failure.id)
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      // Written beside it and renamed: nobody ever reads half a file.
      try Data((failure.json.text() + "\n").utf8).write(to: file, options: .atomic)
    } catch {
      throw .unwritable(place: file.path)
    }
    return file
  }

  /// Removes the file of a failure, if there is one.
  public func remove(id: String) {
    try? FileManager.default.removeItem(at: file(id: id))
  }

  /// The failure of an ID, twelve hexadecimal digits.
  public func failure(id: String) throws(FailureFileError) -> Failure {
    guard id.count == 12, id.allSatisfy({ $0.isHexDigit }) else {
      throw .unreadable(place: url.appendingPathComponent("\(id).json").path)
    }
    return try Failure(file: file(id: id))
  }

  /// The failures of a property, by ID, and what is wrong with other files of the folder.
  ///
  /// A file that is no failure is set aside: renamed to end in `.corrupt`. One of another version is left as
  /// it is, for the program that wrote it.
  public func failures(
    of property: String, subject: JSONValue? = nil
  ) -> (failures: [Failure], warnings: [String]) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    var failures: [Failure] = []
    var warnings: [String] = []
    for name in names.sorted() where name.hasSuffix(".json") {
      let file = url.appendingPathComponent(name)
      do {
        let failure = try Failure(file: file)
        if failure.property == property, subject == nil || failure.subject == subject {
          failures.append(failure)
        }
      } catch {
        switch error {
        case .corrupt:
          let aside = file.appendingPathExtension("corrupt")
          try? FileManager.default.removeItem(at: aside)
          try? FileManager.default.moveItem(at: file, to: aside)
          warnings.append("\(error.diagnosis); set aside as \(aside.lastPathComponent)")
        default: warnings.append(error.diagnosis)
        }
      }
    }
    return (failures, warnings)
  }
}
