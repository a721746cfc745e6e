internal import ArgumentParser
internal import Diagnostics
internal import Foundation
internal import Reports

/// The command `assay`.
@main
struct AssayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assay",
    abstract: "Tests optimizers the way an assayer tests metal.",
    discussion: """
      Says what is true of an update rule or a loss transform, with the strongest evidence that can be \
      had, and shows the smallest counterexample where something is false.

      Examples:
        assay audit amvt
        assay audit adam --set beta2=0.99 --property moment.ratio-bound
        assay audit --formula my-rule.yaml --as adam
        assay critical-points "x^4 - 3*x^3 + 2" --transform ayla:N1=1,N2=1.4 --box x=-3:4
        assay worst-case sgd --set learningRate=1 --class smooth-convex --smoothness 1 --steps 10
        assay rates amvt adam sgd --format html --output rates.html
        assay list optimizers

      Exit codes: 0 nothing declared was refuted, 1 a declared property was refuted, 64 wrong arguments, \
      65 wrong contents of a file, 66 an input file cannot be read, 69 a needed tool is absent, 70 a fault \
      of assay's own, 73 output cannot be written.
      """,
    version: "assay \(assayVersion)",
    subcommands: [
      AuditCommand.self, CriticalPointsCommand.self, WorstCaseCommand.self, RatesCommand.self,
      ListCommand.self, ReplayCommand.self, SelfTestCommand.self,
    ])

  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      var command = try parseAsRoot(arguments)
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      end(with: error)
    }
  }

  /// Says what went wrong in one line, an excerpt with a caret after it where there is one, and ends the
  /// process with the right code.
  private static func end(with error: any Error) -> Never {
    if let error = error as? any Diagnosable {
      let line = oneLine([error.place, error.message].compactMap(\.self).joined(separator: ": "))
      let excerpt = error.excerpt.map { "\n\($0)" } ?? ""
      write("assay: \(line)\(excerpt)\n", to: .standardError)
      Foundation.exit(error.exitCode.rawValue)
    }
    if let code = error as? ArgumentParser.ExitCode { Foundation.exit(code.rawValue) }
    let code = exitCode(for: error)
    if code == .success {
      // `--help` and `--version` arrive as errors.
      write(fullMessage(for: error) + "\n", to: .standardOutput)
      Foundation.exit(0)
    }
    let message = message(for: error)
    if code == .validationFailure {
      write("assay: \(oneLine(message))\n", to: .standardError)
      Foundation.exit(Diagnostics.ExitCode.usage.rawValue)
    }
    write("assay: an error of assay's own: \(message)\n", to: .standardError)
    Foundation.exit(Diagnostics.ExitCode.software.rawValue)
  }

  /// A message as one line that leaves the terminal as it is, whatever a user or a file put into it.
  private static func oneLine(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }

  private static func write(_ text: String, to handle: FileHandle) {
    handle.write(Data(text.utf8))
  }
}

/// An argument that makes no sense.
struct UsageError: Diagnosable {
  let place: String?
  let message: String
  let excerpt: String?
  var exitCode: Diagnostics.ExitCode { .usage }

  init(_ message: String, place: String? = nil, excerpt: String? = nil) {
    self.message = message
    self.place = place
    self.excerpt = excerpt
  }
}
