internal import Diagnostics
internal import Numbers

/// The functions that a formula's text may call.
enum FormulaFunction: String, CaseIterable {
  case sqrt, abs, sign, exp, log, min, max, pow
  case conditional = "if"
  /// One of the reader's own, of one argument, by whatever name.
  case custom = ""

  var argumentCount: Int {
    switch self {
    case .sqrt, .abs, .sign, .exp, .log, .custom: 1
    case .min, .max, .pow: 2
    case .conditional: 3
    }
  }
}

/// Reads the text of a formula with two stacks of its own, so that no nesting overflows the program's.
struct FormulaParser {
  /// How many brackets may be open at once.
  static let nestingLimit = 1_000

  /// An operand that has been read.
  private struct Operand {
    var formula: Formula
    /// The value, where it can be seen and is short.
    var value: Rational?
    /// Whether it is a bare number, so that a minus before it, or a `/` and a number after it, are part of
    /// the number: `-1/3` is one exact constant.
    var isLiteral = false
  }

  private enum Operator {
    case binary(Character, FormulaToken)
    case negation(FormulaToken)
    case bracket(FormulaToken)
    case call(FormulaFunction, FormulaToken, [Operand], Relation.Comparison?)

    var precedence: Int {
      switch self {
      case .binary("+", _), .binary("-", _): 1
      case .binary("*", _), .binary("/", _): 2
      case .negation: 3
      case .binary: 4
      case .bracket, .call: 0
      }
    }
  }

  let lexer: FormulaLexer
  let tokens: [FormulaToken]
  let arena: FormulaArena
  let variables: [String]?
  let bindings: [String: Formula]
  /// Functions of one argument beside the usual ones.
  let functions: [String: (Formula) -> Formula]
  private var position = 0
  private var operands: [Operand] = []
  private var operators: [Operator] = []
  private var nesting = 0

  init(
    _ text: String, variables: [String]?, bindings: [String: Formula], arena: FormulaArena,
    functions: [String: (Formula) -> Formula] = [:]
  ) throws(FormulaSyntaxError) {
    var lexer = try FormulaLexer(text)
    tokens = try lexer.tokens()
    self.lexer = lexer
    (self.variables, self.bindings, self.arena) = (variables, bindings, arena)
    self.functions = functions
  }

  // MARK: What is read

  /// A formula and nothing after it.
  mutating func formula() throws(FormulaSyntaxError) -> Formula {
    let formula = try expression()
    let next = tokens[position]
    if case .comparison = next.kind {
      throw error("a formula has no comparison: '\(lexer.text(next))' cannot stand here", next)
    }
    return formula
  }

  /// Two formulas and a comparison between them.
  mutating func relation() throws(FormulaSyntaxError) -> Relation {
    let left = try expression()
    guard case .comparison(let comparison) = tokens[position].kind else {
      throw error("a comparison is missing: '<', '<=', '>', '>=', '=' or '!='", tokens[position])
    }
    position += 1
    let right = try expression()
    let next = tokens[position]
    if case .comparison = next.kind {
      throw error("a second comparison '\(lexer.text(next))': write two relations", next)
    }
    return Relation(left, comparison, right)
  }

  /// A name, `=`, and a formula.
  mutating func assignment() throws(FormulaSyntaxError) -> (name: String, formula: Formula) {
    guard case .name(let name) = tokens[0].kind else {
      throw error("an assignment begins with the name that it gives a value", tokens[0])
    }
    if isFunction(name) {
      throw error("'\(name)' is a function, and cannot be given a value", tokens[0])
    }
    guard case .comparison(.equal) = tokens[1].kind, lexer.text(tokens[1]) == "=" else {
      throw error("'=' must follow the name '\(name)'", tokens[1])
    }
    position = 2
    return (name, try formula())
  }

  // MARK: The two stacks

  /// Reads up to the end or to a comparison that no bracket encloses.
  private mutating func expression() throws(FormulaSyntaxError) -> Formula {
    (operands, operators, nesting) = ([], [], 0)
    while true {
      try operand()
      if try !afterOperand() { break }
    }
    return arena.adopt(operands[0].formula)
  }

  /// Reads signs and opening brackets, and the number or name after them.
  private mutating func operand() throws(FormulaSyntaxError) {
    while true {
      let token = tokens[position]
      switch token.kind {
      case .number(let value):
        position += 1
        operands.append(Operand(formula: Formula(value), value: value, isLiteral: true))
        return
      case .name(let name):
        position += 1
        if case .mark("(") = tokens[position].kind {
          position += 1
          try open(.call(try function(name, token), token, [], nil), token)
        } else {
          operands.append(try variable(name, token))
          return
        }
      case .mark("("):
        position += 1
        try open(.bracket(token), token)
      case .mark("-"):
        position += 1
        operators.append(.negation(token))
      case .end:
        throw error("unexpected end: a number, a name or a bracket is missing", token)
      default:
        throw error(
          "unexpected '\(lexer.text(token))': a number, a name or a bracket is missing", token)
      }
    }
  }

