internal import Formulas
internal import Numbers

/// A function written as a constant and terms of one sign with even powers, `c₀ ± Σ cᵢ·pᵢ^(2kᵢ)`, `cᵢ > 0`.
///
/// Where the parts' gradients are independent, `∇f = ± Σ cᵢ·2kᵢ·pᵢ^(2kᵢ−1)·∇pᵢ = 0` forces every part to be 0:
/// critical points there are exactly the parts' common zeros, which are isolated if there are as many parts as
/// variables, and a manifold if there are fewer.
struct SumOfSquares: Sendable {
  struct Part: Hashable, Sendable {
    let base: Formula
    /// Even.
    let exponent: Int
  }

  let constant: Rational
  /// 1 where the terms are added, −1 where they are subtracted.
  let sign: Int
  let parts: [Part]

  /// The least power, the order of a common zero where the parts' gradients are independent.
  var order: Int { parts.map(\.exponent).min() ?? 2 }

  /// Reads the form off a formula's structure; nil where it is not written so.
  init?(_ formula: Formula) {
    var constant: Rational = 0
    var sign = 0
    var parts: [Part] = []
    var pending: [(Rational, Formula)] = [(1, formula)]
    func isAdded(_ coefficient: Rational, _ part: Part) -> Bool {
      if coefficient.isZero { return true }
      if sign == -coefficient.signum() { return false }
      sign = coefficient.signum()
      if let known = parts.firstIndex(where: { $0.base == part.base }) {
        // Powers of one base share it as a factor; the least power is the order of its zero.
        let least = min(parts[known].exponent, part.exponent)
        parts[known] = Part(base: part.base, exponent: least)
      } else {
        parts.append(part)
      }
      return true
    }
    var steps = 0
    while let (coefficient, term) = pending.popLast() {
      steps += 1
      // A tree may be exponentially larger than the graph that it unfolds.
      guard steps <= 4096, parts.count <= 64 else { return nil }
      if let value = term.constantValue {
        constant += coefficient * value
        continue
      }
      guard case .operation(let operation, let operands) = term.node else { return nil }
      switch operation {
      case .sum: pending += [(coefficient, operands[1]), (coefficient, operands[0])]
      case .difference: pending += [(-coefficient, operands[1]), (coefficient, operands[0])]
      case .negation: pending.append((-coefficient, operands[0]))
      case .quotient:
        guard let divisor = operands[1].constantValue, !divisor.isZero else { return nil }
        pending.append((coefficient * reciprocal(divisor), operands[0]))
      case .product:
        if operands[0] == operands[1] {
          guard isAdded(coefficient, Part(base: operands[0], exponent: 2)) else { return nil }
        } else if let factor = operands[0].constantValue {
          pending.append((coefficient * factor, operands[1]))
        } else if let factor = operands[1].constantValue {
          pending.append((coefficient * factor, operands[0]))
        } else if let base = Self.root(of: term) {
          guard isAdded(coefficient, Part(base: base, exponent: 2)) else { return nil }
        } else {
          return nil
        }
      case .power:
        guard let power = Self.evenExponent(operands[1]),
          isAdded(coefficient, Part(base: operands[0], exponent: power))
        else { return nil }
      default: return nil
      }
    }
    guard !parts.isEmpty else { return nil }
    (self.constant, self.sign, self.parts) = (constant, sign, parts)
  }

  private static func evenExponent(_ formula: Formula) -> Int? {
    guard let exponent = formula.constantValue, exponent.isInteger, exponent.numerator.isEven,
      let power = Int(exactly: exponent.numerator), power >= 2
    else { return nil }
    return power
  }

  /// A smooth square root of a product of even powers and exponentials: `y·exp(z/2)` of `y²·exp(z)`.
  private static func root(of product: Formula) -> Formula? {
    var result: Formula = 1
    var pending = [product]
    var steps = 0
    while let factor = pending.popLast() {
      steps += 1
      guard steps <= 64, case .operation(let operation, let operands) = factor.node else {
        return nil
      }
      switch operation {
      case .product where operands[0] == operands[1]: result = result * operands[0]
      case .product: pending += operands.reversed()
      case .power:
        guard let power = evenExponent(operands[1]) else { return nil }
        result =
          result
          * (power == 2
            ? operands[0] : Formula.power(operands[0], Formula(Rational(power / 2))))
      case .exponential: result = result * Formula.exp(operands[0] * Formula(Rational(1, 2)))
      default: return nil
      }
    }
    return result.folded()
  }
}

