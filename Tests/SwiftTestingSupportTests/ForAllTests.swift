import Foundation
import PropertyTesting
import SwiftTestingSupport
import Synchronization
import Testing

@Suite("forAll") struct ForAllTests {
  @Test func `passes where the body passes`() async throws {
    try await forAll(Generator<Int>.integers().array()) { list in
      #expect(list.sorted().count == list.count)
    }
  }
}

extension ForAllTests {
  /// The issues that a body of this test records.
  static func issues(_ body: @escaping @Sendable () async throws -> Void) async throws -> [Issue] {
    let found = Mutex<[Issue]>([])
    let handling = IssueHandlingTrait.compactMapIssues { issue in
      found.withLock { $0.append(issue) }
      return nil
    }
    let test = try #require(Test.current)
    try await handling.provideScope(for: test, testCase: Test.Case.current) { try await body() }
    return found.withLock { $0 }
  }

  @Test func `records one issue, the smallest, at the place of the expectation`() async throws {
    let line = #line + 3
    let issues = try await Self.issues {
      try await forAll(Generator<Int>.integers().array(), settings: Settings(cases: 300)) { list in
        #expect(list.reversed() == list)
      }
    }
    #expect(issues.count == 1)
    let issue = try #require(issues.first)
    #expect(issue.sourceLocation?.line == line)
    let text = "\(issue)"
    #expect(text.contains("replaying: \"T 0 T 1 F\""))
    #expect(text.contains("seed 0"))
    #expect(text.contains("[0]: 0,"))
  }

  @Test func `issues of child tasks are caught`() async throws {
    let issues = try await Self.issues {
      try await forAll(Generator<Int>.integers(in: 0...100), settings: Settings()) { x in
        await withTaskGroup { group in
          group.addTask { #expect(x < 10) }
        }
      }
    }
    #expect(issues.count == 1)
    #expect("\(issues.first as Any)".contains("replaying: \"10\""))
  }

  @Test func `a thrown error is a failure`() async throws {
    struct Wrong: Error {}
    let issues = try await Self.issues {
      try await forAll(Generator<Int>.integers(in: 0...100), settings: Settings()) { x in
        if x > 41 { throw Wrong() }
      }
    }
    #expect(issues.count == 1)
    #expect("\(issues.first as Any)".contains("replaying: \"42\""))
  }

  @Test func `a replay line runs its case alone`() async throws {
    let calls = Mutex(0)
    let issues = try await Self.issues {
      try await forAll(
        Generator<Int>.integers().array(), settings: Settings(), replaying: "T 0 T 1 F"
      ) { list in
        calls.withLock { $0 += 1 }
        #expect(list.reversed() == list)
      }
    }
    #expect(calls.withLock { $0 } == 1)
    #expect(issues.count == 1)
    let wrong = try await Self.issues {
      try await forAll(
        Generator<Int>.integers(), settings: Settings(), replaying: "T five"
      ) { _ in }
    }
    #expect("\(wrong.first as Any)".contains("“T five” is no sequence of choices"))
  }

  @Test func `an unfit generator and a vacuous premise are issues`() async throws {
    let strict = try await Self.issues {
      try await forAll(Generator<Int>.integers().filter { _ in false }, settings: Settings()) { _ in
      }
    }
    #expect("\(strict.first as Any)".contains("the generator is unfit: the filter at"))
    let vacuous = try await Self.issues {
      try await forAll(Generator<Int>.integers(), settings: Settings()) {
        (_: Int, test: TestCase) in
        try test.premise(false)
      }
    }
    #expect("\(vacuous.first as Any)".contains("vacuous: the premise was met in 0 of"))
  }

  @Test func `a kept failure runs first`() async throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("assay-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: url) }
    var settings = Settings(cases: 1000)
    settings.failures = FailureFolder(url)
    let numbers = Generator<Int>.integers(in: 0...1_000_000)
    let kept = settings
    _ = try await Self.issues {
      try await forAll(numbers, settings: kept) { #expect($0 < 700_000) }
    }
    let first = Mutex<Int?>(nil)
    let issues = try await Self.issues {
      try await forAll(numbers, settings: kept) { x in
        first.withLock { if $0 == nil { $0 = x } }
        #expect(x < 700_000)
      }
    }
    #expect(first.withLock { $0 } == 700_000)
    #expect("\(issues.first as Any)".contains("case kept of seed 0"))
  }
}
