internal import CustomDump
internal import Foundation
public import PropertyTesting
public import Testing

/// Checks inside a `@Test` that a body passes for generated values, and records the smallest failure only.
///
/// The body fails by throwing or by `#expect` and `#require`: what they record inside the body is caught, and
/// shrinking looks for the smallest value that fails at the same place. One issue is recorded for it, at that
/// place, with the value, the seed, and the line that runs it again:
/// ```swift
/// @Test func sorting() async throws {
///   try await forAll(Generator<Int>.integers().array()) { list in
///     #expect(list.sorted().count == list.count)
///   }
/// }
/// ```
/// Failures are kept in `.assay/failures` and run first the next time. Child tasks of the body are covered;
/// issues of a `Task.detached` go past it and are recorded as they come. A crash inside a body ends the test
/// process, as everywhere: nothing is shrunk then.
///
/// - Parameters:
///   - generator: makes the values.
///   - name: tells apart several checks of one test.
///   - settings: how many cases, the seed, the limits; `ASSAY_SEED` in the environment replaces the seed.
///   - choices: the text of a failing case, from its report: only that case runs.
///   - body: runs once a value; it is sendable, since what several cases change together makes a failure
///     that no case alone repeats.
public func forAll<Value: Sendable>(
  _ generator: Generator<Value>, name: String = "", settings: Settings = .inTests,
  replaying choices: String? = nil, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: @escaping @Sendable (Value, TestCase) async throws -> Void
) async throws {
  guard let test = Test.current else {
    Issue.record("forAll runs inside a @Test", sourceLocation: sourceLocation)
    return
  }
  var settings = settings
  if let seed = ProcessInfo.processInfo.environment["ASSAY_SEED"].flatMap({ UInt64($0) }) {
    settings.seed = seed
  }
  let catcher = IssueCatcher(test)
  if let choices {
    try await replay(choices, generator, catcher, sourceLocation, body)
    return
  }
  let property = identity(of: test) + (name.isEmpty ? "" : "/\(name)")
  let result = await checkAwaiting(property, generator, settings) { value, context in
    try await catcher.run { try await body(value, context) }
  }
  for warning in result.warnings {
    Issue.record(Comment(rawValue: warning), severity: .warning, sourceLocation: sourceLocation)
  }
  guard let report = Report(result, catcher, sourceLocation) else { return }
  Issue.record(Comment(rawValue: report.text), sourceLocation: report.location)
}

/// Checks inside a `@Test` that a body passes for generated values, and records the smallest failure only.
public func forAll<Value: Sendable>(
  _ generator: Generator<Value>, name: String = "", settings: Settings = .inTests,
  replaying choices: String? = nil, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: @escaping @Sendable (Value) async throws -> Void
) async throws {
  try await forAll(
    generator, name: name, settings: settings, replaying: choices, sourceLocation: sourceLocation
  ) { value, _ in try await body(value) }
}

extension Settings {
  /// A hundred cases, failures kept in `.assay/failures`.
  public static var inTests: Settings {
    var settings = Settings()
    settings.failures = .standard
    return settings
  }
}

/// The test's ID without its place in the file, which moves as the file is edited: cases are a function of it.
private func identity(of test: Test) -> String {
  let id = "\(test.id)"
  guard let slash = id.lastIndex(of: "/"), id[slash...].contains(".swift:") else { return id }
  return String(id[..<slash])
}

/// Runs the case of a replay line alone.
private func replay<Value: Sendable>(
  _ text: String, _ generator: Generator<Value>, _ catcher: IssueCatcher,
  _ location: SourceLocation, _ body: @escaping @Sendable (Value, TestCase) async throws -> Void
) async throws {
  guard let choices = ChoiceText.choices(of: text) else {
    Issue.record("“\(text)” is no sequence of choices", sourceLocation: location)
    return
  }
  let value: Value
  do {
    value = try generator.value(of: choices)
  } catch {
    Issue.record(
      "the generator makes no value of “\(text)”: \(error.message)", sourceLocation: location)
    return
  }
  do {
    try await catcher.run { try await body(value, TestCase()) }
  } catch let discard as Discard {
    Issue.record("the case is outside the premise: \(discard.reason)", sourceLocation: location)
  } catch {
    let violation = error as? Violation ?? Violation("\(error)", kind: "\(type(of: error))")
    Issue.record(
      "\(violation.message)\nvalue: \(String(customDumping: value))",
      sourceLocation: catcher.location(of: violation.kind) ?? location)
  }
}
