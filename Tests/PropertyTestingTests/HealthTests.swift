import PropertyTesting
import Synchronization
import Testing

/// Input that cannot work ends with a message.
@Suite("Health") struct HealthTests {
  static func outcome<Value>(
    _ generator: Generator<Value>, _ settings: Settings = Settings()
  ) -> CheckResult<Value>.Outcome {
    check("health", generator, settings) { (_: Value) in }.outcome
  }

  static func message<Value>(_ outcome: CheckResult<Value>.Outcome) -> String {
    switch outcome {
    case .passed: "passed"
    case .failed: "failed"
    case .flaky(_, let text): "flaky: \(text)"
    case .vacuous(let text): "vacuous: \(text)"
    case .insufficient(let text): "insufficient: \(text)"
    case .gaveUp(let text): "gave up: \(text)"
    case .inconclusive(let text): "inconclusive: \(text)"
    case .invalid(let text): "invalid: \(text)"
    }
  }

  @Test func `a filter that refuses everything gives up and names its place`() {
    let text = Self.message(Self.outcome(Generator<Int>.integers().filter { _ in false }))
    #expect(text.hasPrefix("gave up: the filter at PropertyTestingTests/HealthTests.swift:"))
  }

  @Test func `a filter that is often met passes`() {
    let even = Generator<Int>.integers().filter { $0 % 2 == 0 }
    let result = checkThat("even", even) { $0 % 2 == 0 }
    #expect(result.hasPassed)
    #expect(result.cases == 100)
  }

