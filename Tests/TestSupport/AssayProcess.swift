internal import Dispatch
public import Foundation
internal import Synchronization

/// The program `assay`, run as a user runs it.
public struct AssayProcess: Sendable {
  /// What a run gave.
  public struct Outcome: Sendable {
    /// The exit code; nil where a signal ended the process.
    public let exitCode: Int32?
    public let output: String
    public let errorText: String
    public let seconds: Double

    /// The lines of standard error.
    public var errorLines: [Substring] { errorText.split(separator: "\n") }

    /// The JSON object on standard output; nil where there is none.
    public var json: [String: Any]? {
      (try? JSONSerialization.jsonObject(with: Data(output.utf8))) as? [String: Any]
    }
  }

  /// The folder it is run in.
  public let folder: TemporaryFolder

  public init() throws { folder = try TemporaryFolder() }

  /// The program lies beside the tests.
  private static var executable: URL {
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return tests.deletingLastPathComponent().appending(path: "assay")
  }

  private static let turnstile = Turnstile(places: 2)

  /// Runs the program to its end.
  ///
  /// - Parameters:
  ///   - interruptingAfter: the seconds after which it gets what Ctrl-C sends; nil for never.
  ///   - limit: the seconds after which it is killed, and its exit code is nil.
  public func run(
    _ arguments: [String], environment: [String: String] = [:],
    interruptingAfter: Double? = nil, limit: Double = 120
  ) async throws -> Outcome {
    await Self.turnstile.enter()
    do {
      let outcome = try await outcome(
        of: arguments, environment: environment, interruptingAfter: interruptingAfter, limit: limit)
      await Self.turnstile.leave()
      return outcome
    } catch {
      await Self.turnstile.leave()
      throw error
    }
  }

  private func outcome(
    of arguments: [String], environment: [String: String], interruptingAfter: Double?,
    limit: Double
  ) async throws -> Outcome {
    let process = Process()
    process.executableURL = Self.executable
    process.arguments = arguments
    process.currentDirectoryURL = folder.url
    process.environment = ProcessInfo.processInfo.environment
      .filter { $0.key != "NO_COLOR" }.merging(environment, uniquingKeysWith: { $1 })
    process.standardInput = FileHandle.nullDevice
    // Files take whatever is printed without anybody reading meanwhile.
    let captured = try TemporaryFolder()
    let files = try ["output", "errors"].map { try captured.write($0, "") }
    let handles = try files.map { try FileHandle(forWritingTo: URL(fileURLWithPath: $0)) }
    process.standardOutput = handles[0]
    process.standardError = handles[1]
    let start = ContinuousClock.now
    let end = Mutex(start)
    let (ends, continuation) = AsyncStream<Void>.makeStream()
    let hasEnded = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in
      end.withLock { $0 = .now }
      hasEnded.signal()
      continuation.finish()
    }
    try process.run()
    let identifier = process.processIdentifier
    // A thread of its own: tests that compute keep the shared ones for minutes.
    Thread.detachNewThread {
      func endsWithin(_ seconds: Double) -> Bool {
        hasEnded.wait(timeout: .now() + seconds) == .success
      }
      if let interruptingAfter {
        if endsWithin(interruptingAfter) { return }
        kill(identifier, SIGINT)
      }
      if !endsWithin(limit) { kill(identifier, SIGKILL) }
    }
    for await _ in ends {}
    let seconds = (end.withLock { $0 } - start) / .seconds(1)
    for handle in handles { try handle.close() }
    let texts = try files.map { path in
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    }
    return Outcome(
      exitCode: process.terminationReason == .exit ? process.terminationStatus : nil,
      output: texts[0], errorText: texts[1], seconds: seconds)
  }

  public func run(_ arguments: String..., environment: [String: String] = [:]) async throws
    -> Outcome
  {
    try await run(arguments, environment: environment)
  }
}
