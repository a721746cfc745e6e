public import Foundation
import Glibc
import Synchronization

/// A program that stays: it is given a line, and answers with a line, until it is ended.
///
/// It runs in a session of its own, started directly and never by a shell. Each answer has a limit of time
/// and of size; at a limit, at its end and when the value goes away, it is killed with its whole process
/// group. Nothing of it reaches the terminal: the last of its standard error is kept. Any thread may ask;
/// they take turns. A task that is cancelled while it waits ends the program.
public final class LineProcess: Sendable {
  /// Why there is no answer.
  public enum Failure: Error, Sendable, Hashable {
    /// It ended, or closed its standard output: how, in words.
    case ended(how: String)
    /// No whole line came within the limit.
    case late(seconds: Double)
    /// The answer is longer than the limit.
    case long(bytes: Int)
    /// The task that asked was cancelled.
    case cancelled
    /// The system failed.
    case system(reason: String)
  }

  /// The program could not be started.
  public struct StartError: Error, Sendable, Hashable {
    /// Whether there is no such program, or it may not be run.
    public let isAbsent: Bool
    public let reason: String
  }

  /// How much of its standard error is kept: the last bytes.
  public static let keptErrorBytes = 8 << 10
  /// The most bytes of an answer.
  public static let standardLineLimit = 64 << 20

  private let lineLimit: Int
  private let channel: Mutex<Channel>
  private let process: Mutex<pid_t?>

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - words: its name, looked for on `PATH` where it holds no slash, and its arguments.
  ///   - environment: all of its environment.
  ///   - lineLimit: the most bytes of an answer; memory is taken as they come.
  public init(
    _ words: [String], environment: [String: String] = ProcessInfo.processInfo.environment,
    lineLimit: Int = LineProcess.standardLineLimit
  ) throws(StartError) {
    precondition(!words.isEmpty, "a command has a name")
    precondition(lineLimit > 0, "a line limit is above 0, got \(lineLimit)")
    BrokenPipe.isReported
    let spawned = try Spawn.start(words, environment: environment)
    self.lineLimit = lineLimit
    process = Mutex(spawned.process)
    channel = Mutex(
      Channel(input: spawned.input, output: spawned.output, error: spawned.error))
  }

  deinit {
    end()
    channel.withLock { $0.close() }
  }

  /// Whether it has not been ended; a program that ended by itself is noticed at the next request.
  public var isRunning: Bool { process.withLock { $0 != nil } }

  /// The last of what it wrote to standard error.
  public var errorText: String {
    channel.withLock { channel in
      channel.drainError()
      return String(decoding: channel.errorTail, as: UTF8.self)
    }
  }

  /// Kills it with its children. Safe at any time, from any thread.
  public func end() { _ = kill() }

  /// Sends a line, and waits for the line that answers it.
  ///
  /// After a failure it has been ended.
  ///
  /// - Parameters:
  ///   - line: without its line feed.
  ///   - seconds: the longest wait for the whole exchange.
  /// - Returns: the answer without its line feed.
  public func answer(to line: [UInt8], within seconds: Double) throws(Failure) -> [UInt8] {
    let outcome: Result<[UInt8], Failure> = channel.withLock { channel in
      Result { () throws(Failure) in
        try channel.exchange(line, within: seconds, lineLimit: lineLimit)
      }
    }
    switch outcome {
    case .success(let answer): return answer
    case .failure(.ended):
      throw .ended(how: kill(waiting: true) ?? "it was ended before")
    case .failure(let failure):
      _ = kill()
      throw failure
    }
  }

  /// Kills the group and reaps the leader; returns how it had ended, nil where it was ended before.
  private func kill(waiting: Bool = false) -> String? {
    process.withLock { process in
      guard let number = process else { return nil }
      process = nil
      var info = unsafe siginfo_t()
      if waiting {
        // It closed its output: a little later it will have ended, with a status that says why.
        for _ in 0..<50 {
          unsafe info = siginfo_t()
          _ = unsafe waitid(P_PID, id_t(number), &info, WEXITED | WNOHANG | WNOWAIT)
          if unsafe info.si_signo == SIGCHLD { break }
          usleep(10_000)
        }
      }
      let hadEnded = unsafe info.si_signo == SIGCHLD
      // Before it is reaped, its number cannot be anybody else's.
      _ = Glibc.kill(-number, SIGKILL)
      _ = Glibc.kill(number, SIGKILL)
      var status: Int32 = 0
      while unsafe waitpid(number, &status, 0) < 0, errno == EINTR {}
      guard hadEnded else { return "it closed its standard output" }
      return status & 0x7f == 0
        ? "it ended with status \((status >> 8) & 0xff)" : "it was ended by signal \(status & 0x7f)"
    }
  }
}

