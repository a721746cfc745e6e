internal import Numbers

extension Formula {
  /// Whether it is proved that the two formulas have the same value wherever both have one.
  ///
  /// Both are brought to quotients of polynomials with exact coefficients, roots and magnitudes as variables
  /// whose squares are known. So the answer is exact for rational functions; false means not proved, for
  /// others and for very large ones. Products of roots are compared by their squares, where both sides are
  /// seen to be not negative.
  public func isIdentical(to other: Formula) -> Bool {
    if self == other { return true }
    var normalizer = RationalNormalizer()
    guard let forms = normalizer.normalize([self, other]) else { return false }
    if normalizer.isEqual(forms[0], forms[1]) { return true }
    guard isSeenNonNegative, other.isSeenNonNegative, let left = normalizer.squared(forms[0]),
      let right = normalizer.squared(forms[1])
    else { return false }
    return normalizer.isEqual(left, right)
  }

  /// Whether it can be seen from its operations that the formula is not negative where it has a value.
  public var isSeenNonNegative: Bool {
    fold { (node: Node, operands: [Bool]) in
      switch node {
      case .constant(let value): value >= 0
      case .symbol: false
      case .operation(let operation, let parts):
        switch operation {
        case .root, .exponential, .magnitude: true
        case .sum, .quotient, .lesser: operands[0] && operands[1]
        case .product: operands[0] && operands[1] || parts[0] == parts[1]
        case .greater: operands[0] || operands[1]
        case .select: operands[2] && operands[3]
        case .power: operands[0] || parts[1].isEvenConstant
        case .sign: operands[0]
        case .difference, .negation, .logarithm: false
        }
      }
    }
  }

  private var isEvenConstant: Bool {
    constantValue.map { $0.isInteger && $0.numerator.isEven } ?? false
  }
}
