public import Formulas
public import Numbers

/// A statement about real numbers: wherever the assumptions hold, the goals do, and everything in either is
/// defined.
public struct Claim: Sendable, Hashable {
  /// What it is called in reports and in the solver's script.
  public var name: String
  /// What holds of the inputs: their domains, invariants of the state, lemmas that are proved elsewhere.
  public var assumptions: [Relation]
  /// What is to be proved, each for itself.
  public var goals: [Relation]
  /// Symbols that stand for step counts: whole numbers from 1.
  ///
  /// A power `βᵗ` of such a symbol is a number `p` of its own, with `0 ≤ p ≤ β < 1`, positive where `β` is,
  /// and `β` where `t` is 1; `βᵗ⁺¹` is `β·p`. That `0 ≤ β < 1` is part of what has to be proved.
  public var stepSymbols: Set<String>

  public init(
    _ name: String, assuming assumptions: [Relation] = [], proving goals: [Relation],
    stepSymbols: Set<String> = []
  ) {
    self.name = name
    self.assumptions = assumptions
    self.goals = goals
    self.stepSymbols = stepSymbols
  }

  /// The inputs that the claim is about, readable: `0 <= beta1, beta1 < 1, t = 1, 2, …`.
  public var domain: String {
    let steps = stepSymbols.sorted().filter(Set(symbols).contains).map { "\($0) = 1, 2, …" }
    let parts = assumptions.map(\.description) + steps
    return parts.isEmpty ? "all real numbers" : parts.joined(separator: ", ")
  }

  /// The names of all symbols, sorted.
  public var symbols: [String] {
    Set((assumptions + goals).flatMap(\.symbols)).sorted()
  }
}

extension Claim {
  /// What fails at a point of the domain, as exact arithmetic confirms; nil where nothing does, or nothing
  /// is certain.
  public func refutation(at point: [String: Rational]) -> Refutation? {
    CandidateCheck(self).refutation(at: point)
  }
}
