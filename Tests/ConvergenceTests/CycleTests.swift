import Numbers
import Optimizers
import Testing

@testable import Convergence

@Suite("Cycles")
struct CycleTests {
  private let heavyBall = Optimizer(
    SGD(learningRate: Rational(1, 9), momentum: Rational(4, 9)))

  @Test("the heavy ball's cycle on Lessard's function is found, and closes in rationals")
  func heavyBallCycle() throws {
    let search = CycleSearch(heavyBall, on: .lessard)
    let cycles = search.run(starts: 20, seed: 0)
    let cycle = try #require(cycles.first)
    #expect(cycles.count == 1)
    #expect(
      cycle.points == [
        Rational(-2208, 1225), Rational(2592, 1225), Rational(792, 1225),
      ])
    #expect(search.closes(cycle))
  }

  @Test("a state beside the cycle does not close")
  func noCycle() throws {
    let search = CycleSearch(heavyBall, on: .lessard)
    let cycle = try #require(search.run(starts: 20, seed: 0).first)
    let moved = Cycle(
      points: [cycle.points[0] + Rational(1, 1_000_000)] + cycle.points.dropFirst(),
      slots: cycle.slots)
    #expect(!search.closes(moved))
    let fixed = Cycle(points: [0], slots: [[0]])
    #expect(!search.closes(fixed))
  }

  @Test("gradient descent with a step of 1/L has none")
  func gradientDescent() {
    let search = CycleSearch(Optimizer(SGD(learningRate: Rational(1, 25))), on: .lessard)
    #expect(search.run(starts: 20, seed: 0).isEmpty)
  }

  @Test("gradient descent with a step of 2/L goes to and fro on a kinked parabola")
  func toAndFro() throws {
    // f′ = x within 1, 3x − 2 right of it: with step 1 from the steep part to the flat one and back is a cycle
    // of slope −2·(1 − 1) = 0 only; with step 1.2 one that attracts exists.
    let gradient = PiecewiseLinearGradient(
      corners: [0], pieces: [.init(slope: 1, intercept: 0), .init(slope: 3, intercept: 0)])
    // The map is x ↦ 0 · x on the left and −2x on the right at step 1: everything left is sent to 0.
    let search = CycleSearch(Optimizer(SGD(learningRate: 1)), on: gradient)
    #expect(search.run(starts: 10, seed: 1).isEmpty)
  }
}