/// The test of boxes that a sum of squares allows.
final class PartsSystem {
  let form: SumOfSquares
  private let square: SquareSystem?
  private let variables: [String]
  private let values: FormulaProgram
  private let slopes: FormulaProgram

  init(_ form: SumOfSquares, variables: [String], domain: Formula) {
    self.form = form
    self.variables = variables
    let bases = form.parts.map(\.base)
    values = FormulaProgram(outputs: bases, inputs: variables)
    slopes = FormulaProgram(
      outputs: bases.flatMap { base in variables.map { partial(base, $0) } }, inputs: variables)
    square =
      bases.count == variables.count
      ? SquareSystem(equations: bases, variables: variables, domain: domain) : nil
  }

  var dimension: Int { variables.count - form.parts.count }

  /// What the parts say about a box on which they are smooth.
  func decide(_ box: [Interval]) -> BranchAndPrune.SpecialCase? {
    if let square {
      switch square.krawczyk(box) {
      case .within(_, let norm) where norm < 1: break
      case .one: break
      // Without a regular Jacobian on the box, critical points need not be zeros of the parts.
      default: return nil
      }
      if let zero = square.zero(near: box) { return .zero(zero) }
      return nil
    }
    guard dimension > 0, isIndependent(box) else { return nil }
    return values.run(box).allSatisfy(\.containsZero) ? .continuum : .empty
  }

  /// The common zero of the parts in a box where it is unique, if there are as many as variables.
  func commonZero(near box: [Interval]) -> SquareSystem.Zero? { square?.zero(near: box) }

  /// Whether all parts are 0 at an exact point.
  func isExactZero(_ point: [Rational]) -> Bool {
    (try? values.run(point))?.allSatisfy(\.isZero) ?? false
  }

  /// Whether the parts' gradients are independent all over a box.
  private func isIndependent(_ box: [Interval]) -> Bool {
    let (rows, columns) = (form.parts.count, variables.count)
    let all = slopes.run(box)
    guard all.allSatisfy({ $0.isDefined && $0.isBounded }) else { return false }
    let matrix = (0..<rows).map { Array(all[$0 * columns..<($0 + 1) * columns]) }
    // Any square part that is regular will do.
    for mask in 0..<(1 << columns) where mask.nonzeroBitCount == rows {
      let chosen = (0..<columns).filter { mask >> $0 & 1 == 1 }
      let part = matrix.map { row in chosen.map { row[$0] } }
      guard let inverse = SmallLinearAlgebra.inverse(part.map { $0.map(\.midpoint) }) else {
        continue
      }
      let isRegular = (0..<rows).allSatisfy { i in
        var norm = Interval(0)
        for j in 0..<rows {
          var entry = i == j ? Interval(1.0) : Interval(0.0)
          for k in 0..<rows { entry = entry - Interval(inverse[i][k]) * part[k][j] }
          norm = norm + entry.magnitude
        }
        return norm.upper < 1
      }
      if isRegular { return true }
    }
    return false
  }

  /// A point on the parts' common zeros near a start, by Newton's method with least steps.
  func sample(from start: [Double]) -> [Double]? {
    leastNewton(from: start) { point in
      let (rows, columns) = (form.parts.count, variables.count)
      let slopes = slopes.run(point)
      return (
        values.run(point), (0..<rows).map { Array(slopes[$0 * columns..<($0 + 1) * columns]) }
      )
    }
  }
}

/// A root of fewer equations than variables by Newton's method, each step the least that solves the linear
/// system; nil where it does not settle.
func leastNewton(
  from start: [Double], _ system: ([Double]) -> (values: [Double], slopes: [[Double]])
) -> [Double]? {
  var point = start
  for _ in 0..<60 {
    let (values, slopes) = system(point)
    guard values.allSatisfy(\.isFinite), slopes.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
      return nil
    }
    let normal = slopes.map { row in
      slopes.map { other in zip(row, other).reduce(0) { $0 + $1.0 * $1.1 } }
    }
    guard let inverse = SmallLinearAlgebra.inverse(normal) else { return nil }
    let weights = inverse.map { row in zip(row, values).reduce(0) { $0 + $1.0 * $1.1 } }
    var length = 0.0
    for place in point.indices {
      let step = zip(weights, slopes).reduce(0) { $0 + $1.0 * $1.1[place] }
      point[place] -= step
      length = max(length, step.magnitude)
    }
    let size = point.map(\.magnitude).max() ?? 0
    if length <= 4 * max(size, 1e-300).ulp || values.allSatisfy({ $0 == 0 }) { return point }
  }
  return nil
}
