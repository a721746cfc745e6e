public import Diagnostics
internal import Synchronization

/// What a body throws to say that its case does not meet the premise.
public struct Discard: Error, Sendable, Hashable {
  public let reason: String
  public init(_ reason: String = "the premise does not hold") { self.reason = reason }
}

/// How a body failed: what is wrong, and which kind of failure it is.
///
/// A body may throw one; shrinking keeps to failures of the same kind.
public struct Violation: Diagnosable, Hashable {
  /// Failures of different kinds are different bugs.
  public var kind: String
  public var message: String
  public var place: String?
  public var exitCode: ExitCode { .refuted }

  public init(_ message: String, kind: String = "violation", place: String? = nil) {
    self.message = message
    self.kind = kind
    self.place = place
  }

  init(_ error: any Error) {
    if let violation = error as? Violation {
      self = violation
    } else {
      self.init("\(error)", kind: "\(type(of: error))")
    }
  }
}

/// What a body may say about its case while it runs.
public final class TestCase: Sendable {
  struct State: Sendable {
    var labels: [String] = []
    var requirements: [String: Double] = [:]
    var scores: [String: Double] = [:]
    var notes: [String] = []
    var isUsed = false
  }

  private let state = Mutex(State())

  public init() {}

  /// Ends the case, uncounted, where the premise does not hold.
  public func premise(
    _ holds: Bool, _ reason: @autoclosure () -> String = "the premise does not hold"
  ) throws(Discard) {
    if !holds { throw Discard(reason()) }
  }

  /// Counts the case under a label; the result says how many cases had it.
  public func classify(_ label: String, when applies: Bool = true) {
    guard applies else { return }
    state.withLock {
      $0.isUsed = true
      if !$0.labels.contains(label) { $0.labels.append(label) }
    }
  }

  /// Counts the case under a label that at least this share of the cases must have.
  ///
  /// - Parameter share: in 0 ... 1. A check whose cases have it significantly less often ends with
  ///   `insufficient`.
  public func require(_ label: String, atLeast share: Double, when applies: Bool) {
    state.withLock {
      $0.isUsed = true
      $0.requirements[label] = share
      if applies, !$0.labels.contains(label) { $0.labels.append(label) }
    }
  }

  /// Says how near the case came to what is searched for; the search looks for cases of higher scores.
  public func maximise(_ score: Double, label: String = "") {
    state.withLock {
      $0.isUsed = true
      if !score.isNaN { $0.scores[label] = score }
    }
  }

  /// A line that is shown with the case if it is the smallest failure.
  public func note(_ line: @autoclosure () -> String) {
    let line = line()
    state.withLock {
      $0.isUsed = true
      if $0.notes.count < 1000 { $0.notes.append(line) }
    }
  }

  /// What was said since the last call; nil where that is nothing.
  func take() -> State? {
    state.withLock { state in
      guard state.isUsed else { return nil }
      defer { state = State() }
      return state
    }
  }
}
