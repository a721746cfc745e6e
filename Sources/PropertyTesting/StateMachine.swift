public import Diagnostics

/// A system that holds state, and the model that says what it should do.
///
/// A case is a sequence of commands, each made for the state that the model is in after those before it.
/// Every case has a system and a model of its own, so cases may run in parallel.
public protocol StateMachine: Sendable {
  /// What the state of the system should be; a value.
  associatedtype Model
  /// What is tested.
  associatedtype System
  associatedtype Command: Sendable

  /// The model of a new system.
  var initialModel: Model { get }
  /// A new system.
  func makeSystem() throws -> System
  /// Makes the next command in a state of the model.
  func commands(in model: Model) -> Generator<Command>
  /// The precondition: whether a command may come in a state of the model. True unless said otherwise.
  func allows(_ command: Command, in model: Model) -> Bool
  /// What a command does to the model.
  func advance(_ model: inout Model, by command: Command)
  /// Runs a command, and throws where the system does other than the model says.
  ///
  /// - Parameter model: the model before the command.
  func run(_ command: Command, on system: inout System, _ model: Model) throws
  /// Throws where a system that ran commands is not as the model says. Nothing is checked unless said.
  func check(_ system: inout System, _ model: Model) throws
}

extension StateMachine {
  public func allows(_ command: Command, in model: Model) -> Bool { true }
  public func check(_ system: inout System, _ model: Model) throws {}

  /// Sequences of commands of which each is allowed where it comes; shorter ones are simpler.
  public func sequences(count: ClosedRange<Int> = 0...50) -> Generator<[Command]> {
    guard count.lowerBound >= 0 else {
      return .invalid("a sequence has at least 0 commands, asked for \(count)")
    }
    return Generator<[Command]> { source throws(Rejection) in
      try source.span(.whole) { () throws(Rejection) in
        var model = initialModel
        var result: [Command] = []
        try source.collection(count: count) { place throws(Rejection) in
          let command = try source.attempt(
            "no command is allowed in the state after \(place) commands"
          ) { () throws(Rejection) in
            try commands(in: model).make(source)
          } accepts: {
            allows($0, in: model)
          }
          advance(&model, by: command)
          result.append(command)
        }
        return result
      }
    }
  }

  /// Runs commands on a new system; throws at the first that the model contradicts.
  public func run(_ commands: [Command]) throws {
    var model = initialModel
    var system = try makeSystem()
    try check(&system, model)
    for (place, command) in commands.enumerated() {
      do {
        try run(command, on: &system, model)
        advance(&model, by: command)
        try check(&system, model)
      } catch let violation as Violation {
        throw Violation(
          "command \(place + 1), \(command): \(violation.message)", kind: violation.kind)
      }
    }
  }
}

/// Runs sequences of commands, and shrinks one that the model contradicts; `settings.workers` threads share
/// the work.
public func check<Machine: StateMachine>(
  _ property: String, subject: JSONValue = .null, _ machine: Machine,
  count: ClosedRange<Int> = 0...50, _ settings: Settings = Settings()
) -> CheckResult<[Machine.Command]> {
  checkInParallel(
    property, subject: subject, machine.sequences(count: count), settings
  ) { commands, _ in try machine.run(commands) }
}
