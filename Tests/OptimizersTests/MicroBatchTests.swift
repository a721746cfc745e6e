import Diagnostics
import Numbers
import Optimizers
import Testing

@Suite("Gradient accumulation")
struct MicroBatchTests {
  @Test("k micro-batches are one batch, exactly", arguments: [1, 2, 3, 5])
  func exact(k: Int) throws {
    for base in [
      Optimizer(SGD(momentum: 0.9, isNesterov: true, weightDecay: 0.25)),
      chain(clip(0.5), SGD(learningRate: 0.5)), chain(valueClip(0.5), SGD()),
      chain(AYLA(N1: 3, N2: 2), SGD()), chain(Lookahead(k: 2), SGD()), Optimizer(Lion()),
    ] {
      var batches = OptimizerRun<Rational>(base, parameters: [2])
      var parts = OptimizerRun<Rational>(
        chain(GradientAccumulation(k: k), base), parameters: [2])
      for step in 1...4 {
        let gradients = (0..<k).map { Rational(step * step + 3 * $0 - 7, 4) }
        let losses = (0..<k).map { Rational(step + $0, 3) }
        let share = Rational(1, k)
        try batches.advance(
          gradients: [gradients.reduce(0) { $0 + share * $1 }],
          loss: losses.reduce(0) { $0 + share * $1 })
        for (gradient, loss) in zip(gradients, losses) {
          try parts.advance(gradients: [gradient], loss: loss)
        }
        #expect(parts.parameters == batches.parameters && parts.stepCount == step)
      }
    }
  }

  /// Gradients whose sums and quarters are exact.
  private func gradients(step: Int, part: Int) -> [Double] {
    (0..<5).map { Double(Int(Mixture.bits(step: 4 * step + part, coordinate: $0) >> 54)) - 500 }
  }

  private static let bases: [Optimizer] = [
    Optimizer(Adam(weightDecay: 0.01)), chain(clip(1), AMVT()),
    chain(ExponentialAverage(), chain(Lookahead(k: 2), Adam())),
    chain(AYLA(N1: 1.5, N2: 0.5), Adam()), Optimizer(AYLAMoments(reading: .rescaled, N1: 1.5)),
    StageTests.everything,
  ]

  @Test("on memory four micro-batches step as their batch, to the bit")
  func memory() throws {
    for base in Self.bases {
      let gathering = chain(GradientAccumulation(k: 4), base)
      var (x, y) = ([Double](repeating: 0.5, count: 5), [Double](repeating: 0.5, count: 5))
      var (s, t) = (
        base.makeState(of: Double.self, counts: [5]),
        gathering.makeState(of: Double.self, counts: [5])
      )
      for step in 1...5 {
        let parts = (0..<4).map { gradients(step: step, part: $0) }
        let mean = (0..<5).map { i in parts.reduce(0) { $0 + $1[i] } / 4 }
        try base.step(&x, gradients: mean, loss: 1.375, state: &s)
        for (part, loss) in zip(parts, [1.0, 2, 0.5, 2]) {
          try gathering.step(&y, gradients: part, loss: loss, state: &t)
        }
        #expect(x == y, "\(base.name), step \(step)")
        #expect(t.stepCount == step && t.pendingMicroBatches == 0)
      }
    }
  }

  @Test("AYLA's weight is that of the batch's loss, on either side of the accumulation")
  func ayla() throws {
    let (outside, inside) = (
      chain(AYLA(N1: 3), chain(GradientAccumulation(k: 2), SGD(learningRate: 1))),
      chain(GradientAccumulation(k: 2), chain(AYLA(N1: 3), SGD(learningRate: 1)))
    )
    for optimizer in [outside, inside] {
      var state = optimizer.makeState(of: Double.self, counts: [1])
      var x = [0.0]
      try optimizer.step(&x, gradients: [1], loss: 0.25, state: &state)
      #expect(x == [0] && state.pendingMicroBatches == 1)
      try optimizer.step(&x, gradients: [3], loss: 0.75, state: &state)
      // w(½) = 3·¼, on the mean gradient of 2.
      #expect(x == [-1.5])
    }
  }

