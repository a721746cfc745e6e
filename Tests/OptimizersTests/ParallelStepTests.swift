import Numbers
import Optimizers
import Parallelism
import Testing

/// Several tensors, and the gradients of a few steps, some of them absent.
struct TensorInputs<S: OptimizerScalar> {
  // One large enough for several blocks and parts, with a rest; one empty, two small.
  static var counts: [Int] { [33_003, 0, 7, 1] }

  let parameters: [[S]]
  let gradients: [[[S]?]]

  init() {
    let pattern = Inputs.gradients(step: 1, count: 1021).map { S($0) }
    func tensor(_ count: Int, from start: Int) -> [S] {
      var values: [S] = []
      while values.count < count {
        values += pattern[(start % 1021)...].prefix(count - values.count)
        if values.count < count { values += pattern.prefix(count - values.count) }
      }
      return values
    }
    parameters = Self.counts.map { tensor($0, from: 500) }
    gradients = (0..<3).map { step in
      Self.counts.enumerated().map { place, count in
        place == 2 && step == 1 ? nil : tensor(count, from: 37 * step + place)
      }
    }
  }

  /// The parameters and the state after the steps.
  func run(
    _ optimizer: Optimizer, format: SlotFormat = .full
  ) throws -> (parameters: [[S]], state: OptimizerState<S>) {
    var parameters = self.parameters
    var state = optimizer.makeState(of: S.self, counts: Self.counts, format: format)
    for (step, gradients) in gradients.enumerated() {
      try optimizer.step(
        &parameters, gradients: gradients, loss: Inputs.loss(step: step + 1), state: &state)
    }
    return (parameters, state)
  }

  /// All parameters, slots and wrappers' vectors after the steps.
  func everything(_ optimizer: Optimizer, format: SlotFormat = .full) throws -> [[S]] {
    let (parameters, state) = try run(optimizer, format: format)
    return parameters
      + state.tensors.flatMap { tensor in (0..<4).map { tensor[slot: $0] } + tensor.vectors }
  }
}

@Suite("Steps in parts")
struct ParallelStepTests {
  static let floats = TensorInputs<Float>()
  static let doubles = TensorInputs<Double>()

  @Test("any number of threads steps to the same bits", arguments: OptimizerTable.all)
  func threads(row: TableRow) throws {
    func check<S>(_ inputs: TensorInputs<S>, _ format: SlotFormat = .full) throws {
      let whole = try inputs.everything(row.optimizer, format: format)
      #expect(whole[0] != inputs.parameters[0])
      for count in [2, 3] {
        var optimizer = row.optimizer
        optimizer.threads = Threads(count)
        let parts = try inputs.everything(optimizer, format: format)
        #expect(parts == whole, "\(count) threads, \(S.self), \(format)")
      }
    }
    try check(Self.floats)
    try check(Self.doubles)
    try check(Self.floats, .bfloat16)
  }

  @Test("random cuts of a buffer step to the same bits as the whole", arguments: OptimizerTable.all)
  func randomCuts(row: TableRow) throws {
    try checkCuts(row, Float.self)
    try checkCuts(row, Double.self)
  }

  private func checkCuts<S: OptimizerScalar>(_ row: TableRow, _ type: S.Type) throws {
    let rule = row.optimizer.rule
    var history = Slots<Double>(repeating: 0.25)
    var step = S.narrowed(
      rule.scalars(
        StepContext(t: 3.0, loss: 0.5), hyperparameters: StepScalars(rule.hyperparameters),
        history: &history))
    step[.gradientScale] = 0.75
    for trial in 0..<8 {
      var draw = 0
      func number(below bound: Int) -> Int {
        draw += 1
        return Int(Mixture.bits(step: trial, coordinate: draw) % UInt64(bound))
      }
      let count = number(below: 200)
      let gradients = Inputs.gradients(step: trial, count: count).map { S($0) }
      let start = (0..<count).map { 1 / S($0 + 1) }
      let cuts = ([0, count] + (0..<5).map { _ in number(below: count + 1) }).sorted()
      func apply(_ ranges: [Range<Int>]) -> [[S]] {
        var (p, a, b, c, d) = (start, start, start, start, start)
        for range in ranges {
          let slots = rule.slotNames.count
          var (q, w, x) = (Array(p[range]), Array(a[range]), Array(b[range]))
          var (y, z) = (Array(c[range]), Array(d[range]))
          do {
            var span = q.mutableSpan
            var first = w.mutableSpan
            var second = x.mutableSpan
            var third = y.mutableSpan
            var fourth = z.mutableSpan
            S.apply(
              rule, to: &span, gradients: gradients.span.extracting(range), slots: &first,
              &second, &third, &fourth, step: step)
          }
          p.replaceSubrange(range, with: q)
          if slots > 0 { a.replaceSubrange(range, with: w) }
          if slots > 1 { b.replaceSubrange(range, with: x) }
          if slots > 2 { c.replaceSubrange(range, with: y) }
          if slots > 3 { d.replaceSubrange(range, with: z) }
        }
        return [p, a, b, c, d]
      }
      #expect(
        apply([0..<count]) == apply(zip(cuts, cuts.dropFirst()).map { $0..<$1 }),
        "\(S.self), \(count) cut at \(cuts)")
    }
  }

  @Test(
    "the norm of a clip is the same on any number of threads",
    arguments: [1e-200, 1e-160, 1, 1e160, 1e200])
  func norm(size: Double) throws {
    // Beyond one run of 256 blocks.
    let count = 4096 * 300 + 5
    let gradients = (0..<count).map { size * (Double($0 % 37) * 0.37 - 2.385) }
    func norm(_ threads: Int) throws -> Double? {
      var optimizer = chain(clip(1), SGD())
      optimizer.threads = Threads(threads)
      let state = optimizer.makeState(of: Double.self, counts: [count])
      var plan = try optimizer.beginStep(loss: nil, state: state)
      try optimizer.measure(gradients.span, tensor: 0, plan: &plan)
      var decided = state
      _ = try optimizer.decide(&plan, state: &decided) { _ in true }
      return plan.gradientNorm
    }
    let one = try #require(try norm(1))
    #expect(one > size && one.isFinite)
    #expect(try norm(2) == one && norm(3) == one)
  }
}