  private mutating func open(
    _ bracket: Operator, _ token: FormulaToken
  ) throws(FormulaSyntaxError) {
    nesting += 1
    guard nesting <= Self.nestingLimit else {
      throw error("more than \(Self.nestingLimit) brackets inside each other", token)
    }
    operators.append(bracket)
  }

  /// Reads what may follow an operand. Returns whether another operand must follow.
  private mutating func afterOperand() throws(FormulaSyntaxError) -> Bool {
    while true {
      let token = tokens[position]
      switch token.kind {
      case .mark(")"):
        try reduce(to: 1)
        try close(token)
        position += 1
      case .mark(","):
        try reduce(to: 1)
        try endArgument(token)
        position += 1
        return true
      case .mark(let mark) where mark != "(":
        // `^` groups to the right: an equal one waits.
        try reduce(to: mark == "^" ? 5 : mark == "*" || mark == "/" ? 2 : 1)
        operators.append(.binary(mark, token))
        position += 1
        return true
      case .comparison(let comparison):
        try reduce(to: 1)
        guard let last = operators.popLast() else { return false }
        guard case .call(.conditional, let name, let arguments, nil) = last, arguments.isEmpty,
          comparison != .equal, comparison != .notEqual
        else {
          throw error(
            "'\(lexer.text(token))' cannot stand here: only if(a < b, x, y) compares, with < <= > >=",
            token)
        }
        operators.append(.call(.conditional, name, [operands.removeLast()], comparison))
        position += 1
        return true
      case .end:
        try reduce(to: 1)
        switch operators.last {
        case .bracket(let opening): throw error("this bracket is never closed", opening)
        case .call(_, let name, _, _):
          throw error("the bracket after '\(lexer.text(name))' is never closed", name)
        default: return false
        }
      case .number, .name, .mark:
        let before = tokens[position - 1]
        throw error(
          "an operator is missing between '\(lexer.text(before))' and '\(lexer.text(token))': "
            + "write '*' for a product", token)
      }
    }
  }

  /// Applies the operators on top of the stack that bind at least as tightly as `precedence`.
  private mutating func reduce(to precedence: Int) throws(FormulaSyntaxError) {
    while let last = operators.last, last.precedence >= precedence {
      operators.removeLast()
      let y = operands.removeLast()
      switch last {
      case .negation:
        if y.isLiteral, let value = y.value {
          operands.append(Operand(formula: Formula(-value), value: -value, isLiteral: true))
        } else {
          operands.append(Operand(formula: -y.formula, value: y.value.map { -$0 }))
        }
      case .binary(let mark, let token):
        // In two statements: in one, the call would hold a copy of the stack.
        let x = operands.removeLast()
        operands.append(try apply(mark, x, y, token))
      case .bracket, .call: preconditionFailure("brackets are not reduced")
      }
    }
  }

  private func apply(
    _ mark: Character, _ x: Operand, _ y: Operand, _ token: FormulaToken
  ) throws(FormulaSyntaxError) -> Operand {
    switch mark {
    case "+": return Operand(formula: x.formula + y.formula, value: small(x, y, +))
    case "-": return Operand(formula: x.formula - y.formula, value: small(x, y, -))
    case "*": return Operand(formula: x.formula * y.formula, value: small(x, y, *))
    case "/":
      if let divisor = y.value, divisor.isZero { throw error("division by zero", token) }
      let value = small(x, y) { try? $0 / $1 }
      if x.isLiteral, y.isLiteral, let value {
        return Operand(formula: Formula(value), value: value, isLiteral: true)
      }
      return Operand(formula: x.formula / y.formula, value: value)
    default: return try power(x, y, token)
    }
  }

  private func power(
    _ x: Operand, _ y: Operand, _ token: FormulaToken
  ) throws(FormulaSyntaxError) -> Operand {
    if let base = x.value, let exponent = y.value {
      if base.isZero, exponent < 0 { throw error("0 to a negative power is undefined", token) }
      if base < 0, !exponent.isInteger {
        throw error("a negative number to a power that is not whole is undefined", token)
      }
    }
    let value = small(x, y) { base, exponent in
      guard exponent.magnitude <= 64 else { return nil }
      return try? Rational.power(base, exponent)
    }
    return Operand(formula: .power(x.formula, y.formula), value: value)
  }

  /// The value of an operation on numbers that can be seen, while they are short.
  private func small(
    _ x: Operand, _ y: Operand, _ operation: (Rational, Rational) -> Rational?
  ) -> Rational? {
    guard let x = x.value, let y = y.value, let value = operation(x, y),
      value.numerator.bitWidth + value.denominator.bitWidth <= 20_000
    else { return nil }
    return value
  }

  // MARK: Brackets and calls

  private mutating func close(_ token: FormulaToken) throws(FormulaSyntaxError) {
    nesting -= 1
    switch operators.popLast() {
    case .bracket: operands[operands.count - 1].isLiteral = false
    case .call(let function, let name, var arguments, let comparison):
      arguments.append(operands.removeLast())
      try requireComparison(function, comparison, token)
      let expected = function.argumentCount + (comparison == nil ? 0 : 1)
      guard arguments.count == expected else {
        let given = arguments.count - (comparison == nil ? 0 : 1)
        throw error(
          "'\(lexer.text(name))' takes \(counted(function.argumentCount)), got \(given)", name)
      }
      operands.append(try call(function, arguments, comparison, name))
    default: throw error("a closing bracket that nothing opened", token)
    }
  }

