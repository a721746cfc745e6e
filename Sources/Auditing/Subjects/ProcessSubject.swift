internal import Diagnostics
internal import Foundation
internal import Numbers
internal import Processes
internal import Properties
internal import Synchronization

/// A program that is audited over the wire: how it is started, what it said of itself, and what became of it.
///
/// One process answers all requests, in turn. After a fault it is started anew; after the second death or
/// hang no more.
public final class ProcessSubject: Sendable {
  /// Starts what answers.
  private let start: @Sendable () throws(ProcessSubjectError) -> any WireChannel
  /// Seconds for the answer to one request.
  let timeLimit: Double
  private let state: Mutex<State>

  /// The greeting, or the fault in its place.
  let greeting: Result<ProcessGreeting, SubjectProtocolFault>
  /// Why nothing of the catalogue applies to it, if it said so.
  let exclusion: String?

  private struct State: @unchecked Sendable {
    /// Only used by who holds the lock.
    var conversation: ProcessConversation?
    /// How often it died or hung.
    var graveFaults = 0
    /// The faults of different kinds, and the runs in which they were met.
    var faults: [(fault: SubjectProtocolFault, scenario: Scenario?)] = []
    /// The latest runs, for who wants to repeat them.
    var runs: [Scenario] = []
  }

  /// Starts the program and greets it.
  ///
  /// - Throws: `ProcessSubjectError` where it cannot be started, or refuses: a package is missing (69), its
  ///   arguments are wrong (64).
  convenience init(
    words: [String], timeLimit: Double, environment: [String: String]
  ) throws(ProcessSubjectError) {
    try self.init(timeLimit: timeLimit) { () throws(ProcessSubjectError) in
      try Self.started(words, environment)
    }
  }

  /// Greets what answers, whatever that is.
  ///
  /// - Parameter start: starts it; called again after a fault.
  init(
    timeLimit: Double,
    start: @escaping @Sendable () throws(ProcessSubjectError) -> any WireChannel
  ) throws(ProcessSubjectError) {
    self.timeLimit = timeLimit
    self.start = start
    let conversation = ProcessConversation(try start(), timeLimit: timeLimit)
    var state = State()
    do {
      let answer = try conversation.hello()
      if let error = answer["error"] {
        conversation.end()
        let message = String((error.string ?? error.lineText).prefix(600))
        switch answer["reason"]?.string {
        case "missing":
          let install = answer["install"]?.string.map { "; install it with: \($0)" } ?? ""
          throw ProcessSubjectError(.unavailable, message + install)
        case "notApplicable":
          exclusion = message
          greeting = .failure(SubjectProtocolFault(kind: .retired, reason: message))
          self.state = Mutex(state)
          return
        default: throw ProcessSubjectError(.usage, message)
        }
      }
      do throws(GreetingError) {
        greeting = .success(try ProcessGreeting(answer: answer))
        state.conversation = conversation
      } catch {
        let fault = conversation.fault(.shape, error.reason)
        conversation.end()
        greeting = .failure(fault)
        state.faults = [(fault, nil)]
      }
    } catch let fault as SubjectProtocolFault {
      conversation.end()
      greeting = .failure(fault)
      state.faults = [(fault, nil)]
      state.graveFaults = 1
    } catch let error as ProcessSubjectError {
      throw error
    } catch {
      throw ProcessSubjectError(.software, "\(error)")
    }
    exclusion = nil
    self.state = Mutex(state)
  }

  private static func started(
    _ words: [String], _ environment: [String: String]
  ) throws(ProcessSubjectError) -> any WireChannel {
    do {
      return try LineProcess(words, environment: environment)
    } catch {
      throw ProcessSubjectError(
        .unavailable,
        "`\(words[0].prefix(200))` cannot be started: \(error.reason)"
          + (error.isAbsent ? "; install it, or give its path" : ""))
    }
  }

  var capabilities: Set<SubjectCapability> { (try? greeting.get())?.capabilities ?? [] }
  var arithmetic: Arithmetic { (try? greeting.get())?.arithmetic ?? .float64 }
  /// The first time it broke the protocol, and the run in which it did.
  var firstFault: (fault: SubjectProtocolFault, scenario: Scenario?)? { faults.first }
  /// Every way in which it broke the protocol, with the first run of each.
  var faults: [(fault: SubjectProtocolFault, scenario: Scenario?)] { state.withLock { $0.faults } }

  /// The runs that were asked for while `body` ran, the latest few.
  func recording<Value>(
    _ body: () async throws -> Value
  ) async rethrows -> (value: Value, runs: [Scenario]) {
    state.withLock { $0.runs = [] }
    let value = try await body()
    return (value, state.withLock { $0.runs })
  }

  func note(_ run: Scenario) {
    state.withLock { state in
      state.runs.removeAll { $0 == run }
      state.runs.append(run)
      if state.runs.count > 8 { state.runs.removeFirst() }
    }
  }

  /// Ends the process.
  public func end() {
    state.withLock { state in
      state.conversation?.end()
      state.conversation = nil
    }
  }

