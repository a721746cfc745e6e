import Glibc
import Synchronization

/// Starts programs with pipes to all three of their streams.
enum Spawn {
  struct Started {
    var process: pid_t
    /// Our ends of the pipes.
    var input: Int32
    var output: Int32
    var error: Int32
  }

  /// `POSIX_SPAWN_SETSID` of glibc 2.26 and later, which its headers declare for `_GNU_SOURCE` alone.
  private static let newSession: Int32 = 0x80

  /// Between the making of a pipe and its mark as our own no other program may be started, or it would hold
  /// the pipe open.
  private static let turn = Mutex(())

  static func start(
    _ words: [String], environment: [String: String]
  ) throws(LineProcess.StartError) -> Started {
    let outcome: Result<Started, LineProcess.StartError> = turn.withLock { _ in
      Result { () throws(LineProcess.StartError) in
        try startInTurn(words, environment: environment)
      }
    }
    return try outcome.get()
  }

  private static func startInTurn(
    _ words: [String], environment: [String: String]
  ) throws(LineProcess.StartError) -> Started {
    guard !words.contains(where: { $0.utf8.contains(0) }) else {
      throw LineProcess.StartError(isAbsent: false, reason: "an argument holds a zero byte")
    }
    guard let path = path(of: words[0], in: environment) else {
      throw LineProcess.StartError(
        isAbsent: true,
        reason: words[0].contains("/") ? "there is no such program" : "it is not on PATH")
    }
    var pipes: [(read: Int32, write: Int32)] = []
    defer {
      // The program's ends; after a failure, all of them.
      for pipe in pipes {
        _ = close(pipe.read)
        _ = close(pipe.write)
      }
    }
    for _ in 0..<3 {
      var ends: [Int32] = [0, 0]
      guard unsafe pipe(&ends) == 0 else {
        throw LineProcess.StartError(isAbsent: false, reason: "no pipe: error \(errno)")
      }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      pipes.append((ends[0], ends[1]))
    }
    let process = try spawn(
      path, words, environment, streams: [pipes[0].read, pipes[1].write, pipes[2].write])
    _ = close(pipes[0].read)
    _ = close(pipes[1].write)
    _ = close(pipes[2].write)
    let started = Started(
      process: process, input: pipes[0].write, output: pipes[1].read, error: pipes[2].read)
    pipes = []
    return started
  }

  private static func spawn(
    _ path: String, _ words: [String], _ environment: [String: String], streams: [Int32]
  ) throws(LineProcess.StartError) -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    // By way of numbers above all of them, so that no end is overwritten before its turn: one that is 0, 1
    // or 2 already, or one that has a number on the way.
    let base = max(2, streams.max() ?? 2) + 1
    for (number, stream) in streams.enumerated() {
      unsafe posix_spawn_file_actions_adddup2(&actions, stream, base + Int32(number))
    }
    for number in 0..<Int32(streams.count) {
      unsafe posix_spawn_file_actions_adddup2(&actions, base + number, number)
      unsafe posix_spawn_file_actions_addclose(&actions, base + number)
    }
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
      unsafe sigaddset(&signals, signal)
    }
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setflags(
      &attributes,
      Int16(newSession | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)))
    var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
    var variables = unsafe environment.sorted { $0.key < $1.key }
      .map { unsafe strdup("\($0.key)=\($0.value)") }
    unsafe variables.append(nil)
    defer {
      unsafe arguments.indices.forEach { unsafe free(arguments[$0]) }
      unsafe variables.indices.forEach { unsafe free(variables[$0]) }
    }
    var process: pid_t = 0
    let outcome = unsafe posix_spawn(
      &process, path, &actions, &attributes, &arguments, &variables)
    guard outcome == 0 else {
      throw LineProcess.StartError(
        isAbsent: outcome == ENOENT || outcome == EACCES,
        reason: unsafe String(cString: strerror(outcome)))
    }
    return process
  }

  /// The program's path: a name with a slash as it is, else the first match on `PATH`.
  private static func path(of name: String, in environment: [String: String]) -> String? {
    func isProgram(_ path: String) -> Bool {
      var information = stat()
      return unsafe stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
        && access(path, X_OK) == 0
    }
    if name.contains("/") { return isProgram(name) ? name : nil }
    let folders = (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    return folders.lazy.filter { $0.hasPrefix("/") }.map { "\($0)/\(name)" }.first(where: isProgram)
  }
}
