import Numbers
import Testing

@testable import Optimizers

@Suite("Slots of 16 bits")
struct SlotFormatTests {
  static let formats = [SlotFormat.bfloat16, .float16]

  @Test("every number of the format is kept as it is, NaN stays NaN", arguments: formats)
  func exact(format: SlotFormat) {
    var wrong: [UInt16] = []
    for bits in UInt16.min...UInt16.max {
      let value = format.widened(bits)
      let packed = format.packed(value)
      if value.isNaN ? !format.widened(packed).isNaN : packed != bits { wrong.append(bits) }
    }
    #expect(wrong.isEmpty, "\(wrong.prefix(5))")
  }

  @Test("a number goes to the nearest, the even one of two", arguments: formats)
  func nearest(format: SlotFormat) {
    let top: UInt16 = format == .bfloat16 ? 0x7F7F : 0x7BFF
    for sample in 0..<4000 {
      let bits = UInt16(Mixture.bits(step: 1, coordinate: sample) % UInt64(top))
      let (low, high) = (format.widened(bits), format.widened(bits + 1))
      // Exact in Float: the formats have 13 bits to spare.
      let middle = low + (high - low) / 2
      #expect(format.packed(middle) == (bits & 1 == 0 ? bits : bits + 1))
      #expect(format.packed(middle.nextDown) == bits && format.packed(middle.nextUp) == bits + 1)
      #expect(format.packed(-middle.nextDown) == bits | 0x8000)
    }
  }

  @Test("what is too large becomes infinite, and too small 0")
  func ends() {
    #expect(SlotFormat.float16.packed(65519) == 0x7BFF)
    #expect(SlotFormat.float16.packed(65520) == 0x7C00)
    #expect(SlotFormat.float16.packed(0x1p-25) == 0)
    #expect(SlotFormat.float16.packed(0x1.000002p-25) == 1)
    #expect(SlotFormat.bfloat16.packed(.greatestFiniteMagnitude) == 0x7F80)
    #expect(SlotFormat.bfloat16.packed(-.infinity) == 0xFF80)
    #expect(SlotFormat.bfloat16.packed(.leastNonzeroMagnitude) == 0)
  }

  /// 320 steps: beyond the 256 at which a count of steps in 8 bits would stand still.
  private static let steps = 320

  private func inputs(_ step: Int, count: Int) -> [Float] {
    Inputs.gradients(step: step, count: count).map { Float($0) }
  }

  @Test(
    "each step is the step in Float from the rounded slots, rounded once more",
    arguments: OptimizerTable.all, formats)
  func steps(row: TableRow, format: SlotFormat) throws {
    let optimizer = row.optimizer
    let count = 11
    var (half, full) = (
      [Float](repeating: 0.5, count: count), [Float](repeating: 0.5, count: count)
    )
    var halfState = optimizer.makeState(of: Float.self, counts: [count], format: format)
    var fullState = optimizer.makeState(of: Float.self, counts: [count])
    func round() {
      for slot in optimizer.rule.slotNames.indices {
        fullState.tensors[0].slots[slot] = fullState.tensors[0].slots[slot].map {
          format.widened(format.packed($0))
        }
      }
    }
    round()
    for step in 1...Self.steps {
      let gradients = inputs(step, count: count)
      let loss = Inputs.loss(step: step)
      try optimizer.step(&half, gradients: gradients, loss: loss, state: &halfState)
      try optimizer.step(&full, gradients: gradients, loss: loss, state: &fullState)
      round()
      // By bits, for what has become NaN in so few of them.
      guard half.map(\.bitPattern) == full.map(\.bitPattern) else {
        Issue.record("step \(step): \(half), \(full)")
        return
      }
    }
    for slot in optimizer.rule.slotNames.indices {
      let (packed, wide) = (halfState.tensors[0][slot: slot], fullState.tensors[0][slot: slot])
      #expect(packed.map(\.bitPattern) == wide.map(\.bitPattern))
      #expect(halfState.tensors[0].packedBits(slot: slot)?.count == count)
    }
    #expect(halfState.tensors[0].clock.count == Self.steps / optimizer.microBatches)
  }

