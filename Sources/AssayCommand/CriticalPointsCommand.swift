internal import ArgumentParser
internal import CriticalPoints
internal import Diagnostics
internal import Formulas
internal import Optimizers
internal import Properties

/// `assay critical-points`.
struct CriticalPointsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "critical-points",
    abstract:
      "Finds the critical points of a function, and says what a loss transform does to them.",
    discussion: """
      Every isolated critical point in the box is found, exactly for polynomials in one variable, by \
      interval Newton in up to four. With a transform each is preserved, flattened, sharpened, spurious or \
      lost.

      Examples:
        assay critical-points "x^4 - 3*x^3 + 2" --transform ayla:N1=2,N2=1.4 --box x=-3:4
        assay critical-points "(x^2 + y - 11)^2 + (x + y^2 - 7)^2" --box x=-6:6,y=-6:6 --format json
        assay critical-points --function "-x^2" --box x=-1:1
      """)

  @Argument(help: ArgumentHelp("A formula of the box's variables.", valueName: "function"))
  var typed: String?

  @Option(
    name: .customLong("function"), parsing: .unconditional,
    help: ArgumentHelp("The formula, where it begins with a minus.", valueName: "text"))
  var function: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Closed intervals, as x=-6:6,y=-6:6.", valueName: "box"))
  var box: String

  @Option(help: ArgumentHelp("A loss transform, as ayla:N1=1.5,N2=1.", valueName: "transform"))
  var transform: String?

  @Option(help: "quick, standard or thorough: how many boxes are looked at.")
  var effort: Effort = .standard

  @OptionGroup var output: OutputOptions

  func run() throws {
    let text: String
    switch (typed, function) {
    case (let only?, nil), (nil, let only?): text = only
    case (_?, _?): throw UsageError("the function is given twice", place: "--function")
    case (nil, nil): throw UsageError("there is no function: type one, or give --function TEXT")
    }
    let box = try SearchBox(parsing: box)
    let formula = try Formula(parsing: text, variables: box.variables, in: FormulaArena())
    let transform = try transform.map { text in try PowerTransform(parsing: text) }
    guard output.format == .text || output.format == .json else {
      throw UsageError(
        "critical points come as text or json, not as \(output.format.rawValue)",
        place: "--format")
    }
    try output.checkOutput()
    let report = try CriticalPointSearch(
      formula, in: box, under: transform, boxLimit: effort.boxLimit
    ).run()
    try output.write(output.format == .json ? report.json.text() + "\n" : report.text)
  }
}
