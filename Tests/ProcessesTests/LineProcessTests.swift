import Diagnostics
import Foundation
import Processes
import Testing

@Suite("A program that is asked line by line")
struct LineProcessTests {
  private func shell(_ script: String, lineLimit: Int = 1 << 20) throws -> LineProcess {
    try LineProcess(["/bin/sh", "-c", script], lineLimit: lineLimit)
  }

  private func text(_ process: LineProcess, _ line: String, within seconds: Double = 10) throws
    -> String
  {
    String(decoding: try process.answer(to: Array(line.utf8), within: seconds), as: UTF8.self)
  }

  @Test("answers every line with a line, long ones too")
  func answers() throws {
    let process = try LineProcess(["cat"])
    for count in [0, 1, 4_095, 70_000, 1_000_000] {
      let line = [UInt8](repeating: 0x61, count: count)
      #expect(try process.answer(to: line, within: 30) == line)
    }
    #expect(process.isRunning)
  }

  @Test("an end is told with its status, and ends the value")
  func end() throws {
    let process = try shell("read line; echo trouble >&2; exit 3")
    #expect(throws: LineProcess.Failure.ended(how: "it ended with status 3")) {
      try text(process, "x")
    }
    #expect(!process.isRunning)
    #expect(process.errorText == "trouble\n")
    #expect(throws: LineProcess.Failure.self) { try text(process, "x") }
  }

  @Test("a death by a signal is told")
  func signalled() throws {
    let process = try shell("read line; kill -9 $$")
    #expect(throws: LineProcess.Failure.ended(how: "it was ended by signal 9")) {
      try text(process, "x")
    }
  }

  @Test("a program that closes its output without ending is ended")
  func closedOutput() throws {
    let process = try shell("exec >&-; sleep 60")
    #expect(throws: LineProcess.Failure.ended(how: "it closed its standard output")) {
      try text(process, "x")
    }
  }

  @Test("at the time limit it is killed, with its children")
  func late() throws {
    let process = try shell("sleep 60 & echo $!; read line; sleep 60")
    let child = try #require(pid_t(try text(process, "x")))
    #expect(throws: LineProcess.Failure.late(seconds: 0.1)) { try text(process, "y", within: 0.1) }
    #expect(!process.isRunning)
    // The group was sent SIGKILL; init reaps it at its leisure, and a zombie counts as ended.
    var isEnded = false
    for _ in 0..<200 where !isEnded {
      let state = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)
      isEnded = state.map { $0.contains(") Z ") } ?? true
      if !isEnded { usleep(10_000) }
    }
    #expect(isEnded)
  }

  @Test("an answer longer than the limit is refused before it is held")
  func flood() throws {
    let process = try shell("while :; do printf aaaaaaaaaaaaaaaa; done", lineLimit: 100_000)
    #expect(throws: LineProcess.Failure.long(bytes: 100_000)) { try text(process, "x") }
    #expect(!process.isRunning)
  }

  @Test("standard error is kept to its last bytes, and never blocks")
  func errors() throws {
    let process = try shell(
      "read line; i=0; while [ $i -lt 20000 ]; do echo 0123456789 >&2; i=$((i+1)); done; echo done >&2; echo ok"
    )
    #expect(try text(process, "x", within: 60) == "ok")
    #expect(process.errorText.utf8.count <= LineProcess.keptErrorBytes)
    #expect(process.errorText.hasSuffix("done\n"))
  }

  @Test("a program that reads nothing is late, not a deadlock")
  func ignoresInput() throws {
    let process = try shell("sleep 60")
    #expect(throws: LineProcess.Failure.late(seconds: 0.2)) {
      try process.answer(to: [UInt8](repeating: 0x61, count: 1 << 20), within: 0.2)
    }
  }

  @Test("a cancelled task ends the program")
  func cancelled() async throws {
    let process = try shell("sleep 60")
    let task = Task.detached { try process.answer(to: [], within: 60) }
    task.cancel()
    await #expect(throws: LineProcess.Failure.cancelled) { try await task.value }
    #expect(!process.isRunning)
  }

  @Test("what is not there cannot be started")
  func absent() {
    for name in ["no-such-program-anywhere", "/no/such/program", "/etc/passwd"] {
      let error = #expect(throws: LineProcess.StartError.self) { try LineProcess([name]) }
      #expect(error?.isAbsent == true)
    }
    #expect(throws: LineProcess.StartError.self) { try LineProcess(["cat", "a\0b"]) }
  }

  @Test("it answers whatever numbers its pipes have")
  func numbers() throws {
    var held: [Int32] = []
    defer { for descriptor in held { close(descriptor) } }
    // One number more is taken at each turn, so that the pipes pass by all of them.
    while held.last ?? 0 < 260 {
      let process = try LineProcess(["cat"])
      #expect(try text(process, "x") == "x", "with \(held.count) descriptors more")
      let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
      try #require(descriptor >= 0)
      held.append(descriptor)
    }
  }

  @Test("it runs in a session of its own, with the environment that it is given")
  func session() throws {
    let process = try LineProcess(
      ["/bin/sh", "-c", "read line; echo $(ps -o sid= -p $$) $$ $SHOWN"],
      environment: ["PATH": "/usr/bin:/bin", "SHOWN": "yes"])
    let words = try text(process, "x").split(separator: " ")
    #expect(words.last == "yes")
    if words.count == 3 { #expect(words[0] == words[1]) }
  }
}

@Suite("Splitting a command line")
struct CommandLineTests {
  @Test(
    "follows POSIX quoting",
    arguments: [
      ("a b  c", ["a", "b", "c"]), (" \ta\n", ["a"]), ("'a b' c", ["a b", "c"]),
      (#""a b"c"#, ["a bc"]), (#"a\ b"#, ["a b"]), (#"'a\b'"#, [#"a\b"#]),
      (#""a\"b\\c\d""#, [#"a"b\c\d"#]), (#"x ''"#, ["x", ""]), (#"a'b'"c""#, ["abc"]),
      ("$HOME *", ["$HOME", "*"]), ("a|b;c", ["a|b;c"]), ("a\\\nb", ["ab"]),
      ("python3 -m bridge lr=1e-3", ["python3", "-m", "bridge", "lr=1e-3"]),
    ])
  func splits(_ line: String, _ words: [String]) throws {
    #expect(try splitCommandLine(line) == words)
  }

  @Test(
    "refuses what is not finished, with a caret",
    arguments: [("a 'b", 2), (#"ab "c"#, 3), (#"ab\"#, 2)])
  func unfinished(_ line: String, _ column: Int) {
    let error = #expect(throws: CommandLineError.self) { try splitCommandLine(line) }
    #expect(error?.exitCode == .usage)
    #expect(error?.excerpt == "\(line)\n\(String(repeating: " ", count: column))^")
  }

  @Test("refuses a line without a name", arguments: ["", "  ", "'' x", "a\0b"])
  func empty(_ line: String) {
    #expect(throws: CommandLineError.self) { try splitCommandLine(line) }
  }
}
