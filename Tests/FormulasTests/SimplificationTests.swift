import Formulas
import Numbers
import Testing

@Suite("Simplification")
struct SimplificationTests {
  @Test(
    "folds constants and removes 0 and 1 where nothing is lost",
    arguments: [
      ("1 + 2*3", "7"), ("x + 0", "x"), ("0 + x", "x"), ("x*1", "x"), ("1*x", "x"), ("x - 0", "x"),
      ("0 - x", "-x"), ("--x", "x"), ("x/1", "x"), ("x^1", "x"), ("x^0", "1"), ("0*x", "0"),
      ("x - x", "0"),
      ("sqrt(4)*x", "2*x"), ("sqrt(2)*x", "sqrt(2)*x"), ("x/x", "x/x"), ("0*log(x)", "0*log(x)"),
      ("0*(1/x)", "0*(1/x)"), ("1/x - 1/x", "1/x - 1/x"), ("(1/x)^0", "(1/x)^0"), ("0/x", "0/x"),
      ("if(1 < 2, x, y)", "x"), ("if(1 < 2, x, 1/y)", "if(1 < 2, x, 1/y)"), ("abs(-x)", "abs(x)"),
      ("min(x, x)", "x"), ("-1*x", "-x"), ("if(x < y, z, z)", "z"), ("0*sqrt(x^2)", "0*sqrt(x^2)"),
      ("0*sqrt(3)", "0"),
    ])
  func folding(text: String, folded: String) throws {
    #expect(try Formula(parsing: text).folded().description == folded)
  }

  @Test(
    "makes equal polynomials equal formulas",
    arguments: [
      ("(x + y)^2", "y*y + 2*x*y + x*x"), ("x*(y + z) - x*y", "z*x"),
      ("(x - 1)*(x + 1)", "x^2 - 1"),
      ("x - x", "0"), ("sqrt(x + y)*2", "sqrt(y + x) + sqrt(y + x)"),
      ("exp((x + 1)^2)", "exp(x^2 + 2*x + 1)"), ("x/2 + x/2", "x"),
      ("min(2*x, y)", "min(x + x, y)"),
      ("1/(x + y) + 1/(y + x)", "2*(1/(y + x))"), ("-(x - y)", "y - x"),
    ])
  func equalPolynomials(one: String, other: String) throws {
    #expect(try Formula(parsing: one).simplified() == Formula(parsing: other).simplified())
  }

  @Test(
    "does not extend where a formula is defined",
    arguments: [
      "x/x", "0*(1/x)", "1/x - 1/x", "log(x) - log(x)", "0/x", "(1/x)*0 + 1", "(x - x)/x",
    ])
  func definedness(text: String) throws {
    let simplified = try Formula(parsing: text).simplified()
    #expect(throws: Rational.Failure.self, "\(simplified)") {
      try simplified.value(["x": 0 as Rational])
    }
  }

  @Test("keeps every value and every failure, exactly")
  func values() throws {
    var (defined, undefined) = (0, 0)
    for number in 0..<600 {
      var generator = Philox(seed: 8, property: 9, case: UInt64(number))
      let formula = RandomFormula.make(
        size: 1 + number % 9, operations: RandomFormula.rational, &generator)
      let (folded, simplified) = (formula.folded(), formula.simplified())
      #expect(simplified.simplified() == simplified, "\(formula)")
      for draw in 0..<4 {
        let point = Dictionary(
          uniqueKeysWithValues: ["x", "y", "z"].map {
            // Often 0 and ±1, where quotients have no value.
            draw < 2
              ? ($0, Rational(Int(generator.below(3)) - 1))
              : ($0, Rational(Int(generator.below(9)) - 4, Int(generator.below(2)) + 1))
          })
        if let value = try? formula.value(point) {
          defined += 1
          #expect(try folded.value(point) == value, "\(formula) folded to \(folded) at \(point)")
          #expect(
            try simplified.value(point) == value,
            "\(formula) simplified to \(simplified) at \(point)")
        } else {
          undefined += 1
          #expect(throws: Rational.Failure.self, "\(formula) folded to \(folded) at \(point)") {
            try folded.value(point)
          }
          #expect(throws: Rational.Failure.self, "\(formula) simplified to \(simplified)") {
            try simplified.value(point)
          }
        }
      }
    }
    #expect(defined > 1_000 && undefined > 50)
  }

  @Test("encloses the same values, and agrees in Double")
  func intervals() throws {
    for number in 0..<500 {
      var generator = Philox(seed: 8, property: 10, case: UInt64(number))
      let formula = RandomFormula.make(
        size: 1 + number % 8, operations: RandomFormula.all, &generator)
      let point = ["x": Interval(0.37), "y": Interval(1.91), "z": Interval(2.385)]
      let (one, other) = (formula.value(point), formula.simplified().value(point))
      #expect(one.isDefined == other.isDefined || one.width > 1e-6, "\(formula)")
      if one.isDefined, other.isDefined {
        #expect(one.intersection(other) != nil, "\(formula): \(one), \(other)")
      }
    }
  }

  @Test(
    "proves identities of rational functions and roots",
    arguments: [
      ("x/y + y/x", "(x^2 + y^2)/(x*y)"), ("(x^2 - y^2)/(x - y)", "x + y"),
      ("1/(1 + s/(v + e))", "(v + e)/(v + e + s)"), ("sqrt(x + 1)^2", "x + 1"),
      ("1/(sqrt(x) - sqrt(y))", "(sqrt(x) + sqrt(y))/(x - y)"), ("abs(x)^2", "x*x"),
      ("1/sqrt(1 + s/(v + e))/sqrt(v + e)", "1/sqrt(v + s + e)"), ("b^(t + 1)", "b*b^t"),
      ("(1 - b^(t + 1))/(1 - b)", "(1 - b^t)/(1 - b) + b^t"), ("sqrt(x/y)^2", "x/y"),
      ("if(x + x < y, 1, z*z)", "if(2*x < y, 1, z^2)"), ("x^(-2)", "1/(x*x)"),
      ("sqrt(x)^3", "x*sqrt(x)"),
    ])
  func identities(one: String, other: String) throws {
    let arena = FormulaArena()
    let (one, other) = (
      try Formula(parsing: one, in: arena), try Formula(parsing: other, in: arena)
    )
    #expect(one.isIdentical(to: other))
    #expect(other.isIdentical(to: one))
    #expect(!one.isIdentical(to: other + arena.symbol("x")))
  }

  @Test(
    "proves no falsehood",
    arguments: [
      ("sqrt(x^2)", "x"), ("abs(x)", "x"), ("x", "y"), ("-sqrt(x)", "sqrt(x)"),
      ("b^(t + 1)", "b^t"),
      ("1/x", "x"), ("x*abs(y)", "abs(x*y)"), ("sqrt(x + y)", "sqrt(x) + sqrt(y)"),
      ("exp(x + y)", "exp(x) + exp(y)"), ("x/0.1", "x*0.1"), ("1/(x - x)", "2"),
    ])
  func falsehoods(one: String, other: String) throws {
    #expect(!(try Formula(parsing: one).isIdentical(to: Formula(parsing: other))))
  }
}
