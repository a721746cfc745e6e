public import Numbers

/// Formulas and relations as SMT-LIB 2 over the reals, with everything that a proof needs to be sound.
///
/// Division, root, logarithm and power are total in SMT-LIB or not in it at all. So for each one here there
/// is an obligation: that it is defined, on every path (`if` branch) on which its value is used. Together
/// with a proof of all obligations, what is proved of the terms is true of the formulas.
///
/// - A root of `x` is a constant `s`, one for a distinct `x`, of which `x ≥ 0 ⇒ s ≥ 0 ∧ s·s = x` is asserted.
/// - A power with a whole constant exponent is unrolled into products.
/// - A power with another constant exponent `p/q` is `sᵖ`, with `x > 0 ⇒ s > 0 ∧ s^q = x`.
/// - A power `βᵗ` with a symbolic exponent is a constant `p`, one for a distinct (β, t), of which is asserted:
///   `0 ≤ β < 1 ∧ t ≥ 1 ⇒ 0 ≤ p ≤ β`, `β > 0 ⇒ p > 0`, and where `t + 1` occurs too,
///   `β > 0 ∨ t ≥ 1 ⇒ p′ = β·p`.
/// - `eˣ` is a positive constant, and `log x` any constant, one for a distinct `x`.
///
/// What is proved of all such constants holds for the functions. A model may give them values that the
/// functions do not have: it is a candidate, to be checked exactly.
public struct SMTEncoding: Sendable {
  /// The free symbols of the formulas, sorted. Their SMT names are `SMTEncoding.quoted`.
  public let symbols: [String]
  /// Declarations, definitions and assertions about roots and powers, in an order in which a solver takes
  /// them: each a whole command.
  public let commands: [String]
  /// The term of each formula, in the order given.
  public let formulaTerms: [String]
  /// The Boolean term of each relation, in the order given.
  public let relationTerms: [String]
  /// What must hold for the formulas and relations to be defined.
  public let obligations: [SMTObligation]
  /// Facts asserted that are true of the real functions but not by definition, named for the report.
  public let assumptions: [String]

  /// - Parameters:
  ///   - wholeSymbols: symbols that stand for whole numbers, such as the step `t`.
  public init(
    relations: [Relation] = [], formulas: [Formula] = [], wholeSymbols: Set<String> = ["t"]
  ) {
    let roots = formulas + relations.flatMap { [$0.left, $0.right] }
    let encoder = SMTEncoder(FormulaGraph(roots), wholeSymbols: wholeSymbols)
    var machine = encoder
    machine.encode()
    symbols = machine.graph.symbols
    commands = machine.commands
    obligations = machine.obligations
    assumptions = machine.assumptions.sorted()
    let terms = machine.graph.roots.map { machine.terms[$0] }
    formulaTerms = Array(terms.prefix(formulas.count))
    relationTerms = relations.indices.map { place in
      let (x, y) = (terms[formulas.count + 2 * place], terms[formulas.count + 2 * place + 1])
      return "(\(relations[place].comparison.smtName) \(x) \(y))"
    }
  }

  /// A symbol's name in SMT-LIB.
  public static func quoted(_ name: String) -> String { "|\(name)|" }

  /// An exact number in SMT-LIB.
  public static func term(_ value: Rational) -> String {
    let magnitude = value.magnitude
    let positive =
      magnitude.isInteger
      ? "\(magnitude.numerator).0" : "(/ \(magnitude.numerator).0 \(magnitude.denominator).0)"
    return value < 0 ? "(- \(positive))" : positive
  }
}

/// A condition under which an operation is defined, wherever its value is used.
public struct SMTObligation: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case divisorIsNotZero
    case radicandIsNotNegative
    case argumentIsPositive
    case powerIsDefined
  }
  public let kind: Kind
  /// The Boolean term to prove: the path condition implies that the operation is defined.
  public let term: String
  /// The path condition alone; nil where the value is always used.
  public let path: String?
  /// The divisor, radicand, argument, or base, as text, shortened.
  public let operand: String
}

extension Relation.Comparison {
  var smtName: String {
    switch self {
    case .equal: "="
    case .notEqual: "distinct"
    default: rawValue
    }
  }
}
