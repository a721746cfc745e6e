public import Diagnostics
internal import Foundation
internal import Optimizers

/// The formula files that are shipped: well-known optimizers that are not built in, each written from its
/// paper.
public enum ReferenceLibrary {
  /// The folder that holds them; nil where it was not installed with the program.
  private static let folder = Resources.folder.map { "\($0)/References" }

  /// Their names, sorted.
  public static let names: [String] = {
    let files = folder.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0) } ?? []
    return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }()

  /// The path of a reference; nil where there is none of that name.
  static func path(of name: String) -> String? {
    guard names.contains(name), let folder else { return nil }
    return "\(folder)/\(name).yaml"
  }

  /// Reads a reference.
  ///
  /// - Throws: an error of exit code 64 where there is none of that name.
  public static func file(named name: String) throws -> FormulaFile {
    guard let path = path(of: name) else {
      let near = nearestName(to: name, among: names).map { "; did you mean '\($0)'?" } ?? ""
      throw UnknownReference(message: "there is no reference '\(name)'\(near)")
    }
    return try FormulaFile(reading: path)
  }

  /// The formula file that a claim names: what ends like one or holds a slash, or a reference that is no
  /// built-in; nil for a built-in's name.
  ///
  /// - Throws: for a name that nobody has, and for a file that cannot be read.
  static func claimedFile(_ name: String) throws -> FormulaFile? {
    if name.hasSuffix(".yaml") || name.hasSuffix(".yml") || name.contains("/") {
      return try FormulaFile(reading: name)
    }
    let base = name.split(separator: ":").last.map(String.init) ?? name
    if Optimizer.builtInNames.contains(base) || name.contains(":") { return nil }
    if names.contains(name) { return try file(named: name) }
    let known = Optimizer.builtInNames + names
    let near = nearestName(to: name, among: known).map { "; did you mean '\($0)'?" } ?? ""
    throw UnknownReference(
      message: "there is no built-in optimizer and no reference '\(name)'\(near) (`assay list"
        + " optimizers`, `assay list references`; a formula file ends in .yaml)")
  }
}

/// A claim to be what nobody knows.
struct UnknownReference: Diagnosable {
  let message: String
  var place: String? { "--as" }
  var exitCode: ExitCode { .usage }
}

/// What is installed beside the program.
enum Resources {
  /// The folder; nil where it is not there.
  static let folder: String? = {
    // Beside the program, as the package manager lays resources out; a test bundle is a program too.
    guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    else { return nil }
    let folder = URL(fileURLWithPath: program).deletingLastPathComponent()
      .appending(path: "assay_Auditing.resources").path
    return FileManager.default.fileExists(atPath: folder) ? folder : nil
  }()
}
