import Diagnostics
import Numbers
import Optimizers
import Testing

@Suite("The driver")
struct DriverTests {
  @Test("a tensor without a gradient stays, and its steps are not counted")
  func absentGradients() throws {
    let optimizer = Optimizer(Adam())
    var state = optimizer.makeState(of: Double.self, counts: [2, 1])
    var parameters = [[1.0, -2], [0.5]]
    try optimizer.step(&parameters, gradients: [[0.37, 1], nil], state: &state)
    #expect(parameters[1] == [0.5] && state.tensors.map(\.clock.count) == [1, 0])
    try optimizer.step(&parameters, gradients: [[0.37, 1], [4]], state: &state)
    // The late tensor's first step is a first step.
    #expect((parameters[1][0] - (0.5 - 1e-3)).magnitude < 1e-10)
    #expect(state.tensors.map(\.clock.count) == [2, 1] && state.stepCount == 2)
  }

  @Test("counting by group, a late tensor takes the group's corrections")
  func stepsByGroup() throws {
    let optimizer = Optimizer(Adam(), stepCounter: .perGroup)
    var state = optimizer.makeState(of: Double.self, counts: [1, 1])
    var parameters = [[1.0], [1.0]]
    for _ in 1...2 { try optimizer.step(&parameters, gradients: [[1], nil], state: &state) }
    try optimizer.step(&parameters, gradients: [[1], [1]], state: &state)
    let m = 0.1 / (1 - 0.9 * 0.9 * 0.9)
    let v = 0.001 / (1 - 0.999 * 0.999 * 0.999)
    let expected = 1 - 1e-3 * m / (v.squareRoot() + 1e-8)
    #expect((parameters[1][0] - expected).magnitude < 1e-14)
    #expect(state.groups[0].clock.count == 3)
  }

