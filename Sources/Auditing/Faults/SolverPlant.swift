internal import Formulas
internal import Numbers
internal import Properties
internal import Proving

/// Falsehoods that a careless encoding for solvers lets through: none may come out as proved.
enum SolverPlant {
  static var claims: [Claim] {
    let arena = FormulaArena()
    let x = arena.symbol("x")
    let zero = x - x
    let (theta, epsilon) = (arena.symbol("theta"), arena.symbol("epsilon"))
    let isZero = Relation(epsilon, .equal, 0)
    let falsehood = Relation(Formula(1), .equal, 2)
    let root = Formula.root(x)
    return [
      // A quotient by 0 has no value, though nothing times it looks like nothing.
      Claim("nothing times a quotient by zero", proving: [Relation(0 * (x / zero), .equal, 0)]),
      Claim(
        "a root that squares to less than nothing",
        assuming: [Relation(x, .equal, -1), Relation(root * root, .equal, x)],
        proving: [falsehood]),
      Claim(
        "a root that is not guarded", assuming: [Relation(x, .less, 0)],
        proving: [Relation(root * root, .equal, x)]),
      Claim(
        "a domain that contradicts itself",
        assuming: [Relation(x, .less, 0), Relation(1, .less, x)], proving: [falsehood]),
      Claim(
        "a zero gradient where nothing keeps the denominator from zero", assuming: [isZero],
        proving: [
          Relation(theta - 0 / (Formula.root(x * 0) + epsilon), .equal, theta)
        ]),
      Claim(
        "the logarithm of nothing", proving: [Relation(0 * Formula.log(zero), .equal, 0)]),
    ]
  }

  /// The names of those that a prover believes.
  static func believed(by prover: Prover) async -> [String] {
    var believed: [String] = []
    for claim in claims where await prover.prove(claim).isProved { believed.append(claim.name) }
    return believed
  }
}