  @Test(
    "over 320 steps the slots stay within the running error of their stores", arguments: formats)
  func runningError(format: SlotFormat) throws {
    let unit = format.unitRoundoff
    let spacing = format == .bfloat16 ? 0x1p-133 : 0x1p-24
    for optimizer in [Optimizer(SGD(momentum: 0.9)), Optimizer(Adam()), Optimizer(AMVT())] {
      var parameters: [Float] = [0.375, -1.25]
      var state = optimizer.makeState(of: Float.self, counts: [2], format: format)
      var reference = OptimizerRun<RunningError<Binary32>>(
        optimizer, parameters: parameters.map { RunningError(given: Double($0)) })
      var boundedSteps = 0
      for step in 1...Self.steps {
        let gradients = inputs(step, count: 2)
        try optimizer.step(&parameters, gradients: gradients, state: &state)
        reference.advance(gradients: gradients.map { RunningError(given: Double($0)) })
        for slot in optimizer.rule.slotNames.indices {
          for i in 0..<2 {
            reference.slots[i][slot] = reference.slots[i][slot]
              .stored(unitRoundoff: unit, spacing: spacing)
            #expect(
              reference.slots[i][slot].allows(Double(state.tensors[0][slot: slot][i])),
              "\(optimizer.name), step \(step), slot \(slot)")
          }
        }
        if reference.parameters.allSatisfy(\.isBounded) { boundedSteps = step }
        for (bound, value) in zip(reference.parameters, parameters) {
          #expect(bound.allows(Double(value)), "\(optimizer.name), step \(step)")
        }
      }
      // A store's error, 1/(1 − β₂) times over, is larger than a second moment of bfloat16 itself: of the
      // parameters nothing is known from then on.
      let bounded = format == .float16 || optimizer.rule.slotNames.count == 1
      #expect(bounded ? boundedSteps == Self.steps : boundedSteps >= 1, "\(optimizer.name)")
    }
  }

  @Test("the bytes of a parameter are those that its state holds", arguments: OptimizerTable.all)
  func memory(row: TableRow) throws {
    func check<S: OptimizerScalar>(_ type: S.Type, _ format: SlotFormat = .full) throws {
      let count = 64
      var parameters = [S](repeating: 0.5, count: count)
      var state = row.optimizer.makeState(of: S.self, counts: [count], format: format)
      // As many as a few micro-batches take.
      for _ in 0..<4 {
        try row.optimizer.step(
          &parameters, gradients: [S](repeating: 0.25, count: count), loss: 0.5, state: &state)
      }
      let tensor = state.tensors[0]
      let vectors =
        tensor.vectors + [
          tensor.stageVectors, tensor.previousGradients, tensor.previousParameters,
          tensor.accumulated,
        ]
      var bytes = vectors.reduce(0) { $0 + $1.count * MemoryLayout<S>.size }
      for slot in 0..<4 {
        // One number stands for each slot that the rule does not have.
        let (wide, packed) = (tensor.slots[slot].count, tensor.packed[slot].count)
        bytes += (wide > 1 ? wide : 0) * MemoryLayout<S>.size + (packed > 1 ? packed : 0) * 2
      }
      #expect(row.optimizer.stateBytesPerParameter(of: S.self, format: format) * count == bytes)
    }
    try check(Float.self)
    try check(Double.self)
    try check(Float.self, .bfloat16)
    try check(Float.self, .float16)
  }

  @Test("slots of 16 bits are for Float parameters only")
  func doubles() async {
    await #expect(processExitsWith: .failure) {
      _ = Optimizer(Adam()).makeState(of: Double.self, counts: [1], format: .bfloat16)
    }
  }
}