  @Test("groups keep their own hyper-parameters, and a change acts from the next step on")
  func groups() throws {
    let optimizer = Optimizer(SGD(learningRate: 0.5))
    var state = try optimizer.makeState(
      of: Float.self,
      groups: [
        ParameterGroup(counts: [1, 1]),
        ParameterGroup(counts: [1], hyperparameters: ["lr": 0.25]),
      ])
    var parameters: [[Float]] = [[0], [0], [0]]
    try optimizer.step(&parameters, gradients: [[1], [2], [4]], state: &state)
    #expect(parameters == [[-0.5], [-1], [-1]])
    try optimizer.set("learningRate", to: 1, group: 1, in: &state)
    try optimizer.step(&parameters, gradients: [[1], [2], [4]], state: &state)
    #expect(parameters == [[-1], [-2], [-5]])
    #expect(state.groups[1].hyperparameters[.learningRate] == 1)
    #expect(throws: SettingError.self) { try optimizer.set("momentum", to: 0.5, in: &state) }
    #expect(throws: SettingError.self) { try optimizer.set("lr", to: -1, in: &state) }
    #expect(throws: SettingError.self) {
      _ = try optimizer.makeState(
        of: Float.self, groups: [ParameterGroup(counts: [], hyperparameters: ["beta1": 0.5])])
    }
  }

  @Test("the clip's norm is that of all tensors, the same for any way of measuring")
  func globalNorm() throws {
    let optimizer = chain(clip(1), SGD(learningRate: 1))
    var state = optimizer.makeState(of: Float.self, counts: [1, 0, 1])
    var parameters: [[Float]] = [[0], [], [0]]
    try optimizer.step(&parameters, gradients: [[3], [], [4]], state: &state)
    #expect(parameters == [[-0.6], [], [-0.8]])
    // Below the threshold nothing changes.
    try optimizer.step(&parameters, gradients: [[0.3], nil, [0.4]], state: &state)
    #expect(parameters == [[-0.6 - 0.3], [], [-0.8 - 0.4]])

    let gradients = Inputs.gradients(step: 1, count: 20_000).map { Float($0) }
    let whole = optimizer.makeState(of: Float.self, counts: [20_000])
    var (first, second) = (
      try optimizer.beginStep(loss: nil, state: whole),
      try optimizer.beginStep(loss: nil, state: whole)
    )
    try optimizer.measure(gradients.span, tensor: 0, plan: &first)
    for start in stride(from: 0, to: 20_000, by: 8192) {
      let end = min(start + 8192, 20_000)
      try optimizer.measure(
        gradients.span.extracting(start..<end), tensor: 0, plan: &second)
    }
    var state1 = whole
    var state2 = whole
    _ = try optimizer.decide(&first, state: &state1) { _ in true }
    _ = try optimizer.decide(&second, state: &state2) { _ in true }
    #expect(first.gradientNorm == second.gradientNorm)
    let exact = gradients.map { Double($0) * Double($0) }.compensatedSum().squareRoot()
    #expect(((first.gradientNorm ?? 0) - exact).magnitude <= 1e-12 * exact)
  }

  @Test(
    "the norm of Doubles neither overflows nor underflows on the way",
    arguments: [1e-308, 1e-200, 1e-160, 1, 1e160, 1e200, 1e307])
  func extremeNorm(size: Double) throws {
    let optimizer = chain(clip(1), SGD())
    var state = optimizer.makeState(of: Double.self, counts: [5000])
    var gradients = [Double](repeating: 0, count: 5000)
    (gradients[17], gradients[4999]) = (3 * size, -4 * size)
    var plan = try optimizer.beginStep(loss: nil, state: state)
    try optimizer.measure(gradients.span, tensor: 0, plan: &plan)
    _ = try optimizer.decide(&plan, state: &state) { _ in true }
    let norm = try #require(plan.gradientNorm)
    #expect((norm / (5 * size) - 1).magnitude < 1e-14)
    // Beside a gradient of ordinary size, a tiny one leaves the norm alone.
    gradients[0] = 1
    var other = try optimizer.beginStep(loss: nil, state: state)
    try optimizer.measure(gradients.span, tensor: 0, plan: &other)
    _ = try optimizer.decide(&other, state: &state) { _ in true }
    #expect((other.gradientNorm ?? 0) >= max(1, norm))
  }

  @Test(
    "a gradient that is not finite takes its course, is skipped, or is an error",
    arguments: [Float.nan, .infinity, -.infinity])
  func nonFinite(value: Float) throws {
    let gradients: [[Float]?] = [[1], [2, value, 3]]
    func run(_ policy: NonFinitePolicy) throws -> ([[Float]], OptimizerState<Float>) {
      let optimizer = Optimizer(Adam(), nonFinitePolicy: policy)
      var state = optimizer.makeState(of: Float.self, counts: [1, 3])
      var parameters: [[Float]] = [[0], [0, 0, 0]]
      try optimizer.step(&parameters, gradients: gradients, state: &state)
      return (parameters, state)
    }
    let (spread, _) = try run(.propagate)
    #expect(spread[0][0].isFinite && spread[1][1].isNaN && spread[1][2].isFinite)
    let (kept, state) = try run(.skip)
    #expect(kept == [[0], [0, 0, 0]])
    #expect(state.skippedSteps == 1 && state.stepCount == 0)
    #expect(state.tensors.allSatisfy { $0.clock.count == 0 && $0[slot: 0].allSatisfy { $0 == 0 } })
    let error = #expect(throws: StepError.self) { try run(.throw) }
    guard case .gradientIsNotFinite(_, step: 1, tensor: 1, coordinate: 1) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.message.contains("tensor 1") == true)
  }

  @Test("maximising is minimising on the negated gradients, decay included")
  func maximise() throws {
    for rule in [Adam(weightDecay: 0.1, decayForm: .coupled), Adam(weightDecay: 0.1)] {
      let (up, down) = (Optimizer(rule, maximizes: true), Optimizer(rule))
      var (a, b): ([Float], [Float]) = ([0.5, 2], [0.5, 2])
      var (s, t) = (
        up.makeState(of: Float.self, counts: [2]), down.makeState(of: Float.self, counts: [2])
      )
      for step in 1...3 {
        let gradients = Inputs.gradients(step: step, count: 2).map { Float($0) }
        try up.step(&a, gradients: gradients, state: &s)
        try down.step(&b, gradients: gradients.map { -$0 }, state: &t)
      }
      #expect(a == b)
    }
  }

  @Test("shapes that do not fit are errors, and nothing has changed")
  func shapes() throws {
    let optimizer = Optimizer(SGD(learningRate: 1))
    var state = optimizer.makeState(of: Float.self, counts: [2, 1])
    var parameters: [[Float]] = [[0, 0], [0]]
    #expect(
      throws: StepError.tensorCountDiffers(expected: 2, parameters: 2, gradients: 1)
    ) { try optimizer.step(&parameters, gradients: [[1, 1]], state: &state) }
    #expect(
      throws: StepError.shapeDiffers(tensor: 1, expected: 1, parameters: 1, gradients: 2)
    ) { try optimizer.step(&parameters, gradients: [[1, 1], [1, 1]], state: &state) }
    var short: [[Float]] = [[0], [0]]
    #expect(
      throws: StepError.shapeDiffers(tensor: 0, expected: 2, parameters: 1, gradients: 2)
    ) { try optimizer.step(&short, gradients: [[1, 1], [1]], state: &state) }
    var single: [Float] = [0]
    #expect(throws: StepError.tensorCountDiffers(expected: 2, parameters: 1, gradients: 1)) {
      try optimizer.step(&single, gradients: [1], state: &state)
    }
    #expect(parameters == [[0, 0], [0]] && state.stepCount == 0)
    #expect(
      StepError.tensorCountDiffers(expected: 2, parameters: 2, gradients: 1).exitCode == .usage)
  }

  @Test("a clip survives gradients that are zero, and follows those that are not finite")
  func clipEdges() throws {
    let optimizer = chain(clip(0.5), SGD(learningRate: 1))
    func step(_ gradients: [Float]) throws -> [Float] {
      var parameters = [Float](repeating: 0, count: gradients.count)
      var state = optimizer.makeState(of: Float.self, counts: [gradients.count])
      try optimizer.step(&parameters, gradients: gradients, state: &state)
      return parameters
    }
    #expect(try step([0, 0]) == [0, 0])
    #expect(try step([]) == [])
    let infinite = try step([.infinity, 1])
    #expect(infinite[0].isNaN && infinite[1] == 0)
    #expect(try step([.nan, 1]).allSatisfy { $0.isNaN })
  }

  @Test("bounds hold after a step, and let NaN through")
  func bounds() throws {
    let optimizer = chain(Optimizer(SGD(learningRate: 1)), ParameterBounds(lower: -1, upper: 2))
    var state = optimizer.makeState(of: Double.self, counts: [4])
    var parameters = [0.0, 0, 0, 0]
    try optimizer.step(&parameters, gradients: [5, -5, 0.5, .nan], state: &state)
    #expect(Array(parameters[0..<3]) == [-1, 2, -0.5] && parameters[3].isNaN)
  }
}
