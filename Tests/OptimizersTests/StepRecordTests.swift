import Numbers
import Optimizers
import Parallelism
import Testing

@Suite("Records of steps")
struct StepRecordTests {
  private func recording(_ optimizer: Optimizer, threads: Int = 1) -> Optimizer {
    var recorded = optimizer
    recorded.recordsSteps = true
    recorded.threads = Threads(threads)
    return recorded
  }

  @Test("a record leaves the bits of a run alone", arguments: OptimizerTable.all)
  func sameBits(row: TableRow) throws {
    func check<S>(_ inputs: TensorInputs<S>, _ format: SlotFormat = .full) throws {
      let plain = try inputs.everything(row.optimizer, format: format)
      #expect(try inputs.everything(recording(row.optimizer), format: format) == plain)
      #expect(try inputs.run(row.optimizer).state.records.isEmpty)
    }
    try check(ParallelStepTests.floats)
    try check(ParallelStepTests.doubles)
    try check(ParallelStepTests.floats, .float16)
  }

  @Test("the numbers do not depend on the count of threads", arguments: OptimizerTable.all)
  func threads(row: TableRow) throws {
    let inputs = ParallelStepTests.floats
    let one = try inputs.run(recording(row.optimizer)).state
    #expect(one.records.count == 4 && one.records.allSatisfy { $0 != nil })
    for count in [2, 3] {
      let other = try inputs.run(recording(row.optimizer, threads: count)).state
      #expect(other.records == one.records && other.record(ofGroup: 0) == one.record(ofGroup: 0))
    }
  }

  @Test(
    "they are those of the trajectory, computed plainly",
    arguments: [
      Optimizer(SGD(momentum: 0.9)), Optimizer(Adam()), Optimizer(AMVT()),
      Optimizer(AMVT(epsilonPlacement: .outsideRoot)), Optimizer(AMO()), Optimizer(AMSGrad()),
      Optimizer(RMSprop()), Optimizer(Lion()),
    ])
  func values(optimizer: Optimizer) throws {
    let recorded = recording(optimizer)
    let count = 5000
    var parameters = (0..<count).map { Double($0 % 31) / 8 - 1 }
    var state = recorded.makeState(of: Double.self, counts: [count])
    for step in 1...3 {
      let before = parameters
      let gradients = Inputs.gradients(step: step, count: count)
      try recorded.step(&parameters, gradients: gradients, state: &state)
      let record = try #require(state.records[0])
      let squares = zip(parameters, before).map { ($0 - $1) * ($0 - $1) }
      expectClose(record.updateNorm, squares.compensatedSum().squareRoot())
      let rate = Double(try #require(optimizer.rule.hyperparameters[.learningRate]))
      #expect(record.learningRate == rate && record.lossScaledRate == rate)
      #expect(record.count == count && record.scaledGradientNorm == nil)
      let slots = (0..<4).map { state.tensors[0][slot: $0] }
      let rates = (0..<count).map { plainRate(optimizer.rule, slots, $0, rate: rate, t: step) }
      expectClose(record.effectiveLearningRate, rates.compensatedSum() / Double(count))
      if optimizer.rule is AMVT {
        let ratios = (0..<count).map { i in
          let m = slots[0][i] / (1 - power(0.9, step))
          return m * m / (slots[2][i] / (1 - power(0.99, step)) + 1e-8)
        }
        expectClose(
          try #require(record.signalToNoise), ratios.compensatedSum() / Double(count))
      } else {
        #expect(record.signalToNoise == nil)
      }
    }
  }

  /// The rate of one coordinate by the paper's formula.
  private func plainRate(
    _ rule: any UpdateRule, _ slots: [[Double]], _ i: Int, rate: Double, t: Int
  ) -> Double {
    let corrected = { (x: Double, beta: Double) in x / (1 - power(beta, t)) }
    switch rule {
    case is Adam: return rate / (corrected(slots[1][i], 0.999).squareRoot() + 1e-8)
    case is AMSGrad: return rate / (corrected(slots[2][i], 0.999).squareRoot() + 1e-8)
    case is AMO: return rate / (slots[1][i].squareRoot() + 1e-8)
    case is RMSprop: return rate / (slots[0][i].squareRoot() + 1e-8)
    case let rule as AMVT:
      let (v, s) = (corrected(slots[1][i], 0.999), corrected(slots[2][i], 0.99))
      let penalty = 1 / (1 + s / (v + 1e-8)).squareRoot()
      return rule.epsilonPlacement == .insideRoot
        ? rate * penalty / (v + 1e-8).squareRoot() : rate * penalty / (v.squareRoot() + 1e-8)
    default: return rate
    }
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }

  /// Sums of 5000 terms of one sign, in another order: 5000 roundings of the sum at most; and the direct
  /// `1 − βᵗ` of the plain formula loses a factor of 1000.
  private func expectClose(_ x: Double, _ y: Double) {
    #expect((x - y).magnitude <= 1e-12 * y.magnitude && y > 0, "\(x), \(y)")
  }

  @Test("a loss transform scales the rate, a measured gradient gives its norm")
  func lossScale() throws {
    let optimizer = recording(chain(AYLA(N1: 2), chain(clip(100), SGD(learningRate: 0.5))))
    var state = optimizer.makeState(of: Double.self, counts: [1, 1])
    var parameters = [[1.0], [1.0]]
    try optimizer.step(&parameters, gradients: [[3], [4]], loss: 0.25, state: &state)
    let record = try #require(state.record(ofGroup: 0))
    // w = 2·0.25.
    #expect(record.lossScaledRate == 0.25 && record.learningRate == 0.5)
    #expect(record.scaledGradientNorm == 0.25 * 5)
    #expect(record.updateNorm == 0.25 * 5 && record.count == 2)
    #expect(state.records.map { $0?.updateNorm } == [0.75, 1])
  }

  @Test("tensors without a gradient and steps that are skipped leave no record")
  func absent() throws {
    var optimizer = recording(Optimizer(Adam(), nonFinitePolicy: .skip))
    var state = try optimizer.makeState(
      of: Float.self,
      groups: [ParameterGroup(counts: [2]), ParameterGroup(counts: [0, 1])])
    var parameters: [[Float]] = [[1, 2], [], [3]]
    try optimizer.step(&parameters, gradients: [nil, [], [1]], state: &state)
    #expect(state.records[0] == nil && state.records[1]?.count == 0)
    #expect(state.record(ofGroup: 0) == nil)
    #expect(state.record(ofGroup: 1) == state.records[2])
    try optimizer.step(&parameters, gradients: [[.nan, 1], [], [1]], state: &state)
    #expect(state.records.allSatisfy { $0 == nil } && state.skippedSteps == 1)
    // Switched off, the last record is gone.
    optimizer.recordsSteps = false
    try optimizer.step(&parameters, gradients: [[1, 1], [], [1]], state: &state)
    #expect(state.records.allSatisfy { $0 == nil })
  }
}