  /// Talks to the process, which is started where it does not run.
  ///
  /// - Parameters:
  ///   - scenario: the run that the talk is about, for the record of a fault.
  ///   - isFresh: whether a process of its own is started, even after it was given up: to see a fault again.
  func converse<Value: Sendable>(
    about scenario: Scenario?, isFresh: Bool = false,
    _ body: (ProcessConversation) throws -> Value
  ) throws -> Value {
    let result: Result<Value, any Error> = state.withLock { state in
      Result { try self.converse(about: scenario, isFresh: isFresh, &state, body) }
    }
    return try result.get()
  }

  private func converse<Value>(
    about scenario: Scenario?, isFresh: Bool, _ state: inout State,
    _ body: (ProcessConversation) throws -> Value
  ) throws -> Value {
    if !isFresh {
      if case .failure(let fault) = greeting { throw Self.retired(fault.reason) }
      guard state.graveFaults < 2 else {
        throw Self.retired("the subject died or hung twice, and is asked no more")
      }
    }
    do {
      let conversation: ProcessConversation
      if !isFresh, let running = state.conversation {
        conversation = running
      } else {
        state.conversation?.end()
        state.conversation = nil
        conversation = ProcessConversation(try start(), timeLimit: timeLimit)
        defer { if state.conversation == nil { state.conversation = conversation } }
        let answer = try conversation.hello()
        do throws(GreetingError) {
          _ = try ProcessGreeting(answer: answer)
        } catch {
          throw conversation.fault(.shape, error.reason)
        }
      }
      return try body(conversation)
    } catch let fault as SubjectProtocolFault {
      // Its state is not known any more, so the next request goes to a new process.
      state.conversation?.end()
      state.conversation = nil
      if fault.kind == .died || fault.kind == .hung { state.graveFaults += 1 }
      let isNew = !state.faults.contains { $0.fault.kind == fault.kind }
      if fault.kind != .retired, isNew { state.faults.append((fault, scenario)) }
      throw fault
    }
  }

  private static func retired(_ reason: String) -> SubjectProtocolFault {
    SubjectProtocolFault(kind: .retired, reason: reason)
  }
}

/// Runs a subject process on scenarios, each in one request for every stretch without a reload.
struct ProcessExecutor: SubjectExecutor {
  let process: ProcessSubject
  let names: WireNames
  /// Settings that every run starts from, by canonical name.
  let settings: [String: Rational]

  var arithmetic: Arithmetic { process.arithmetic }

  func run(_ scenario: Scenario) throws -> Trajectory<Double> {
    process.note(scenario)
    return try process.converse(about: scenario) { conversation in
      try run(scenario, in: conversation)
    }
  }

  func run(
    _ scenario: Scenario, in conversation: ProcessConversation
  ) throws -> Trajectory<Double> {
    var wire = WireState(self, scenario)
    var id = try conversation.open(scenario.groups, hyperparameters: wire.starts)
    var trajectory = Trajectory<Double>()
    var rest = scenario.steps[...]
    while !rest.isEmpty {
      if rest[rest.startIndex].reloads {
        let state = try conversation.save(id)
        let loaded = try conversation.load(state)
        try conversation.close(id)
        id = loaded
      }
      let stretch =
        rest.prefix(1) + rest.dropFirst().prefix { !$0.reloads }
      trajectory.parameters += try conversation.run(
        id, stretch, changes: stretch.map { wire.changes(of: $0) }, shapedLike: scenario.groups)
      rest = rest.dropFirst(stretch.count)
    }
    try conversation.close(id)
    return trajectory
  }

  /// The same run, a request a step.
  func runStepwise(
    _ scenario: Scenario, in conversation: ProcessConversation
  ) throws -> (trajectory: Trajectory<Double>, gradients: [[[[Double]?]]]) {
    var wire = WireState(self, scenario)
    let id = try conversation.open(scenario.groups, hyperparameters: wire.starts)
    var trajectory = Trajectory<Double>()
    var gradients: [[[[Double]?]]] = []
    for step in scenario.steps {
      for (group, values) in wire.changes(of: step).sorted(by: { $0.key < $1.key }) {
        try conversation.set(id, group: group, values)
      }
      let after = try conversation.step(id, step, shapedLike: scenario.groups)
      trajectory.parameters.append(after.parameters)
      gradients.append(after.gradients)
    }
    try conversation.close(id)
    return (trajectory, gradients)
  }
}

/// Hyper-parameters on the wire as a run goes on.
struct WireState {
  private let names: WireNames
  private var lists: [[String: [JSONValue]]]
  /// What each group is opened with.
  let starts: [JSONValue]

  init(_ executor: ProcessExecutor, _ scenario: Scenario) {
    names = executor.names
    var lists: [[String: [JSONValue]]] = []
    starts = scenario.groups.map { group in
      var own: [String: [JSONValue]] = [:]
      let values = executor.settings.merging(group.hyperparameters, uniquingKeysWith: { $1 })
      let members = executor.names.encode(values, current: &own)
      lists.append(own)
      return members
    }
    self.lists = lists
  }

  mutating func changes(of step: Scenario.Step) -> [Int: JSONValue] {
    var changes: [Int: JSONValue] = [:]
    for (group, values) in step.changes.sorted(by: { $0.key < $1.key }) {
      changes[group] = names.encode(values, current: &lists[group])
    }
    return changes
  }
}
