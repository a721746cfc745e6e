import Foundation
import Numbers
import Optimizers
import Testing

/// A rule as its paper writes it, in plain arithmetic: nothing of it is shared with the library.
struct NaiveRule: Sendable, CustomTestStringConvertible {
  let name: String
  let optimizer: Optimizer
  /// From the step, the parameter, the gradient and three numbers of state to the next parameter.
  let step: @Sendable (Double, Double, Double, inout [Double]) -> Double
  var testDescription: String { name }
}

private let (b1, b2, eps) = (0.9, 0.999, 1e-8)

private func moments(_ g: Double, _ s: inout [Double]) {
  s[0] = b1 * s[0] + (1 - b1) * g
  s[1] = b2 * s[1] + (1 - b2) * g * g
}

@Suite("The other optimizers")
struct OtherRuleTests {
  static let rules: [NaiveRule] = [
    NaiveRule(
      name: "RMSprop, centred, momentum",
      optimizer: Optimizer(
        RMSprop(momentum: 0.9, isCentered: true))
    ) { _, x, g, s in
      s[0] = 0.99 * s[0] + 0.01 * g * g
      s[1] = 0.99 * s[1] + 0.01 * g
      s[2] = 0.9 * s[2] + g / (sqrt(s[0] - s[1] * s[1]) + eps)
      return x - 1e-3 * s[2]
    },
    NaiveRule(name: "RMSprop", optimizer: Optimizer(RMSprop())) { _, x, g, s in
      s[0] = 0.99 * s[0] + 0.01 * g * g
      return x - 1e-3 * g / (sqrt(s[0]) + eps)
    },
    NaiveRule(
      name: "AdaGrad",
      optimizer: Optimizer(
        AdaGrad(rateDecay: 0.5, initialAccumulator: 0.1))
    ) { t, x, g, s in
      if t == 1 { s[0] = 0.1 }
      s[0] += g * g
      return x - 1e-2 / (1 + (t - 1) * 0.5) * g / (sqrt(s[0]) + 1e-10)
    },
    NaiveRule(name: "AdaDelta", optimizer: Optimizer(AdaDelta())) { _, x, g, s in
      s[0] = 0.95 * s[0] + 0.05 * g * g
      let change = sqrt(s[1] + 1e-6) / sqrt(s[0] + 1e-6) * g
      s[1] = 0.95 * s[1] + 0.05 * change * change
      return x - change
    },
    NaiveRule(name: "AdamW", optimizer: Optimizer(Adam(weightDecay: 0.01))) { t, x, g, s in
      moments(g, &s)
      let m = s[0] / (1 - pow(b1, t))
      let v = s[1] / (1 - pow(b2, t))
      return x * (1 - 1e-3 * 0.01) - 1e-3 * m / (sqrt(v) + eps)
    },
    NaiveRule(
      name: "Adam with L2",
      optimizer: Optimizer(
        Adam(weightDecay: 0.01, decayForm: .coupled))
    ) { t, x, g, s in
      moments(g + 0.01 * x, &s)
      return x - 1e-3 * s[0] / (1 - pow(b1, t)) / (sqrt(s[1] / (1 - pow(b2, t))) + eps)
    },
    NaiveRule(name: "AMSGrad, torch", optimizer: Optimizer(AMSGrad())) { t, x, g, s in
      moments(g, &s)
      s[2] = max(s[2], s[1])
      return x - 1e-3 * s[0] / (1 - pow(b1, t)) / (sqrt(s[2] / (1 - pow(b2, t))) + eps)
    },
    NaiveRule(
      name: "AMSGrad, optax",
      optimizer: Optimizer(
        AMSGrad(maximumOrder: .afterCorrection))
    ) { t, x, g, s in
      moments(g, &s)
      s[2] = max(s[2], s[1] / (1 - pow(b2, t)))
      return x - 1e-3 * s[0] / (1 - pow(b1, t)) / (sqrt(s[2]) + eps)
    },
    NaiveRule(
      name: "AMSGrad, paper",
      optimizer: Optimizer(
        AMSGrad(maximumOrder: .uncorrected))
    ) { _, x, g, s in
      moments(g, &s)
      s[2] = max(s[2], s[1])
      return x - 1e-3 * s[0] / (sqrt(s[2]) + eps)
    },
    NaiveRule(name: "NAdam", optimizer: Optimizer(NAdam())) { t, x, g, s in
      moments(g, &s)
      func momentum(_ t: Double) -> Double { b1 * (1 - 0.5 * pow(0.96, t * 0.004)) }
      s[2] = (t == 1 ? 1 : s[2]) * momentum(t)
      let v = s[1] / (1 - pow(b2, t))
      let m =
        momentum(t + 1) * s[0] / (1 - s[2] * momentum(t + 1)) + (1 - momentum(t)) * g / (1 - s[2])
      return x - 2e-3 * m / (sqrt(v) + eps)
    },
    NaiveRule(name: "RAdam", optimizer: Optimizer(RAdam())) { t, x, g, s in
      moments(g, &s)
      let m = s[0] / (1 - pow(b1, t))
      let limit = 2 / (1 - b2) - 1
      let rho = limit - 2 * t * pow(b2, t) / (1 - pow(b2, t))
      guard rho > 4 else { return x - 1e-3 * m }
      let r = sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho))
      return x - 1e-3 * r * m / (sqrt(s[1] / (1 - pow(b2, t))) + eps)
    },
    NaiveRule(name: "AdaBound", optimizer: Optimizer(AdaBound(boundSpeed: 0.1))) { t, x, g, s in
      moments(g, &s)
      let free = 1e-3 / (1 - pow(b1, t)) / (sqrt(s[1] / (1 - pow(b2, t))) + eps)
      let (low, high) = (0.1 * (1 - 1 / (0.1 * t + 1)), 0.1 * (1 + 1 / (0.1 * t)))
      return x - min(max(free, low), high) * s[0]
    },
    NaiveRule(
      name: "AdaBound, paper",
      optimizer: Optimizer(
        AdaBound(boundSpeed: 0.1, correction: .paper))
    ) { t, x, g, s in
      moments(g, &s)
      let (low, high) = (0.1 * (1 - 1 / (0.1 * t + 1)), 0.1 * (1 + 1 / (0.1 * t)))
      return x - min(max(1e-3 / (sqrt(s[1]) + eps), low), high) / sqrt(t) * s[0]
    },
    NaiveRule(name: "AdaBelief", optimizer: Optimizer(AdaBelief())) { t, x, g, s in
      s[0] = b1 * s[0] + (1 - b1) * g
      s[1] = b2 * s[1] + (1 - b2) * (g - s[0]) * (g - s[0]) + eps
      return x - 1e-3 * s[0] / (1 - pow(b1, t)) / (sqrt(s[1] / (1 - pow(b2, t))) + eps)
    },
    NaiveRule(name: "Yogi", optimizer: Optimizer(Yogi())) { t, x, g, s in
      if t == 1 { s[1] = 1e-6 }
      s[0] = b1 * s[0] + (1 - b1) * g
      let difference = s[1] - g * g
      s[1] -= (1 - b2) * (difference > 0 ? 1 : difference < 0 ? -1 : 0) * g * g
      return x - 1e-2 * s[0] / (sqrt(s[1]) + 1e-3)
    },
    NaiveRule(name: "Lion", optimizer: Optimizer(Lion(weightDecay: 0.1))) { _, x, g, s in
      let mixture = 0.9 * s[0] + 0.1 * g
      s[0] = 0.99 * s[0] + 0.01 * g
      return x - 1e-4 * ((mixture > 0 ? 1 : mixture < 0 ? -1 : 0) + 0.1 * x)
    },
  ]

  @Test("each follows its paper for 300 steps, coordinate by coordinate", arguments: rules)
  func followsPaper(rule: NaiveRule) throws {
    let count = 3
    var parameters = [0.5, -2, 1.25]
    var state = rule.optimizer.makeState(of: Double.self, counts: [count])
    var expected = parameters
    var memory = [[Double]](repeating: [0, 0, 0], count: count)
    for step in 1...300 {
      let gradients = Inputs.gradients(step: step, count: count)
      try rule.optimizer.step(&parameters, gradients: gradients, state: &state)
      for i in 0..<count {
        expected[i] = rule.step(Double(step), expected[i], gradients[i], &memory[i])
        // The naive corrections lose about 2000 roundings at t = 1.
        #expect(
          (parameters[i] - expected[i]).magnitude <= 1e-11 * max(expected[i].magnitude, 1e-3),
          "step \(step), coordinate \(i): \(parameters[i]), \(expected[i])")
      }
    }
  }

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
