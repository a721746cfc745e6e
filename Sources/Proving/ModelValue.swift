import Numbers

/// The value that a solver's model gives a symbol.
enum ModelValue: Sendable {
  case rational(Rational)
  /// A real root of a polynomial, the least being the first.
  case root(Polynomial, index: Int)

  /// Reads `2.0`, `(/ 1.0 3.0)`, `(- (/ 1.0 3.0))`, `(root-obj (+ (^ x 2) (- 2)) 1)`; nil for anything else.
  init?(_ expression: SExpression) {
    if let value = Self.rational(expression, depth: 0) {
      self = .rational(value)
      return
    }
    guard let items = expression.list, items.count == 3, items[0].atom == "root-obj",
      let polynomial = Polynomial(items[1]), polynomial.degree >= 1,
      let index = items[2].atom.flatMap({ Int($0) }), index >= 1
    else { return nil }
    self = .root(polynomial, index: index)
  }

  private static func rational(_ expression: SExpression, depth: Int) -> Rational? {
    // Deeper numbers are none that a solver prints.
    guard depth < 8 else { return nil }
    switch expression {
    case .atom(let text): return text.utf8.count <= 100_000 ? Rational(text) : nil
    case .list(let items):
      let numbers = items.dropFirst().compactMap { rational($0, depth: depth + 1) }
      guard numbers.count == items.count - 1 else { return nil }
      switch (items.first?.atom, numbers.count) {
      case ("-", 1): return -numbers[0]
      case ("/", 2): return try? numbers[0] / numbers[1]
      default: return nil
      }
    }
  }

  /// Fractions near the value, the simplest first; the value itself where it is one.
  var approximations: [Rational] {
    switch self {
    case .rational(let value): return [value]
    case .root(let polynomial, let index):
      guard var bounds = polynomial.isolated(root: index) else { return [] }
      var found: [Rational] = []
      for bits in [4, 10, 20, 40, 60] {
        bounds = polynomial.refined(bounds, toBits: bits)
        let fraction = Rational.simplest(from: bounds.lower, through: bounds.upper)
        for value in [fraction, bounds.lower, bounds.upper] where !found.contains(value) {
          found.append(value)
        }
      }
      return found
    }
  }
}
