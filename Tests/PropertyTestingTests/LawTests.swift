import PropertyTesting
import Testing

@Suite("Laws of the engine") struct LawTests {
  struct Value: Sendable, CustomStringConvertible {
    var list: [Int]
    var numbers: [Double]
    var flag: Bool?
    var bytes: [UInt8]
    var description: String { "\(list) \(numbers) \(flag as Any) \(bytes)" }
  }

  /// Every kind of choice, a count that others depend on, an optional.
  static let mixed = Generator<Int>.integers(in: -50...50).array(count: 0...6).flatMap { list in
    zip(
      Generator<Double>.numbers(from: -1, through: 1).vector(count: list.count),
      Generator<Bool>.booleans.optional(), Generator<[UInt8]>.bytes(count: 1...3)
    ).map { Value(list: list, numbers: $0, flag: $1, bytes: $2) }
  }

  static func fails(_ value: Value) -> Bool {
    value.list.reduce(0, +) >= 60 && value.numbers.reduce(0, +) >= 0.5
  }

  @Test func `the choices of a case make the same case again`() throws {
    for number in 0..<300 {
      let (value, choices) = try Self.mixed.value(seed: 37, property: "law", case: number)
      let again = try Self.mixed.value(of: choices)
      #expect("\(again)" == "\(value)")
      #expect(ChoiceText.choices(of: ChoiceText.text(of: choices)) == choices)
    }
  }

  @Test func `what shrinking finds fails, lies in the domain, and makes itself again`() throws {
    for seed in UInt64(0)..<50 {
      let result = checkThat("law", Self.mixed, Settings(cases: 500, seed: seed)) { value in
        !Self.fails(value)
      }
      let failure = try #require(result.failure)
      let value = failure.value
      #expect(value.list.allSatisfy { (-50...50).contains($0) })
      #expect(value.numbers.allSatisfy { (-1...1).contains($0) })
      #expect(value.list.count == value.numbers.count)
      #expect((1...3).contains(value.bytes.count))
      #expect(Self.fails(value))
      #expect(failure.isMinimal)
      #expect("\(try Self.mixed.value(of: failure.choices))" == "\(value)")
    }
  }

  @Test func `shrinking never makes more choices than it began with`() throws {
    for seed in UInt64(0)..<50 {
      var settings = Settings(cases: 500, seed: seed)
      let shrunk = try #require(
        checkThat("law", Self.mixed, settings) { !Self.fails($0) }.failure)
      settings.isShrinking = false
      let first = try #require(
        checkThat("law", Self.mixed, settings) { !Self.fails($0) }.failure)
      #expect(shrunk.case == first.case)
      #expect(shrunk.choices.count <= first.choices.count)
      let number = try #require(first.case)
      #expect(
        try Self.mixed.value(seed: seed, property: "law", case: number).choices == first.choices)
    }
  }

  @Test(arguments: [2, 3, 7])
  func `parallel gives what serial gives`(workers: Int) throws {
    for seed in UInt64(0)..<12 {
      var settings = Settings(cases: 3000, seed: seed)
      let body: @Sendable (Value, TestCase) throws -> Void = { value, test in
        try test.premise(value.list.count > 1)
        test.classify("flagged", when: value.flag != nil)
        if value.list.reduce(0, +) >= 170 + Int(seed) * 6 { throw Violation("too much") }
      }
      let serial = check("law", Self.mixed, settings, body: body)
      settings.workers = workers
      let parallel = checkInParallel("law", Self.mixed, settings, body: body)
      #expect(serial.cases == parallel.cases)
      #expect(serial.attempts == parallel.attempts)
      #expect(serial.statistics == parallel.statistics)
      #expect(serial.failure?.choices == parallel.failure?.choices)
      #expect(serial.failure?.case == parallel.failure?.case)
      #expect(serial.shrinkExecutions == parallel.shrinkExecutions)
    }
  }

  @Test func `bodies that await give what bodies that do not give`() async throws {
    for seed in UInt64(0)..<8 {
      let settings = Settings(cases: 200, seed: seed)
      let direct = check("law", Self.mixed, settings) { (value: Value) in
        if Self.fails(value) { throw Violation("it fails") }
      }
      let awaited = await checkAwaiting("law", Self.mixed, settings) { (value: Value) in
        await Task.yield()
        if Self.fails(value) { throw Violation("it fails") }
      }
      #expect(direct.cases == awaited.cases)
      #expect(direct.failure?.choices == awaited.failure?.choices)
      #expect(direct.shrinkExecutions == awaited.shrinkExecutions)
    }
  }

  @Test func `a body that awaits runs in the task of the caller`() async {
    let result = await Local.$number.withValue(5) {
      await checkAwaiting("local", Generator<Int>.integers(), Settings(cases: 5)) { (_: Int) in
        if Local.number != 5 { throw Violation("another task") }
      }
    }
    #expect(result.hasPassed)
  }

  @Test func `a cancelled task ends its check`() async {
    let task = Task {
      await checkAwaiting("cancelled", Generator<Int>.integers(), Settings(cases: .max / 1000)) {
        (_: Int) in await Task.yield()
      }
    }
    task.cancel()
    guard case .inconclusive(let reason) = await task.value.outcome else {
      Issue.record("the check went on")
      return
    }
    #expect(reason.contains("cancelled"))
  }

  @Test func `shrinking keeps to one kind of failure`() throws {
    for seed in UInt64(0)..<20 {
      let result = check("kinds", Generator<Int>.integers(in: 0...1000), Settings(seed: seed)) {
        (value: Int) in
        if value >= 500 { throw Violation("large", kind: "large") }
        if value >= 3 { throw Violation("small", kind: "small") }
      }
      let failure = try #require(result.failure)
      #expect(failure.value == (failure.violation.kind == "large" ? 500 : 3))
    }
  }

  enum Local { @TaskLocal static var number = 0 }
}