/// The three pipes, and what was read of them.
private struct Channel: ~Copyable {
  private var input: Int32
  private var output: Int32
  private var error: Int32
  /// What came after the last answer's line feed.
  private var pending: [UInt8] = []
  private(set) var errorTail: [UInt8] = []

  init(input: Int32, output: Int32, error: Int32) {
    self.input = input
    self.output = output
    self.error = error
    for descriptor in [input, output, error] {
      _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }
  }

  mutating func close() {
    for descriptor in [input, output, error] where descriptor >= 0 { _ = Glibc.close(descriptor) }
    (input, output, error) = (-1, -1, -1)
  }

  mutating func exchange(
    _ line: [UInt8], within seconds: Double, lineLimit: Int
  ) throws(LineProcess.Failure) -> [UInt8] {
    let deadline = ContinuousClock.now + .seconds(seconds)
    var rest = line[...] + [0x0a]
    var searched = 0
    while true {
      if let end = pending[searched...].firstIndex(of: 0x0a) {
        guard end <= lineLimit else { throw .long(bytes: lineLimit) }
        let answer = Array(pending[..<end])
        pending.removeSubrange(...end)
        return answer
      }
      searched = pending.count
      guard pending.count <= lineLimit else { throw .long(bytes: lineLimit) }
      let remaining = (deadline - ContinuousClock.now) / .milliseconds(1)
      guard remaining > 0 else { throw .late(seconds: seconds) }
      guard !Task.isCancelled else { throw .cancelled }
      var descriptors = [
        pollfd(fd: output, events: Int16(POLLIN), revents: 0),
        pollfd(fd: error, events: Int16(POLLIN), revents: 0),
        pollfd(fd: rest.isEmpty ? -1 : input, events: Int16(POLLOUT), revents: 0),
      ]
      // Short waits, so that a cancelled task is noticed.
      let wait = Int32(min(remaining.rounded(.up), 100))
      let count = unsafe poll(&descriptors, nfds_t(descriptors.count), wait)
      if count < 0, errno != EINTR {
        throw .system(reason: "poll failed with error \(errno)")
      }
      guard count > 0 else { continue }
      if descriptors[1].revents != 0 { drainError() }
      if descriptors[2].revents != 0 { try write(&rest) }
      if descriptors[0].revents != 0 { try read() }
    }
  }

  private func write(_ rest: inout ArraySlice<UInt8>) throws(LineProcess.Failure) {
    let count = unsafe rest.withUnsafeBytes { bytes in
      unsafe Glibc.write(input, bytes.baseAddress, bytes.count)
    }
    if count > 0 {
      rest = rest.dropFirst(count)
    } else if count < 0, errno == EPIPE {
      // It reads no more. What it has written may still be an answer, or its end.
      rest = []
    } else if count < 0, errno != EAGAIN, errno != EINTR {
      throw .system(reason: "writing to it failed with error \(errno)")
    }
  }

  private mutating func read() throws(LineProcess.Failure) {
    let bytes = Self.read(output)
    guard let bytes else { return }
    guard !bytes.isEmpty else {
      drainError()
      throw .ended(how: "")
    }
    pending += bytes
  }

  mutating func drainError() {
    while error >= 0, let bytes = Self.read(error) {
      guard !bytes.isEmpty else {
        _ = Glibc.close(error)
        error = -1
        return
      }
      errorTail += bytes
      if errorTail.count > LineProcess.keptErrorBytes {
        errorTail.removeFirst(errorTail.count - LineProcess.keptErrorBytes)
      }
    }
  }

  /// Up to 64 KiB: none at the end of the stream, nil where nothing has come yet.
  private static func read(_ descriptor: Int32) -> [UInt8]? {
    let size = 64 << 10
    var count = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      unsafe count = Glibc.read(descriptor, buffer.baseAddress, size)
      filled = max(count, 0)
    }
    if count < 0 { return errno == EAGAIN || errno == EINTR ? nil : [] }
    return bytes
  }
}
