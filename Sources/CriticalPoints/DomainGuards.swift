internal import Formulas
internal import Numbers

/// What must hold at a point for a formula to be defined and smooth around it.
struct DomainGuards: Sendable {
  private enum Condition: Sendable { case positive, notNegative, notZero }
  private let conditions: [Condition]
  let program: FormulaProgram
  /// Whether a violated condition means that the formula has no value; not so under a branch.
  private let decidesDomain: Bool

  var isEmpty: Bool { conditions.isEmpty }

  /// The operands of each logarithm, root, power, quotient and kink in a formula.
  init(_ formula: Formula, variables: [String]) {
    var found: [(Condition, Formula)] = []
    var hasBranch = false
    func note(_ condition: Condition, _ formula: Formula) {
      if formula.constantValue == nil { found.append((condition, formula)) }
    }
    _ = formula.fold { (node: Formula.Node, _: [Bool]) in
      guard case .operation(let operation, let operands) = node else { return true }
      switch operation {
      case .logarithm: note(.positive, operands[0])
      case .root: note(.notNegative, operands[0])
      case .quotient: note(.notZero, operands[1])
      case .power:
        guard let exponent = operands[1].constantValue, exponent.isInteger else {
          note(.positive, operands[0])
          break
        }
        if exponent.isNegative { note(.notZero, operands[0]) }
      case .magnitude, .sign: note(.notZero, operands[0])
      case .lesser, .greater: note(.notZero, operands[0] - operands[1])
      case .select:
        hasBranch = true
        note(.notZero, operands[0] - operands[1])
      case .sum, .difference, .product, .negation, .exponential: break
      }
      return true
    }
    conditions = found.map(\.0)
    program = FormulaProgram(outputs: found.map(\.1), inputs: variables)
    decidesDomain = !hasBranch
  }

  enum Answer { case outside, unsure, inside }

  /// Whether the formula is defined and smooth on a box, from the program's values there.
  func answer(_ values: [Interval]) -> Answer {
    var answer = Answer.inside
    for (condition, value) in zip(conditions, values) {
      switch condition {
      case .positive where value.upper <= 0, .notNegative where value.upper < 0:
        if decidesDomain, value.isDefined { return .outside }
        answer = .unsure
      case .positive where value.lower <= 0, .notNegative where value.lower <= 0: answer = .unsure
      case .notZero where value.containsZero: answer = .unsure
      default: if !value.isDefined { answer = .unsure }
      }
    }
    return answer
  }
}
