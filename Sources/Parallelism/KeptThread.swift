internal import Foundation
internal import Glibc

/// The one thread that forks: libgomp makes a new pool for every thread that calls it, so that four callers
/// would come to ten threads.
///
/// It sleeps while it has nothing to do. Callers on other threads take turns.
@safe
// The job is read and written only with `condition` locked; the rest does not change after `init`.
final class KeptThread: @unchecked Sendable {
  static let shared = KeptThread()

  /// A function and the address of what it works on: a closure would be memory of its own at every call.
  typealias Function = @convention(c) (UnsafeMutableRawPointer) -> Void

  @safe private enum Job {
    case none
    case waiting(Function, UnsafeMutableRawPointer)
    case done
  }

  private let condition = NSCondition()
  private let turn = NSLock()
  private var job = Job.none
  private var identity: pthread_t?

  private init() {
    let thread = Thread { [unowned self] in self.serve() }
    thread.name = "assay-parallel"
    // As much as the main thread: whole training runs are handed over.
    thread.stackSize = 8 << 20
    condition.lock()
    thread.start()
    while identity == nil { condition.wait() }
    condition.unlock()
  }

  /// Whether the caller runs on this thread.
  var isCurrent: Bool { identity == pthread_self() }

  /// Runs a function on this thread, and waits for its end.
  ///
  /// Without memory of its own.
  func perform(_ function: Function, _ context: UnsafeMutableRawPointer) {
    if isCurrent { return unsafe function(context) }
    turn.lock()
    defer { turn.unlock() }
    condition.lock()
    unsafe job = .waiting(function, context)
    condition.broadcast()
    while true {
      if case .done = job { break }
      condition.wait()
    }
    job = .none
    condition.unlock()
  }

  private func serve() {
    condition.lock()
    identity = pthread_self()
    condition.broadcast()
    while true {
      guard case .waiting(let function, let context) = job else {
        condition.wait()
        continue
      }
      condition.unlock()
      unsafe function(context)
      condition.lock()
      job = .done
      condition.broadcast()
    }
  }
}
