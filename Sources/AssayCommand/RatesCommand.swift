internal import ArgumentParser
internal import Convergence
internal import Diagnostics
internal import Numbers
internal import Objectives
internal import Optimizers
internal import Reports

/// `assay rates`.
struct RatesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rates",
    abstract: "Measures convergence rates, beside predictions and the papers' bounds.",
    discussion: """
      SUBJECT is a built-in optimizer or a wrapper over one; several are compared on one page. Without \
      --problem: the papers' quartic, a quadratic with a log-uniform spectrum, and logistic regression on \
      Fashion-MNIST, or on synthetic data where that is not installed. A problem is one of `assay list \
      objectives`, with settings behind a colon, or a formula.

      Examples:
        assay rates amvt adam sgd --format html --output rates.html
        assay rates sgd --set learningRate=0.05 --problem power:exponent=4
        assay rates sgd adam --problem "(1 - x)^2 + 100*(y - x^2)^2" --start=-1.2,1
        assay rates sgd --problem noisy-quadratic:noise=skewed --seeds 50
        assay rates amvt --schedule inverse-root --problem logistic --format json
      """)

  @Argument(
    help: ArgumentHelp("Built-in optimizers, or wrappers over them.", valueName: "subject"))
  var subjects: [String] = []

  @Option(
    name: .customLong("problem"), parsing: .singleValue,
    help: ArgumentHelp(
      "A problem's name, or a formula; may be repeated.", valueName: "name|formula"))
  var problems: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Where the runs begin, numbers joined by commas.", valueName: "x,y,…"))
  var start: String?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "A hyper-parameter or option of every subject; may be repeated.", valueName: "key=value"))
  var settings: [String] = []

  @Option(
    help: ArgumentHelp(
      "How the learning rate falls: inverse-root (α/√t) or inverse (α/t); constant if absent.",
      valueName: "name"))
  var schedule: String?

  @Option(help: ArgumentHelp("The steps of a run, from 1 to 10000000.", valueName: "n"))
  var steps: Int = 10_000

  @Option(help: ArgumentHelp("A whole number from 0, or random.", valueName: "n"))
  var seed: Seed = Seed(value: 0)

  @Option(help: ArgumentHelp("How many seeds a run that sees noise has.", valueName: "n"))
  var seeds: Int = 20

  @OptionGroup var output: OutputOptions

  func run() async throws {
    guard !subjects.isEmpty else { throw UsageError("there is nothing to measure: name a SUBJECT") }
    guard (1...10_000_000).contains(steps) else {
      throw UsageError("a run has from 1 to 10000000 steps, not \(steps)", place: "--steps")
    }
    guard (1...10_000).contains(seeds) else {
      throw UsageError("there are from 1 to 10000 seeds, not \(seeds)", place: "--seeds")
    }
    guard output.format != .junit else {
      throw UsageError(
        "rates come as text, json, html or markdown, not as junit", place: "--format")
    }
    let methods = try makeMethods()
    let objectives = try await makeObjectives()
    try output.checkOutput()
    var study = RatesStudy(
      methods: methods, problems: objectives, steps: steps, seed: seed.value)
    study.seedCount = seeds
    study.certify = RatesStudy.certified
    let bar = ProgressBar(label: "measuring")
    study.progress = { done, count, item in bar.show(done: done, of: count, item: item) }
    let running = study
    let report = await Interruption.cancelling { await running.run() }
    bar.clear()
    switch output.format {
    case .json: try output.write(report.json.text() + "\n")
    case .html: try output.write(await report.html())
    case .markdown: try output.write(report.markdown)
    case .text, .junit: try output.write(report.text(style: output.style))
    }
  }

  private func makeMethods() throws -> [OptimizerMethod] {
    let typed = try typedSettings(settings, option: "--set")
    var decay: RateDecay?
    if let schedule {
      guard let named = RateDecay(rawValue: schedule) else {
        throw UsageError(
          "there is no schedule `\(schedule)`; there are "
            + RateDecay.allCases.map(\.rawValue).joined(separator: ", "), place: "--schedule")
      }
      decay = named
    }
    var methods: [OptimizerMethod] = []
    for name in subjects {
      let optimizer = try Optimizer(
        named: name, settings: typed.map { (key: $0.key, value: $0.value) })
      guard !methods.contains(where: { $0.name == optimizer.name }) else {
        throw UsageError("\(optimizer.name) is named twice")
      }
      let method = OptimizerMethod(
        optimizer, decay: decay, settings: typed.map { (key: $0.key, value: $0.value) })
      guard decay == nil || method.learningRate != nil else {
        throw UsageError("\(name) has no learning rate to schedule", place: "--schedule")
      }
      methods.append(method)
    }
    return methods
  }

  private func makeObjectives() async throws -> [Objective] {
    var point: [Double]?
    if let start {
      let numbers = start.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
      guard numbers.allSatisfy({ $0?.isFinite == true }) else {
        throw UsageError("'\(start)' is no list of finite numbers", place: "--start")
      }
      guard !problems.isEmpty else {
        throw UsageError("--start goes with --problem", place: "--start")
      }
      point = numbers.compactMap(\.self)
    }
    guard !problems.isEmpty else { return try await RatesStudy.standardProblems() }
    var objectives: [Objective] = []
    for text in problems { objectives.append(try await Objective(parsing: text, start: point)) }
    return objectives
  }
}
