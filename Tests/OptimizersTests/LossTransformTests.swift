import Numbers
import Optimizers
import Testing

@Suite("AYLA's transform of the loss")
struct LossTransformTests {
  @Test("the exponent is N₁ below 1, N₂ above, and 1 where |l| is 0 or 1")
  func exponents() throws {
    let transform = PowerTransform(N1: 2, N2: 3)
    for (loss, exponent, value, weight) in [
      (0, 1, 0, 1), (1, 1, 1, 1), (-1, 1, -1, 1), (0.5, 2, 0.25, 1), (-0.5, 2, -0.25, 1),
      (2, 3, 8, 12), (-2, 3, -8, 12),
    ] as [(Rational, Rational, Rational, Rational)] {
      #expect(transform.exponent(at: loss) == exponent)
      #expect(try transform.value(at: loss) == value)
      #expect(try transform.weight(at: loss) == weight)
    }
  }

  @Test("an exponent below 1 is defined at 0 in every number type")
  func zeroLoss() throws {
    let transform = PowerTransform(N1: 0.5, N2: 0.5)
    #expect(try transform.weight(at: 0 as Rational) == 1)
    #expect(transform.weight(at: 0.0) == 1 && transform.weight(at: -0.0) == 1)
    #expect(transform.weight(at: Interval(0)).contains(1.0))
  }

  @Test("no intermediate overflows or underflows where the weight does not")
  func extremeWeights() throws {
    // n·|l|ⁿ⁻¹ = 1e-20 · (2⁻¹⁰⁷⁰)^(1e-20 − 1), with |l|⁻¹ beyond the largest Double.
    let tiny = PowerTransform(N1: 1e-20, N2: 1)
    let w = tiny.weight(at: 0x1p-1070)
    let expected = 1e-20 * 0x1p1000 * 0x1p70
    #expect((w / expected - 1).magnitude < 1e-13)
    // n = 1001, l = 2⁻¹·⁰⁷⁰ below: |l|ⁿ⁻¹ is subnormal, the weight is not that small.
    let steep = PowerTransform(N1: 4097, N2: 1)
    let l = Double.power(2, -1072.0 / 4096)
    #expect((steep.weight(at: l) / (4097 * 0x1p-1022 * 0x1p-50) - 1).magnitude < 1e-12)
  }

  @Test(
    "a loss that is not finite is an error that names the step",
    arguments: [Double.nan, .infinity, -.infinity])
  func badLoss(loss: Double) throws {
    for optimizer in [
      chain(AYLA(N1: 1.5), SGD()), Optimizer(AYLAMoments(reading: .rescaled, N1: 1.5)),
    ] {
      var state = optimizer.makeState(of: Float.self, counts: [1])
      var x: [Float] = [1]
      try optimizer.step(&x, gradients: [1], loss: 0.5, state: &state)
      let before = x
      let error = #expect(throws: StepError.self) {
        try optimizer.step(&x, gradients: [1], loss: loss, state: &state)
      }
      guard case .lossIsNotFinite(_, step: 2) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(x == before && state.stepCount == 1)
      #expect(throws: StepError.lossIsMissing(optimizer: optimizer.name)) {
        try optimizer.step(&x, gradients: [1], state: &state)
      }
    }
  }

  @Test("a weight too large to represent is an error naming l and n")
  func overflow() throws {
    let optimizer = chain(AYLA(N1: 0.5, N2: 400), SGD())
    var state = optimizer.makeState(of: Double.self, counts: [1])
    var x = [1.0]
    #expect(throws: StepError.lossWeightOverflows(loss: 10, exponent: 400, step: 1)) {
      try optimizer.step(&x, gradients: [1], loss: 10, state: &state)
    }
    // Finite in Double, not in Float.
    var floats = optimizer.makeState(of: Float.self, counts: [1])
    var y: [Float] = [1]
    let error = #expect(throws: StepError.self) {
      try optimizer.step(&y, gradients: [1], loss: 1.25, state: &floats)
    }
    guard case .gradientFactorOverflows = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(x == [1] && y == [1])
  }

  @Test("a weight that underflows makes a step of 0, and is counted")
  func underflow() throws {
    let optimizer = chain(AYLA(N1: 4), SGD())
    var state = optimizer.makeState(of: Double.self, counts: [1])
    var x = [1.0]
    try optimizer.step(&x, gradients: [1], loss: 1e-200, state: &state)
    #expect(x == [1] && state.vanishedLossWeights == 1 && state.stepCount == 1)

    let moments = Optimizer(AYLAMoments(reading: .rescaled, N1: 4))
    var other = moments.makeState(of: Double.self, counts: [1])
    try moments.step(&x, gradients: [1], loss: 1e-200, state: &other)
    #expect(x == [1] && other.vanishedLossWeights == 1 && other.skippedSteps == 1)
  }

  @Test("a moving decay outside [0, 1) is an error naming l, n, w and the decay")
  func decayOutside() throws {
    // w = 1.5·l^0.5 exceeds 10 at l = 45, and 31.6 at l = 450.
    for (reading, loss, moment) in [
      (AYLAMoments.Reading.movingDecay, 45.0, "first"), (.movingDecayFirstOnly, 450, "first"),
      (.movingDecayOnAdam, 45, "first"), (.movingDecayProduct, 45, "first"),
    ] {
      let optimizer = Optimizer(AYLAMoments(reading: reading, N2: 1.5))
      var state = optimizer.makeState(of: Float.self, counts: [1])
      var x: [Float] = [1]
      try optimizer.step(&x, gradients: [1], loss: 40, state: &state)
      let before = x
      let error = #expect(throws: StepError.self) {
        try optimizer.step(&x, gradients: [1], loss: loss, state: &state)
      }
      guard case .decayOutsideDomain(moment, let decay, loss, 1.5, let w, step: 2) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect((decay - (1 - w / 10)).magnitude < 1e-12 && decay < 0)
      #expect(x == before && state.tensors[0].clock.count == 1)
    }
    // A β₁ of 0 makes the second moment's decay the first to leave.
    let second = Optimizer(AYLAMoments(reading: .movingDecay, N2: 1.5, beta1: 0.999, beta2: 0.9))
    var state = second.makeState(of: Float.self, counts: [1])
    var x: [Float] = [1]
    let error = #expect(throws: StepError.self) {
      try second.step(&x, gradients: [1], loss: 9, state: &state)
    }
    guard case .decayOutsideDomain("second", _, 9, _, _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    // The readings without moving decays take such losses.
    let rescaled = Optimizer(AYLAMoments(reading: .rescaled, N2: 1.5))
    var other = rescaled.makeState(of: Float.self, counts: [1])
    try rescaled.step(&x, gradients: [1], loss: 450, state: &other)
  }

  @Test func `an exponent of 0 traps`() async {
    await #expect(processExitsWith: .failure) { _ = PowerTransform(N1: 0, N2: 1) }
  }
}
