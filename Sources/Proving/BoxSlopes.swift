import Formulas
import Numbers

/// The partial derivatives of some formulas over a box, and what they say of the formulas' values there.
struct BoxSlopes {
  private struct Slope {
    let program: FormulaProgram
    var workspace: FormulaProgram.Workspace<Interval>
  }

  /// One for each formula; nil where a jump rules slopes out.
  private var slopes: [Slope?]
  private let symbolCount: Int
  /// Bounds on the slopes' magnitudes at the last box, the largest of all formulas, by symbol; nil where there
  /// are none.
  var latest: [Double]?

  init(_ formulas: [Formula], symbols: [String]) {
    symbolCount = symbols.count
    slopes = formulas.map { formula in
      guard !symbols.isEmpty, Self.isContinuous(formula) else { return nil }
      let program = FormulaProgram(
        outputs: formula.gradient(withRespectTo: symbols), inputs: symbols)
      return Slope(program: program, workspace: FormulaProgram.Workspace<Interval>(program))
    }
  }

  /// Whether no part of the formula jumps where it is defined. At a kink of `abs`, `min` and `max` an interval
  /// holds the slopes of both sides, which is all that the mean value theorem asks.
  private static func isContinuous(_ formula: Formula) -> Bool {
    formula.fold { node, operands in
      if case .operation(let operation, _) = node, [.select, .sign].contains(operation) {
        return false
      }
      return operands.allSatisfy { $0 }
    }
  }

  /// Narrows enclosures of the formulas over a box.
  ///
  /// - Parameters:
  ///   - values: the formulas' enclosures by interval evaluation; those that may be undefined stay.
  ///   - program: computes the formulas.
  mutating func sharpen(
    _ values: inout [Interval], on sides: [Interval], program: FormulaProgram,
    workspace: inout FormulaProgram.Workspace<Interval>
  ) {
    var centre: [Interval] = []
    var atCentre: [Interval] = []
    var gradient: [Interval] = []
    for place in values.indices where values[place].isDefined {
      guard var slope = slopes[place] else { continue }
      slope.program.run(sides, into: &gradient, workspace: &slope.workspace)
      slopes[place] = slope
      guard gradient.allSatisfy({ $0.isDefined && $0.isBounded }) else { continue }
      latest = (0..<symbolCount).map {
        max(latest?[$0] ?? 0, gradient[$0].largestMagnitude)
      }
      if centre.isEmpty {
        centre = sides.map { Interval($0.midpoint) }
        program.run(centre, into: &atCentre, workspace: &workspace)
      }
      guard atCentre[place].isDefined else { continue }
      let meanValue = zip(gradient, zip(sides, centre)).reduce(atCentre[place]) {
        $0 + $1.0 * ($1.1.0 - $1.1.1)
      }
      values[place] = values[place].intersection(meanValue) ?? values[place]
      narrowByMonotony(
        &values[place], at: place, gradient: gradient, on: sides, program: program,
        workspace: &workspace)
    }
  }

  /// Evaluates the formula where it is least and greatest in the symbols in which it is monotone.
  private func narrowByMonotony(
    _ value: inout Interval, at place: Int, gradient: [Interval], on sides: [Interval],
    program: FormulaProgram, workspace: inout FormulaProgram.Workspace<Interval>
  ) {
    guard gradient.contains(where: { $0.lower >= 0 || $0.upper <= 0 }) else { return }
    var (least, greatest) = (sides, sides)
    for (symbol, slope) in gradient.enumerated() {
      let ends = (Interval(sides[symbol].lower), Interval(sides[symbol].upper))
      if slope.lower >= 0 { (least[symbol], greatest[symbol]) = ends }
      if slope.upper <= 0 { (greatest[symbol], least[symbol]) = ends }
    }
    var results: [Interval] = []
    program.run(least, into: &results, workspace: &workspace)
    let lower = results[place]
    program.run(greatest, into: &results, workspace: &workspace)
    let upper = results[place]
    guard lower.isDefined, upper.isDefined, lower.lower <= upper.upper else { return }
    value = value.intersection(Interval(lower.lower, upper.upper)) ?? value
  }
}
