import Formulas
import Numbers
import Testing

@Suite("Formulas as SMT-LIB")
struct SMTEncodingTests {
  private func encoding(_ texts: String...) throws -> SMTEncoding {
    let arena = FormulaArena()
    return SMTEncoding(
      relations: try texts.map { text throws in try Relation(parsing: text, in: arena) })
  }

  @Test("declares the symbols and writes exact numbers")
  func terms() throws {
    let one = try encoding("x + 1/3 >= -2*y")
    #expect(one.symbols == ["x", "y"])
    #expect(one.commands.sorted() == ["(declare-const |x| Real)", "(declare-const |y| Real)"])
    #expect(one.relationTerms == ["(>= (+ |x| (/ 1.0 3.0)) (* (- 2.0) |y|))"])
    #expect(one.obligations.isEmpty)
    #expect(try encoding("x = 1", "x != 2").relationTerms == ["(= |x| 1.0)", "(distinct |x| 2.0)"])
  }

  @Test("has an obligation for each partial operation")
  func obligations() throws {
    let one = try encoding("1/x + sqrt(y) + log(z) + x^(-1) + y^0.5 >= x^2")
    #expect(
      one.obligations.map(\.kind) == [
        .divisorIsNotZero, .radicandIsNotNegative, .argumentIsPositive, .powerIsDefined,
        .powerIsDefined,
      ])
    #expect(
      one.obligations.map(\.term) == [
        "(distinct |x| 0.0)", "(<= 0.0 |y|)", "(< 0.0 |z|)", "(distinct |x| 0.0)", "(< 0.0 |y|)",
      ])
    #expect(one.obligations.map(\.operand) == ["x", "y", "z", "x", "y"])
  }

  @Test("an obligation holds on its path alone")
  func paths() throws {
    let guarded = try encoding("if(x < 0, sqrt(-x), if(0 < y, 1/y, x)) >= 0")
    #expect(guarded.obligations.count == 2)
    #expect(guarded.obligations[0].path == "(< |x| 0.0)")
    #expect(guarded.obligations[0].term == "(=> (< |x| 0.0) (<= 0.0 (- |x|)))")
    let path = try #require(guarded.obligations[1].path)
    let definition = guarded.commands.first { $0.contains(path) && $0.contains("Bool") }
    #expect(definition?.hasSuffix("(and (not (< |x| 0.0)) (< 0.0 |y|)))") == true)
    // Used outside the branch too: always.
    #expect(try encoding("if(x < 0, 1/y, 2) >= 1/y").obligations.allSatisfy { $0.path == nil })
    // Used in both branches: on either.
    let both = try encoding("if(x < 0, 1/y, 2/y + 1/y) >= 1")
    let one = both.obligations.first {
      $0.path != nil && both.commands.contains { $0.contains("(or ") }
    }
    #expect(one != nil)
    // The test itself is always evaluated.
    #expect(try encoding("if(1/y < 0, 1, 2) >= 1").obligations[0].path == nil)
  }

  @Test("a root is one constant for each distinct radicand")
  func roots() throws {
    let one = try encoding("sqrt(x) + sqrt(x)*sqrt(y) >= 0")
    #expect(one.commands.count { $0.contains("declare-const |$sqrt") } == 2)
    #expect(
      one.commands.contains(
        "(assert (=> (<= 0.0 |x|) (and (<= 0.0 |$sqrt1|) (= (* |$sqrt1| |$sqrt1|) |x|))))"))
  }

  @Test("unrolls whole powers, and never writes ^")
  func powers() throws {
    let one = try encoding(
      "x^5 + x^(-2) + x^0 + x^(3/2) + x^1000000 + 0.9^t + y^(t + 1) + y^t >= 0")
    let text = (one.commands + one.relationTerms + one.obligations.map(\.term)).joined()
    #expect(!text.contains("^"))
    #expect(
      try encoding("x^5 > 0").relationTerms == ["(> (* |x| (* (* |x| |x|) (* |x| |x|))) 0.0)"])
    let linked = one.commands.filter { $0.contains("(* |y| |$power") }
    #expect(linked.count == 1)
    #expect(one.commands.count { $0.contains("(<= 1.0 |t|)) (and (<= 0.0") } == 2)
    #expect(one.assumptions.contains("βᵗ⁺¹ = β·βᵗ"))
    // A whole exponent takes any base but 0, and 0 itself unless it is negative.
    #expect(try encoding("y^t > 0").obligations[0].term == "(or (distinct |y| 0.0) (<= 0.0 |t|))")
    #expect(
      try encoding("y^s > 0").obligations[0].term
        == "(or (< 0.0 |y|) (and (= |y| 0.0) (< 0.0 |s|)))")
  }

  @Test("is linear in the number of nodes, however much is shared")
  func sharing() {
    var x = FormulaArena().symbol("x")
    for _ in 0..<200 { x = x * x + x }
    let one = SMTEncoding(formulas: [x])
    #expect(one.commands.joined().utf8.count < 20_000)
    #expect(one.formulaTerms.count == 1)
  }
}
