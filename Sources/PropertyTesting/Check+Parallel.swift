public import Diagnostics
internal import Dispatch
internal import Numbers

/// Runs a body on generated cases with `settings.workers` threads, and shrinks what fails.
///
/// The result is that of one thread: cases are numbered, each is made alone from its number, and what lies
/// after the first failure counts as not run. (Bodies beyond it may have run.) Shrinking is serial.
public func checkInParallel<Value>(
  _ property: String, subject: JSONValue = .null, _ generator: Generator<Value>,
  _ settings: Settings = Settings(), body: @escaping @Sendable (Value, TestCase) throws -> Void
) -> CheckResult<Value> {
  let number = Philox.number(of: property)
  let runner = CaseRunner(generator, settings, property: number)
  let team = Team(generator, settings, property: number, body: body)
  return Engine<Value>(
    property: property, subject: subject, settings: settings,
    execute: { runner.execute($0, $1, body) },
    executeMany: settings.workers > 1 && settings.observations == nil ? team.execute : nil
  ).run()
}

/// The workers of a parallel check, each with a runner of its own.
private final class Team<Value> {
  typealias Execution = Engine<Value>.Execution
  private let crew: Crew<Value>
  private let workers: Int
  private let body: @Sendable (Value, TestCase) throws -> Void

  init(
    _ generator: Generator<Value>, _ settings: Settings, property: UInt64,
    body: @escaping @Sendable (Value, TestCase) throws -> Void
  ) {
    workers = settings.workers
    self.body = body
    crew = Crew(
      (0..<workers).map { _ in Member(CaseRunner(generator, settings, property: property)) })
  }

  /// The cases of a range in their order; it may end after one that failed.
  func execute(_ range: Range<UInt64>) -> [Execution] {
    let share = (range.count + workers - 1) / workers
    let (crew, body) = (crew, body)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      let first = min(range.lowerBound + UInt64(worker * share), range.upperBound)
      let last = min(first + UInt64(share), range.upperBound)
      let member = crew.members[worker]
      member.results.removeAll(keepingCapacity: true)
      for number in first..<last {
        let execution = member.runner.execute(
          .fresh(number, isRecording: false), { _ in true }, body)
        member.results.append(execution)
        if case .failed = execution.status { break }
      }
    }
    return crew.members.flatMap(\.results)
  }
}

/// A worker's own.
private final class Member<Value> {
  let runner: CaseRunner<Value>
  var results: [Engine<Value>.Execution] = []

  init(_ runner: CaseRunner<Value>) { self.runner = runner }
}

// Each worker touches the member of its own number only, and the caller reads after all of them ended.
private final class Crew<Value>: @unchecked Sendable {
  let members: [Member<Value>]

  init(_ members: [Member<Value>]) { self.members = members }
}
