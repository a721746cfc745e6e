import Numbers
import Optimizers
import Testing

/// The quartic of the AYLA paper, `x⁴ − 3x³ + 2`.
private func quartic(_ x: Double) -> Double { x * x * x * x - 3 * x * x * x + 2 }
private func quarticSlope(_ x: Double) -> Double { 4 * x * x * x - 9 * x * x }

@Suite("What the papers' formulas give")
struct PaperTests {
  private func trajectory(_ optimizer: Optimizer, steps: Int) throws -> [Double] {
    var x = [-1.0]
    var state = optimizer.makeState(of: Double.self, counts: [1])
    return try (1...steps).map { _ in
      try optimizer.step(
        &x, gradients: [quarticSlope(x[0])], loss: quartic(x[0]), state: &state)
      return x[0]
    }
  }

  @Test("SGD's first step on the quartic goes to −0.61")
  func quarticSGD() throws {
    let x = try trajectory(Optimizer(SGD(learningRate: 0.03)), steps: 1)
    #expect((x[0] - -0.61).magnitude < 1e-15)
  }

  @Test("AYLA over SGD passes the paper's anchors on the quartic")
  func quarticAYLA() throws {
    let optimizer = chain(AYLA(N1: 1, N2: 1.4), SGD(learningRate: 0.03))
    let x = try trajectory(optimizer, steps: 50)
    // A trajectory of the quartic is good to 1e-12 in Double.
    #expect((x[0] - 0.11802919104925347).magnitude < 1e-12)
    #expect((x[29] - 2.278976185680952).magnitude < 1e-12)
    #expect((x[49] - 2.2503669147893723).magnitude < 1e-12)
  }

  @Test("AMO's first step is √10 times the rate at ε = 0, 3.16228 at the default")
  func amoFirstStep() throws {
    var run = OptimizerRun<Double>(Optimizer(AMO()), parameters: [0])
    run.advance(gradients: [1])
    #expect((-run.parameters[0] / 1e-3 - 3.16228).magnitude < 5e-6)
    var limit = OptimizerRun<Double>(Optimizer(AMO(epsilon: 0)), parameters: [0])
    limit.advance(gradients: [-0.37])
    #expect((limit.parameters[0] / 1e-3 - 10.0.squareRoot()).magnitude < 1e-14)
  }

  @Test("AMVT's first step at g = 1 is 0.7432941442 of the rate, its penalty 0.7432941479")
  func amvtFirstStep() throws {
    var run = OptimizerRun<Double>(Optimizer(AMVT()), parameters: [0])
    run.advance(gradients: [1])
    #expect((-run.parameters[0] / 1e-3 - 0.7432941442).magnitude < 5e-11)
    let penalty = run.quantities(of: 0).first { $0.name == "penalty" }
    #expect(((penalty?.value ?? 0) - 0.7432941479).magnitude < 5e-11)
  }

  /// Runs two optimizers on the same gradients, with a hook before each step of the second.
  private func distance(
    _ first: Optimizer, _ second: Optimizer, steps: Int = 60,
    adjust: (Int, Double, inout OptimizerRun<Double>) -> Void = { _, _, _ in }
  ) -> Double {
    var a = OptimizerRun<Double>(first, parameters: [0.5, -2])
    var b = OptimizerRun<Double>(second, parameters: [0.5, -2])
    var largest = 0.0
    for step in 1...steps {
      let gradients = Inputs.gradients(step: step, count: 2)
      let loss = Inputs.loss(step: step)
      adjust(step, loss, &b)
      a.advance(gradients: gradients, loss: loss)
      b.advance(gradients: gradients, loss: loss)
      for (x, y) in zip(a.parameters, b.parameters) {
        largest = max(largest, (x - y).magnitude / max(x.magnitude, 1e-3))
      }
    }
    return largest
  }

