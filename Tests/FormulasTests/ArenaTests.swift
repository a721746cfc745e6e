import Formulas
import Numbers
import Testing

@Suite("Formula graph")
struct ArenaTests {
  @Test("stores equal parts once")
  func sharing() {
    let arena = FormulaArena()
    let (x, y) = (arena.symbol("x"), arena.symbol("y"))
    let sum = x + y
    #expect(arena.count == 3)
    #expect(x + y == sum)
    #expect(arena.count == 3)
    #expect((sum * sum).nodeCount == 4)
    #expect(y + x != sum)
    // 2⁶⁴ leaves as a tree.
    var doubled = x
    for _ in 0..<64 { doubled = doubled + doubled }
    #expect(doubled.nodeCount == 65)
    #expect(doubled.depth == 64)
  }

  @Test("literals belong to no arena until they are combined")
  func literals() {
    let x = FormulaArena().symbol("x")
    let three: Formula = 3
    #expect(three == Formula(3 as Rational))
    #expect(three.constantValue == 3)
    #expect(three.depth == 0 && three.nodeCount == 1 && three.symbols == [])
    #expect((three * x).symbols == ["x"])
    #expect((three / 7).constantValue == nil)
    #expect("\(three / 7)" == "3/(7)")
  }

  @Test("combines formulas of different arenas, which are equal where their structure is")
  func arenas() {
    func formula(in arena: FormulaArena) -> Formula {
      .root(arena.symbol("x") * 2 + arena.symbol("y"))
    }
    let (one, other) = (formula(in: FormulaArena()), formula(in: FormulaArena()))
    #expect(one == other)
    #expect(one.hashValue == other.hashValue)
    #expect((one + other).nodeCount == one.nodeCount + 1)
    #expect(one != formula(in: FormulaArena()) + 1)
    let home = FormulaArena()
    _ = home.symbol("z")
    #expect(home.adopt(one) == one)
    #expect(home.adopt(5).constantValue == 5)
  }

  @Test("shows its nodes")
  func inspection() {
    let arena = FormulaArena()
    let (x, y) = (arena.symbol("x"), arena.symbol("y"))
    #expect((x / y).node == .operation(.quotient, [x, y]))
    #expect(x.node == .symbol("x"))
    #expect(x.symbolName == "x" && (x + y).symbolName == nil)
    #expect(arena.constant(0.5).node == .constant(Rational(1, 2)))
    let chosen = Formula.select(x, isLessThan: y, then: 1, else: 2)
    #expect(chosen.node == .operation(.select, [x, y, 1, 2]))
    #expect(Formula.oneMinusPower(x, y) == 1 - Formula.power(x, y))
    let depth = chosen.fold { _, operands in 1 + (operands.max() ?? 0) }
    #expect(depth == 2)
  }

  @Test("substitutes for symbols, all at once")
  func substitution() throws {
    let arena = FormulaArena()
    let (x, y) = (arena.symbol("x"), arena.symbol("y"))
    let swapped = (x - y).substituting(["x": y, "y": x])
    #expect(swapped == y - x)
    #expect((x * x).substituting(["x": 3]).constantValue == nil)
    #expect(try (x * x).substituting(["x": 3]).value([:]) == 9 as Rational)
    #expect(x.substituting(["x": 3]) == 3)
    let foreign = FormulaArena().symbol("z")
    #expect((x + y).substituting(["x": foreign * foreign]).symbols == ["y", "z"])
  }

  @Test("a chain 200,000 deep is built, copied, printed and freed")
  func deepChain() throws {
    var text = 0
    do {
      let arena = FormulaArena()
      let (x, g) = (arena.symbol("x"), arena.symbol("g"))
      var chain = x
      for _ in 0..<200_000 { chain = chain * Formula(0.9) + g }
      #expect(chain.depth == 400_000)
      let copy = FormulaArena().adopt(chain)
      #expect(copy == chain)
      #expect(copy.nodeCount == 400_003)
      text = chain.description.utf8.count
      let value: Double = chain.value(["x": 1, "g": 0.1])
      #expect((value - 1).magnitude < 1e-14)
    }
    #expect(text > 200_000 && text < 10_000_000)
  }

  @Test("a name that no printer can write traps")
  func badNames() async {
    await #expect(processExitsWith: .failure) { _ = FormulaArena().symbol("") }
    await #expect(processExitsWith: .failure) { _ = FormulaArena().symbol("a|b") }
    await #expect(processExitsWith: .failure) { _ = FormulaArena().symbol("$1") }
  }
}
