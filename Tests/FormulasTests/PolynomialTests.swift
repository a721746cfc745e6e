import Formulas
import Numbers
import Testing

@Suite("Polynomials of formulas")
struct PolynomialTests {
  @Test("collect terms, so that equal polynomials are equal")
  func collection() throws {
    func polynomial(_ text: String) throws -> MultivariatePolynomial? {
      try Formula(parsing: text).polynomial(in: ["x", "y"])
    }
    #expect(try polynomial("(x + y)^2") == polynomial("y*y + 2*x*y + x^2"))
    #expect(try polynomial("(x + y)*(x - y)") == polynomial("x^2 - y^2"))
    #expect(try polynomial("(x + y)^3 - x^3 - y^3 - 3*x*y*(x + y)")?.isZero == true)
    #expect(
      try polynomial("x/4 + sqrt(9)*y + max(1, 2)")?.terms.map(\.coefficient) == [0.25, 3, 2])
    for text in ["1/x", "sqrt(x)", "x^0.5", "x^(-1)", "z", "abs(x)", "2^x", "x/(y - y)"] {
      #expect(try polynomial(text) == nil, "\(text)")
    }
    #expect(try polynomial("0.5^2 + x^0")?.coefficient(of: [0, 0]) == 1.25)
  }

  @Test("give coefficients, degrees, derivatives and values")
  func parts() throws {
    let f = try Formula(parsing: "x^4 - 3*x^3 + 2")
    let one = try #require(f.polynomial(in: ["x"]))
    #expect(one.univariateCoefficients == [2, 0, 0, -3, 1])
    #expect(one.derivative(withRespectTo: "x").univariateCoefficients == [0, 0, -9, 4])
    #expect(one.derivative(withRespectTo: "y").isZero)
    #expect(one.value([2]) == -6)
    #expect(one.description == "x^4 - 3*x^3 + 2")
    let two = try #require(try Formula(parsing: "x^2*y + 7*y^2 - x").polynomial(in: ["x", "y"]))
    #expect(two.degree == 3 && two.degree(in: "x") == 2 && two.degree(in: "y") == 2)
    #expect(two.degree(in: "z") == 0)
    #expect(two.description == "x^2*y + 7*y^2 - x")
    #expect(two.value([2, 3]) == 73)
    #expect(
      two
        == MultivariatePolynomial(
          variables: ["x", "y"],
          terms: [([0, 2], 7), ([2, 1], 1), ([1, 0], -2), ([1, 0], 1)]))
  }

  @Test("have the values of the formula at random points")
  func values() throws {
    for number in 0..<400 {
      var generator = Philox(seed: 5, property: 6, case: UInt64(number))
      let formula = RandomFormula.make(
        size: 1 + number % 7, operations: RandomFormula.polynomial, &generator)
      guard let polynomial = formula.polynomial(in: ["x", "y", "z"]) else {
        // Too large: the random powers reach high degrees.
        continue
      }
      let values = (0..<3).map { _ in Rational(Int(generator.below(9)) - 4, 3) }
      let point = Dictionary(uniqueKeysWithValues: zip(["x", "y", "z"], values))
      #expect(try formula.value(point) == polynomial.value(values))
      #expect(try polynomial.formula().value(point) == polynomial.value(values))
    }
  }

  @Test("are refused where they would be too large")
  func limits() throws {
    for text in ["(x + y + 1)^9999", "((x^1000)^1000)^1000", "9^9^9^9 + x"] {
      #expect(try Formula(parsing: text).polynomial(in: ["x", "y"]) == nil, "\(text)")
    }
  }
}
