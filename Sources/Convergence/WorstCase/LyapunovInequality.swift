internal import Numbers

/// The linear matrix inequalities that make `V = ξᵀPξ + p·(f(x) − f*)` shrink by `ρ²` at each step, `ξ` being
/// `x − x*`, the slots and `∇f(x)`, and keep it above `‖x − x*‖²`.
///
/// With multipliers `λ ≥ 0` of the interpolation inequalities among `x*`, `x` and the next point, `V⁺ ≤ ρ²V`
/// wherever `Σλ·pair − (P⁺ − ρ²P) ⪰ 0` and the function values cancel; with `ν ≥ 0` of those between `x*` and
/// `x`, `V ≥ ‖x − x*‖²` wherever `P + Σν·pair` lies above the square of `x − x*`.
///
/// Source: Taylor, Van Scoy & Lessard, *Lyapunov functions for first-order methods: tight automated
/// convergence guarantees*, ICML 2018. <https://arxiv.org/abs/1803.06073>
struct LyapunovInequality {
  /// The rows of the next state on the basis of the state and the gradient at `x`.
  let step: [[Rational]]
  let coefficients: PerformanceProblem.PairCoefficients
  /// `ρ²`.
  let squaredRate: Rational

  private var stateCount: Int { step.count }
  /// The order of P: the state and the gradient.
  var formOrder: Int { stateCount + 1 }
  /// The state, the gradients at `x` and at the next point.
  private var basisCount: Int { stateCount + 2 }
  /// The entries of P, its upper triangle row by row, then p, four λ and one ν; the other two λ and the other ν
  /// follow from the function values.
  var unknownCount: Int { formOrder * (formOrder + 1) / 2 + 6 }
  /// p, λ₀₁, λ₀₂, λ₁₂, λ₂₁, λ₂₀, λ₁₀, ν₀₁, ν₁₀, for the points 0 at x*, 1 at x and 2 after it.
  private static let signCount = 9

  private typealias Matrix = [[Rational]]

  private func zero(_ order: Int) -> Matrix {
    [[Rational]](repeating: [Rational](repeating: 0, count: order), count: order)
  }

  /// The points: 0 the minimiser, 1 at `x`, 2 the next.
  private func vectors(of point: Int) -> (position: [Rational], gradient: [Rational]) {
    func unit(_ index: Int) -> [Rational] {
      (0..<basisCount).map { $0 == index ? 1 : 0 }
    }
    let nothing = [Rational](repeating: 0, count: basisCount)
    return switch point {
    case 0: (nothing, nothing)
    case 1: (unit(0), unit(stateCount))
    default: (step[0] + [0], unit(stateCount + 1))
    }
  }

  /// The quadratic part of the pair inequality.
  private func pair(_ i: Int, _ j: Int) -> Matrix {
    let (first, second) = (vectors(of: i), vectors(of: j))
    let rows = [first.position, first.gradient, second.position, second.gradient]
    let terms = PairTerms(coefficients)
    var matrix = zero(basisCount)
    // Rows 2k and 2k + 1 of the terms, for points 0 and 1.
    for (row, column, coefficient) in terms.terms(0, 1) {
      let factor = Rational(coefficient, 2 * terms.denominator)
      for a in 0..<basisCount {
        for b in 0..<basisCount {
          let product = rows[row][a] * rows[column][b] + rows[row][b] * rows[column][a]
          if !product.isZero { matrix[a][b] += factor * product }
        }
      }
    }
    return matrix
  }

