internal import Formulas
internal import Numbers

/// A fixed loss `l(x) + offset` that transforms are tried on.
struct Objective: Sendable {
  let text: String
  let variables: [String]
  /// Critical points, exact.
  let criticalPoints: [[Rational]]
  /// Which of them are minima with a Hessian of full rank.
  let minima: [[Rational]]

  private init(
    _ text: String, _ variables: [String], critical: [[Rational]], minima: [[Rational]] = []
  ) {
    self.text = text
    self.variables = variables
    criticalPoints = critical
    self.minima = minima
  }

  /// Polynomials and smooth functions with negative values, zeros of several orders, saddles, and singular
  /// Hessians. Their critical points were found by hand; enclosures of the gradient confirm them in each case.
  static let all: [Objective] = [
    Objective("x^2 - 3", ["x"], critical: [[0]], minima: [[0]]),
    Objective("x^2/2 + 1/4", ["x"], critical: [[0]], minima: [[0]]),
    Objective(
      "x^4 - 3*x^3 + 2", ["x"], critical: [[0], [Rational(9, 4)]], minima: [[Rational(9, 4)]]),
    Objective("(x - 1)^2*(x + 2)", ["x"], critical: [[1], [-1]], minima: [[1]]),
    Objective("x^3 - x^5/5", ["x"], critical: [[0]]),
    Objective("exp(x) - x + 1/3", ["x"], critical: [[0]], minima: [[0]]),
    Objective("x^2 - y^2 + x*y/2 + 5/2", ["x", "y"], critical: [[0, 0]]),
    Objective(
      "x^2 + x*y + 2*y^2 - 2/5", ["x", "y"], critical: [[0, 0]], minima: [[0, 0]]),
    Objective("x^2*y + y^2 - 1/3", ["x", "y"], critical: [[0, 0]]),
    Objective(
      "(1 - x)^2 + 5*(y - x^2)^2 + 3/2", ["x", "y"], critical: [[1, 1]], minima: [[1, 1]]),
    Objective("exp(-x^2)*(1 + y^2/3) - 1/5", ["x", "y"], critical: [[0, 0]]),
    Objective(
      "x^2 + 2*y^2 + 3*z^2 + x*y*z - 7/4", ["x", "y", "z"], critical: [[0, 0, 0]],
      minima: [[0, 0, 0]]),
  ]
}

/// What an objective and its transform are at a point.
struct ObjectiveValues<N: RuleNumber>: Sendable {
  var loss: N
  var transformed: N
  var weight: N
  var curvature: N
  var gradient: [N]
  var transformedGradient: [N]
  var hessian: [[N]]
  var transformedHessian: [[N]]
}

/// An objective and its transform, derived symbolically, and ready to be evaluated.
struct TransformedObjective: Sendable {
  let objective: Objective
  private let program: FormulaProgram
  private let values: FormulaProgram
  private let slopes: FormulaProgram

  init(_ objective: Objective, under transform: any LossTransform) throws {
    self.objective = objective
    let arena = FormulaArena()
    let variables = objective.variables
    let loss =
      try Formula(parsing: objective.text, variables: variables, in: arena)
      + arena.symbol("offset")
    let transformed = transform.value(at: loss)
    var outputs = [loss, transformed, transform.weight(at: loss), transform.curvature(at: loss)]
    outputs += loss.gradient(withRespectTo: variables)
    outputs += transformed.gradient(withRespectTo: variables)
    outputs += loss.hessian(withRespectTo: variables).flatMap(\.self)
    outputs += transformed.hessian(withRespectTo: variables).flatMap(\.self)
    program = FormulaProgram(outputs: outputs, inputs: variables + ["offset"])
    slopes = FormulaProgram(
      outputs: [loss] + loss.gradient(withRespectTo: variables), inputs: variables + ["offset"])
    values = FormulaProgram(outputs: [loss, transformed], inputs: variables + ["offset"])
  }

  func evaluate<N: RuleNumber>(
    _ point: [N], offset: N
  ) throws(N.Failure) -> ObjectiveValues<N> {
    var rest = try program.run(point + [offset])[...]
    let count = point.count
    func take(_ count: Int) -> [N] {
      let taken = Array(rest.prefix(count))
      rest = rest.dropFirst(count)
      return taken
    }
    func matrix() -> [[N]] { (0..<count).map { _ in take(count) } }
    let scalars = take(4)
    return ObjectiveValues(
      loss: scalars[0], transformed: scalars[1], weight: scalars[2], curvature: scalars[3],
      gradient: take(count), transformedGradient: take(count), hessian: matrix(),
      transformedHessian: matrix())
  }

  /// The loss and its transform.
  func value<N: RuleNumber>(_ point: [N], offset: N) throws(N.Failure) -> (loss: N, transformed: N)
  {
    let results = try values.run(point + [offset])
    return (results[0], results[1])
  }

  /// The loss and its gradient.
  func lossAndGradient(_ point: [Double], offset: Double) -> (loss: Double, gradient: [Double]) {
    let results = slopes.run(point + [offset])
    return (results[0], Array(results.dropFirst()))
  }
}