  @Test("AMO is Adam with the rate α₀(1 − βᵗ)/√(1 − γᵗ) and ε/√(1 − γᵗ)")
  func amoIsAdam() {
    let largest = distance(Optimizer(AMO(epsilon: 0.01)), Optimizer(Adam(epsilon: 0.01))) {
      step, _, run in
      let t = Double(step)
      let root = Double.oneMinusPower(0.999, t).squareRoot()
      run.hyperparameters[.learningRate] = 1e-3 * .oneMinusPower(0.9, t) / root
      run.hyperparameters[.epsilon] = 0.01 / root
    }
    #expect(largest < 1e-13)
  }

  @Test("the reading rescaled with ε is the reading gradient with ε·w")
  func rescaledIsGradient() {
    let (ayla, transform) = (AYLA(N1: 1.5, N2: 0.7), PowerTransform(N1: 1.5, N2: 0.7))
    let rescaled = AYLAMoments(reading: .rescaled, N1: 1.5, N2: 0.7, epsilon: 0.01)
    let largest = distance(Optimizer(rescaled), chain(ayla, Adam(epsilon: 0.01))) {
      _, loss, run in
      run.hyperparameters[.epsilon] = 0.01 * transform.weight(at: loss)
    }
    #expect(largest < 1e-13)
  }

  @Test("the reading rescaledPlain with ε is Adam with ε·w")
  func rescaledPlainIsAdam() {
    let transform = PowerTransform(N1: 1.5, N2: 0.7)
    let rescaled = AYLAMoments(reading: .rescaledPlain, N1: 1.5, N2: 0.7, epsilon: 0.01)
    let largest = distance(Optimizer(rescaled), Optimizer(Adam(epsilon: 0.01))) { _, loss, run in
      run.hyperparameters[.epsilon] = 0.01 * transform.weight(at: loss)
    }
    #expect(largest < 1e-13)
  }

  @Test(
    "with both exponents 1 every reading but the uncorrected is Adam, and AYLA its base",
    arguments: AYLAMoments.Reading.allCases)
  func neutralExponents(reading: AYLAMoments.Reading) {
    let largest = distance(Optimizer(AYLAMoments(reading: reading)), Optimizer(Adam()))
    #expect((largest < 1e-13) == (reading != .movingDecayUncorrected))
    #expect(distance(chain(AYLA(), AMVT()), Optimizer(AMVT())) == 0)
  }

  @Test(
    "the exact correction makes moving decays unbiased, and no other reading does",
    arguments: AYLAMoments.Reading.allCases.filter {
      $0.hasMovingDecay && $0 != .movingDecayOnAdam && $0 != .movingDecayFirstOnly
    })
  func bias(reading: AYLAMoments.Reading) {
    // A constant gradient and losses that change: unbiased means m̂ = g.
    let rule = AYLAMoments(reading: reading, N1: 1.5, N2: 1.2)
    var run = OptimizerRun<Double>(Optimizer(rule), parameters: [0])
    var largest = 0.0
    for step in 1...20 {
      run.advance(gradients: [0.37], loss: Inputs.loss(step: step))
      let correction = run.quantities(of: 0).first { $0.name == "correction1" }?.value ?? 0
      largest = max(largest, (correction * run.slots[0][0] / 0.37 - 1).magnitude)
    }
    #expect((largest < 1e-13) == (reading == .movingDecayProduct))
  }

  @Test("the variance tracked but unused leaves Adam bit for bit, ε placed alike")
  func trackedOnly() throws {
    for placement in EpsilonPlacement.allCases {
      let (tracked, adam) = (
        Optimizer(AMVT(epsilonPlacement: placement, variancePenalty: .trackedOnly)),
        Optimizer(Adam(epsilonPlacement: placement))
      )
      var (a, b): ([Float], [Float]) = ([0.5, -2, 1], [0.5, -2, 1])
      var (s, t) = (
        tracked.makeState(of: Float.self, counts: [3]), adam.makeState(of: Float.self, counts: [3])
      )
      for step in 1...40 {
        let gradients = Inputs.gradients(step: step, count: 3).map { Float($0) }
        try tracked.step(&a, gradients: gradients, state: &s)
        try adam.step(&b, gradients: gradients, state: &t)
      }
      #expect(a == b)
    }
  }

