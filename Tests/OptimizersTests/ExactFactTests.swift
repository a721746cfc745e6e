import Formulas
import Numbers
import Optimizers
import Testing

@Suite("Exact facts between optimizers")
struct ExactFactTests {
  @Test("AMVT with β₁ = 0 has no variance, and is RMSprop with correction, ε inside the root")
  func withoutMomentum() throws {
    let (rule, adam) = (AMVT(beta1: 0), Adam(beta1: 0, epsilonPlacement: .insideRoot))
    var run = OptimizerRun<Double>(Optimizer(rule), parameters: [0.5, -2])
    var other = OptimizerRun<Double>(Optimizer(adam), parameters: [0.5, -2])
    var (square, x) = (0.0, 0.5)
    for step in 1...40 {
      let gradients = Inputs.gradients(step: step, count: 2)
      run.advance(gradients: gradients)
      other.advance(gradients: gradients)
      #expect(run.slot(named: "s") == [0, 0])
      #expect(run.parameters == other.parameters)
      square = 0.999 * square + 0.001 * gradients[0] * gradients[0]
      let mean = square / (1 - Double.power(0.999, Double(step)))
      x -= 1e-3 * gradients[0] / (mean + 1e-8).squareRoot()
      // The hand-written correction loses 3 digits at the first steps.
      #expect((run.parameters[0] - x).magnitude < 1e-13)
    }
  }

  @Test("AMVT's two forms are equal on the trace wherever they are evaluated")
  func twoForms() {
    let (printed, short) = (
      Optimizer(AMVT()).trace().parameter,
      Optimizer(AMVT(evaluation: .oneDivision)).trace().parameter
    )
    for step in 1...30 {
      let draws = Inputs.gradients(step: step, count: 3)
      let values = [
        "theta": draws[0], "g": draws[1], "m": draws[2], "v": draws[2] * draws[2] + 0.25,
        "s": draws[0] * draws[0], "t": Double(step), "learningRate": 0.5, "beta1": 0.9,
        "beta2": 0.999, "beta3": 0.99, "epsilon": 1e-8,
      ]
      let (x, y) = (printed.value(values), short.value(values))
      #expect((x - y).magnitude <= 1e-14 * (x.magnitude + draws[0].magnitude + 1))
    }
  }

  @Test("Lookahead with k = 1 and α = 1 is its base on memory, to the bit where nothing rounds")
  func lookahead() throws {
    let (plain, wrapped) = (
      Optimizer(SGD(learningRate: 0.5)), chain(Lookahead(k: 1, alpha: 1), SGD(learningRate: 0.5))
    )
    var (x, y): ([Float], [Float]) = ([1, -2], [1, -2])
    var (s, t) = (
      plain.makeState(of: Float.self, counts: [2]), wrapped.makeState(of: Float.self, counts: [2])
    )
    for gradients in [[1, 2], [-0.5, 0.25], [4, -8]] as [[Float]] {
      try plain.step(&x, gradients: gradients, state: &s)
      try wrapped.step(&y, gradients: gradients, state: &t)
      #expect(x == y)
    }
  }

  @Test("tensors of one count do not share the history of a momentum that was changed between them")
  func histories() throws {
    // Both tensors have had one gradient after two steps, the second with another β₁.
    let optimizer = Optimizer(NAdam(learningRate: 0.125))
    var state = optimizer.makeState(of: Double.self, counts: [1, 1])
    var x = [[1.0], [1.0]]
    try optimizer.step(&x, gradients: [[0.5], nil], state: &state)
    try optimizer.set("beta1", to: 0.25, in: &state)
    try optimizer.step(&x, gradients: [nil, [0.5]], state: &state)
    try optimizer.step(&x, gradients: [[2], [2]], state: &state)

    func alone(firstBeta1: Rational) throws -> Double {
      var state = optimizer.makeState(of: Double.self, counts: [1])
      var x = [1.0]
      try optimizer.set("beta1", to: firstBeta1, in: &state)
      try optimizer.step(&x, gradients: [0.5], state: &state)
      try optimizer.set("beta1", to: 0.25, in: &state)
      try optimizer.step(&x, gradients: [2], state: &state)
      return x[0]
    }
    let (first, second) = (try alone(firstBeta1: 0.9), try alone(firstBeta1: 0.25))
    #expect(x == [[first], [second]] && first != second)
    #expect(state.tensors[0].clock.history[0] != state.tensors[1].clock.history[0])
  }

  @Test("a schedule of negative length, warm-up or rate is the caller's mistake")
  func impossibleSchedules() async {
    await #expect(processExitsWith: .failure) { _ = Schedule(0.5, .cosine(length: -1, minimum: 0)) }
    await #expect(processExitsWith: .failure) { _ = Schedule(0.5, .warmup(length: -3)) }
    await #expect(processExitsWith: .failure) { _ = Schedule(-1) }
  }

  @Test("a hyper-parameter outside its domain is the caller's mistake in code")
  func impossibleRules() async {
    await #expect(processExitsWith: .failure) { _ = Adam(beta1: 1) }
    await #expect(processExitsWith: .failure) { _ = ValueClip(0) }
    await #expect(processExitsWith: .failure) { _ = UpdateClip(-1) }
    await #expect(processExitsWith: .failure) { _ = OutlierFilter(5, decay: 1) }
    await #expect(processExitsWith: .failure) { _ = GradientAccumulation(k: 0) }
    await #expect(processExitsWith: .failure) { _ = LossScaling(initialScale: 0) }
    await #expect(processExitsWith: .failure) { _ = chain(momentumScheduling(), SGD()) }
  }
}
