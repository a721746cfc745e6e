/// The most that a program may take.
public struct ToolLimits: Sendable, Hashable {
  /// The time by the clock until it is killed, in seconds.
  public var seconds: Double
  /// The most address space it may take, in bytes (`RLIMIT_AS`); nil for no limit.
  public var memory: Int?
  /// The most bytes that are read of its standard output, and of its standard error; it is killed at one
  /// more.
  public var output: Int

  /// - Precondition: `seconds` is positive and finite, `memory` and `output` are positive.
  public init(seconds: Double, memory: Int? = 4 << 30, output: Int = 64 << 20) {
    precondition(seconds > 0 && seconds.isFinite, "a time limit is above 0, got \(seconds)")
    precondition(output > 0, "an output limit is above 0, got \(output)")
    precondition(memory.map { $0 > 0 } ?? true, "a memory limit is above 0, got \(memory ?? 0)")
    self.seconds = seconds
    self.memory = memory
    self.output = output
  }
}

/// What came of running a program.
public struct ToolOutcome: Sendable, Hashable {
  /// How a program ended.
  public enum Status: Sendable, Hashable {
    case exited(code: Int32)
    case killed(signal: Int32)
  }

  /// A limit at which a program was killed.
  public enum Limit: String, Sendable, Hashable {
    case time, output
  }

  public let status: Status
  /// The limit at which it was killed, or nil. What memory it is refused a program reports in its own way.
  public let limit: Limit?
  /// What it wrote to standard output, no more than the limit.
  public let standardOutput: [UInt8]
  public let standardError: [UInt8]
  /// Whether it took all of its input; false where it closed its standard input early.
  public let tookInput: Bool
  public let seconds: Double

  /// Whether it ended by itself, with status 0.
  public var isSuccess: Bool { limit == nil && status == .exited(code: 0) }
  /// Its standard output as text; bytes that are no UTF-8 become U+FFFD.
  public var text: String { String(decoding: standardOutput, as: UTF8.self) }
  public var errorText: String { String(decoding: standardError, as: UTF8.self) }

  /// What happened, in a few words: `ended with status 1`.
  public var summary: String {
    switch (limit, status) {
    case (.time?, _): "killed at its time limit"
    case (.output?, _): "killed at its output limit"
    case (nil, .exited(let code)): "ended with status \(code)"
    case (nil, .killed(let signal)): "killed by signal \(signal)"
    }
  }
}
