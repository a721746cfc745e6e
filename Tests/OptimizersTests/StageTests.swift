import Diagnostics
import Numbers
import Optimizers
import Parallelism
import Properties
import Testing

@Suite("Stages around a rule")
struct StageTests {
  /// Steps one tensor on memory, and returns its parameters after each step.
  private func run(
    _ optimizer: Optimizer, _ gradients: [[Double]], from start: [Double]? = nil
  ) throws -> [[Double]] {
    var parameters = start ?? [Double](repeating: 0, count: gradients[0].count)
    var state = optimizer.makeState(of: Double.self, counts: [parameters.count])
    return try gradients.enumerated().map { step, gradient in
      try optimizer.step(
        &parameters, gradients: gradient, loss: Inputs.loss(step: step + 1), state: &state)
      return parameters
    }
  }

  @Test("a value clip clamps each coordinate, and keeps the bits of those within")
  func valueClips() throws {
    let x = try run(
      chain(valueClip(0.5), SGD(learningRate: 1)), [[0.25, -3, .infinity, 0.3, .nan, -0.0]])
    #expect(Array(x[0][0..<4]) == [-0.25, 0.5, -0.5, -0.3] && x[0][4].isNaN && x[0][5] == 0)
  }

  @Test("an outlier is clamped to k root mean squares of what came before, and then learnt")
  func outliers() throws {
    let optimizer = chain(OutlierFilter(5, decay: 0.5), SGD(learningRate: 1))
    // The first passes, however large; a constant past of 3 has the root mean square 3.
    let x = try run(optimizer, [[3], [3], [100], [100]])
    #expect(x[0] == [-3] && x[1] == [-6])
    #expect((x[2][0] + 6 + 15).magnitude < 1e-12)
    // u = (¼·9 + ½·9 … + ½·10⁴)/(1 − 2⁻³): by now 100 lies within five of them.
    #expect((x[3][0] - x[2][0] + 100).magnitude < 1e-12)
  }

  @Test("a gradient that was 0 so far is clamped to 0 once, and passes from then on")
  func silentPast() throws {
    let x = try run(chain(OutlierFilter(), SGD(learningRate: 1)), [[0], [0], [2], [2]])
    #expect(x.map { $0[0] } == [0, 0, 0, -2])
  }

  @Test(
    "the noise estimate leaves the run alone, and is the running variance about the running mean")
  func noise() throws {
    let optimizer = chain(NoiseEstimate(decay: 0.75), Adam())
    let gradients = (1...6).map { Inputs.gradients(step: $0, count: 3) }
    #expect(try run(optimizer, gradients) == run(Optimizer(Adam()), gradients))
    var x = [0.0, 0, 0]
    var state = optimizer.makeState(of: Double.self, counts: [3])
    #expect(optimizer.noise(of: 0, in: state) == nil)
    var (mean, square) = (0.0, 0.0)
    for (step, gradient) in gradients.enumerated() {
      try optimizer.step(&x, gradients: gradient, state: &state)
      if step > 0 {
        let deviation = gradient[1] - mean / (1 - Double.power(0.75, Double(step)))
        square = 0.75 * square + 0.25 * deviation * deviation
        let expected = square / (1 - Double.power(0.75, Double(step)))
        let estimate = try #require(optimizer.noise(of: 0, in: state))
        #expect((estimate[1] / expected - 1).magnitude < 1e-13)
      }
      mean = 0.75 * mean + 0.25 * gradient[1]
    }
    // A constant gradient has none.
    var quiet = optimizer.makeState(of: Double.self, counts: [3])
    for _ in 1...5 { try optimizer.step(&x, gradients: [0.37, 1, -2], state: &quiet) }
    #expect(optimizer.noise(of: 0, in: quiet)?.allSatisfy { $0 < 1e-28 } == true)
  }