  @Test("AMVT by one division is the printed form, to rounding")
  func oneDivision() {
    let largest = distance(Optimizer(AMVT()), Optimizer(AMVT(evaluation: .oneDivision)))
    #expect(largest < 1e-13)
  }

  @Test("AYLA(N, ε) over Adam is Adam on |l|^(N−1)·g with ε/N")
  func epsilonInflation() {
    var a = OptimizerRun<Double>(
      chain(AYLA(N1: 0.5, N2: 0.5), Adam(epsilon: 0.01)), parameters: [0.5])
    var b = OptimizerRun<Double>(Optimizer(Adam(epsilon: 0.02)), parameters: [0.5])
    for step in 1...40 {
      let (g, loss) = (Inputs.gradients(step: step, count: 1)[0], Inputs.loss(step: step))
      a.advance(gradients: [g], loss: loss)
      b.advance(gradients: [.power(loss.magnitude, -0.5) * g])
      #expect((a.parameters[0] - b.parameters[0]).magnitude < 1e-14)
    }
  }

  @Test("torch's conventions of momentum: the first step undampened, Nesterov g + μb")
  func torchMomentum() throws {
    func run(_ rule: SGD) throws -> [Rational] {
      var run = OptimizerRun<Rational>(Optimizer(rule), parameters: [0])
      return try ([1, 2] as [Rational]).map { gradient in
        try run.advance(gradients: [gradient])
        return run.parameters[0]
      }
    }
    #expect(try run(SGD(learningRate: 1, momentum: 0.5)) == [-1, -3.5])
    #expect(try run(SGD(learningRate: 1, momentum: 0.5, dampening: 0.25)) == [-1, -3])
    #expect(
      try run(SGD(learningRate: 1, momentum: 0.5, dampening: 0.25, firstDampening: .applied))
        == [-0.75, -2.625])
    #expect(try run(SGD(learningRate: 1, momentum: 0.5, isNesterov: true)) == [-1.5, -4.75])
    #expect(
      try run(SGD(learningRate: 1, momentum: 0.5, isNesterov: true, rateInVelocity: .inside))
        == [-1.5, -4.75])
  }

  @Test("a changed rate scales the whole velocity, or new gradients alone")
  func rateInVelocity() throws {
    func second(_ place: SGD.RateInVelocity) throws -> Rational {
      var run = OptimizerRun<Rational>(
        Optimizer(SGD(learningRate: 1, momentum: 0.5, rateInVelocity: place)), parameters: [0])
      try run.advance(gradients: [1])
      run.hyperparameters[.learningRate] = 0.1
      try run.advance(gradients: [0])
      return run.parameters[0]
    }
    #expect(try second(.outside) == -1.05)
    #expect(try second(.inside) == -1.5)
  }

  @Test("weight decay alone shrinks a parameter as its form says")
  func decay() throws {
    func after(_ optimizer: Optimizer) throws -> Double {
      var run = OptimizerRun<Double>(optimizer, parameters: [2])
      for _ in 1...3 { run.advance(gradients: [0]) }
      return run.parameters[0]
    }
    let tolerance = Tolerance<Double>.ulps(8, because: "three products and their factors round")
    let rate: Rational = 0.125
    for (optimizer, factor) in [
      (Optimizer(Adam(learningRate: rate, weightDecay: 0.25)), 1 - 0.125 * 0.25),
      (Optimizer(Adam(learningRate: rate, weightDecay: 0.25, decayForm: .unscaled)), 0.75),
      (Optimizer(AMVT(learningRate: rate, weightDecay: 0.25)), 1 - 0.125 * 0.25),
      (Optimizer(AMVT(learningRate: rate, weightDecay: 0.25, decayForm: .paper)), 0.75),
      (Optimizer(SGD(learningRate: rate, weightDecay: 0.25)), 1 - 0.125 * 0.25),
    ] {
      #expect(
        tolerance.allows(try after(optimizer), reference: 2 * factor * factor * factor),
        "\(optimizer.name)")
    }
  }
}
