internal import ArgumentParser
internal import Auditing
internal import Diagnostics
internal import Foundation
internal import Reports

/// `assay self-test`.
struct SelfTestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "self-test",
    abstract: "Plants faults in every rule, and says how many the audit finds.",
    discussion: """
      A fixed list of operators is applied at every place of every rule, wrapper and convention: a term \
      dropped, a sign turned, decays swapped, a step counted from 0. Faults that compute the same are told \
      apart by proof. Exit code 1 where fewer are found than have to be, or one that is none.

      Examples:
        assay self-test
        assay self-test --only adam --format json
      """)

  @Option(
    help: ArgumentHelp(
      "The rules whose names begin so: adam, lookahead, \"amvt decayForm=paper\".",
      valueName: "name"))
  var only: String?

  @Option(help: ArgumentHelp("A whole number from 0, or random.", valueName: "n"))
  var seed: Seed = Seed(value: 0)

  @OptionGroup var output: OutputOptions

  func run() async throws {
    guard output.format == .text || output.format == .json else {
      throw UsageError(
        "a self-test comes as text or json, not as \(output.format.rawValue)", place: "--format")
    }
    try output.checkOutput()
    var test = try SelfTest(seed: seed.value, only: only)
    if let only, test.isEmpty {
      let hint =
        nearestName(to: only, among: SelfTest.ruleNames)
        .map { "; did you mean `\($0)`?" } ?? ""
      throw UsageError("there is no rule `\(only)`\(hint)", place: "--only")
    }
    let bar = ProgressBar(label: "self-test")
    test.progress = { done, count, fault in bar.show(done: done, of: count, item: fault) }
    let running = test
    let report = await Interruption.cancelling { await running.run() }
    bar.clear()
    try output.write(
      output.format == .json ? report.json.text() + "\n" : report.text(style: output.style))
    if !report.misses.isEmpty {
      throw ArgumentParser.ExitCode(Diagnostics.ExitCode.refuted.rawValue)
    }
  }
}
