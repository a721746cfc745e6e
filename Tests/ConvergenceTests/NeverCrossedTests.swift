import Numbers
import Optimizers
import Properties
import TestSupport
import Testing

@testable import Convergence

@Suite("The certified bound is never crossed")
struct NeverCrossedTests {
  @Test("shipped gradient descent stays below 1/(4N + 2), and the worst function reaches it")
  func gradientDescent() throws {
    let check = BoundCheck(
      Optimizer(SGD(learningRate: 1)), .smoothConvex(smoothness: 1), steps: 5,
      bound: Rational(1, 22))
    let count = Effort.forTests == .quick ? 2_000 : 100_000
    let outcome = try check.run(count: count, seed: 0)
    #expect(outcome.crossing == nil)
    #expect(outcome.count == count + 1)
    let worst = try #require(outcome.worstRatio)
    #expect(worst >= 0.999)
    #expect(outcome.largestRatio <= 1 + 1e-12)
  }

  @Test("momentum stays below its bracket of the reference study")
  func momentum() throws {
    // The certified bracket is 0.18332380187 … 0.18332380193.
    let check = BoundCheck(
      Optimizer(SGD(learningRate: 0.1, momentum: 0.9)), .smoothConvex(smoothness: 1), steps: 10,
      bound: 0.18332380193)
    let outcome = try check.run(count: 500, seed: 3)
    #expect(outcome.crossing == nil)
  }

  @Test("code that is not what the bound is of crosses it")
  func otherCode() throws {
    let check = BoundCheck(
      Optimizer(SGD(learningRate: 0.9)), of: Optimizer(SGD(learningRate: 1)),
      .smoothConvex(smoothness: 1), steps: 5, bound: Rational(1, 22))
    let crossing = try #require(try check.run(count: 0, seed: 0).crossing)
    #expect(try !check.holds(on: crossing))
  }

  @Test("a bound that is too low is crossed, by an instance that shows it")
  func tooLow() throws {
    let check = BoundCheck(
      Optimizer(SGD(learningRate: 1)), .smoothConvex(smoothness: 1), steps: 5,
      bound: Rational(1, 22) * 0.99)
    let outcome = try check.run(count: 0, seed: 0)
    let crossing = try #require(outcome.crossing)
    #expect(crossing.exactGap(at: crossing.start)! > 0)
  }

  @Test("steps beyond 2/L diverge, which crosses any bound")
  func divergence() throws {
    let check = BoundCheck(
      Optimizer(SGD(learningRate: 1e200)), .smoothConvex(smoothness: 1), steps: 4, bound: 1)
    #expect(try check.run(count: 1, seed: 0).crossing != nil)
  }

  @Test("a function's value, gradient and enclosure agree on every part")
  func twoSlopes() {
    let function = TwoSlopeFunction<Rational>(inner: 3, outer: 0.5, left: 0.25, right: 0.75)
    // 3/2·0.75² at the corner, and slope 2.25 with curvature 1/2 beyond.
    #expect(function.value(0.75) == 0.84375)
    #expect(function.gradient(0.75) == 2.25)
    #expect(function.value(1.75) == 3.34375)
    #expect(function.gradient(-1.25) == -1.25)
    let box = function.map { Interval($0) }
    for x: Rational in [-2.385, -0.25, 0, 0.37, 0.75, 11] {
      #expect(box.value(Interval(x)).contains(function.value(x)))
      #expect(box.gradient(Interval(x)).contains(function.gradient(x)))
    }
  }
}
