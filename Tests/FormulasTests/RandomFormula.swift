import Formulas
import Numbers

/// Random formulas with shared parts, from a stream of random bits.
enum RandomFormula {
  /// Polynomial operations alone, or all that have a rational value wherever they have one.
  static let polynomial: [FormulaOperation] = [.sum, .difference, .product, .negation]
  static let rational: [FormulaOperation] =
    polynomial + [.quotient, .select, .lesser, .greater, .magnitude, .sign]
  static let all: [FormulaOperation] = rational + [.root, .exponential, .logarithm]

  static func make(
    size: Int, operations: [FormulaOperation], _ generator: inout Philox,
    symbols: [String] = ["x", "y", "z"]
  ) -> Formula {
    let arena = FormulaArena()
    var pool = symbols.map { arena.symbol($0) }
    func pick() -> Formula {
      switch generator.below(8) {
      case 0: return Formula(Rational(Int(generator.below(7)) - 3))
      case 1: return Formula(Rational(Int(generator.below(9)) - 4, Int(generator.below(3)) + 1))
      // Recent ones more often, so that it grows deep.
      case 2...4: return pool[pool.count - 1 - Int(generator.below(UInt64(min(4, pool.count))))]
      default: return pool[Int(generator.below(UInt64(pool.count)))]
      }
    }
    for _ in 0..<size {
      if generator.below(8) == 0 {
        pool.append(.power(pick(), Formula(Rational(Int(generator.below(4))))))
      } else {
        let operation = operations[Int(generator.below(UInt64(operations.count)))]
        pool.append(Formula(operation, (0..<operation.operandCount).map { _ in pick() }))
      }
    }
    return pool[pool.count - 1]
  }
}
