public import Formulas
public import Numbers
public import ReferenceNumerics

/// A function given by a formula, which gives its gradient and its Hessian, too.
public struct FormulaFunction: DifferentiableFunction {
  public let formula: Formula
  /// The names of the coordinates, in order.
  public let variables: [String]
  private let valueProgram: FormulaProgram
  private let slopeProgram: FormulaProgram
  private let hessianProgram: FormulaProgram

  /// - Precondition: there is a variable, and the formula has no other symbols.
  public init(_ formula: Formula, variables: [String]) {
    precondition(!variables.isEmpty, "a function has a variable at least")
    self.formula = formula
    self.variables = variables
    valueProgram = FormulaProgram(outputs: [formula], inputs: variables)
    slopeProgram = FormulaProgram(
      outputs: [formula] + formula.gradient(withRespectTo: variables), inputs: variables)
    hessianProgram = FormulaProgram(
      outputs: formula.hessian(withRespectTo: variables).flatMap(\.self), inputs: variables)
  }

  public var dimension: Int { variables.count }

  public func evaluate(at point: [Double], gradient: inout [Double]) -> Double {
    let results = slopeProgram.run(point)
    for index in gradient.indices { gradient[index] = results[index + 1] }
    return results[0]
  }

  public func value(at point: [Double]) -> Double { valueProgram.run(point)[0] }

  /// The value and the gradient in any type of number.
  public func valueAndGradient<N: RuleNumber>(
    at point: [N]
  ) throws(N.Failure) -> (value: N, gradient: [N]) {
    let results = try slopeProgram.run(point)
    return (results[0], Array(results.dropFirst()))
  }

  public func hessian(at point: [Double]) -> Matrix? {
    Matrix(elements: hessianProgram.run(point), rows: dimension, columns: dimension)
  }

  public func rounding(at point: [Double]) -> Double {
    guard point.allSatisfy(\.isFinite) else { return .infinity }
    let enclosure = valueProgram.run(point.map { Interval($0) })[0]
    return enclosure.isDefined ? enclosure.width : .infinity
  }
}
