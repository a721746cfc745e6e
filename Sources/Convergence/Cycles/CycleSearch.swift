public import Numbers
public import Optimizers

/// An orbit of an optimizer that returns to where it was, and so never converges.
public struct Cycle: Sendable, Equatable {
  /// The parameters, one a step, from the least.
  public let points: [Rational]
  /// The rule's slots before the step from each point.
  public let slots: [[Rational]]

  /// - Precondition: as many states as points.
  public init(points: [Rational], slots: [[Rational]]) {
    precondition(
      points.count == slots.count, "\(points.count) points, \(slots.count) states of slots")
    self.points = points
    self.slots = slots
  }

  public var period: Int { points.count }
}

/// Looks for cycles on a function of one variable: finds them in `Double`, solves for them in rationals, and
/// runs the rule's own text once around to see them close exactly.
public struct CycleSearch: Sendable {
  public let optimizer: Optimizer
  public let gradient: PiecewiseLinearGradient
  /// The periods that are looked for.
  public var periods = 2...12
  /// How many steps a run has to come near a cycle.
  public var settlingSteps = 2_000
  /// The starts are drawn from `−reach ... reach`.
  public var reach = 4.0

  public init(_ optimizer: Optimizer, on gradient: PiecewiseLinearGradient) {
    self.optimizer = optimizer
    self.gradient = gradient
  }

  /// The cycles found from drawn starts, each once, in the order in which they were found.
  ///
  /// A rule whose steps are irrational, or depend on the step's number, has none that closes exactly.
  public func run(starts: Int, seed: UInt64) -> [Cycle] {
    var found: [Cycle] = []
    for start in 0..<starts {
      var random = Philox(
        seed: seed, property: Philox.number(of: "rate.cycle"), case: UInt64(start))
      guard let pieces = settledPieces(from: reach * (2 * random.unit() - 1)),
        let cycle = solve(pieces), closes(cycle), !found.contains(cycle)
      else { continue }
      found.append(cycle)
    }
    return found
  }

  /// The pieces that a run visits over one period once it has settled; nil where it has no period, or where
  /// it settles at one point.
  private func settledPieces(from start: Double) -> [Int]? {
    var run = OptimizerRun<Double>(optimizer, parameters: [start])
    var tail: [Double] = []
    let longest = periods.upperBound
    for step in 0..<(settlingSteps + 2 * longest) {
      let x = run.parameters[0]
      guard x.isFinite else { return nil }
      if step >= settlingSteps { tail.append(x) }
      let piece = gradient.pieces[gradient.place(of: x)]
      run.advance(gradients: [Double(piece.slope) * x + Double(piece.intercept)])
    }
    let size = tail.map(\.magnitude).max() ?? 0
    // Far more than rounding leaves of a cycle that attracts, far less than its points are apart.
    let tolerance = 1e-7 * max(size, 1e-9)
    for period in periods {
      guard (0..<longest).allSatisfy({ (tail[$0] - tail[$0 + period]).magnitude <= tolerance })
      else { continue }
      let orbit = tail[..<period]
      guard orbit.max()! - orbit.min()! > 1e3 * tolerance else { return nil }
      let first = orbit.indices.min { orbit[$0] < orbit[$1] }!
      return (0..<period).map { gradient.place(of: tail[(first + $0) % period]) }
    }
    return nil
  }

  /// The state that comes back after the pieces' steps: once around is an affine map of it, whose fixed point
  /// is unique where it has one.
  private func solve(_ pieces: [Int]) -> Cycle? {
    let slotCount = optimizer.rule.slotNames.count
    let size = slotCount + 1
    let zero = [Rational](repeating: 0, count: size)
    guard let offset = around(pieces, from: zero)?.last else { return nil }
    var system = [[Rational]](repeating: zero + [0], count: size)
    for column in 0..<size {
      var unit = zero
      unit[column] = 1
      guard let image = around(pieces, from: unit)?.last else { return nil }
      for row in 0..<size {
        system[row][column] = (row == column ? 1 : 0) - (image[row] - offset[row])
      }
    }
    for row in 0..<size { system[row][size] = offset[row] }
    guard let state = Self.solution(of: system), let orbit = around(pieces, from: state) else {
      return nil
    }
    let states = [state] + orbit.dropLast()
    return Cycle(points: states.map { $0[0] }, slots: states.map { Array($0.dropFirst()) })
  }

  /// The states after each step, the gradients taken from the given pieces.
  private func around(_ pieces: [Int], from state: [Rational]) -> [[Rational]]? {
    var run = run(at: state)
    var states: [[Rational]] = []
    for place in pieces {
      let piece = gradient.pieces[place]
      let slope = piece.slope * run.parameters[0] + piece.intercept
      guard (try? run.advance(gradients: [slope])) != nil else { return nil }
      states.append(self.state(of: run))
    }
    return states
  }

  /// Whether the rule's own text, on the function itself, returns to the very state.
  public func closes(_ cycle: Cycle) -> Bool {
    guard cycle.period > 1 else { return false }
    var run = run(at: [cycle.points[0]] + cycle.slots[0])
    for step in 1...cycle.period {
      guard
        (try? run.advance(gradients: [gradient.value(at: run.parameters[0])])) != nil
      else { return false }
      let place = step % cycle.period
      if state(of: run) != [cycle.points[place]] + cycle.slots[place] { return false }
    }
    return true
  }

  private func run(at state: [Rational]) -> OptimizerRun<Rational> {
    var run = OptimizerRun<Rational>(optimizer, parameters: [state[0]])
    for (place, slot) in state.dropFirst().enumerated() { run.slots[0][place] = slot }
    // A first step may differ from the others.
    run.stepCount = 1
    return run
  }

  private func state(of run: OptimizerRun<Rational>) -> [Rational] {
    run.parameters + optimizer.rule.slotNames.indices.map { run.slots[0][$0] }
  }

  /// The solution of a linear system, its right side the last column; nil where it is singular.
  private static func solution(of system: [[Rational]]) -> [Rational]? {
    var rows = system
    let size = rows.count
    for column in 0..<size {
      guard let pivot = (column..<size).first(where: { !rows[$0][column].isZero }),
        let inverse = try? rows[pivot][column].reciprocal()
      else { return nil }
      rows.swapAt(column, pivot)
      rows[column] = rows[column].map { $0 * inverse }
      for row in 0..<size where row != column && !rows[row][column].isZero {
        let factor = rows[row][column]
        for place in column...size {
          rows[row][place] = rows[row][place] - factor * rows[column][place]
        }
      }
    }
    return rows.map { $0[size] }
  }
}
