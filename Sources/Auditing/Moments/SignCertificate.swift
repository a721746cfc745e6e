internal import Formulas

/// A proof that a number is not negative: multiplied by positive ones, it is a sum of products of squares
/// with numbers that are not negative. Checked as an identity of polynomials or rational functions.
struct SignCertificate: Sendable {
  /// A product of factors with a square.
  struct Term: Sendable {
    var factors: [Formula]
    /// What is squared; nil for 1.
    var square: Formula?

    init(_ factors: [Formula], square: Formula? = nil) {
      self.factors = factors
      self.square = square
    }
  }

  var target: Formula
  /// The positive factors that the target is multiplied by.
  var multiplier: [Formula] = []
  var terms: [Term]
  /// What is known to be above 0.
  var positive: [Formula]
  /// What is known not to be below 0.
  var nonNegative: [Formula]

  /// Whether it is one: every factor is known, and both sides are one function.
  var isValid: Bool {
    guard multiplier.allSatisfy(positive.contains) else { return false }
    var sum: Formula = 0
    for term in terms {
      guard term.factors.allSatisfy({ positive.contains($0) || nonNegative.contains($0) }) else {
        return false
      }
      var product = term.factors.reduce(1) { $0 * $1 }
      if let square = term.square { product = product * (square * square) }
      sum = sum + product
    }
    return (multiplier.reduce(1) { $0 * $1 } * target).isIdentical(to: sum)
  }

  /// Whether it shows that the target is above 0: a term has positive factors alone, and no square.
  var isStrict: Bool {
    isValid
      && terms.contains { $0.square == nil && $0.factors.allSatisfy(positive.contains) }
  }
}
