internal import ArgumentParser
internal import Auditing
internal import Diagnostics
internal import Foundation
internal import Properties
internal import PropertyTesting
internal import Reports

/// `assay replay`.
struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Runs a counterexample again, step by step.",
    discussion: """
      Exit code 1 while it still fails, 0 when it no longer does.

      Examples:
        assay replay 3f2a90c1d4e5
        assay replay --from failures/3f2a90c1d4e5.json
        assay replay 77b1c0a2d3e4 --command 'python3 -m assay_bridge torch.optim.Adam'
      """)

  @Argument(help: ArgumentHelp("The failure's ID, in ./.assay/failures.", valueName: "id"))
  var id: String?

  @Option(help: ArgumentHelp("A failure file.", valueName: "file"))
  var from: String?

  @Option(
    help: ArgumentHelp(
      "The program that the failure is of: nothing is run that a file names.",
      valueName: "command line"))
  var command: String?

  @Option(
    name: .customLong("time-limit"),
    help: ArgumentHelp("How long the program may take for one answer.", valueName: "seconds"))
  var timeLimit: Double = 10

  @Option(help: "text or json.")
  var format: OutputFormat = .text

  func run() async throws {
    guard format == .text || format == .json else {
      throw UsageError(
        "a replay comes as text or json, not as \(format.rawValue)", place: "--format")
    }
    let failure: Failure
    switch (id, from) {
    case (let id?, nil): failure = try FailureFolder.standard.failure(id: id)
    case (nil, let path?): failure = try Failure(file: URL(fileURLWithPath: path))
    default: throw UsageError("name a failure's ID, or a file by --from, and not both")
    }
    guard timeLimit > 0, timeLimit <= 86_400 else {
      throw UsageError(
        "a time limit lies above 0 and up to 86400 seconds, not at \(timeLimit)",
        place: "--time-limit")
    }
    if command == nil, failure.subject["kind"]?.string == "process" {
      let known = failure.subject["command"]?.string ?? ""
      throw UsageError(
        "the failure is of a process, and nothing is run that a file names: give the command"
          + " again, if you trust it: --command '\(known)'", place: "--command")
    }
    let subject: AuditSubject
    do {
      subject =
        if let command {
          try AuditSubject(
            specification: failure.subject, command: command, timeLimit: timeLimit)
        } else {
          try AuditSubject(specification: failure.subject)
        }
    } catch let error as any Diagnosable where error.exitCode == .usage {
      // What the file asks for, not what the user typed.
      throw ReplayError(message: "the failure's subject: \(error.message)")
    }
    guard let property = Catalogue.property(failure.property, of: subject) else {
      throw ReplayError(message: "the failure is of `\(failure.property)`, which is no property")
    }
    let context = AuditContext(subject: subject, seed: failure.seed, effort: .standard)
    let examination = try await property.examine(failure.case, context)
    subject.process?.end()
    let verdict = examination.holds ? "no longer fails" : "still fails"
    switch format {
    case .json:
      let json: JSONValue = [
        "id": .string(failure.id), "property": .string(property.id),
        "subject": failure.subject, "fails": .bool(!examination.holds),
        "summary": .string(examination.summary), "case": failure.case,
        "trajectories": examination.trajectories,
      ]
      print(json.text())
    default:
      print("\(failure.id): \(property.id) of \(subject.name)")
      print(property.description.statement)
      print("case: \(failure.case.text(isIndented: false))")
      for line in examination.lines { print("  \(line)") }
      print("\(verdict): \(examination.summary)")
    }
    if !examination.holds {
      throw ArgumentParser.ExitCode(Diagnostics.ExitCode.refuted.rawValue)
    }
  }
}

/// A failure file that cannot be run.
struct ReplayError: Diagnosable {
  let message: String
  var exitCode: Diagnostics.ExitCode { .data }
}
