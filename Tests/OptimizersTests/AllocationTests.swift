import CAllocationCount
import Numbers
import Optimizers
import Parallelism
import Testing

@Suite("Memory in a step")
struct AllocationTests {
  /// How many blocks of memory this thread asks for while `body` runs; nil where that is not counted.
  private func allocations(_ body: () throws -> Void) rethrows -> Int? {
    let before = allocation_count()
    try body()
    return before < 0 ? nil : Int(allocation_count() - before)
  }

  @Test("the count sees what a step could ask for")
  func counter() throws {
    guard let none = allocations({}) else {
      #expect(allocation_count() == -1, "not glibc: nothing is counted")
      return
    }
    #expect(none == 0)
    var kept: [[Float]] = []
    kept.reserveCapacity(10)
    let some = allocations {
      for size in 1...10 { kept.append([Float](repeating: 1, count: size)) }
    }
    #expect((some ?? 0) >= 10 && kept.count == 10)
    // A state that somebody holds a copy of must be copied by the next step.
    let optimizer = Optimizer(Adam())
    var parameters: [Float] = [1, 2]
    var state = optimizer.makeState(of: Float.self, counts: [2])
    try optimizer.step(&parameters, gradients: [1, 1], state: &state)
    let held = state
    let gradients: [Float] = [1, 1]
    let copies = try allocations {
      try optimizer.step(&parameters, gradients: gradients, state: &state)
    }
    #expect((copies ?? 0) > 0 && held.stepCount == 1)
  }

  @Test("a step asks for no memory", arguments: OptimizerTable.all)
  func steps(row: TableRow) throws {
    var recorded = row.optimizer
    recorded.recordsSteps = true
    try check(row.optimizer, Float.self)
    try check(row.optimizer, Double.self)
    try check(row.optimizer, Float.self, format: .bfloat16)
    try check(recorded, Float.self)
    var parallel = row.optimizer
    parallel.threads = Threads(2)
    // On the thread that forks, where a step is not handed over, and on another one.
    try Threads.keep { try check(parallel, Float.self, count: 33_000) }
    try check(parallel, Float.self, count: 33_000)
  }

  private func check<S: OptimizerScalar>(
    _ optimizer: Optimizer, _ type: S.Type, format: SlotFormat = .full, count: Int = 100
  ) throws {
    var parameters = [[S](repeating: 0.5, count: count), [], [0.25]]
    let gradients: [[S]?] = [[S](repeating: 0.37, count: count), [], [1]]
    var state = optimizer.makeState(of: S.self, counts: [count, 0, 1], format: format)
    var single = [S](repeating: 0.5, count: count)
    let slope = [S](repeating: 0.37, count: count)
    var singleState = optimizer.makeState(of: S.self, counts: [count], format: format)
    func step() throws {
      try optimizer.step(&parameters, gradients: gradients, loss: 0.9, state: &state)
      try optimizer.step(&single, gradients: slope, loss: 0.9, state: &singleState)
    }
    // The first steps make room for what wrappers and records keep.
    for _ in 0..<3 { try step() }
    let count = try allocations { for _ in 0..<20 { try step() } }
    #expect(count == nil || count == 0, "\(S.self), \(format)")
  }
}