  @Test("a tensor has 0 in the micro-batches without its gradient, and stays if it is in none")
  func absent() throws {
    let optimizer = chain(GradientAccumulation(k: 2), SGD(learningRate: 1))
    var state = optimizer.makeState(of: Float.self, counts: [1, 1, 1])
    var x: [[Float]] = [[0], [0], [0]]
    try optimizer.step(&x, gradients: [[2], nil, nil], state: &state)
    try optimizer.step(&x, gradients: [nil, [4], nil], state: &state)
    #expect(x == [[-1], [-2], [0]] && state.tensors.map(\.clock.count) == [1, 1, 0])
    try optimizer.step(&x, gradients: [nil, nil, [1]], state: &state)
    try optimizer.step(&x, gradients: [nil, nil, [1]], state: &state)
    #expect(x == [[-1], [-2], [-1]] && state.stepCount == 2)
  }

  @Test("what is wrong with a micro-batch is said at once, and the batch goes on")
  func errors() throws {
    var optimizer = chain(GradientAccumulation(k: 2), chain(AYLA(N1: 2), SGD(learningRate: 1)))
    optimizer.nonFinitePolicy = .throw
    var state = optimizer.makeState(of: Double.self, counts: [1])
    var x = [0.0]
    #expect(throws: StepError.lossIsMissing(optimizer: "accumulation:ayla:sgd")) {
      try optimizer.step(&x, gradients: [1], state: &state)
    }
    #expect(throws: StepError.lossIsNotFinite(loss: .infinity, step: 1)) {
      try optimizer.step(&x, gradients: [1], loss: .infinity, state: &state)
    }
    #expect(
      throws: StepError.gradientIsNotFinite(value: .infinity, step: 1, tensor: 0, coordinate: 0)
    ) { try optimizer.step(&x, gradients: [.infinity], loss: 0.5, state: &state) }
    #expect(state.pendingMicroBatches == 0)
    try optimizer.step(&x, gradients: [1], loss: 0.5, state: &state)
    // The same in the last micro-batch: the first is kept.
    #expect(throws: StepError.self) {
      try optimizer.step(&x, gradients: [-.infinity], loss: 0.5, state: &state)
    }
    #expect(throws: StepError.lossIsMissing(optimizer: "accumulation:ayla:sgd")) {
      try optimizer.step(&x, gradients: [1], state: &state)
    }
    #expect(x == [0] && state.pendingMicroBatches == 1 && state.stepCount == 0)
    try optimizer.step(&x, gradients: [3], loss: 0.5, state: &state)
    #expect(x == [-2] && state.stepCount == 1)
  }

  @Test("a batch that is skipped is forgotten")
  func skipped() throws {
    var optimizer = chain(GradientAccumulation(k: 2), Adam())
    optimizer.nonFinitePolicy = .skip
    var state = optimizer.makeState(of: Float.self, counts: [1])
    var x: [Float] = [1]
    try optimizer.step(&x, gradients: [.nan], state: &state)
    try optimizer.step(&x, gradients: [1], state: &state)
    #expect(x == [1] && state.skippedSteps == 1 && state.pendingMicroBatches == 0)
    try optimizer.step(&x, gradients: [1], state: &state)
    try optimizer.step(&x, gradients: [1], state: &state)
    #expect(x[0] < 1 && state.stepCount == 1)
  }

  @Test("wrappers nest by name, with keys of their own")
  func names() throws {
    let optimizer = try Optimizer(
      named: "accumulation:loss-scaling:ayla:adam",
      settings: [
        "accumulation.k": "4", "loss-scaling.initialScale": "1024",
        "loss-scaling.growthInterval": "10", "ayla.N1": "2",
      ])
    #expect(optimizer.microBatches == 4 && optimizer.lossScaling != nil)
    #expect(optimizer.name == "accumulation:loss-scaling:ayla:adam")
    for (name, settings, message) in [
      ("accumulation:adam", ["accumulation.k": "0"], "accumulation.k must lie in [1, inf), got 0"),
      ("accumulation:adam", ["accumulation.k": "2.5"], "it counts steps"),
      ("accumulation:adam", ["accumulation.n": "2"], "did you mean 'accumulation.k'"),
      ("accumulation:accumulation:adam", [:], "has the wrapper accumulation twice"),
      ("loss-scaling:adam", ["loss-scaling.initialScale": "0"], "initialScale must lie in"),
      ("loss-scaling:adam", ["loss-scaling.backoffFactor": "1"], "backoffFactor must lie in"),
      ("loss-scaling:adam", ["loss-scaling.growthFactor": "0.5"], "growthFactor must lie in"),
      ("loss-scaling:adam", ["loss-scaling.growthInterval": "0"], "growthInterval must lie in"),
    ] as [(String, [String: String], String)] {
      let error = #expect(throws: SettingError.self) {
        _ = try Optimizer(named: name, settings: settings)
      }
      #expect(error?.diagnosis.contains(message) == true, "\(error?.diagnosis ?? "")")
    }
  }
}

