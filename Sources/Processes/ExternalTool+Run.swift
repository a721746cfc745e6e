internal import Dispatch
public import Foundation
import Glibc
import Subprocess
import Synchronization

extension ExternalTool {
  /// Runs the program in a session of its own, feeds it `input`, and collects what it prints.
  ///
  /// Nothing of it reaches the terminal. At a limit, and when the task is cancelled, the program is killed
  /// with its whole process group; so are the children that it leaves behind. The memory limit is set after
  /// the start and before the first byte of input.
  ///
  /// - Parameters:
  ///   - arguments: passed as they are; no shell reads them.
  ///   - input: its standard input, closed after the last byte.
  ///   - environment: where `PATH` and `ASSAY_HIDE` are read; the program gets it with `LC_ALL=C`.
  /// - Returns: how it ended, and its output. A program that fails is an outcome, not an error.
  public func run(
    _ arguments: [String] = [], input: [UInt8] = [], limits: ToolLimits,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) async throws(ToolError) -> ToolOutcome {
    _ = try path(in: environment)
    guard arguments.allSatisfy({ !$0.utf8.contains(0) }) else {
      throw .notStarted(name: name, reason: "an argument holds a zero byte")
    }
    BrokenPipe.isReported
    var variables = environment
    variables["LC_ALL"] = "C"
    return try await ToolRun(name: name, limits: limits)
      .outcome(of: arguments, input: input, environment: variables)
  }
}

/// A write to a program that has closed its input fails with an error instead of ending this process.
enum BrokenPipe {
  static let isReported: Void = {
    // A disposition that somebody chose stays.
    var current = sigaction()
    guard unsafe sigaction(SIGPIPE, nil, &current) == 0 else { return }
    guard unsafe current.__sigaction_handler.sa_handler == nil else { return }
    _ = signal(SIGPIPE, SIG_IGN)
  }()
}

/// A thread of its own for the talk with programs.
///
/// On the threads that all tasks share, a program that had ended in time was found ended only after long
/// computations before it in the queue, and passed for one that had hung.
private final class ToolExecutor: TaskExecutor {
  static let shared = ToolExecutor()
  private let queue = DispatchQueue(label: "external tools")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let executor = unsafe asUnownedTaskExecutor()
    queue.async { unsafe job.runSynchronously(on: executor) }
  }
}

/// One run of a program.
private final class ToolRun: Sendable {
  private struct State {
    var process: pid_t?
    var limit: ToolOutcome.Limit?
    var isOver = false
  }

  private let name: String
  private let limits: ToolLimits
  private let state = Mutex(State())

  init(name: String, limits: ToolLimits) {
    self.name = name
    self.limits = limits
  }

  func outcome(
    of arguments: [String], input: [UInt8], environment: [String: String]
  ) async throws(ToolError) -> ToolOutcome {
    let start = ContinuousClock.now
    do {
      return try await withTaskExecutorPreference(ToolExecutor.shared) {
        try await withThrowingTaskGroup(of: ToolOutcome?.self) { group in
          group.addTask {
            try await self.process(
              arguments, input: input, environment: environment, since: start)
          }
          group.addTask {
            try? await Task.sleep(for: .seconds(self.limits.seconds))
            if !Task.isCancelled { self.end(at: .time) }
            return nil
          }
          defer { group.cancelAll() }
          while let result = try await group.next() {
            if let result { return result }
          }
          throw ToolError.notReadable(name: self.name, reason: "it ended without an outcome")
        }
      }
    } catch let error as ToolError {
      throw error
    } catch is CancellationError {
      throw .cancelled(name: name)
    } catch let error as SubprocessError where error.code == .spawnFailed {
      throw .notStarted(name: name, reason: "\(error)")
    } catch let error as SubprocessError where error.code == .executableNotFound {
      throw .notStarted(name: name, reason: "\(error)")
    } catch {
      throw Task.isCancelled
        ? .cancelled(name: name) : .notReadable(name: name, reason: "\(error)")
    }
  }

  /// Starts the program, waits for its end, and returns what it wrote.
  private func process(
    _ arguments: [String], input: [UInt8], environment: [String: String],
    since start: ContinuousClock.Instant
  ) async throws -> ToolOutcome {
    var options = PlatformOptions()
    options.createSession = true
    options.teardownSequence = [
      .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .milliseconds(100))
    ]
    let variables = Dictionary(
      uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0), $1) })
    let result = try await Subprocess.run(
      .name(name), arguments: .init(arguments), environment: .custom(variables),
      platformOptions: options, input: .inputWriter, output: .sequence, error: .sequence
    ) { execution in
      self.begin(execution.processIdentifier.value)
      async let tookInput = Self.write(input, to: execution.standardInputWriter)
      async let output = self.read(execution.standardOutput)
      async let error = self.read(execution.standardError)
      return try await (tookInput: tookInput, output: output, error: error)
    }
    // The children that it left behind keep the number of its group in use; without any, this is refused.
    _ = kill(-result.processIdentifier.value, SIGKILL)
    try Task.checkCancellation()
    let limit = state.withLock { state in
      state.isOver = true
      return state.limit
    }
    var wasKilled = false
    if case .signaled(SIGKILL) = result.terminationStatus { wasKilled = true }
    let status: ToolOutcome.Status =
      switch result.terminationStatus {
      case .exited(let code): .exited(code: code)
      case .signaled(let signal): .killed(signal: signal)
      }
    // What came to its own end was not killed at the time limit, however late that was noticed.
    let isTooLate = limit == .time && !wasKilled
    return ToolOutcome(
      status: status, limit: isTooLate ? nil : limit, standardOutput: result.closureResult.output,
      standardError: result.closureResult.error, tookInput: result.closureResult.tookInput,
      seconds: (ContinuousClock.now - start) / .seconds(1))
  }

  private func begin(_ process: pid_t) {
    if let memory = limits.memory { ResourceLimit.addressSpace.set(to: memory, of: process) }
    ResourceLimit.coreFile.set(to: 0, of: process)
    state.withLock { state in
      state.process = process
      if state.limit != nil { _ = kill(-process, SIGKILL) }
    }
  }

  /// Kills the program and its children.
  private func end(at limit: ToolOutcome.Limit) {
    state.withLock { state in
      guard !state.isOver, state.limit == nil else { return }
      state.limit = limit
      if let process = state.process { _ = kill(-process, SIGKILL) }
    }
  }

  /// Writes all of the input and closes it; false where the program did not take it.
  private static func write(_ input: [UInt8], to writer: StandardInputWriter) async -> Bool {
    let count = try? await writer.write(input)
    try? await writer.finish()
    return count == input.count
  }

  private func read(_ bytes: SubprocessOutputSequence) async throws -> [UInt8] {
    var collected: [UInt8] = []
    for try await buffer in bytes {
      let room = limits.output - collected.count
      unsafe buffer.withUnsafeBytes { unsafe collected.append(contentsOf: $0.prefix(room)) }
      if buffer.count > room {
        end(at: .output)
        break
      }
    }
    return collected
  }
}
