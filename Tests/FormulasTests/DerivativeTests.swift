import Formulas
import Numbers
import Testing

@Suite("Symbolic derivatives")
struct DerivativeTests {
  @Test(
    "follow the rules",
    arguments: [
      ("x^4 - 3*x^3 + 2", "4*x^3 - 3*(3*x^2)"), ("x", "1"), ("y", "0"), ("3", "0"), ("x*y", "y"),
      ("x*x", "x + x"), ("1/x", "-(1/x)/x"), ("sqrt(x)", "1/(2*sqrt(x))"),
      ("exp(2*x)", "exp(2*x)*2"),
      ("log(x)", "1/x"), ("abs(x)", "sign(x)"), ("sign(x)", "0"), ("x^y", "y*x^(y - 1)"),
      ("y^x", "y^x*log(y)"), ("min(x, y)", "if(x < y, 1, 0)"), ("max(x, y)", "if(x < y, 0, 1)"),
      ("if(x < y, x^2, y)", "if(x < y, 2*x, 0)"), ("-x", "-1"), ("y - x", "-1"), ("x/y", "1/y"),
    ])
  func rules(function: String, slope: String) throws {
    let arena = FormulaArena()
    let derivative = try Formula(parsing: function, in: arena).derivative(withRespectTo: "x")
    #expect(derivative.description == slope)
  }

  @Test("agree exactly with dual numbers, over random rational formulas and points")
  func dual() throws {
    var compared = 0
    for number in 0..<1_500 {
      var generator = Philox(seed: 3, property: 4, case: UInt64(number))
      let formula = RandomFormula.make(
        size: 1 + number % 10, operations: RandomFormula.rational, &generator)
      let values = ["x", "y", "z"].map { name in
        (name, Rational(Int(generator.below(2_000)) - 1_000, 97))
      }
      let point = Dictionary(uniqueKeysWithValues: values)
      var duals = point.mapValues { Dual<Rational>(constant: $0) }
      duals["x"] = Dual(point["x"] ?? 0, derivative: 1)
      guard let dual = try? formula.value(duals) else { continue }
      compared += 1
      let slope = formula.derivative(withRespectTo: "x")
      #expect(try slope.value(point) == dual.derivative, "\(formula) at \(point)")
    }
    #expect(compared > 700)
  }

  @Test("agree with dual numbers where roots, exponentials and logarithms occur")
  func transcendental() throws {
    var compared = 0
    for number in 0..<1_500 {
      var generator = Philox(seed: 3, property: 5, case: UInt64(number))
      let formula = RandomFormula.make(
        size: 1 + number % 8, operations: RandomFormula.all, &generator)
      let point = ["x": 0.37, "y": 1.91, "z": 2.385]
      var duals = point.mapValues { Dual<Double>(constant: $0) }
      duals["x"] = Dual(0.37, derivative: 1)
      let dual = formula.value(duals)
      let slope = formula.derivative(withRespectTo: "x").value(point)
      guard dual.value.isFinite, dual.derivative.isFinite, dual.derivative.magnitude < 1e6 else {
        continue
      }
      compared += 1
      // Sums of at most a few dozen terms, below 10⁶ in magnitude: cancellation to 1e-16·10⁶·dozens.
      let difference = (slope - dual.derivative).magnitude
      #expect(
        difference <= 1e-9 * max(1, dual.derivative.magnitude), "\(formula): \(slope), \(dual)")
    }
    #expect(compared > 700)
  }

  @Test("of x⁰ is 0 wherever x is")
  func powerOfZero() throws {
    let derivative = try Formula(parsing: "x^0").derivative(withRespectTo: "x")
    #expect(try derivative.value(["x": 0 as Rational]) == 0)
  }

  @Test("give a Hessian that is symmetric")
  func hessian() throws {
    let f = try Formula(parsing: "(x^2 + y - 11)^2 + (x + y^2 - 7)^2")
    let rows = f.hessian(withRespectTo: ["x", "y"])
    #expect(rows[0][1] == rows[1][0])
    let values = try rows.map { row in
      try row.map { try $0.value(["x": 3, "y": 2] as [String: Rational]) }
    }
    #expect(values == [[74, 20], [20, 34]])
    #expect(f.gradient(withRespectTo: ["x", "y", "z"])[2].constantValue == 0)
  }

  @Test("stay linear in the size of a shared formula")
  func sharing() {
    var x = FormulaArena().symbol("x")
    for _ in 0..<300 { x = x * x + x }
    #expect(x.derivative(withRespectTo: "x").nodeCount < 3_000)
  }

  @Test("of a chain 100,000 deep need no stack")
  func deep() {
    let arena = FormulaArena()
    let (x, g) = (arena.symbol("x"), arena.symbol("g"))
    var chain = x
    for _ in 0..<50_000 { chain = chain * g + g }
    #expect(chain.depth == 100_000)
    #expect(chain.derivative(withRespectTo: "x").value(["g": 1.0]) == 1)
  }
}
