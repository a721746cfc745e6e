import Diagnostics
import Foundation
import Processes
import Testing

@Suite("Separate programs")
struct ExternalToolTests {
  /// The shell stands in for programs that behave in every way, good and bad.
  let shell = ExternalTool("sh", package: "dash")
  // Out of the way: with all tests of the package at work on two cores, every hand-over takes its time.
  let limits = ToolLimits(seconds: 600)

  private func run(
    _ script: String, input: String = "", limits: ToolLimits? = nil
  ) async throws -> ToolOutcome {
    try await shell.run(
      ["-c", script], input: Array(input.utf8), limits: limits ?? self.limits)
  }

  @Test("what it prints comes back apart from what it complains about")
  func streams() async throws {
    let outcome = try await run("cat; echo trouble >&2", input: "37 -2.385\n")
    #expect(outcome.isSuccess)
    #expect(outcome.text == "37 -2.385\n")
    #expect(outcome.errorText == "trouble\n")
    #expect(outcome.tookInput)
  }

  @Test("a program without input or output is an outcome like any other")
  func silence() async throws {
    let outcome = try await run(":")
    #expect(outcome.isSuccess)
    #expect(outcome.standardOutput.isEmpty && outcome.standardError.isEmpty)
  }

  @Test("arguments arrive as they are, unread by any shell")
  func arguments() async throws {
    let outcome = try await ExternalTool("printf", package: "coreutils").run(
      ["%s|", "a b", "$HOME", "*", "", "'\"\\"], limits: limits)
    #expect(outcome.text == "a b|$HOME|*||'\"\\|")
  }

  @Test("a zero byte in an argument is refused")
  func zeroByte() async {
    await #expect(throws: ToolError.self) { try await shell.run(["a\0b"], limits: limits) }
  }

  @Test("a status other than 0 is an outcome")
  func status() async throws {
    let outcome = try await run("exit 37")
    #expect(outcome.status == .exited(code: 37))
    #expect(!outcome.isSuccess && outcome.limit == nil)
    #expect(outcome.summary == "ended with status 37")
  }

  @Test("a death by signal is an outcome")
  func signal() async throws {
    let outcome = try await run("kill -SEGV $$")
    #expect(outcome.status == .killed(signal: 11))
    #expect(outcome.limit == nil)
  }

  @Test("a program that hangs is killed with the children that would outlive it")
  func hang() async throws {
    // On a busy machine the program may not get as far as its child within the first limit.
    for seconds in [0.5, 4, 32] {
      let outcome = try await run(
        "sleep 1000 & echo $!; wait", limits: ToolLimits(seconds: seconds))
      #expect(outcome.limit == .time)
      #expect(outcome.status == .killed(signal: 9))
      #expect(outcome.seconds >= seconds)
      guard let child = Int(outcome.text.trimmingCharacters(in: .newlines)) else { continue }
      #expect(await isGone(child))
      return
    }
    Issue.record("the program never started its child")
  }

  @Test("a program that closes its output and hangs is killed")
  func hangWithClosedOutput() async throws {
    let outcome = try await run(
      "exec >&- 2>&-; sleep 1000", limits: ToolLimits(seconds: 0.3))
    #expect(outcome.limit == .time)
  }

  @Test("a child that holds the output open does not hold up the result, nor survives it")
  func orphan() async throws {
    let outcome = try await run("sleep 1000 & echo $!")
    #expect(outcome.isSuccess)
    let child = try #require(Int(outcome.text.trimmingCharacters(in: .newlines)))
    #expect(await isGone(child))
  }

  @Test(
    "a program that floods its output is killed at the limit, and no more is kept",
    arguments: [
      "yes", "yes >&2",
    ])
  func flood(script: String) async throws {
    let limits = ToolLimits(seconds: 600, output: 100_000)
    let outcome = try await run(script, limits: limits)
    #expect(outcome.limit == .output)
    #expect(max(outcome.standardOutput.count, outcome.standardError.count) == 100_000)
  }

  @Test("output of exactly the limit is no flood")
  func exactOutput() async throws {
    let limits = ToolLimits(seconds: 600, output: 1000)
    let outcome = try await run("head -c 1000 /dev/zero", limits: limits)
    #expect(outcome.isSuccess && outcome.standardOutput.count == 1000)
    let more = try await run("head -c 1001 /dev/zero", limits: limits)
    #expect(more.limit == .output && more.standardOutput.count == 1000)
  }

  @Test("megabytes pass both ways without a deadlock")
  func volume() async throws {
    let input = String(repeating: "0123456789abcde\n", count: 1 << 18)
    let outcome = try await run("cat", input: input)
    #expect(outcome.isSuccess && outcome.tookInput)
    #expect(outcome.standardOutput.elementsEqual(input.utf8))
  }