  private mutating func endArgument(_ token: FormulaToken) throws(FormulaSyntaxError) {
    guard case .call(let function, let name, let arguments, let comparison) = operators.popLast()
    else { throw error("a comma stands only between the arguments of a function", token) }
    try requireComparison(function, comparison, token)
    guard arguments.count + 1 < function.argumentCount + (comparison == nil ? 0 : 1) else {
      throw error("'\(lexer.text(name))' takes \(counted(function.argumentCount))", token)
    }
    operators.append(.call(function, name, arguments + [operands.removeLast()], comparison))
  }

  private func requireComparison(
    _ function: FormulaFunction, _ comparison: Relation.Comparison?, _ token: FormulaToken
  ) throws(FormulaSyntaxError) {
    guard function == .conditional, comparison == nil else { return }
    throw error("a comparison is missing: if(a < b, x, y)", token)
  }

  private func call(
    _ function: FormulaFunction, _ arguments: [Operand], _ comparison: Relation.Comparison?,
    _ name: FormulaToken
  ) throws(FormulaSyntaxError) -> Operand {
    let x = arguments[0]
    switch function {
    case .sqrt:
      if let value = x.value, value < 0 {
        throw error("the root of \(value.decimalDescription) is undefined", name)
      }
      return Operand(formula: .root(x.formula))
    case .log:
      if let value = x.value, value <= 0 {
        throw error("the logarithm of \(value.decimalDescription) is undefined", name)
      }
      return Operand(formula: .log(x.formula))
    case .abs: return Operand(formula: x.formula.magnitude, value: x.value?.magnitude)
    case .sign: return Operand(formula: .sign(x.formula), value: x.value.map { .sign($0) })
    case .exp: return Operand(formula: .exp(x.formula))
    case .min: return Operand(formula: .lesser(x.formula, arguments[1].formula))
    case .max: return Operand(formula: .greater(x.formula, arguments[1].formula))
    case .pow: return try power(x, arguments[1], name)
    case .custom:
      guard let custom = functions[lexer.text(name)] else { return x }
      return Operand(formula: arena.adopt(custom(arena.adopt(x.formula))))
    case .conditional:
      let (y, a, b) = (arguments[1].formula, arguments[2].formula, arguments[3].formula)
      // x ≤ y is not y < x, and so on.
      let chosen: Formula =
        switch comparison {
        case .less: .select(x.formula, isLessThan: y, then: a, else: b)
        case .greater: .select(y, isLessThan: x.formula, then: a, else: b)
        case .lessOrEqual: .select(y, isLessThan: x.formula, then: b, else: a)
        default: .select(x.formula, isLessThan: y, then: b, else: a)
        }
      return Operand(formula: chosen)
    }
  }

  // MARK: Names

  private func variable(
    _ name: String, _ token: FormulaToken
  ) throws(FormulaSyntaxError) -> Operand {
    if let formula = bindings[name] { return Operand(formula: formula) }
    // A name of the formula's own hides a function that is no part of the language.
    let isOwn = variables?.contains(name) == true && FormulaFunction(rawValue: name) == nil
    if isFunction(name), !isOwn {
      throw error("'\(name)' is a function: its arguments follow in brackets", token)
    }
    guard let variables, !variables.contains(name) else {
      return Operand(formula: arena.symbol(name))
    }
    let known = Set(variables + bindings.keys).sorted()
    let suggestion =
      if let near = nearestName(to: name, among: known) { "; did you mean '\(near)'?" } else {
        known.isEmpty ? "" : "; there are: \(known.prefix(12).joined(separator: ", "))"
      }
    throw error("unknown variable '\(name)'\(suggestion)", token)
  }

  private func function(
    _ name: String, _ token: FormulaToken
  ) throws(FormulaSyntaxError) -> FormulaFunction {
    if let function = FormulaFunction(rawValue: name) { return function }
    if functions[name] != nil { return .custom }
    if bindings[name] != nil || variables?.contains(name) == true {
      throw error("'\(name)' is no function: write '\(name)*(…)' for a product", token)
    }
    let names =
      FormulaFunction.allCases.map(\.rawValue).filter { !$0.isEmpty } + functions.keys.sorted()
    let unsupported = ["sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh"]
    let suggestion =
      if !unsupported.contains(name), let near = nearestName(to: name, among: names) {
        "did you mean '\(near)'?"
      } else {
        "there are: \(names.joined(separator: ", "))"
      }
    throw error("unknown function '\(name)'; \(suggestion)", token)
  }

  private func isFunction(_ name: String) -> Bool {
    FormulaFunction(rawValue: name) != nil || functions[name] != nil
  }

  private func counted(_ count: Int) -> String { count == 1 ? "1 argument" : "\(count) arguments" }

  private func error(_ message: String, _ token: FormulaToken) -> FormulaSyntaxError {
    lexer.error(message, at: token.offset, length: token.length)
  }
}
