public import Numbers

extension FormulaProgram {
  /// The memory that a run works in: made once, used again, by one run at a time.
  public struct Workspace<N: RuleNumber>: Sendable {
    @usableFromInline var registers: [N]

    /// The memory for a program's runs. Its constants are rounded here, each once.
    @inlinable
    public init(_ program: FormulaProgram) {
      registers = [N](repeating: 0, count: program.registerCount)
      for (place, constant) in program.constants.enumerated() {
        registers[program.inputs.count + place] = N(constant)
      }
    }
  }

  /// The values of the outputs for values of the inputs.
  ///
  /// - Precondition: as many values as inputs.
  @inlinable
  public func run<N: RuleNumber>(_ values: [N]) throws(N.Failure) -> [N] {
    var workspace = Workspace<N>(self)
    var results: [N] = []
    try run(values, into: &results, workspace: &workspace)
    return results
  }

  /// As the other `run`, without taking memory: the results replace what `results` held.
  ///
  /// - Parameter workspace: one made for this program.
  /// - Precondition: as many values as inputs.
  @inlinable
  public func run<N: RuleNumber>(
    _ values: [N], into results: inout [N], workspace: inout Workspace<N>
  ) throws(N.Failure) {
    precondition(
      values.count == inputs.count, "the program takes \(inputs.count) inputs, got \(values.count)")
    precondition(workspace.registers.count == registerCount, "a workspace of another program")
    for place in values.indices { workspace.registers[place] = values[place] }
    try execute(&workspace.registers)
    results.removeAll(keepingCapacity: true)
    for output in outputs { results.append(workspace.registers[Int(output)]) }
  }

  /// The value of the only output.
  ///
  /// - Precondition: the program has one output, and gets as many values as inputs.
  @inlinable
  public func value<N: RuleNumber>(
    _ values: [N], workspace: inout Workspace<N>
  ) throws(N.Failure) -> N {
    precondition(outputs.count == 1, "the program has \(outputs.count) outputs, not one")
    precondition(
      values.count == inputs.count, "the program takes \(inputs.count) inputs, got \(values.count)")
    precondition(workspace.registers.count == registerCount, "a workspace of another program")
    for place in values.indices { workspace.registers[place] = values[place] }
    try execute(&workspace.registers)
    return workspace.registers[Int(outputs[0])]
  }

  @inlinable
  func execute<N: RuleNumber>(_ memory: inout [N]) throws(N.Failure) {
    let program = instructions.span
    var registers = memory.mutableSpan
    for place in program.indices {
      let instruction = program[place]
      let x = registers[Int(instruction.first)]
      let result: N =
        switch instruction.code {
        case .sum: x + registers[Int(instruction.second)]
        case .difference: x - registers[Int(instruction.second)]
        case .product: x * registers[Int(instruction.second)]
        case .quotient: try x / registers[Int(instruction.second)]
        case .negation: -x
        case .power: try N.power(x, registers[Int(instruction.second)])
        case .root: try N.root(x)
        case .exponential: try N.exp(x)
        case .logarithm: try N.log(x)
        case .select:
          N.select(
            x, isLessThan: registers[Int(instruction.second)],
            then: registers[Int(instruction.third)], else: registers[Int(instruction.fourth)])
        case .lesser: N.lesser(x, registers[Int(instruction.second)])
        case .greater: N.greater(x, registers[Int(instruction.second)])
        case .magnitude: x.magnitude
        case .sign: N.sign(x)
        case .square: x.squared()
        case .oneMinusPower: try N.oneMinusPower(x, registers[Int(instruction.second)])
        }
      registers[Int(instruction.result)] = result
    }
  }
}

extension Formula {
  /// The value for values of its symbols, once; a `FormulaProgram` runs many times.
  ///
  /// - Precondition: every symbol has a value.
  @inlinable
  public func value<N: RuleNumber>(_ values: [String: N]) throws(N.Failure) -> N {
    let names = symbols
    let inputs = names.map { name in
      guard let value = values[name] else {
        preconditionFailure("no value for the symbol '\(name)'")
      }
      return value
    }
    return try FormulaProgram(outputs: [self], inputs: names).run(inputs)[0]
  }
}
