import Numbers
import Optimizers
import Properties
import Testing

@Suite("Laws of every optimizer")
struct CommonLawTests {
  static let counts = [0, 1, 7, 8, 9, 29]

  /// Steps one tensor, and returns its parameters.
  private func run<S: OptimizerScalar>(
    _ optimizer: Optimizer, steps: Int, from start: [S], gradients: (Int) -> [S]
  ) throws -> [S] {
    var parameters = start
    var state = optimizer.makeState(of: S.self, counts: [start.count])
    for step in 1...steps {
      try optimizer.step(
        &parameters, gradients: gradients(step), loss: Inputs.loss(step: step), state: &state)
    }
    return parameters
  }

  @Test("the last coordinates step as those in whole vectors do", arguments: OptimizerTable.all)
  func tails(row: TableRow) throws {
    // The gradients are equal, but the norm of a clip grows with the count.
    guard !row.optimizer.card.traits.contains(.globalNormClip) else { return }
    for count in Self.counts {
      let floats: [Float] = try run(
        row.optimizer, steps: 3, from: [Float](repeating: 0.5, count: count)
      ) { step in [Float](repeating: Float(Inputs.gradients(step: step, count: 1)[0]), count: count)
      }
      #expect(Set(floats).count <= 1, "\(count) Floats")
      #expect(floats.allSatisfy { $0.isFinite && $0 != 0.5 })
      let doubles: [Double] = try run(
        row.optimizer, steps: 3, from: [Double](repeating: 0.5, count: count)
      ) { step in [Double](repeating: Inputs.gradients(step: step, count: 1)[0], count: count) }
      #expect(Set(doubles).count <= 1, "\(count) Doubles")
    }
  }

  @Test(
    "Float and Double runs stay within the running error of the rule's own text",
    arguments: OptimizerTable.all)
  func runningError(row: TableRow) throws {
    try checkRunningError(row, Float.self, Binary32.self)
    try checkRunningError(row, Double.self, Binary64.self)
  }

