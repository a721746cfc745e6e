internal import Formulas
internal import Numbers
internal import Optimizers
public import ReferenceNumerics

/// One coordinate of an optimizer on `λθ²/2` as a linear map of what it keeps: `z ← M(λ, t)z`, from the
/// traced rule.
///
/// `z` is the parameter, the rule's slots, and what wrappers keep of it. The trace of a step is a formula in
/// `z`, the gradient and the learning rate; it is linear for an optimizer of fixed coefficients, and then
/// `M = A + λ·b·eᵀ`, with A and b its values at unit vectors.
public struct TracedIteration: Sendable {
  /// The names of `z`: `theta`, `velocity`, `slow`.
  public let names: [String]
  /// After how many steps the maps repeat, but for the rate and `t`: Lookahead's period.
  public let period: Int
  private let programs: [FormulaProgram]
  private let learningRate: @Sendable (Int) -> Double
  /// Whether M does not depend on the step, beyond the period, once the first period is over: torch's momentum
  /// does not dampen its first gradient.
  public let isStationary: Bool

  /// - Returns: nil where a step is no linear map of `z` and the gradient.
  public init?(_ method: OptimizerMethod) {
    let optimizer = method.optimizer
    guard !optimizer.requiresLoss, optimizer.rule.historyNames.isEmpty else { return nil }
    let values = Dictionary(
      optimizer.hyperparameters.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    period = optimizer.wrappers.reduce(1) { $0 * (($1 as? Lookahead)?.period ?? 1) }
    guard period <= 1000 else { return nil }
    let trace = { (phase: Int) in
      optimizer.trace(after: phase) { key in
        key == .learningRate ? nil : values[key.name].map { Formula($0) }
      }
    }
    let initial = trace(0)
    let coordinate = initial.coordinate
    names = ["theta"] + coordinate.slots.map(\.name) + coordinate.vectors.map(\.name)
    let inputs = names + ["g", "t", Key.learningRate.symbol]
    guard Set(inputs).count == inputs.count else { return nil }
    programs = (0..<period).map { phase in
      let coordinate = (phase == 0 ? initial : trace(phase)).coordinate
      return FormulaProgram(
        outputs: [coordinate.parameter.after] + coordinate.slots.map(\.after)
          + coordinate.vectors.map(\.after), inputs: inputs)
    }
    let hasRate = method.learningRate != nil
    let rate: @Sendable (Int) -> Double = {
      hasRate ? method.learningRate(at: $0) ?? 0 : 0
    }
    learningRate = rate
    var stationary = method.decay == nil
    for phase in 0..<period {
      let first = phase + 1
      let steps = [first + period, first + 2 * period, first + 3 * period, first + 1000 * period]
      let (program, size) = (programs[phase], names.count)
      for step in steps + [first] where !Self.isLinear(program, size, step, rate(step)) {
        return nil
      }
      let maps = steps.map { Self.map(program, size, $0, rate($0)) }
      stationary =
        stationary
        && maps.allSatisfy {
          $0.columns == maps[0].columns && $0.gradient == maps[0].gradient
        }
    }
    isStationary = stationary
  }

  /// A by columns, and b.
  private typealias Map = (columns: [[Double]], gradient: [Double])

  private static func map(
    _ program: FormulaProgram, _ size: Int, _ step: Int, _ rate: Double
  ) -> Map {
    let columns = (0...size).map { place -> [Double] in
      var inputs = [Double](repeating: 0, count: size + 1) + [Double(step), rate]
      inputs[place] = 1
      return program.run(inputs)
    }
    return (Array(columns.dropLast()), columns[size])
  }

  /// Whether the step is what its columns say at two points of entropy, and 0 at 0.
  private static func isLinear(
    _ program: FormulaProgram, _ size: Int, _ step: Int, _ rate: Double
  ) -> Bool {
    let map = map(program, size, step, rate)
    let all = map.columns + [map.gradient]
    for point in [0.0, 0.37, -3.85] {
      let z = (0...size).map { (place: Int) -> Double in
        let sign = place % 2 == 0 ? 1.0 : -1.3
        return point * (1 + 0.7 * Double(place)) * sign
      }
      let seen = program.run(z + [Double(step), rate])
      for row in seen.indices {
        let terms = z.indices.map { z[$0] * all[$0][row] }
        let magnitude = terms.reduce(0) { $0 + $1.magnitude }
        // A few roundings of each term.
        guard (seen[row] - terms.reduce(0, +)).magnitude <= 1e-13 * magnitude else { return false }
      }
    }
    return true
  }

  /// What a unit of gradient adds to `z` at a step.
  public func gradientColumn(at step: Int) -> [Double] {
    Self.map(programs[(step - 1) % period], names.count, step, learningRate(step)).gradient
  }

  /// `M(λ, t)`, row-major.
  public func matrix(curvature: Double, at step: Int) -> Matrix {
    let map = Self.map(programs[(step - 1) % period], names.count, step, learningRate(step))
    var matrix = Matrix(rows: names.count, columns: names.count)
    for row in names.indices {
      for column in names.indices {
        matrix[row, column] =
          map.columns[column][row] + (column == 0 ? curvature * map.gradient[row] : 0)
      }
    }
    return matrix
  }

  /// `z` before the first step: slots 0, what wrappers keep as the parameter.
  func start(_ parameter: Double, slotCount: Int) -> [Double] {
    names.indices.map { $0 == 0 || $0 > slotCount ? parameter : 0 }
  }

  /// The eigenvalues of a whole period's map, by magnitude, the largest first.
  ///
  /// - Precondition: the maps are stationary.
  public func spectrum(curvature: Double) throws(GSLError) -> IterationSpectrum {
    precondition(isStationary, "the maps of this method change from step to step")
    var product = matrix(curvature: curvature, at: period + 1)
    for phase in 1..<max(period, 1) {
      product = Self.product(matrix(curvature: curvature, at: period + phase + 1), product)
    }
    let values = try eigenvalues(of: product).values
    return IterationSpectrum(matrix: product, values: values, period: period)
  }

  static func product(_ a: Matrix, _ b: Matrix) -> Matrix {
    var result = Matrix(rows: a.rows, columns: b.columns)
    for i in 0..<a.rows {
      for j in 0..<b.columns {
        var sum = 0.0
        for k in 0..<a.columns { sum += a[i, k] * b[k, j] }
        result[i, j] = sum
      }
    }
    return result
  }
}

/// The eigenvalues of an iteration, and what they say of its rate.
public struct IterationSpectrum: Sendable, Hashable {
  public let values: [Complex]
  /// The spectral radius of one step.
  public let radius: Double
  /// The size of the largest Jordan block among the eigenvalues of that magnitude: the distance goes like
  /// `t^(size − 1)·ρᵗ`.
  public let jordanSize: Int

  init(matrix: Matrix, values: [Complex], period: Int) {
    let ordered = values.sorted { $0.magnitude > $1.magnitude }
    self.values = ordered
    let largest = ordered.first?.magnitude ?? 0
    radius = Double.power(largest, 1 / Double(period))
    // Of a block of size k rounding makes k eigenvalues ε^(1/k) apart around their mean: as many as lie
    // that near are one block, unless the matrix is that multiple of the identity.
    var size = 1
    for value in ordered where value.magnitude > 0 {
      let near = ordered.filter { other in
        let distance = Complex(
          real: other.real - value.real, imaginary: other.imaginary - value.imaginary
        ).magnitude
        return distance <= 1e-5 * largest
      }
      guard near.count > 1, value.magnitude >= largest * (1 - 1e-5) else { continue }
      var rest = 0.0
      for row in 0..<matrix.rows {
        for column in 0..<matrix.columns where row != column {
          rest = max(rest, matrix[row, column].magnitude)
        }
      }
      if rest > 1e-9 * largest { size = max(size, near.count) }
    }
    jordanSize = size
  }
}
