import Numbers
import Optimizers
import Testing

@Suite("Laws of the other optimizers")
struct OtherLawTests {
  @Test(
    "RAdam is first rectified at step 5, with torch's threshold at step 6",
    arguments: [(4, 5), (5, 6)])
  func firstRectified(threshold: Int, first: Int) throws {
    var run = OptimizerRun<Double>(
      Optimizer(RAdam(rectificationThreshold: Rational(threshold))), parameters: [0])
    let steps = (1...8).filter { _ in
      run.advance(gradients: [1])
      return run.quantities(of: 0).contains { $0.name == "isRectified" && $0.value == 1 }
    }
    #expect(steps.first == first && steps == Array(first...8))
  }

  @Test("RAdam never rectifies where the average is too short, and stays defined")
  func shortAverage() {
    for beta2 in [0.5, 0.6, 0, 0.59] as [Rational] {
      var run = OptimizerRun<Double>(Optimizer(RAdam(beta2: beta2)), parameters: [0])
      for _ in 1...20 { run.advance(gradients: [1]) }
      #expect((run.parameters[0] + 0.02).magnitude < 1e-14)
    }
  }

  @Test("AdaBound with wide bounds is Adam")
  func wideBounds() {
    var a = OptimizerRun<Double>(Optimizer(AdaBound(boundSpeed: 1e-30)), parameters: [0.5])
    var b = OptimizerRun<Double>(Optimizer(Adam()), parameters: [0.5])
    for step in 1...50 {
      let g = Inputs.gradients(step: step, count: 1)
      a.advance(gradients: g)
      b.advance(gradients: g)
      #expect((a.parameters[0] - b.parameters[0]).magnitude < 1e-15)
    }
  }

  @Test("AMVT with β₁ = 0 tracks no variance, and is a corrected RMSprop with ε inside")
  func amvtIsRMSprop() {
    var a = OptimizerRun<Double>(Optimizer(AMVT(beta1: 0)), parameters: [0.5])
    var b = OptimizerRun<Double>(
      Optimizer(RMSprop(beta2: 0.999, epsilonPlacement: .insideRoot)), parameters: [0.5])
    for step in 1...50 {
      let g = Inputs.gradients(step: step, count: 1)
      // √(v/c + ε) = √(v + cε)/√c: the correction as a rate and an ε.
      let c = Double.oneMinusPower(0.999, Double(step))
      b.hyperparameters[.learningRate] = 1e-3 * c.squareRoot()
      b.hyperparameters[.epsilon] = 1e-8 * c
      a.advance(gradients: g)
      b.advance(gradients: g)
      #expect(a.slot(named: "s") == [0])
      #expect((a.parameters[0] - b.parameters[0]).magnitude < 1e-15)
    }
  }

  @Test("the variance of a centred RMSprop is not negative, whatever rounding does")
  func centredVariance() throws {
    let optimizer = Optimizer(RMSprop(beta2: 0.5, isCentered: true))
    var state = optimizer.makeState(of: Float.self, counts: [2])
    var x: [Float] = [0, 0]
    // A constant gradient: v − a² tends to 0.
    for _ in 1...200 {
      try optimizer.step(&x, gradients: [0.37, -2.385], state: &state)
      #expect(x.allSatisfy { !$0.isNaN })
    }
  }
}
