import Formulas
import Numbers
import Testing

@Suite("Formulas as text")
struct TextTests {
  @Test(
    "prints with as few brackets as read back the same",
    arguments: [
      "x + y - z", "x + (y - z)", "x*(y + z)", "x/y/z", "x/(y/z)", "x*y/z", "x*(y/z)", "-x^2",
      "(-x)^2", "x^y^z", "(x^y)^z", "x^(-2)", "-(x*y)", "-x*y", "x - (-y)", "-(-x)", "2*x",
      "x + 0.1",
      "1/3*x", "x*(1/3)", "1/(3)", "1/3/(4)", "(-1/3)^2", "-(3)", "x - 1/3", "x + (-3)", "1e-9*x",
      "sqrt(x + 1)", "abs(x)", "if(x < y, 1, -1)", "min(x, max(y, z))", "exp(log(x))", "sign(-x)",
    ])
  func canonical(text: String) throws {
    #expect(try Formula(parsing: text).description == text)
  }

  @Test("what is printed reads back as the same formula")
  func roundTrip() throws {
    for number in 0..<2_000 {
      var generator = Philox(seed: 1, property: 2, case: UInt64(number))
      let size = 1 + number % 14
      let formula = RandomFormula.make(size: size, operations: RandomFormula.all, &generator)
      let text = formula.description
      // A random formula may hold what text refuses, such as a division by 0 that can be seen.
      guard let read = try? Formula(parsing: text) else {
        let fault = #expect(throws: FormulaSyntaxError.self) { try Formula(parsing: text) }
        let message = fault?.message ?? ""
        let isUndefined = ["by zero", "undefined"].contains { message.contains($0) }
        #expect(isUndefined, "\(text): \(message)")
        continue
      }
      #expect(read == formula, "\(text) read as \(read)")
    }
  }

  @Test("a listing reads back line by line")
  func listing() throws {
    let arena = FormulaArena()
    var (m, v) = (arena.symbol("m"), arena.symbol("v"))
    let p1 = arena.symbol("p1")
    for _ in 0..<40 {
      let g = Formula.root(v + p1 * Formula(0.25)) * m
      m = Formula(0.9) * m + Formula(0.1) * g
      v = Formula(0.99) * v + Formula(0.01) * (g * g)
    }
    let lines = Formula.listing([("m", m), ("v", v), ("again", m), ("plain", p1)])
    #expect(lines.count > 40)
    #expect(lines.allSatisfy { $0.count < 400 })
    var bindings: [String: Formula] = [:]
    let reading = FormulaArena()
    for line in lines {
      let statement = try Assignment(parsing: line, bindings: bindings, in: reading)
      bindings[statement.name] = statement.formula
    }
    #expect(bindings["again"] == m && bindings["m_new"] == m && bindings["v_new"] == v)
    #expect(bindings["plain"] == p1)
    #expect(bindings["p1"] == nil)
  }

  @Test("what is shared too often for one line is printed in several")
  func sharedDescription() {
    var x = FormulaArena().symbol("x")
    for _ in 0..<100 { x = x * x + x }
    let text = x.description
    #expect(text.utf8.count < 100_000)
    #expect(text.hasPrefix("p1 = "))
  }
}
