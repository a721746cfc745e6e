internal import PropertyTesting
internal import Synchronization
internal import Testing

/// Turns the issues that a body records into an error that it throws.
final class IssueCatcher: Sendable {
  private struct State {
    var issues: [Issue] = []
    var locations: [String: SourceLocation] = [:]
  }

  private let state = Mutex(State())
  private let test: Test

  init(_ test: Test) { self.test = test }

  /// Runs a body, and throws the first issue that it recorded.
  func run(_ body: @escaping @Sendable () async throws -> Void) async throws {
    state.withLock { $0.issues = [] }
    let handling = IssueHandlingTrait.compactMapIssues { [self] issue in
      // A warning is no failure, and of a case that is one of many it says nothing.
      if issue.severity == .error { state.withLock { $0.issues.append(issue) } }
      return nil
    }
    let thrown = Mutex<(any Error)?>(nil)
    try await handling.provideScope(for: test, testCase: Test.Case.current) {
      do { try await body() } catch { thrown.withLock { $0 = error } }
    }
    let error = thrown.withLock { $0 }
    if let discard = error as? Discard { throw discard }
    if let first = state.withLock({ $0.issues.first }) { throw violation(of: first) }
    if let error { throw error }
  }

  private func violation(of issue: Issue) -> Violation {
    let place = issue.sourceLocation
    let kind = place.map { "\($0.fileID):\($0.line):\($0.column)" } ?? "issue"
    if let place { state.withLock { $0.locations[kind] = place } }
    return Violation("\(issue)", kind: kind, place: kind)
  }

  /// Where the failures of a kind were recorded.
  func location(of kind: String) -> SourceLocation? { state.withLock { $0.locations[kind] } }
}