  @Test func `ranges without numbers say so`() {
    #expect(
      Self.message(Self.outcome(Generator<Int>.integers(in: 5..<5)))
        == "invalid: the range 5..<5 is empty")
    #expect(
      Self.message(Self.outcome(Generator<Int>.integers(from: 3, through: 2)))
        == "invalid: the range 3...2 is empty")
    #expect(
      Self.message(Self.outcome(Generator<Double>.numbers(from: 1, through: 0)))
        == "invalid: there is no number in [1.0, 0.0]")
    #expect(
      Self.message(
        Self.outcome(
          Generator<Float>.numbers(
            from: 1, through: 1, excludingLower: true)))
        == "invalid: there is no number in (1.0, 1.0]")
    #expect(
      Self.message(Self.outcome(Generator<Int>.oneOf([])))
        == "invalid: oneOf needs at least one generator")
    #expect(
      Self.message(Self.outcome(Generator<Int>.element(of: [])))
        == "invalid: there is no element of an empty array")
    #expect(
      Self.message(Self.outcome(Generator<Int>.weighted([(0, .always(1))])))
        == "invalid: a weight must lie in 1 ... 2³², got 0")
    #expect(
      Self.message(Self.outcome(Generator<Int>.integers().vector(count: -1)))
        == "invalid: a vector has at least 0 entries, asked for -1")
  }

  @Test func `a check of no cases says so`() {
    #expect(
      Self.message(Self.outcome(Generator<Int>.integers(), Settings(cases: 0)))
        == "invalid: a check needs at least 1 case, asked for 0")
  }

  @Test func `a bound that is NaN says so`() {
    #expect(
      Self.message(Self.outcome(Generator<Double>.numbers(from: .nan, through: 1)))
        == "invalid: a bound is NaN: nan...1.0")
    #expect(
      Self.message(Self.outcome(Generator<Float>.numbers(from: 0, through: .nan)))
        == "invalid: a bound is NaN: 0.0...nan")
  }

  @Test func `a generator that never ends gives up`() {
    @Sendable func endless() -> Generator<Int> {
      Generator<Bool>.booleans.flatMap { _ in endless() }
    }
    let text = Self.message(Self.outcome(endless()))
    #expect(text.hasPrefix("gave up: the value nests more than 400 deep"))
    let long = Generator<Int> { source throws(Rejection) in
      while true { _ = try source.boolean() }
    }
    #expect(
      Self.message(Self.outcome(long))
        .hasPrefix("gave up: the value takes more than 8192 choices"))
    #expect(
      Self.message(Self.outcome(Generator<Int>.integers().vector(count: .max)))
        .hasPrefix("gave up: the value takes more than 8192 choices"))
  }

  @Test func `a generator that is slow gives up`() {
    var settings = Settings()
    settings.generationLimit = .milliseconds(1)
    let slow = Generator<Int>.integers().map { value in
      let clock = ContinuousClock()
      let start = clock.now
      while clock.now - start < .milliseconds(2) {}
      return value
    }
    #expect(
      Self.message(Self.outcome(slow, settings)).hasPrefix("gave up: the generator is too slow"))
  }

  @Test func `a premise that is never met is vacuous`() {
    let result = check("vacuous", Generator<Int>.integers()) { (_: Int, test: TestCase) in
      try test.premise(false, "it never holds")
    }
    #expect(
      Self.message(result.outcome)
        == "vacuous: the premise was met in 0 of 1100 cases: it never holds")
    #expect(result.premiseShare == 0)
  }

  @Test func `the share of the premise is counted`() {
    let result = check("share", Generator<Int>.integers(in: 0...99)) { (x: Int, test: TestCase) in
      try test.premise(x < 50)
    }
    #expect(result.hasPassed)
    #expect(result.cases == 100)
    // Half of the numbers meet it; the ends and the origin are drawn more often.
    #expect((0.4...0.8).contains(result.premiseShare))
  }

  @Test func `a body with a state of its own is flaky`() {
    let calls = Mutex(0)
    let result = check("flaky", Generator<Int>.integers()) { (_: Int) in
      let call = calls.withLock {
        $0 += 1
        return $0
      }
      if call == 20 { throw Violation("the twentieth call") }
    }
    #expect(Self.message(result.outcome).hasPrefix("flaky: the smallest failing case"))
    calls.withLock { $0 = 0 }
    let worn = check("worn", Generator<Int>.integers()) { (_: Int) in
      let call = calls.withLock {
        $0 += 1
        return $0
      }
      if call >= 20 { throw Violation("worn out") }
    }
    #expect(Self.message(worn.outcome).hasPrefix("flaky: a case that passed fails"))
  }

  @Test func `a generator with a state of its own is flaky`() {
    let calls = Mutex(0)
    let odd = Generator<Int> { source throws(Rejection) in
      let call = calls.withLock {
        $0 += 1
        return $0
      }
      return try source.integer(in: 0...(call % 7 + 1000))
    }
    let result = check("odd", odd) { (_: Int) in throw Violation("always") }
    switch result.outcome {
    case .flaky, .failed: break
    default: Issue.record("\(Self.message(result.outcome))")
    }
  }

  @Test func `the time limit ends a check as inconclusive`() {
    var settings = Settings(cases: .max / 100)
    settings.timeLimit = .milliseconds(20)
    #expect(
      Self.message(Self.outcome(Generator<Int>.integers(), settings))
        .hasPrefix("inconclusive: the time limit ended the check after"))
  }

  @Test func `a label that is too rare is reported`() {
    let result = check("cover", Generator<Int>.integers(in: 0...999), Settings(cases: 1000)) {
      (x: Int, test: TestCase) in
      test.require("even", atLeast: 0.3, when: x % 2 == 0)
      test.require("above 990", atLeast: 0.4, when: x > 990)
    }
    #expect(Self.message(result.outcome).hasPrefix("insufficient: “above 990” holds in"))
    #expect(result.statistics.labels["even", default: 0] > 300)
  }

  @Test func `the limit of executions bounds shrinking`() throws {
    var settings = Settings()
    settings.maximumShrinkExecutions = 7
    let result = check("bounded", Generator<Int>.integers().array(count: 20...30), settings) {
      (list: [Int]) in if Set(list).count > 10 { throw Violation("many") }
    }
    let failure = try #require(result.failure)
    #expect(!failure.isMinimal)
    #expect(result.shrinkExecutions == 7)
  }
}
