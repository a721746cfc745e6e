extension Formula {
  /// Reads a formula as typed: `"x^4 - 3*x^3 + 2"`.
  ///
  /// Operators `+ - * / ^`, where `^` groups to the right and binds tighter than a minus sign (−x^2 is
  /// −(x²)); functions `sqrt abs sign exp log min max pow`, with sign(0) = 0; `if(a < b, x, y)` with
  /// `<`, `<=`, `>`, `>=`. Numbers are exact: `0.1` is 1/10, and `-1/3` typed as bare numbers is one
  /// constant. Text of more than 10⁶ bytes or 1,000 nested brackets is refused.
  ///
  /// - Parameters:
  ///   - variables: the names that may occur; nil allows any.
  ///   - bindings: names that stand for formulas.
  ///   - functions: functions of one argument beside those above, by name.
  public init(
    parsing text: String, variables: [String]? = nil, bindings: [String: Formula] = [:],
    in arena: FormulaArena = FormulaArena(), functions: [String: (Formula) -> Formula] = [:]
  ) throws(FormulaSyntaxError) {
    var parser = try FormulaParser(
      text, variables: variables, bindings: bindings, arena: arena, functions: functions)
    self = try parser.formula()
  }
}

extension Relation {
  /// Reads a relation as typed: `"v >= 0"`, with `<`, `<=`, `>`, `>=`, `=` or `==`, `!=`.
  ///
  /// The sides are read as `Formula(parsing:)` reads a formula.
  public init(
    parsing text: String, variables: [String]? = nil, bindings: [String: Formula] = [:],
    in arena: FormulaArena = FormulaArena()
  ) throws(FormulaSyntaxError) {
    var parser = try FormulaParser(text, variables: variables, bindings: bindings, arena: arena)
    self = try parser.relation()
  }
}

/// A statement of a formula file: a name, and the formula that it stands for from here on.
public struct Assignment: Hashable, Sendable {
  public let name: String
  public let formula: Formula

  public init(_ name: String, _ formula: Formula) { (self.name, self.formula) = (name, formula) }

  /// Reads a statement as typed: `"m = beta1*m + (1 - beta1)*g"`. On the right, `bindings` say what the
  /// names stand for before it.
  ///
  /// The right side is read as `Formula(parsing:)` reads a formula.
  public init(
    parsing text: String, variables: [String]? = nil, bindings: [String: Formula] = [:],
    in arena: FormulaArena = FormulaArena()
  ) throws(FormulaSyntaxError) {
    var parser = try FormulaParser(text, variables: variables, bindings: bindings, arena: arena)
    (name, formula) = try parser.assignment()
  }
}
