public import Numbers

/// Formulas as a list of instructions, to be run often, on any type of number.
///
/// Only what the outputs need is kept, each shared part once. Two patterns run as what they are: a number
/// times itself, or to the power 2, is squared (for an interval the tight square), and `1 − bᵗ` for a
/// symbolic `t`, or a constant `b` in `0 ..< 1`, is `oneMinusPower`, without the cancellation of the text.
public struct FormulaProgram: Sendable {
  @usableFromInline
  enum Code: UInt8, Sendable {
    case sum, difference, product, quotient, negation, power, root, exponential, logarithm
    case select, lesser, greater, magnitude, sign, square, oneMinusPower
  }

  @usableFromInline
  struct Instruction: Sendable {
    @usableFromInline let code: Code
    @usableFromInline var first: Int32
    @usableFromInline var second: Int32 = 0
    @usableFromInline var third: Int32 = 0
    @usableFromInline var fourth: Int32 = 0
    @usableFromInline var result: Int32 = 0
  }

  /// The names of the inputs, in the order in which `run` takes them.
  public let inputs: [String]
  @usableFromInline let constants: [Rational]
  @usableFromInline let instructions: [Instruction]
  /// The registers hold the inputs, then the constants, then results, each as long as it is needed.
  @usableFromInline let registerCount: Int
  @usableFromInline let outputs: [Int32]

  public var inputCount: Int { inputs.count }
  public var outputCount: Int { outputs.count }
  public var instructionCount: Int { instructions.count }

  /// - Precondition: `inputs` are different names, and every symbol of the outputs is among them.
  public init(outputs: [Formula], inputs: [String]) {
    let graph = FormulaGraph(outputs)
    self.inputs = inputs
    var assembler = Assembler(graph: graph, inputs: inputs)
    assembler.assemble()
    constants = assembler.constants
    instructions = assembler.instructions
    registerCount = assembler.registerCount
    self.outputs = graph.roots.map { assembler.registers[$0] }
  }
}

/// Turns a graph into instructions, and gives out registers.
private struct Assembler {
  let graph: FormulaGraph
  let inputPlaces: [String: Int32]
  var registers: [Int32]
  var constants: [Rational] = []
  var instructions: [FormulaProgram.Instruction] = []
  var registerCount = 0

  init(graph: FormulaGraph, inputs: [String]) {
    self.graph = graph
    var places: [String: Int32] = [:]
    for (place, name) in inputs.enumerated() {
      precondition(
        places.updateValue(Int32(place), forKey: name) == nil, "the input '\(name)' is named twice")
    }
    inputPlaces = places
    registers = [Int32](repeating: -1, count: graph.nodes.count)
    registerCount = inputs.count
  }

  /// A node as it is run: what it computes, and from which nodes.
  func pattern(_ operation: FormulaOperation, _ operands: [Int]) -> (FormulaProgram.Code, [Int]) {
    switch operation {
    case .sum: return (.sum, operands)
    case .difference:
      if isConstant(operands[0], 1), case .operation(.power, let power) = graph.nodes[operands[1]],
        isDecay(power)
      {
        return (.oneMinusPower, power)
      }
      return (.difference, operands)
    case .product:
      return operands[0] == operands[1] ? (.square, [operands[0]]) : (.product, operands)
    case .quotient: return (.quotient, operands)
    case .negation: return (.negation, operands)
    case .power: return isConstant(operands[1], 2) ? (.square, [operands[0]]) : (.power, operands)
    case .root: return (.root, operands)
    case .exponential: return (.exponential, operands)
    case .logarithm: return (.logarithm, operands)
    case .select: return (.select, operands)
    case .lesser: return (.lesser, operands)
    case .greater: return (.greater, operands)
    case .magnitude: return (.magnitude, operands)
    case .sign: return (.sign, operands)
    }
  }

  /// Whether a power is one of a decay: a symbolic exponent, or a constant base in `0 ..< 1`. Others, as in
  /// `1 - x^2`, may have a negative base.
  func isDecay(_ power: [Int]) -> Bool {
    if case .constant(let base) = graph.nodes[power[0]] { return 0 <= base && base < 1 }
    if case .constant = graph.nodes[power[1]] { return false }
    return true
  }

  func isConstant(_ place: Int, _ value: Rational) -> Bool {
    if case .constant(value) = graph.nodes[place] { true } else { false }
  }

  mutating func assemble() {
    // The last use of each node, among those that are still computed once patterns are found.
    let patterns = graph.nodes.map { node -> (FormulaProgram.Code, [Int])? in
      guard case .operation(let operation, let operands) = node else { return nil }
      return pattern(operation, operands)
    }
    var lastUse = [Int](repeating: -1, count: graph.nodes.count)
    for root in graph.roots { lastUse[root] = .max }
    for place in graph.nodes.indices.reversed() where lastUse[place] >= 0 {
      for operand in patterns[place]?.1 ?? [] where lastUse[operand] < place {
        lastUse[operand] = place
      }
    }
    for (place, node) in graph.nodes.enumerated() where lastUse[place] >= 0 {
      switch node {
      case .symbol(let name):
        guard let input = inputPlaces[name] else {
          preconditionFailure("the symbol '\(name)' is not among the inputs")
        }
        registers[place] = input
      case .constant(let value):
        registers[place] = Int32(registerCount)
        registerCount += 1
        constants.append(value)
      case .operation: break
      }
    }
    var free: [Int32] = []
    for (place, pattern) in patterns.enumerated() where lastUse[place] >= 0 {
      guard let (code, operands) = pattern else { continue }
      var instruction = FormulaProgram.Instruction(code: code, first: registers[operands[0]])
      if operands.count > 1 { instruction.second = registers[operands[1]] }
      if operands.count > 2 {
        (instruction.third, instruction.fourth) = (registers[operands[2]], registers[operands[3]])
      }
      for operand in Set(operands).sorted() where lastUse[operand] == place {
        if patterns[operand] != nil { free.append(registers[operand]) }
      }
      let register = free.popLast() ?? Int32(registerCount)
      if Int(register) == registerCount { registerCount += 1 }
      instruction.result = register
      registers[place] = register
      instructions.append(instruction)
    }
  }
}