  private func checkRunningError<S: OptimizerScalar, Format: RoundingFormat>(
    _ row: TableRow, _ type: S.Type, _ format: Format.Type
  ) throws {
    let optimizer = row.optimizer
    let limit = row.errorLimit * Format.unitRoundoff
    let start = [0.375, -1.25, 2]
    var parameters = start.map { S($0) }
    var state = optimizer.makeState(of: S.self, counts: [start.count])
    var reference = OptimizerRun<RunningError<Format>>(
      optimizer, parameters: start.map { RunningError(given: $0) })
    // A running error takes `1 − w(1 − β)` for as large as its terms: a fivefold growth at each step.
    let steps = optimizer.card.traits.contains(.varyingDecay) ? 3 : 12
    for step in 1...steps {
      let gradients = Inputs.gradients(step: step, count: start.count)
      let loss = Inputs.loss(step: step)
      let scale = S(optimizer.lossScale(in: state))
      try optimizer.step(
        &parameters, gradients: gradients.map { scale * S($0) }, loss: loss, state: &state)
      reference.advance(
        gradients: gradients.map { RunningError(given: $0) }, loss: RunningError(given: loss))
      for (i, bound) in reference.parameters.enumerated() {
        #expect(
          bound.allows(Double(parameters[i])),
          "step \(step), coordinate \(i): \(parameters[i]), \(bound.exact) ± \(bound.error)")
        // Where even the limit says nothing, in Float, nothing is asked.
        #expect(limit > 1 || bound.isBounded && bound.error < limit)
        for slot in optimizer.rule.slotNames.indices {
          #expect(reference.slots[i][slot].allows(Double(state.tensors[0][slot: slot][i])))
        }
      }
    }
  }

  @Test("an interval run encloses the run in Double", arguments: OptimizerTable.all)
  func enclosure(row: TableRow) throws {
    let start = [0.375, -1.25]
    var rounded = OptimizerRun<Double>(row.optimizer, parameters: start)
    var enclosed = OptimizerRun<Interval>(row.optimizer, parameters: start.map { Interval($0) })
    for step in 1...5 {
      let gradients = Inputs.gradients(step: step, count: 2)
      let loss = Inputs.loss(step: step)
      rounded.advance(gradients: gradients, loss: loss)
      // A box around each gradient and the loss: the Double run is one of many inside.
      enclosed.advance(
        gradients: gradients.map { Interval($0 - 1e-9, $0 + 1e-9) },
        loss: Interval(loss - 1e-9, loss + 1e-9))
      for (value, enclosure) in zip(rounded.parameters, enclosed.parameters) {
        #expect(enclosure.contains(value), "step \(step): \(value), \(enclosure)")
        #expect(enclosure.isDefined && enclosure.upper - enclosure.lower < 1e-3)
      }
    }
  }

  @Test("chunks of a buffer step to the same bits as the whole", arguments: OptimizerTable.all)
  func chunks(row: TableRow) throws {
    let rule = row.optimizer.rule
    let (count, cuts) = (61, [0, 1, 8, 23, 40, 61])
    let context = StepContext(t: 3.0, loss: 0.5)
    var history = Slots<Double>(repeating: 0.25)
    var step = Float.narrowed(
      rule.scalars(
        context, hyperparameters: StepScalars(rule.hyperparameters), history: &history))
    step[.gradientScale] = 0.75
    let gradients = Inputs.gradients(step: 1, count: count).map { Float($0) }
    let start = (0..<count).map { 1 / Float($0 + 1) }
    let slots = rule.slotNames.count
    func apply(_ ranges: [Range<Int>]) -> [[Float]] {
      var (p, a, b, c, d) = (start, start, start, start, start)
      for range in ranges {
        var parts = [p, a, b, c, d].enumerated().map { place, whole in
          place <= slots ? Array(whole[range]) : []
        }
        var (q, w, x, y, z) = (parts[0], parts[1], parts[2], parts[3], parts[4])
        do {
          var span = q.mutableSpan
          var first = w.mutableSpan
          var second = x.mutableSpan
          var third = y.mutableSpan
          var fourth = z.mutableSpan
          Float.apply(
            rule, to: &span, gradients: gradients.span.extracting(range), slots: &first, &second,
            &third, &fourth, step: step)
        }
        parts = [q, w, x, y, z]
        p.replaceSubrange(range, with: parts[0])
        if slots > 0 { a.replaceSubrange(range, with: parts[1]) }
        if slots > 1 { b.replaceSubrange(range, with: parts[2]) }
        if slots > 2 { c.replaceSubrange(range, with: parts[3]) }
        if slots > 3 { d.replaceSubrange(range, with: parts[4]) }
      }
      return [p, a, b, c, d]
    }
    let whole = apply([0..<count])
    #expect(whole == apply(zip(cuts, cuts.dropFirst()).map { $0..<$1 }))
    #expect(whole[0] != start)
  }

  @Test(
    "a run repeats bit for bit, and its past is untouched by later gradients",
    arguments: OptimizerTable.all)
  func deterministic(row: TableRow) throws {
    func trajectory(last: Float) throws -> [[Float]] {
      var parameters = [Float](repeating: 0.5, count: 5)
      var state = row.optimizer.makeState(of: Float.self, counts: [5])
      return try (1...4).map { step in
        var gradients = Inputs.gradients(step: step, count: 5).map { Float($0) }
        if step == 4 { gradients[0] = last }
        try row.optimizer.step(
          &parameters, gradients: gradients, loss: Inputs.loss(step: step), state: &state)
        return parameters
      }
    }
    let (first, second, other) = (
      try trajectory(last: 1), try trajectory(last: 1), try trajectory(last: -2)
    )
    #expect(first == second)
    #expect(first.dropLast() == other.dropLast() && first.last != other.last)
  }

  @Test(
    "a copied state is a run of its own, and goes on as the original does",
    arguments: OptimizerTable.all)
  func copies(row: TableRow) throws {
    var parameters: [Float] = [0.5, -1]
    var state = row.optimizer.makeState(of: Float.self, counts: [2])
    func advance(_ p: inout [Float], _ s: inout OptimizerState<Float>, _ step: Int) throws {
      try row.optimizer.step(
        &p, gradients: Inputs.gradients(step: step, count: 2).map { Float($0) },
        loss: Inputs.loss(step: step), state: &s)
    }
    try advance(&parameters, &state, 1)
    var (copy, copiedState) = (parameters, state)
    for step in 2...4 { try advance(&parameters, &state, step) }
    for step in 2...4 { try advance(&copy, &copiedState, step) }
    #expect(parameters == copy)
  }

  @Test(
    "no two keys of a rule share an index, and every one is on its card",
    arguments: OptimizerTable.all)
  func keys(row: TableRow) {
    let card = row.optimizer.card
    for (key, value) in row.optimizer.hyperparameters {
      let described = card.hyperparameters.filter { $0.key == key }
      #expect(described.count == 1, "\(key)")
      #expect(described.allSatisfy { $0.domain.contains(value) })
    }
    #expect(card.slots.map(\.name) == row.optimizer.rule.slotNames)
    #expect(card.hyperparameters.allSatisfy { $0.domain.contains($0.defaultValue) })
    #expect(card.options.allSatisfy { $0.values.count >= 2 })
    #expect(Set(card.hyperparameters.map(\.key)).count == card.hyperparameters.count)
  }
}
