import Foundation
import ReferenceNumerics
import Testing

@Suite("Least squares")
struct LinearFitTests {
  @Test("a line through points on it is found, with no error left")
  func line() throws {
    let x = [0.37, 1, 2.5, -4]
    let fit = try LinearFit(lineThrough: x, x.map { 2.385 - 0.5 * $0 })
    #expect(abs(fit.coefficients[0] - 2.385) < 1e-14)
    #expect(abs(fit.coefficients[1] + 0.5) < 1e-14)
    #expect(fit.sumOfSquares < 1e-28 && fit.degreesOfFreedom == 2)
  }

  @Test("standard errors of a line, by hand: x = 0 … 3, y = 0, 1, 1, 2")
  func standardErrors() throws {
    let fit = try LinearFit(lineThrough: [0, 1, 2, 3], [0, 1, 1, 2])
    // Slope 3/5, intercept 1/10, residual sum 1/5, s² = 1/10, Sxx = 5.
    #expect(abs(fit.coefficients[1] - 0.6) < 1e-14 && abs(fit.coefficients[0] - 0.1) < 1e-14)
    #expect(abs(fit.sumOfSquares - 0.2) < 1e-14)
    #expect(abs(fit.standardErrors[1] - 0.02.squareRoot()) < 1e-14)
    #expect(abs(fit.standardErrors[0] - 0.07.squareRoot()) < 1e-14)
  }

  @Test("one abscissa for all, NaN: errors")
  func errors() {
    #expect(throws: GSLError.self) { try LinearFit(lineThrough: [2, 2, 2], [1, 2, 3]) }
    #expect(throws: GSLError.self) { try LinearFit(lineThrough: [1, 2, .nan], [1, 2, 3]) }
    #expect(throws: GSLError.self) { try LinearFit(lineThrough: [1, 2, 3], [1, .infinity, 3]) }
  }
}

@Suite("Distributions")
struct DistributionTests {
  static let all: [Distribution] = [
    .normal, .studentT(degreesOfFreedom: 1), .studentT(degreesOfFreedom: 7.5),
    .fisherF(numerator: 3, denominator: 11), .chiSquared(degreesOfFreedom: 4),
    .beta(alpha: 2, beta: 5), .beta(alpha: 0.5, beta: 0.5),
  ]

  @Test("closed forms")
  func closedForms() throws {
    // P of Cauchy's law, of χ² with two and four degrees of freedom, of the arcsine law, of a coin.
    let t = Distribution.studentT(degreesOfFreedom: 1)
    #expect(abs(try t.cumulative(1) - 0.75) < 1e-15)
    #expect(abs(try Distribution.normal.cumulative(1.959963984540054) - 0.975) < 1e-15)
    #expect(
      abs(try Distribution.chiSquared(degreesOfFreedom: 2).upperTail(3) - exp(-1.5)) < 1e-15)
    #expect(abs(try Distribution.beta(alpha: 0.5, beta: 0.5).cumulative(0.25) - 1 / 3) < 1e-14)
    let f = Distribution.fisherF(numerator: 2, denominator: 2)
    #expect(abs(try f.cumulative(3) - 0.75) < 1e-14)
    let coin = Distribution.binomial(trials: 4, probability: 0.5)
    #expect(abs(try coin.cumulative(1) - 5 / 16) < 1e-15)
    #expect(abs(try coin.upperTail(3) - 1 / 16) < 1e-15)
  }

  @Test("the quantile undoes the cumulative", arguments: all)
  func roundTrip(distribution: Distribution) throws {
    for p in [1e-12, 1e-3, 0.025, 0.37, 0.5, 0.975, 0.999_999] {
      let x = try distribution.quantile(p)
      // The quantile promises 1e-9; no number is nearer to p than the jump of P between neighbours.
      let jump = try distribution.cumulative(x.nextUp) - distribution.cumulative(x.nextDown)
      let tolerance = 1e-9 * min(p, 1 - p) + jump
      #expect(abs(try distribution.cumulative(x) - p) <= tolerance, "p = \(p), x = \(x)")
    }
  }

  @Test("both tails make 1, and stay in 0 ... 1", arguments: all)
  func tails(distribution: Distribution) throws {
    for x in [-Double.infinity, -2.385, 0, 0.37, 0.999, 7, 1e300, .infinity] {
      let (lower, upper) = (try distribution.cumulative(x), try distribution.upperTail(x))
      #expect(abs(lower + upper - 1) < 1e-14, "x = \(x)")
      #expect((0...1).contains(lower) && (0...1).contains(upper))
    }
  }

  @Test("the binomial quantile is the least count that reaches p")
  func binomial() throws {
    for probability in [0, 0.1, 0.5, 1] {
      let law = Distribution.binomial(trials: 30, probability: probability)
      for p in [0, 0.025, 0.5, 0.975, 1] {
        let k = try law.quantile(p)
        #expect(try law.cumulative(k) >= p)
        if k > 0 { #expect(try law.cumulative(k - 1) < p) }
      }
    }
    #expect(try Distribution.binomial(trials: 0, probability: 0.5).quantile(0.5) == 0)
  }

  @Test("the ends of the quantile are the ends of the support")
  func ends() throws {
    #expect(try Distribution.normal.quantile(0) == -.infinity)
    #expect(try Distribution.normal.quantile(1) == .infinity)
    #expect(try Distribution.beta(alpha: 2, beta: 3).quantile(1) == 1)
    #expect(try Distribution.chiSquared(degreesOfFreedom: 3).quantile(0) == 0)
  }

  @Test(
    "parameters and arguments outside their range are errors",
    arguments: [
      Distribution.studentT(degreesOfFreedom: 0), .studentT(degreesOfFreedom: .nan),
      .fisherF(numerator: 1, denominator: -1), .chiSquared(degreesOfFreedom: .infinity),
      .beta(alpha: -1, beta: 1), .binomial(trials: -1, probability: 0.5),
      .binomial(trials: 3, probability: 1.5), .binomial(trials: 1 << 40, probability: 0.5),
    ])
  func errors(distribution: Distribution) {
    #expect(throws: GSLError.self) { try distribution.cumulative(0.5) }
    #expect(throws: GSLError.self) { try distribution.quantile(0.5) }
    #expect(throws: GSLError.self) { try Distribution.normal.cumulative(.nan) }
    #expect(throws: GSLError.self) { try Distribution.normal.quantile(-0.1) }
    #expect(throws: GSLError.self) { try Distribution.normal.quantile(.nan) }
  }
}