  @Test("a program that closes its input early ends neither us nor the run")
  func inputClosed() async throws {
    let input = String(repeating: "x", count: 1 << 22)
    let outcome = try await run("exec 0<&-; sleep 0.1; echo done", input: input)
    #expect(outcome.isSuccess)
    #expect(outcome.text == "done\n")
    #expect(!outcome.tookInput)
  }

  @Test("memory beyond the limit is refused to the program")
  func memory() async throws {
    let script = "read line; head -c 400000000 /dev/zero | tail -c 400000000 | wc -c"
    let small = try await run(
      script, input: "\n", limits: ToolLimits(seconds: 600, memory: 100 << 20))
    #expect(small.text.trimmingCharacters(in: .whitespacesAndNewlines) != "400000000")
    let large = try await run(script, input: "\n", limits: ToolLimits(seconds: 600))
    #expect(large.text.trimmingCharacters(in: .whitespacesAndNewlines) == "400000000")
  }

  @Test("an absent program is named with its package")
  func absent() async throws {
    let tool = ExternalTool("no-such-solver", package: "no-such-package")
    #expect(!tool.isPresent)
    let error = await #expect(throws: ToolError.self) { try await tool.run(limits: limits) }
    #expect(error == .absent(tool: tool, isHidden: false))
    #expect(error?.exitCode == .unavailable)
    #expect(error?.message.contains("apt-get install no-such-package") == true)
  }

  @Test("a program named in ASSAY_HIDE is absent, any other is not")
  func hidden() async throws {
    let environment = ["PATH": "/usr/bin:/bin", "ASSAY_HIDE": "z3, sh,cvc5"]
    let error = #expect(throws: ToolError.self) { try shell.path(in: environment) }
    #expect(error == .absent(tool: shell, isHidden: true))
    #expect(error?.message.contains("apt-get install dash") == true)
    #expect(try ExternalTool("cat").path(in: environment).hasSuffix("/cat"))
    await #expect(throws: ToolError.self) {
      try await shell.run(limits: limits, environment: environment)
    }
  }

  @Test("relative folders of PATH and folders with the program's name are passed over")
  func searchPath() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "assay-path-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder.appending(path: "sh"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = "bin:.:\(folder.path):/usr/bin:/bin"
    #expect(["/usr/bin/sh", "/bin/sh"].contains(try shell.path(in: ["PATH": path])))
    #expect(throws: ToolError.self) { try shell.path(in: ["PATH": "bin:.:"]) }
  }

  @Test("a file that cannot be executed as a program is an error, not a crash")
  func notAProgram() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "assay-bad-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "broken")
    try Data([0x7F, 0x45, 0x4C, 0x46, 0, 0, 0]).write(to: file)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: file.path)
    let error = await #expect(throws: ToolError.self) {
      try await ExternalTool("broken").run(limits: limits, environment: ["PATH": folder.path])
    }
    guard case .notStarted(name: "broken", _) = error else {
      Issue.record("expected a refusal to start, got \(String(describing: error))")
      return
    }
    #expect(error?.exitCode == .unavailable)
  }

  @Test("cancelling the task ends the program and its children")
  func cancellation() async throws {
    let marker = FileManager.default.temporaryDirectory.appending(
      path: "assay-child-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: marker) }
    let task = Task { try await run("sleep 1000 & echo $! > '\(marker.path)'; wait") }
    var child: Int?
    while child == nil {
      try await Task.sleep(for: .milliseconds(20))
      let text = (try? String(contentsOf: marker, encoding: .utf8)) ?? ""
      child = Int(text.trimmingCharacters(in: .newlines))
    }
    task.cancel()
    let result = await task.result
    #expect(throws: ToolError.cancelled(name: "sh")) { try result.get() }
    #expect(await isGone(try #require(child)))
  }

  @Test("several programs run at once")
  func concurrency() async throws {
    let sums = try await withThrowingTaskGroup(of: Int.self) { group in
      for i in 0..<20 {
        group.addTask {
          let outcome = try await shell.run(
            ["-c", "echo $(($1 * $1))", "sh", "\(i)"], limits: limits)
          return Int(outcome.text.trimmingCharacters(in: .newlines)) ?? -1
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(sums == (0..<20).map { $0 * $0 }.reduce(0, +))
  }

  /// Whether a process ends within seconds of being asked about; a zombie counts as gone.
  private func isGone(_ process: Int) async -> Bool {
    for _ in 0..<100 {
      let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
      guard let status, !status.contains(") Z ") else { return true }
      try? await Task.sleep(for: .milliseconds(50))
    }
    return false
  }
}
