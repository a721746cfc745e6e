import Numbers
import Optimizers
import Testing

@Suite("Wrappers that keep parameters")
struct WrapperTests {
  private func run(
    _ optimizer: Optimizer, steps: Int, gradient: Rational = 1
  ) throws -> (parameters: [Rational], vectors: [Rational]) {
    var run = OptimizerRun<Rational>(optimizer, parameters: [0])
    var parameters: [Rational] = []
    var vectors: [Rational] = []
    for _ in 1...steps {
      try run.advance(gradients: [gradient])
      parameters.append(run.parameters[0])
      vectors.append(run.vectors[0][0])
    }
    return (parameters, vectors)
  }

  @Test("Lookahead goes back half of the way after every k steps")
  func lookahead() throws {
    let result = try run(chain(Lookahead(k: 3, alpha: 0.5), SGD(learningRate: 1)), steps: 7)
    #expect(result.parameters == [-1, -2, -1.5, -2.5, -3.5, -3, -4])
    #expect(result.vectors == [0, 0, -1.5, -1.5, -1.5, -3, -3])
  }

  @Test("Lookahead with k = 1, α = 1 is its base, and with α = 0 it stays at every sync")
  func lookaheadLimits() throws {
    let base = try run(chain(ExponentialAverage(), SGD(learningRate: 1)), steps: 6).parameters
    #expect(
      try run(chain(Lookahead(k: 1, alpha: 1), SGD(learningRate: 1)), steps: 6).parameters == base)
    let still = try run(chain(Lookahead(k: 2, alpha: 0), SGD(learningRate: 1)), steps: 6)
    #expect(still.parameters == [-1, 0, -1, 0, -1, 0])
  }

  @Test("an exponential average starts at the parameters, and a constant is its fixed point")
  func exponentialAverage() throws {
    let optimizer = chain(ExponentialAverage(decay: 0.75), SGD(learningRate: 1))
    #expect(try run(optimizer, steps: 3, gradient: 0).vectors == [0, 0, 0])
    // −¼, −¼·¾ − 2/4, …
    #expect(try run(optimizer, steps: 3).vectors == [-0.25, -0.6875, -1.265625])
  }

  @Test("a mean takes every c-th step from the first one on, in any order the same")
  func stochasticWeightAverage() throws {
    let optimizer = chain(
      StochasticWeightAverage(start: 2, period: 2), SGD(learningRate: 1))
    // Steps 2, 4 and 6: −2, then the mean of −2 and −4, then that of all three.
    #expect(try run(optimizer, steps: 6).vectors == [0, -2, -2, -3, -3, -4])
  }

  @Test("a run on memory keeps the same vectors, late tensors included")
  func onMemory() throws {
    let optimizer = chain(
      ExponentialAverage(decay: 0.75), chain(Lookahead(k: 2, alpha: 0.5), SGD(learningRate: 1)))
    var state = optimizer.makeState(of: Double.self, counts: [1, 2])
    var x: [[Double]] = [[0], [4, 8]]
    try optimizer.step(&x, gradients: [[1], nil], state: &state)
    try optimizer.step(&x, gradients: [[1], [2, 2]], state: &state)
    #expect(x == [[-1], [3, 7]])
    #expect(state.tensors[0].vectors == [[-0.4375], [-1]])
    #expect(state.tensors[1].vectors == [[3.75, 7.75], [3, 7]])
    let named = try Optimizer(
      named: "ema:lookahead:sgd",
      settings: ["ema.decay": "0.75", "lookahead.k": "2", "lr": "1"])
    #expect(named.name == "ema:lookahead:sgd")
    #expect(named.hyperparameters.map(\.value) == optimizer.hyperparameters.map(\.value))
  }
}
