import PropertyTesting
import Testing

/// A counter that can be saved and loaded, and forgets on load what was added since it began.
struct ForgetfulCounter {
  var value = 0
  private var base = 0
  mutating func add(_ amount: Int) { value += amount }
  mutating func reload() { value = base }
  mutating func save() { base = value }
}

struct CounterMachine: StateMachine {
  enum Command: Sendable, Hashable {
    case add(Int)
    case save
    case reload
    case read
  }
  struct Model {
    var value = 0
    var isSaved = false
  }
  var mistaken = true

  var initialModel: Model { Model() }
  func makeSystem() -> ForgetfulCounter { ForgetfulCounter() }

  func commands(in model: Model) -> Generator<Command> {
    .oneOf(
      .always(.read), Generator<Int>.integers(in: 1...100).map { .add($0) }, .always(.save),
      .always(.reload))
  }

  /// Only what was saved can be loaded.
  func allows(_ command: Command, in model: Model) -> Bool { command != .reload || model.isSaved }

  func advance(_ model: inout Model, by command: Command) {
    switch command {
    case .add(let amount):
      model.value += amount
      if !mistaken { model.isSaved = false }
    case .save: model.isSaved = true
    case .reload, .read: break
    }
  }

  func run(_ command: Command, on system: inout ForgetfulCounter, _ model: Model) throws {
    switch command {
    case .add(let amount): system.add(amount)
    case .save: system.save()
    case .reload: system.reload()
    case .read:
      if system.value != model.value {
        throw Violation("read \(system.value), expected \(model.value)")
      }
    }
  }
}

@Suite("State machines") struct StateMachineTests {
  @Test func `a counter that forgets on reload shrinks to four commands`() throws {
    for seed in UInt64(0)..<100 {
      let result = check("counter", CounterMachine(), Settings(cases: 2000, seed: seed))
      let failure = try #require(result.failure)
      #expect(failure.value == [.save, .add(1), .reload, .read], "seed \(seed)")
      #expect(failure.violation.message == "command 4, read: read 0, expected 1")
    }
  }

  @Test func `a counter whose model forgets alike passes`() {
    let result = check("right", CounterMachine(mistaken: false), Settings(cases: 500))
    #expect(result.hasPassed)
  }

  @Test func `every command is allowed where it comes`() throws {
    let machine = CounterMachine()
    for number in 0..<500 {
      let (commands, _) = try machine.sequences().value(
        seed: 1, property: "allowed", case: number)
      var model = machine.initialModel
      for command in commands {
        #expect(machine.allows(command, in: model))
        machine.advance(&model, by: command)
      }
    }
  }

  @Test func `threads share the work and find the same`() throws {
    var settings = Settings(cases: 3000, seed: 5)
    let serial = check("counter", CounterMachine(), settings)
    settings.workers = 3
    let parallel = check("counter", CounterMachine(), settings)
    #expect(serial.failure?.choices == parallel.failure?.choices)
    #expect(serial.attempts == parallel.attempts)
  }

  struct Stuck: StateMachine {
    var initialModel: Int { 0 }
    func makeSystem() -> Int { 0 }
    func commands(in model: Int) -> Generator<Int> { .integers(in: 0...9) }
    func allows(_ command: Int, in model: Int) -> Bool { false }
    func advance(_ model: inout Int, by command: Int) {}
    func run(_ command: Int, on system: inout Int, _ model: Int) {}
  }

  @Test func `a machine that allows nothing gives up`() {
    let result = check("stuck", Stuck(), count: 1...5)
    guard case .gaveUp(let reason) = result.outcome else {
      Issue.record("it went on")
      return
    }
    #expect(reason.hasPrefix("no command is allowed in the state after 0 commands"))
  }
}