  @Test("a normalised gradient has norm 1, and a zero one stays zero")
  func normalisation() throws {
    let optimizer = chain(Normalization(epsilon: 1e-8), SGD(learningRate: 1))
    let x = try run(optimizer, [[3, -4], [0, 0]])
    #expect((x[0][0] + 0.6).magnitude < 1e-8 && (x[0][1] - 0.8).magnitude < 1e-8)
    #expect(x[1] == x[0])
    #expect(try run(optimizer, [[.nan, 1]])[0].allSatisfy { $0.isNaN })
    let exact = try Normalization(epsilon: 1).factor(
      norm: 3 as Rational, hyperparameters: StepScalars(Normalization(epsilon: 1).hyperparameters))
    #expect(exact == Rational(1, 4))
  }

  @Test("stages that measure see what those before them left, in any order")
  func order() throws {
    // ‖(3, 4)‖ = 5 → (0.6, 0.8) → (0.5, 0.5) → norm ½·√2 → 0.25.
    let optimizer = chain(clip(1), chain(valueClip(0.5), chain(clip(0.25), SGD(learningRate: 1))))
    let x = try run(optimizer, [[3, 4]])[0]
    let part = 0.25 / 2.0.squareRoot()
    #expect(x.allSatisfy { ($0 + part).magnitude < 1e-15 })
    // The other way round a coordinate is clamped first: (0.5, 0.5).
    let other = try run(
      chain(valueClip(0.5), chain(clip(0.5), SGD(learningRate: 1))), [[3, 4]])[0]
    #expect(other.allSatisfy { ($0 + 0.5 / 2.0.squareRoot()).magnitude < 1e-15 })
  }

  /// Every stage, alone.
  static let stages: [(String, @Sendable (Optimizer) -> Optimizer)] = [
    ("value clip", { chain(valueClip(0.125), $0) }),
    ("outlier filter", { chain(OutlierFilter(1.25), $0) }),
    ("noise estimate", { chain(NoiseEstimate(), $0) }),
    ("normalisation", { chain(Normalization(epsilon: 0.5), $0) }),
    ("norm clip", { chain(clip(0.125), $0) }),
    ("curvature", { chain(curvatureScaling(decay: 0.5), $0) }),
    ("momentum schedule", { chain(momentumScheduling(decay: 0.5), $0) }),
    ("update clip", { chain($0, updateClip(1e-4)) }),
  ]

