public import ArgumentParser
internal import Diagnostics
internal import Foundation
public import Properties
internal import Reports

/// Where a result goes, and in which form.
struct OutputOptions: ParsableArguments {
  @Option(help: "text, json, html, markdown or junit.")
  var format: OutputFormat = .text

  @Option(
    help: ArgumentHelp(
      "A file to write the result to, standard output if absent.", valueName: "file"))
  var output: String?

  /// Fails before any work is done where the result could not be written after it.
  func checkOutput() throws(OutputError) {
    if let output { try Self.check(output) }
  }

  /// Fails where a file could not be written.
  static func check(_ output: String) throws(OutputError) {
    let folder = URL(fileURLWithPath: output).deletingLastPathComponent()
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder),
      isFolder.boolValue
    else { throw OutputError(path: output, reason: "there is no folder \(folder.relativePath)") }
    if FileManager.default.fileExists(atPath: output, isDirectory: &isFolder) {
      guard !isFolder.boolValue else { throw OutputError(path: output, reason: "it is a folder") }
      guard FileManager.default.isWritableFile(atPath: output) else {
        throw OutputError(path: output, reason: "it is not writable")
      }
    } else if !FileManager.default.isWritableFile(atPath: folder.path) {
      throw OutputError(path: output, reason: "the folder is not writable")
    }
  }

  /// Writes a result whole or not at all.
  func write(_ text: String) throws(OutputError) {
    guard let output else {
      FileHandle.standardOutput.write(Data(text.utf8))
      return
    }
    try Self.write(text, to: output)
  }

  /// Writes a file whole or not at all.
  static func write(_ text: String, to output: String) throws(OutputError) {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
    } catch {
      throw OutputError(path: output, reason: error.localizedDescription)
    }
  }

  /// Colours only for a person at a terminal who does not mind them.
  var style: TerminalStyle {
    let isTerminal = output == nil && isatty(STDOUT_FILENO) == 1
    let noColour = ProcessInfo.processInfo.environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    return TerminalStyle(isColoured: isTerminal && !noColour)
  }
}

enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, html, markdown, junit
}

/// An output file that cannot be written.
struct OutputError: Diagnosable {
  let path: String
  let reason: String
  var exitCode: Diagnostics.ExitCode { .cannotCreate }
  var place: String? { path }
  var message: String { "cannot be written: \(reason)" }
}

/// What makes a run repeatable.
struct RunOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A whole number from 0, or random.", valueName: "n"))
  var seed: Seed = Seed(value: 0)

  @Option(help: "quick, standard or thorough: a number of cases and solver steps, never a time.")
  var effort: Effort = .standard
}

/// The seed that all random choices come from.
struct Seed: ExpressibleByArgument {
  let value: UInt64

  init(value: UInt64) { self.value = value }

  init?(argument: String) {
    if argument == "random" {
      // The one choice that no seed decides. It is printed, so the run can be repeated.
      value = UInt64.random(in: 0..<(1 << 53))
    } else if let typed = UInt64(argument), typed < 1 << 53 {
      value = typed
    } else {
      return nil
    }
  }

  var defaultValueDescription: String { "\(value)" }
}

extension Effort: ExpressibleByArgument {}
