import Formulas
import Numbers
import Testing

@Suite("Formula program")
struct ProgramTests {
  let arena = FormulaArena()

  @Test("computes every operation in Double, Rational and Interval")
  func operations() throws {
    let (x, y) = (arena.symbol("x"), arena.symbol("y"))
    let outputs: [Formula] = [
      x + y, x - y, x * y, x / y, -x, .power(x, 2), .power(x, 3), .root(y), .lesser(x, y),
      .greater(x, y), x.magnitude, .sign(x), .select(x, isLessThan: y, then: 7, else: 8), x, 5,
      x * x,
      .oneMinusPower(Formula(0.5), 3),
    ]
    let expected: [Rational] = [
      2, -6, -8, Rational(-1, 2), 2, 4, -8, 2, -2, 4, 2, -1, 7, -2, 5, 4, 0.875,
    ]
    let program = FormulaProgram(outputs: outputs, inputs: ["x", "y"])
    #expect(try program.run([-2, 4] as [Rational]) == expected)
    for (value, exact) in zip(program.run([-2, 4] as [Double]), expected) {
      // One operation on small whole numbers: exact, but for the power and expm1.
      #expect((value - Double(exact)).magnitude <= 1e-15)
    }
    for (value, exact) in zip(program.run([-2, 4] as [Interval]), expected) {
      #expect(value.lower <= Double(exact) && Double(exact) <= value.upper)
    }
    let transcendental = FormulaProgram(outputs: [.exp(x), .log(.exp(x))], inputs: ["x"])
    let values: [Double] = transcendental.run([1.25])
    #expect((values[0] - 3.4903429574618414).magnitude < 1e-15)
    #expect((values[1] - 1.25).magnitude < 1e-15)
  }

  @Test("runs a traced rule's 1 − βᵗ without cancellation")
  func oneMinusPower() throws {
    let (beta, t) = (arena.symbol("beta"), arena.symbol("t"))
    let program = FormulaProgram(outputs: [1 - Formula.power(beta, t)], inputs: ["beta", "t"])
    #expect(program.instructionCount == 1)
    let value = program.run([1 - 0x1p-40, 1] as [Double])[0]
    #expect(value == 0x1p-40)
    #expect(try program.run([0.5, 3] as [Rational]) == [0.875])
    // A polynomial is none of that kind: its base may be negative.
    let polynomial = try Formula(parsing: "1 - x^2")
    #expect(polynomial.value(["x": -3.0]) == -8)
  }

  @Test("squares tightly in intervals")
  func squares() throws {
    let x = arena.symbol("x")
    for square in [x * x, .power(x, 2)] {
      let value = square.value(["x": Interval(-1, 2)])
      #expect(value.lower == 0 && value.upper >= 4 && value.upper < 4.0001)
    }
  }

  @Test("keeps a register as long as it is needed")
  func registers() throws {
    let symbols = ["x", "y", "z"]
    for number in 0..<200 {
      var generator = Philox(seed: 7, property: 1, case: UInt64(number))
      let formula = RandomFormula.make(
        size: 12, operations: [.sum, .difference, .lesser], &generator)
      let values = symbols.map { _ in Rational(Int(generator.below(19)) - 9) }
      let direct: Rational = formula.fold { node, operands in
        switch node {
        case .constant(let value): value
        case .symbol(let name): values[symbols.firstIndex(of: name) ?? 0]
        case .operation(.sum, _): operands[0] + operands[1]
        case .operation(.difference, _): operands[0] - operands[1]
        case .operation(.lesser, _): min(operands[0], operands[1])
        case .operation(.power, let parts):
          operands[0].power(
            parts[1].constantValue == 0
              ? 0 : parts[1].constantValue == 1 ? 1 : parts[1].constantValue == 2 ? 2 : 3)
        case .operation(let operation, _): preconditionFailure("\(operation) was not asked for")
        }
      }
      let program = FormulaProgram(outputs: [formula, formula * 2], inputs: symbols)
      #expect(try program.run(values) == [direct, 2 * direct])
      // The same memory again.
      var workspace = FormulaProgram.Workspace<Rational>(program)
      var results: [Rational] = []
      for _ in 0..<2 {
        try program.run(values, into: &results, workspace: &workspace)
        #expect(results == [direct, 2 * direct])
      }
    }
  }

  @Test("hands on why a quotient or a root has no value")
  func failures() {
    let x = arena.symbol("x")
    #expect(throws: Rational.Failure.divisionByZero) {
      try (1 / x).value(["x": 0 as Rational])
    }
    #expect(throws: Rational.Failure.irrationalRoot(of: 2)) {
      try Formula.root(x).value(["x": 2 as Rational])
    }
    #expect((1 / x).value(["x": 0.0]) == .infinity)
  }

  @Test("a symbol without an input traps")
  func missingInput() async {
    await #expect(processExitsWith: .failure) {
      _ = FormulaProgram(outputs: [FormulaArena().symbol("x")], inputs: ["y"])
    }
    await #expect(processExitsWith: .failure) {
      _ = FormulaProgram(outputs: [1], inputs: ["y", "y"])
    }
  }
}