@Suite("Dynamic loss scaling")
struct LossScalingTests {
  @Test("a scale that is a power of two is undone exactly", arguments: [-24, -1, 0, 7, 16, 40])
  func powersOfTwo(exponent: Int) throws {
    let scale = Rational(exactly: Double(sign: .plus, exponent: exponent, significand: 1))!
    for base in [Optimizer(Adam()), chain(clip(1), AMVT()), StageTests.everything] {
      let scaled = chain(LossScaling(initialScale: scale), base)
      var (x, y): ([Float], [Float]) = ([0.5, -2, 1], [0.5, -2, 1])
      var (s, t) = (
        base.makeState(of: Float.self, counts: [3]), scaled.makeState(of: Float.self, counts: [3])
      )
      for step in 1...5 {
        let gradients = Inputs.gradients(step: step, count: 3).map { Float($0) }
        try base.step(&x, gradients: gradients, state: &s)
        let factor = Float(scaled.lossScale(in: t))
        try scaled.step(&y, gradients: gradients.map { factor * $0 }, state: &t)
      }
      #expect(x == y, "\(base.name)")
    }
  }

  @Test(
    "an overflow leaves all as it was, and halves the scale", arguments: [Float.infinity, .nan])
  func overflow(value: Float) throws {
    let optimizer = chain(
      LossScaling(initialScale: 1024, growthInterval: 3), chain(Lookahead(k: 2), Adam()))
    var state = optimizer.makeState(of: Float.self, counts: [2])
    var x: [Float] = [1, 2]
    try optimizer.step(&x, gradients: [512, -1024], state: &state)
    let (before, slots) = (x, (0..<2).map { state.tensors[0][slot: $0] })
    try optimizer.step(&x, gradients: [1, value], state: &state)
    #expect(x == before && (0..<2).map { state.tensors[0][slot: $0] } == slots)
    #expect(state.stepCount == 1 && state.skippedSteps == 1)
    #expect(state.lossScale.scale == 512 && state.lossScale.goodSteps == 0)
    #expect(state.tensors[0].clock.count == 1)
  }

  @Test("after an interval without overflow the scale grows, within normal numbers")
  func growth() throws {
    let optimizer = chain(
      LossScaling(initialScale: 1024, growthFactor: 4, growthInterval: 2), SGD())
    var state = optimizer.makeState(of: Float.self, counts: [1])
    var x: [Float] = [1]
    var scales: [Double] = []
    for _ in 1...5 {
      try optimizer.step(&x, gradients: [0], state: &state)
      scales.append(optimizer.lossScale(in: state))
    }
    #expect(scales == [1024, 4096, 4096, 16384, 16384])
    for _ in 1...400 { try optimizer.step(&x, gradients: [0], state: &state) }
    let largest = Float(optimizer.lossScale(in: state))
    #expect(largest.isNormal && (1 / largest).isNormal && largest > 1e37)
    for _ in 1...400 { try optimizer.step(&x, gradients: [.nan], state: &state) }
    let least = Float(optimizer.lossScale(in: state))
    #expect(least.isNormal && (1 / least).isNormal && least < 1e-37)
    #expect(x == [1] && state.skippedSteps == 400)
  }

  @Test("an overflow in one micro-batch skips the batch")
  func withAccumulation() throws {
    let optimizer = chain(
      GradientAccumulation(k: 2), chain(LossScaling(initialScale: 4), SGD(learningRate: 1)))
    var state = optimizer.makeState(of: Double.self, counts: [1])
    var x = [0.0]
    for gradient in [8.0, .infinity] {
      try optimizer.step(&x, gradients: [gradient], state: &state)
    }
    #expect(x == [0] && state.lossScale.scale == 2 && state.pendingMicroBatches == 0)
    for gradient in [2.0, 6] { try optimizer.step(&x, gradients: [gradient], state: &state) }
    #expect(x == [-2])
  }
}
