import Formulas
import Numbers
import Optimizers
import Testing

@Suite("One text of a rule, many number types")
struct RuleTests {
  @Test("momentum's second step on θ²/2 is exactly 18/25")
  func exactMomentum() throws {
    var run = OptimizerRun<Rational>(
      Optimizer(SGD(learningRate: 0.1, momentum: 0.9)), parameters: [1])
    for _ in 1...2 { try run.advance(gradients: run.parameters) }
    #expect(run.parameters == [Rational(18, 25)])
    #expect(run.slot(named: "velocity") == [Rational(9, 5)])
  }
}
