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
      A fixed list of operators is applied at every place of every rule, wrapper, schedule, transform and \
      convention: a term dropped, a sign turned, decays swapped, a step counted from 0. All of them are \
      audited, none is picked: some 17,000, in minutes on two cores. Faults that compute the same are told \
      apart by proof. A fault counts as found where a row is refuted that the right rule's report does not \
      refute.

      Exit code 70, a fault of ours, where too few are found (95 % with the family declared, 60 % inferred, \
      30 % with nothing declared), where something is refuted that is no fault, where a planted falsehood is \
      proved, or where a property of the catalogue finds no fault at all; 0 else.

      Examples:
        assay self-test
        assay self-test --only adam --format json
        assay self-test --only schedule:cosine
      """)

  @Option(
    help: ArgumentHelp(
      "What faults are planted in, by the beginning of its name: adam, schedule:step,"
        + " \"amvt decayForm=paper\".",
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
        nearestName(to: only, among: SelfTest.names)
        .map { "; did you mean `\($0)`?" } ?? ""
      throw UsageError("nothing is planted in `\(only)`\(hint)", place: "--only")
    }
    let bar = ProgressBar(label: "self-test")
    test.progress = { done, count, fault in bar.show(done: done, of: count, item: fault) }
    let running = test
    let report = await Interruption.cancelling { await running.run() }
    bar.clear()
    try output.write(
      output.format == .json ? report.json.text() + "\n" : report.text(style: output.style))
    if !report.misses.isEmpty {
      throw ArgumentParser.ExitCode(Diagnostics.ExitCode.software.rawValue)
    }
  }
}
