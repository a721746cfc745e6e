import Numbers
import Optimizers
import Testing

@testable import Convergence

@Suite("Adversarial search")
struct AdversarialTests {
  private func search(_ optimizer: Optimizer, steps: Int) throws -> AdversarialInstance {
    let search = AdversarialSearch(optimizer, convexity: 0, smoothness: 1, steps: steps)
    return try #require(search.run(seed: 0))
  }

  @Test("on gradient descent, whose worst case is known, it comes near it and never above")
  func control() throws {
    let instance = try search(Optimizer(SGD(learningRate: 1)), steps: 5)
    #expect(instance.value <= 1 / 22.0)
    #expect(instance.value >= 0.98 / 22)
  }

  @Test("for Adam it finds more than any quadratic of the class gives")
  func adam() throws {
    let optimizer = Optimizer(Adam(learningRate: 0.1))
    let instance = try search(optimizer, steps: 10)
    // The best of quadratics by a fine grid.
    var quadratic = 0.0
    for place in 1...200 {
      let curvature = Double(place) / 200
      var run = OptimizerRun<Double>(optimizer, parameters: [1])
      for _ in 0..<10 { run.advance(gradients: [curvature * run.parameters[0]]) }
      quadratic = max(quadratic, curvature / 2 * run.parameters[0] * run.parameters[0])
    }
    #expect(instance.value > quadratic)
    #expect(instance.start.magnitude <= 1)
  }

  @Test("what it finds is a function of the class, and the same from the same seed")
  func membership() throws {
    let instance = try search(Optimizer(RMSprop(learningRate: 0.1)), steps: 6)
    let again = try search(Optimizer(RMSprop(learningRate: 0.1)), steps: 6)
    #expect(instance.function == again.function && instance.value == again.value)
    let function = instance.function
    let slopes = [function.slope] + (function.left + function.right).map(\.slope)
    #expect(slopes.allSatisfy { (0...1).contains($0) })
    for side in [function.left, function.right] {
      #expect(side.allSatisfy { $0.distance > 0 })
      #expect(side.map(\.distance) == side.map(\.distance).sorted())
    }
    #expect(function.gradient(0) { $0 } == 0 && function.value(0) { $0 } == 0)
    // The gradient is the value's derivative: a central difference is exact but where a knee lies between.
    for x in [-0.731, 0.0137, 0.377, 0.9] {
      let difference = function.value(x + 1e-5) { $0 } - function.value(x - 1e-5) { $0 }
      #expect(abs(difference / 2e-5 - function.gradient(x) { $0 }) <= 2e-5)
    }
  }
}