  /// The matrices that each unknown multiplies in the inequality of decrease, the one of positivity, and the
  /// numbers that may not be negative.
  private var terms: [(decrease: [[Rational]], positivity: [[Rational]], signs: [Rational])] {
    var all: [(decrease: [[Rational]], positivity: [[Rational]], signs: [Rational])] = []
    let n = formOrder
    let gradient = (0..<basisCount).map { $0 == basisCount - 1 ? 1 : 0 as Rational }
    let next = step.map { $0 + [0] } + [gradient]
    let none = [Rational](repeating: 0, count: Self.signCount)
    for row in 0..<n {
      for column in row..<n {
        // ρ²P − P⁺, of the unit in that entry and its mirror image.
        var decrease = zero(basisCount)
        for (a, b) in row == column ? [(row, column)] : [(row, column), (column, row)] {
          decrease[a][b] += squaredRate
          for i in 0..<basisCount where !next[a][i].isZero {
            for j in 0..<basisCount where !next[b][j].isZero {
              decrease[i][j] = decrease[i][j] - next[a][i] * next[b][j]
            }
          }
        }
        var positivity = zero(n)
        positivity[row][column] = 1
        positivity[column][row] = 1
        all.append((decrease, positivity, none))
      }
    }
    // λ₂₀ = λ₀₂ + λ₁₂ − λ₂₁ − p and λ₁₀ = λ₀₁ + λ₂₁ − λ₁₂ + ρ²p.
    let (last, first) = (pair(2, 0), pair(1, 0))
    func sum(_ parts: [(Rational, Matrix)]) -> Matrix {
      var total = zero(basisCount)
      for (factor, matrix) in parts {
        for i in 0..<basisCount {
          for j in 0..<basisCount where !matrix[i][j].isZero {
            total[i][j] += factor * matrix[i][j]
          }
        }
      }
      return total
    }
    // ν₁₀ = p + ν₀₁.
    func above(_ parts: [Matrix]) -> Matrix {
      var total = zero(n)
      for matrix in parts {
        for i in 0..<n { for j in 0..<n { total[i][j] += matrix[i][j] } }
      }
      return total
    }
    let empty = zero(n)
    all.append(
      (
        sum([(-1, last), (squaredRate, first)]), above([first]),
        [1, 0, 0, 0, 0, -1, squaredRate, 0, 1]
      ))
    all.append((sum([(1, pair(0, 1)), (1, first)]), empty, [0, 1, 0, 0, 0, 0, 1, 0, 0]))
    all.append((sum([(1, pair(0, 2)), (1, last)]), empty, [0, 0, 1, 0, 0, 1, 0, 0, 0]))
    all.append(
      (sum([(1, pair(1, 2)), (1, last), (-1, first)]), empty, [0, 0, 0, 1, 0, 1, -1, 0, 0]))
    all.append(
      (sum([(1, pair(2, 1)), (-1, last), (1, first)]), empty, [0, 0, 0, 0, 1, -1, 1, 0, 0]))
    all.append((zero(basisCount), above([pair(0, 1), first]), [0, 0, 0, 0, 0, 0, 0, 1, 1]))
    return all
  }

  /// The program whose `y` are the unknowns: the least trace of P, and of the multipliers, that satisfies the
  /// inequalities.
  var program: SemidefiniteProgram {
    let n = formOrder
    var program = SemidefiniteProgram(blocks: [
      .matrix(order: basisCount), .matrix(order: n), .diagonal(count: Self.signCount),
    ])
    program.objective = [.init(block: 1, row: 0, column: 0, value: 1)]
    // What the trace of P may fall below 0 by, for each ν.
    let size = 1 + 4 * Double(coefficients.gradients + coefficients.positions)
    for (place, term) in terms.enumerated() {
      var entries: [SemidefiniteProgram.Entry] = []
      for (block, matrix) in [term.decrease, term.positivity].enumerated() {
        for row in matrix.indices {
          for column in row..<matrix.count where !matrix[row][column].isZero {
            entries.append(
              .init(block: block, row: row, column: column, value: Double(matrix[row][column])))
          }
        }
      }
      for (index, sign) in term.signs.enumerated() where !sign.isZero {
        entries.append(.init(block: 2, row: index, column: index, value: Double(sign)))
      }
      var trace = 0.0
      for index in 0..<n { trace += Double(term.positivity[index][index]) }
      let isEntry = place < n * (n + 1) / 2
      program.constraints.append((entries, isEntry ? trace : size))
    }
    return program
  }

  /// Checks unknowns exactly.
  ///
  /// - Returns: the first condition that fails; nil where they prove the rate.
  func failure(of unknowns: [Rational]) -> String? {
    guard unknowns.count == unknownCount else { return "\(unknowns.count) unknowns" }
    var decrease = zero(basisCount)
    var positivity = zero(formOrder)
    positivity[0][0] = -1
    var signs = [Rational](repeating: 0, count: Self.signCount)
    for (term, value) in zip(terms, unknowns) where !value.isZero {
      for i in 0..<basisCount {
        for j in 0..<basisCount where !term.decrease[i][j].isZero {
          decrease[i][j] += value * term.decrease[i][j]
        }
      }
      for i in 0..<formOrder {
        for j in 0..<formOrder where !term.positivity[i][j].isZero {
          positivity[i][j] += value * term.positivity[i][j]
        }
      }
      for (place, sign) in term.signs.enumerated() { signs[place] += value * sign }
    }
    if signs.contains(where: { $0.isNegative }) { return "a multiplier is negative" }
    if !isSemidefinite(positivity) { return "V does not lie above |x - x*|^2" }
    if !isSemidefinite(decrease) { return "the inequality of decrease is not semidefinite" }
    return nil
  }

  private func isSemidefinite(_ matrix: Matrix) -> Bool {
    let common = CommonDenominator(matrix.joined())
    var integers = SymmetricIntegerMatrix(order: matrix.count, denominator: common.value)
    for row in matrix.indices {
      for column in 0...row {
        integers[row, column] = common.numerator(of: matrix[row][column])
      }
    }
    return SymmetricElimination(integers).outcome == .semidefinite
  }
}
