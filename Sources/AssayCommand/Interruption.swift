internal import Dispatch
internal import Foundation

/// Turns Ctrl-C and a request to terminate into a cancellation, so that a run writes what there is.
enum Interruption {
  /// Runs an operation whose task is cancelled by the first signal; a second one ends the process.
  static func cancelling<Result: Sendable>(
    _ operation: @escaping @Sendable () async -> Result
  ) async -> Result {
    let task = Task { await operation() }
    // A queue of its own has a thread of its own: those of the global queues may all be at work.
    let queue = DispatchQueue(label: "assay.interruption", qos: .userInteractive)
    let sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        if task.isCancelled { _exit(128 + number) }
        task.cancel()
      }
      source.resume()
      return source
    }
    defer {
      for source in sources { source.cancel() }
    }
    return await task.value
  }
}
