internal import Formulas
internal import Numbers

/// As many equations as variables, with their derivatives, to be enclosed over boxes.
final class SquareSystem {
  let variables: [String]
  let equations: [Formula]
  /// Row i holds the derivatives of equation i.
  let jacobian: [[Formula]]
  private let guards: DomainGuards
  private let valueProgram: FormulaProgram
  private let jacobianProgram: FormulaProgram
  private var guardWorkspace: FormulaProgram.Workspace<Interval>
  private var valueWorkspace: FormulaProgram.Workspace<Interval>
  private var jacobianWorkspace: FormulaProgram.Workspace<Interval>
  private var results: [Interval] = []

  /// - Parameter domain: the function whose domain and smoothness the search respects.
  init(equations: [Formula], variables: [String], domain: Formula) {
    precondition(equations.count == variables.count, "\(equations.count) equations")
    self.variables = variables
    self.equations = equations
    jacobian = equations.map { equation in variables.map { partial(equation, $0) } }
    guards = DomainGuards(domain, variables: variables)
    valueProgram = FormulaProgram(outputs: equations, inputs: variables)
    jacobianProgram = FormulaProgram(outputs: jacobian.flatMap(\.self), inputs: variables)
    guardWorkspace = .init(guards.program)
    valueWorkspace = .init(valueProgram)
    jacobianWorkspace = .init(jacobianProgram)
  }

  var dimension: Int { variables.count }
  /// The instructions of one look at a box.
  var instructionCount: Int { valueProgram.instructionCount + jacobianProgram.instructionCount }

  func domain(_ box: [Interval]) -> DomainGuards.Answer {
    if guards.isEmpty { return .inside }
    guards.program.run(box, into: &results, workspace: &guardWorkspace)
    return guards.answer(results)
  }

  func values(_ box: [Interval]) -> [Interval] {
    valueProgram.run(box, into: &results, workspace: &valueWorkspace)
    return results
  }

  func jacobian(_ box: [Interval]) -> [[Interval]] {
    jacobianProgram.run(box, into: &results, workspace: &jacobianWorkspace)
    let n = dimension
    return (0..<n).map { Array(results[$0 * n..<($0 + 1) * n]) }
  }

  /// The values at an exact point, or nil where one is not rational or not defined.
  func exactValues(_ point: [Rational]) -> [Rational]? {
    try? valueProgram.run(point)
  }

  /// The derivatives at an exact point, or nil where one is not rational or not defined.
  func exactJacobian(_ point: [Rational]) -> [[Rational]]? {
    guard let values = try? jacobianProgram.run(point) else { return nil }
    let n = dimension
    return (0..<n).map { Array(values[$0 * n..<($0 + 1) * n]) }
  }

  /// What Krawczyk's operator says about a box on which the system is smooth.
  enum Krawczyk {
    /// No zero in the box.
    case none
    /// Exactly one zero in the box, and it lies in this part of it.
    case one([Interval])
    /// Every zero of the box lies in this part of it; how far from a contraction the operator was.
    case within([Interval], norm: Double)
    /// The Jacobian's midpoint is singular or not bounded.
    case unknown
  }

  /// `K = m − Y·g(m) + (I − Y·J(X))·(X − m)` with `Y ≈ J(m)⁻¹`: zeros of X lie in K, and K in the interior of
  /// X proves exactly one.
  ///
  /// Source: R. Krawczyk 1969; R. E. Moore 1977, for the existence.
  func krawczyk(_ box: [Interval]) -> Krawczyk {
    let n = dimension
    let slopes = jacobian(box)
    guard slopes.allSatisfy({ $0.allSatisfy { $0.isDefined && $0.isBounded } }) else {
      return .unknown
    }
    let middle = box.map(\.midpoint)
    let centre = values(middle.map { Interval($0) })
    guard centre.allSatisfy({ $0.isDefined && $0.isBounded }) else { return .unknown }
    let offset = (0..<n).map { box[$0] - Interval(middle[$0]) }
    // The mean value form on its own needs no inverse.
    for i in 0..<n {
      var value = centre[i]
      for j in 0..<n { value = value + slopes[i][j] * offset[j] }
      if !value.containsZero { return .none }
    }
    guard let inverse = SmallLinearAlgebra.inverse(slopes.map { $0.map(\.midpoint) }) else {
      return .unknown
    }
    var image: [Interval] = []
    var norm = 0.0
    for i in 0..<n {
      var component = Interval(middle[i])
      for j in 0..<n { component = component - Interval(inverse[i][j]) * centre[j] }
      var row = 0.0
      for j in 0..<n {
        var entry = i == j ? Interval(1.0) : Interval(0.0)
        for k in 0..<n { entry = entry - Interval(inverse[i][k]) * slopes[k][j] }
        row += entry.largestMagnitude
        component = component + entry * offset[j]
      }
      norm = max(norm, row)
      image.append(component)
    }
    var part: [Interval] = []
    for i in 0..<n {
      guard let common = image[i].intersection(box[i]) else { return .none }
      part.append(common)
    }
    if (0..<n).allSatisfy({ image[$0].isInterior(of: box[$0]) }) { return .one(part) }
    return .within(part, norm: norm)
  }

  /// A proved zero: it lies in `enclosure`, and is the only one in `region`.
  struct Zero {
    var enclosure: [Interval]
    var region: [Interval]
  }

  /// The only zero of the box inflated by a tenth, if the operator proves one there.
  func zero(near box: [Interval], inflation: Double = 0.1) -> Zero? {
    let region = box.map { side in
      let grown = side.width * inflation + 4 * side.largestMagnitude.ulp + 1e-300
      return Interval(side.lower - grown, side.upper + grown)
    }
    guard domain(region) == .inside, case .one(let part) = krawczyk(region) else { return nil }
    return Zero(enclosure: refined(part), region: region)
  }

  /// Contracts a box with one zero until it no longer shrinks.
  func refined(_ box: [Interval]) -> [Interval] {
    var box = box
    // Far from the zero a step may gain little, close to it each squares the width.
    for _ in 0..<500 {
      let next: [Interval]
      switch krawczyk(box) {
      case .one(let part), .within(let part, _): next = part
      case .none, .unknown: return box
      }
      let isSmaller = zip(next, box).contains { $0.width < 0.9999 * $1.width }
      box = next
      if !isSmaller { break }
    }
    return box
  }
}

/// The derivative with respect to one variable.
func partial(_ formula: Formula, _ variable: String) -> Formula {
  formula.derivative(withRespectTo: variable)
}
