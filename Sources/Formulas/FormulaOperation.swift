/// What a node of a formula computes from its operands.
public enum FormulaOperation: UInt8, CaseIterable, Hashable, Sendable {
  /// `x + y`.
  case sum
  /// `x − y`.
  case difference
  /// `x·y`.
  case product
  /// `x/y`, defined for `y ≠ 0`.
  case quotient
  /// `−x`.
  case negation
  /// `xʸ`, defined for `x > 0`, and for a whole `y` for every `x` but `0` to a negative power; `0⁰ = 1`.
  case power
  /// `√x`, defined for `x ≥ 0`.
  case root
  /// `eˣ`.
  case exponential
  /// The natural logarithm, defined for `x > 0`.
  case logarithm
  /// `a` where `x < y`, else `b`, of the operands `x, y, a, b`.
  case select
  /// The lesser of two.
  case lesser
  /// The greater of two.
  case greater
  /// `|x|`.
  case magnitude
  /// −1, 0 or 1.
  case sign

  /// How many operands it takes.
  public var operandCount: Int {
    switch self {
    case .negation, .root, .exponential, .logarithm, .magnitude, .sign: 1
    case .sum, .difference, .product, .quotient, .power, .lesser, .greater: 2
    case .select: 4
    }
  }

  /// Whether there are real operands for which it has no value.
  public var isPartial: Bool {
    switch self {
    case .quotient, .power, .root, .logarithm: true
    default: false
    }
  }
}
