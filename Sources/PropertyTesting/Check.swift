public import Diagnostics
internal import Numbers

/// Runs a body on generated cases, and shrinks what fails.
///
/// The body fails by throwing anything but `Discard`. It should depend on its value alone. A cancelled task
/// ends the check as `inconclusive`.
///
/// - Parameters:
///   - property: the property's name; cases are a function of the seed, the name and their number.
///   - subject: what is tested, where the name does not say it; failures of other subjects are not run.
public func check<Value>(
  _ property: String, subject: JSONValue = .null, _ generator: Generator<Value>,
  _ settings: Settings = Settings(), body: (Value, TestCase) throws -> Void
) -> CheckResult<Value> {
  withoutActuallyEscaping(body) { body in
    let runner = CaseRunner(generator, settings, property: Philox.number(of: property))
    return Engine<Value>(
      property: property, subject: subject, settings: settings,
      execute: { runner.execute($0, $1, body) }, isStopped: { Task.isCancelled }
    ).run()
  }
}

/// Runs a body on generated cases, and shrinks what fails; the body fails by throwing.
public func check<Value>(
  _ property: String, subject: JSONValue = .null, _ generator: Generator<Value>,
  _ settings: Settings = Settings(), body: (Value) throws -> Void
) -> CheckResult<Value> {
  check(property, subject: subject, generator, settings) { value, _ in try body(value) }
}

/// Checks that a predicate holds of generated cases, and shrinks what fails.
public func checkThat<Value>(
  _ property: String, subject: JSONValue = .null, _ generator: Generator<Value>,
  _ settings: Settings = Settings(), _ holds: (Value) throws -> Bool
) -> CheckResult<Value> {
  check(property, subject: subject, generator, settings) { value, _ in
    if try !holds(value) { throw Violation("the property does not hold") }
  }
}

/// Checks generated cases, and shrinks what fails.
///
/// - Parameter problem: says what is wrong with a case, nil where nothing is.
public func checkForProblem<Value>(
  _ property: String, subject: JSONValue = .null, _ generator: Generator<Value>,
  _ settings: Settings = Settings(), _ problem: (Value) throws -> String?
) -> CheckResult<Value> {
  check(property, subject: subject, generator, settings) { value, _ in
    if let message = try problem(value) { throw Violation(message) }
  }
}

/// What became of a kept case that ran again.
public enum ReplayResult<Value> {
  /// It fails.
  case failed(Value, Violation)
  /// It passes.
  case passed(Value)
  /// It does not meet the premise any more.
  case discarded(Value, String)
  /// The generator makes no value of the choices.
  case rejected(Rejection)
}

/// Runs a body on the case of these choices.
public func replay<Value>(
  _ choices: [Choice], _ generator: Generator<Value>, _ settings: Settings = Settings(),
  body: (Value, TestCase) throws -> Void
) -> ReplayResult<Value> {
  withoutActuallyEscaping(body) { body in
    let runner = CaseRunner(generator, settings, property: 0)
    let execution = runner.execute(.replay(choices), { _ in true }, body)
    switch (execution.status, execution.value) {
    case (.failed(let violation), let value?): return .failed(value, violation)
    case (.passed, let value?): return .passed(value)
    case (.discarded(let reason), let value?): return .discarded(value, reason)
    case (.rejected(let rejection), _): return .rejected(rejection)
    default: preconditionFailure("a case whose body was asked to run has a result")
    }
  }
}

extension Generator {
  /// The value of these choices; what they leave open is the simplest.
  public func value(
    of choices: [Choice], maximumChoices: Int = 8192
  ) throws(Rejection) -> Value {
    let source = ChoiceSource(limit: maximumChoices)
    source.begin(replaying: choices)
    return try make(source)
  }

  /// The value of the case of a number, and its choices.
  public func value(
    seed: UInt64, property: String, case number: Int, maximumChoices: Int = 8192
  ) throws(Rejection) -> (value: Value, choices: [Choice]) {
    precondition(number >= 0, "cases count from 0, got \(number)")
    let source = ChoiceSource(limit: maximumChoices)
    if number == 0 {
      source.begin(replaying: [])
    } else {
      source.begin(
        Philox(seed: seed, property: Philox.number(of: property), case: UInt64(number)),
        size: number % 100 + 1, isRecording: true)
    }
    let value = try make(source)
    return (value, source.nodes.map(\.choice))
  }
}
