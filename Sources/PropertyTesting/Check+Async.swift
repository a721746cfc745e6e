public import Diagnostics
internal import Foundation
internal import Numbers
internal import Synchronization

/// Runs a body that awaits on generated cases, one at a time, and shrinks what fails.
///
/// Bodies run in the task of the caller, with its task-local values and its isolation. A cancelled task ends
/// the check as `inconclusive`.
public func checkAwaiting<Value: Sendable>(
  _ property: String, subject: JSONValue = .null, _ generator: Generator<Value>,
  _ settings: Settings = Settings(), isolation: isolated (any Actor)? = #isolation,
  body: (Value, TestCase) async throws -> Void
) async -> CheckResult<Value> {
  let runner = AwaitingRunner(generator, settings, property: property, subject: subject)
  runner.start()
  while let request = await runner.next(isolation: isolation) {
    if Task.isCancelled { runner.stop() }
    do {
      try await body(request.value, request.test)
      runner.answer(nil)
    } catch {
      runner.answer(error)
    }
  }
  return runner.result()
}

/// Runs a body that awaits on generated cases; the body fails by throwing.
public func checkAwaiting<Value: Sendable>(
  _ property: String, subject: JSONValue = .null, _ generator: Generator<Value>,
  _ settings: Settings = Settings(), isolation: isolated (any Actor)? = #isolation,
  body: (Value) async throws -> Void
) async -> CheckResult<Value> {
  await checkAwaiting(
    property, subject: subject, generator, settings, isolation: isolation
  ) { value, _ in
    try await body(value)
  }
}

/// The engine on a thread of its own, which hands bodies to the task that asked.
///
/// The engine decides step by step, and shrinking is a program of many loops: it waits for an answer where it
/// stands. A thread may wait; a task of the cooperative pool must not.
private final class AwaitingRunner<Value: Sendable>: Sendable {
  struct Request: Sendable {
    let value: Value
    let test: TestCase
  }

  private enum Message {
    case none
    case request(Request)
    case ended(CheckResult<Value>)
  }

  private struct State {
    var message = Message.none
    var waiting: CheckedContinuation<Void, Never>?
    var answer: (any Error)?
    var isStopped = false
    var result: CheckResult<Value>?
  }

  private let state = Mutex(State())
  private let answered = DispatchSemaphore(value: 0)
  private let generator: Generator<Value>
  private let settings: Settings
  private let property: String
  private let subject: JSONValue

  init(
    _ generator: Generator<Value>, _ settings: Settings, property: String, subject: JSONValue
  ) {
    self.generator = generator
    self.settings = settings
    self.property = property
    self.subject = subject
  }

  func start() {
    let thread = Thread { [self] in
      let runner = CaseRunner(generator, settings, property: Philox.number(of: property))
      let result = Engine<Value>(
        property: property, subject: subject, settings: settings,
        execute: { [self] request, wants in
          switch runner.prepare(request, wants) {
          case .finished(let execution): return execution
          case .ready(let prepared):
            send(.request(Request(value: prepared.value, test: runner.test)))
            answered.wait()
            return runner.finish(prepared, state.withLock { $0.answer })
          }
        },
        isStopped: { [self] in state.withLock { $0.isStopped } }
      ).run()
      send(.ended(result))
    }
    // Recursive generators nest some frames a level.
    thread.stackSize = 16 << 20
    thread.start()
  }

  private func send(_ message: Message) {
    let waiting = state.withLock { state in
      state.message = message
      defer { state.waiting = nil }
      return state.waiting
    }
    waiting?.resume()
  }

  /// The next body to run; nil at the end.
  func next(isolation: isolated (any Actor)?) async -> Request? {
    await withCheckedContinuation(isolation: isolation) { continuation in
      let isReady = state.withLock { state in
        if case .none = state.message {
          state.waiting = continuation
          return false
        }
        return true
      }
      if isReady { continuation.resume() }
    }
    return state.withLock { state in
      defer { state.message = .none }
      switch state.message {
      case .request(let request): return request
      case .ended(let result):
        state.result = result
        return nil
      case .none: return nil
      }
    }
  }

  func answer(_ error: (any Error)?) {
    state.withLock { $0.answer = error }
    answered.signal()
  }

  func stop() { state.withLock { $0.isStopped = true } }

  func result() -> CheckResult<Value> {
    guard let result = state.withLock({ $0.result }) else {
      preconditionFailure("the engine sends its result before it ends")
    }
    return result
  }
}
