internal import Diagnostics
public import Numbers
public import Optimizers
internal import Processes

/// A proof that an optimizer converges linearly on smooth strongly convex functions:
/// `‖x_k − x*‖² ≤ V_k ≤ ρ²ᵏ·V₀` with a Lyapunov function in rationals.
public struct LinearRate: Sendable {
  /// `ρ²`.
  public let squaredRate: Rational
  /// `P`, row by row, over `x − x*`, the rule's slots and `∇f(x)`.
  public let matrix: [[Rational]]
  /// `p`, the weight of `f(x) − f*`.
  public let valueWeight: Rational
  /// With the weight decay among the convexity.
  public let functionClass: FunctionClass
  let inequality: LyapunovInequality
  let unknowns: [Rational]

  /// Checks the proof in exact arithmetic.
  public var isProved: Bool { inequality.failure(of: unknowns) == nil }

  /// The least `ρ²` that is found to have a proof, to within `precision`; nil where none below 1 is found.
  ///
  /// - Parameters:
  ///   - optimizer: without wrappers, and the same affine map at each step from the second on.
  ///   - functionClass: `smoothStronglyConvex`.
  /// - Throws: `NotFixedCoefficient`; `ToolError` where no solver is installed.
  public static func search(
    _ optimizer: Optimizer, on functionClass: FunctionClass, precision: Rational = 1e-5
  ) async throws -> LinearRate? {
    precondition(
      functionClass.smoothness != nil && functionClass.convexity.signum() > 0
        && !functionClass.isQuadratic,
      "linear rates are of smooth strongly convex functions, not of \(functionClass.name)")
    let step = try step(of: optimizer)
    var functionClass = functionClass
    if !optimizer.weightDecay.isZero {
      functionClass = try functionClass.regularized(
        by: optimizer.weightDecay, of: optimizer.name)
    }
    let solver: any SemidefiniteSolver =
      ExternalTool.csdp.isPresent || !ExternalTool.dsdp.isPresent ? CSDP() : DSDP()
    let coefficients = PerformanceProblem.coefficients(of: functionClass)
    func proof(_ rate: Rational) async throws -> LinearRate? {
      let inequality = LyapunovInequality(
        step: step, coefficients: coefficients, squaredRate: rate)
      return try await proved(inequality, on: functionClass, by: solver)
    }
    guard var best = try await proof(1 - precision) else { return nil }
    var low: Rational = 0
    while best.squaredRate - low > precision {
      let middle = ((best.squaredRate + low) * Rational(1, 2)).rounded(toBits: 24)
      if let found = try await proof(middle) { best = found } else { low = middle }
    }
    return best
  }

  private static func proved(
    _ inequality: LyapunovInequality, on functionClass: FunctionClass,
    by solver: any SemidefiniteSolver
  ) async throws -> LinearRate? {
    guard
      case .solved(let solution, _) = try await solver.solve(inequality.program, accuracy: 1e-7)
    else { return nil }
    let largest = solution.multipliers.map(\.magnitude).max() ?? 0
    guard largest > 0, largest < 1e12 else { return nil }
    let unit = Double(sign: .plus, exponent: largest.exponent - 44, significand: 1)
    let unknowns = solution.multipliers.map {
      Rational(exactly: ($0 / unit).rounded() * unit) ?? 0
    }
    guard inequality.failure(of: unknowns) == nil else { return nil }
    let n = inequality.formOrder
    var matrix = [[Rational]](repeating: [Rational](repeating: 0, count: n), count: n)
    var place = 0
    for row in 0..<n {
      for column in row..<n {
        matrix[row][column] = unknowns[place]
        matrix[column][row] = unknowns[place]
        place += 1
      }
    }
    return LinearRate(
      squaredRate: inequality.squaredRate, matrix: matrix, valueWeight: unknowns[place],
      functionClass: functionClass, inequality: inequality, unknowns: unknowns)
  }

  /// The affine map of a step from any state, traced at the second and at the third step.
  private static func step(of optimizer: Optimizer) throws(NotFixedCoefficient) -> [[Rational]] {
    guard !optimizer.requiresLoss else { throw NotFixedCoefficient("a step depends on the loss") }
    guard optimizer.microBatches == 1, optimizer.curvature == nil,
      optimizer.wrappers.allSatisfy({ $0.vectorName == nil })
    else {
      throw NotFixedCoefficient("a wrapper acts at some steps only")
    }
    let slots = optimizer.rule.slotNames.count
    var maps: [[[Rational]]] = []
    for step in [1, 2] {
      var run = OptimizerRun<AffineNumber>(optimizer, parameters: [.basis(0)])
      for slot in 0..<slots { run.slots[0][slot] = .basis(slot + 1) }
      run.stepCount = step
      let decay = AffineNumber(optimizer.weightDecay)
      try run.advance(gradients: [.basis(slots + 1) - decay * run.parameters[0]])
      let state = [run.parameters[0]] + (0..<slots).map { run.slots[0][$0] }
      for number in state {
        if let refusal = number.refusal { throw refusal }
      }
      maps.append(
        state.map { number in
          number.coefficients
            + [Rational](repeating: 0, count: slots + 2 - number.coefficients.count)
        })
    }
    guard maps[0][0].first == 1 else {
      throw NotFixedCoefficient(
        "weight decay beside the momentum draws to the origin, which is not where the minimiser is")
    }
    guard maps[0] == maps[1] else { throw NotFixedCoefficient("the steps differ from each other") }
    return maps[0]
  }
}