  @Test("each stage can be switched on alone", arguments: stages.map(\.0))
  func alone(name: String) throws {
    let stage = try #require(Self.stages.first { $0.0 == name }).1
    let gradients = (1...12).map { Inputs.gradients(step: $0, count: 7) }
    let plain = try run(Optimizer(AMVT()), gradients)
    let staged = try run(stage(Optimizer(AMVT())), gradients)
    #expect((staged == plain) == (name == "noise estimate"))
    #expect(staged.joined().allSatisfy { $0.isFinite })
    // The variance tracked and unused is Adam bit for bit, whatever stands around it.
    for placement in EpsilonPlacement.allCases {
      let tracked = AMVT(epsilonPlacement: placement, variancePenalty: .trackedOnly)
      #expect(
        try run(stage(Optimizer(tracked)), gradients)
          == run(stage(Optimizer(Adam(epsilonPlacement: placement))), gradients))
    }
  }

  @Test("a stage that nothing reaches leaves every bit")
  func unreached() throws {
    let gradients = (1...8).map { Inputs.gradients(step: $0, count: 7) }
    let plain = try run(Optimizer(AMVT()), gradients)
    for optimizer in [
      chain(valueClip(1e6), AMVT()), chain(OutlierFilter(1e6), AMVT()), chain(clip(1e6), AMVT()),
      chain(Optimizer(AMVT()), updateClip(1e6)),
      chain(
        OutlierFilter(1e6), chain(NoiseEstimate(), chain(clip(1e6), chain(valueClip(1e6), AMVT())))),
    ] {
      #expect(try run(optimizer, gradients) == plain)
    }
  }

  /// All stages at once.
  static let everything = chain(
    chain(
      OutlierFilter(1.5),
      chain(
        NoiseEstimate(),
        chain(
          Normalization(epsilon: 0.5),
          chain(
            clip(0.75),
            chain(valueClip(0.5), chain(curvatureScaling(), chain(momentumScheduling(), AMVT()))))))
    ), updateClip(5e-4))

  @Test("a run on memory, of many blocks, is the text of the stages, on any number of threads")
  func blocks() throws {
    let count = 33_001
    var optimizer = Self.everything
    var reference = OptimizerRun<Double>(
      optimizer, parameters: [Double](repeating: 0.5, count: count))
    var parameters = [Double](repeating: 0.5, count: count)
    var state = optimizer.makeState(of: Double.self, counts: [count])
    var (others, otherState) = (parameters, state)
    for step in 1...3 {
      let gradients = Inputs.gradients(step: step, count: count)
      optimizer.threads = Threads(1)
      try optimizer.step(&parameters, gradients: gradients, state: &state)
      optimizer.threads = Threads(2)
      try optimizer.step(&others, gradients: gradients, state: &otherState)
      reference.advance(gradients: gradients)
    }
    #expect(parameters == others)
    let largest = zip(parameters, reference.parameters).reduce(0.0) {
      max($0, ($1.0 - $1.1).magnitude)
    }
    // The norms of 33,001 squares are added up in different orders, and steps are at most 5e-4.
    #expect(largest < 1e-14, "\(largest)")
  }

  @Test(
    "where the curvature is constant its stage changes nothing, and a sharp turn slows the step")
  func curvature() throws {
    // The gradient of 2x²: κ = 4 wherever it is taken.
    func descend(_ optimizer: Optimizer, jumps: Bool) throws -> [Double] {
      var x = [1.0]
      var state = optimizer.makeState(of: Double.self, counts: [1])
      return try (1...6).map { step in
        let slope = jumps && step == 5 ? 8 * x[0] : 4 * x[0]
        try optimizer.step(&x, gradients: [slope], state: &state)
        return x[0]
      }
    }
    // 2⁻⁴ keeps all of it exact.
    let base = Optimizer(SGD(learningRate: 0.0625))
    let slowed = chain(curvatureScaling(), SGD(learningRate: 0.0625))
    #expect(try descend(slowed, jumps: false) == descend(base, jumps: false))
    let (plain, bent) = (try descend(base, jumps: true), try descend(slowed, jumps: true))
    #expect(bent[3] == plain[3])
    // From x₄ = ¾x₃: κ = (8x₄ − 4x₃)/(x₃ − x₄) in magnitude 8, twice the mean of 4.
    #expect(((bent[4] - bent[3]) / (plain[4] - plain[3]) - 0.5).magnitude < 1e-14)
  }

  @Test("a scheduled momentum is corrected by one less the product of its values")
  func momentumSchedule() throws {
    let optimizer = chain(momentumScheduling(decay: 0.5), Adam(beta1: 0.5))
    var run = OptimizerRun<Rational>(
      chain(momentumScheduling(decay: 0.5), AMO(beta1: 0.5, epsilon: 1)), parameters: [0])
    // A constant gradient changes by nothing: κ = 0, and the momentum stays.
    for _ in 1...3 { try? run.advance(gradients: [0]) }
    #expect(run.history[3] == 1 - Rational(1, 8))
    var memory = OptimizerRun<Double>(optimizer, parameters: [0])
    var product = 1.0
    for step in 1...10 {
      let before = memory.history[3]
      memory.advance(gradients: [0.37 * Double(step * step)])
      let decay = memory.step[.beta1]
      product *= decay
      #expect((memory.history[3] - (1 - product)).magnitude < 1e-15)
      #expect(decay <= 0.5 && memory.history[3] > before)
      // Unbiased: the corrected weights sum to 1.
      #expect((memory.step[.biasCorrection1] * memory.history[3] - 1).magnitude < 1e-15)
    }
    #expect(product < Double.power(0.5, 10))
  }

  @Test("a tensor that comes late starts its stages where it comes")
  func lateTensor() throws {
    let optimizer = chain(OutlierFilter(1, decay: 0.5), SGD(learningRate: 1))
    var state = optimizer.makeState(of: Double.self, counts: [1, 1])
    var x: [[Double]] = [[0], [0]]
    try optimizer.step(&x, gradients: [[1], nil], state: &state)
    try optimizer.step(&x, gradients: [[8], [8]], state: &state)
    #expect(x == [[-2], [-8]] && state.tensors.map(\.gradientCount) == [2, 1])
  }

  @Test("an update clip bounds the change, decay included, and keeps the bits of those within")
  func updateClips() throws {
    let rule = SGD(learningRate: 1)
    let x = try run(chain(Optimizer(rule), updateClip(0.5)), [[0.25, -3, .nan, 0.5]])
    #expect(Array(x[0][0..<2]) == [-0.25, 0.5] && x[0][2].isNaN && x[0][3] == -0.5)
    let decaying = chain(
      Optimizer(Adam(learningRate: 0.5, weightDecay: 1)), updateClip(0.125))
    #expect(try run(decaying, [[0]], from: [8])[0] == [7.875])
  }

  @Test("names switch stages on, in the specification's order")
  func names() throws {
    let optimizer = try Optimizer(
      named: "amvt",
      settings: [
        "valueClip": "0.5", "outlierFilter": "4", "outlierDecay": "0.9", "noiseEstimate": "true",
        "normalization": "true", "normalizationEpsilon": "1e-6", "clip": "2", "updateClip": "0.01",
        "curvatureScaling": "true", "momentumScheduling": "true", "curvatureDecay": "0.9",
        "lowerBound": "-1",
      ])
    #expect(
      optimizer.hyperparameters.map(\.key) == [
        "learningRate", "beta1", "beta2", "beta3", "epsilon", "outlierFilter", "outlierDecay",
        "noiseDecay", "normalizationEpsilon", "clip", "valueClip", "updateClip", "lowerBound",
        "curvatureDecay",
      ])
    #expect(optimizer.curvature?.scalesRate == true)
    #expect(optimizer.curvature?.schedulesMomentum == true)
    // The clip that AMO has stands where a set one does.
    let amo = try Optimizer(named: "amo", settings: ["valueClip": "1", "outlierFilter": "5"])
    #expect(
      amo.stages.map { $0.hyperparameters[0].key.name } == ["outlierFilter", "clip", "valueClip"])
    #expect(try Optimizer(named: "adam", settings: ["valueClip": "none"]).stages.isEmpty)
  }

  @Test(
    "what is wrong in the settings of a stage is said",
    arguments: [
      ("valueClip", "0", "valueClip must lie in (0, inf), got 0"),
      ("outlierFilter", "-1", "outlierFilter must lie in (0, inf), got -1"),
      ("outlierDecay", "0.5", "outlierDecay is for a value of outlierFilter"),
      ("noiseDecay", "0.5", "noiseDecay is for noiseEstimate=true"),
      ("noiseEstimate", "yes", "none of true, false"),
      ("normalizationEpsilon", "1", "is for normalization=true"),
      ("curvatureDecay", "1", "curvatureDecay must lie in [0, 1), got 1"),
      ("curvatureDecay", "0.5", "is for curvatureScaling=true or momentumScheduling=true"),
      ("momentumScheduling", "true", "sgd has none"),
      ("updateClip", "nan", "'nan' is no finite number"),
      ("valueclip", "1", "did you mean 'valueClip'"),
    ])
  func errors(key: String, value: String, message: String) throws {
    let error = #expect(throws: SettingError.self) {
      _ = try Optimizer(named: "sgd", settings: [key: value])
    }
    #expect(error?.diagnosis.contains(message) == true, "\(error?.diagnosis ?? "")")
    #expect(error?.exitCode == .usage)
  }
}
