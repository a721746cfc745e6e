internal import Diagnostics
internal import Foundation

/// How many threads a loop is to run on.
///
/// The threads are those of libgomp, opened when they are first needed; without it everything runs on the
/// calling thread, and `granted` says so. A result must not depend on the count: who reduces does so by
/// parts at fixed places, in a fixed order.
///
/// All forks come from one thread, which this module keeps. A call on another thread is handed to it, which
/// takes some microseconds more than the two or three of a fork; a program that forks often runs
/// within `Threads.keep { … }`. Within a part there is no further fork: its parts run one after another.
public struct Threads: Sendable, Hashable {
  /// What was asked for.
  public let requested: Int

  /// - Parameter count: at least 1, at most 1024.
  public init(_ count: Int) {
    precondition((1...1024).contains(count), "threads are 1 to 1024, got \(count)")
    requested = count
  }

  /// The calling thread alone.
  public static let one = Threads(1)

  /// As many as libgomp starts by itself: the processors, or `OMP_NUM_THREADS`.
  public static var all: Threads {
    ThreadSource.shared.runtime.map { Threads(min(max(1, Int($0.defaultThreads())), 1024)) } ?? .one
  }

  /// The largest team that a fork makes: fewer than requested where libgomp is absent, or limited by
  /// `OMP_THREAD_LIMIT`.
  public var granted: Int { ThreadSource.shared.granted(requested) }

  /// What the loops run on, for the head of a report: `2 threads of libgomp`,
  /// `1 thread: libgomp is hidden by ASSAY_HIDE (2 asked for)`.
  public var description: String { ThreadSource.shared.description(of: requested) }

  /// Does all parts of a piece of work, and waits for them; without memory of its own.
  ///
  /// - Parameter parts: how many there are; none is done for 0.
  public func run<Work: ParallelWork>(_ work: Work, parts: Int) {
    ThreadSource.shared.run(work, parts: parts, requested: requested)
  }

  /// Calls a closure with every number below `parts`, and waits for all of the calls.
  public func forEach(parts: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { run(ClosureWork(body: $0), parts: parts) }
  }

  /// Runs a closure on the thread that forks, and waits for its end: the forks within it are not handed
  /// over.
  ///
  /// What it waits for must not itself wait for a fork.
  public static func keep<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // A part of some loop: the kept thread waits for it.
    if let runtime = ThreadSource.shared.runtime, runtime.level() > 0 { return try body() }
    var result: Swift.Result<Result, Failure>?
    // The closure outlives nothing: `perform` returns after its end.
    withoutActuallyEscaping(body) { body in
      var context = {
        do throws(Failure) {
          result = .success(try body())
        } catch {
          result = .failure(error)
        }
      }
      unsafe withUnsafeMutablePointer(to: &context) { pointer in
        unsafe KeptThread.shared.perform(
          { unsafe $0.assumingMemoryBound(to: (() -> Void).self).pointee() }, pointer)
      }
    }
    guard let result else {
      preconditionFailure("the kept thread returned before its work was done")
    }
    return try result.get()
  }
}

/// Where threads come from.
struct ThreadSource: Sendable {
  static let shared = ThreadSource(environment: ProcessInfo.processInfo.environment)

  let runtime: OpenMPRuntime?
  /// Why there is no runtime.
  let absence: String?

  init(environment: [String: String]) {
    switch OpenMPRuntime.open(environment: environment) {
    case .success(let opened): (runtime, absence) = (opened, nil)
    case .failure(let failure): (runtime, absence) = (nil, failure.reason)
    }
  }

  func granted(_ requested: Int) -> Int {
    guard let runtime else { return 1 }
    return max(1, min(requested, Int(runtime.threadLimit())))
  }

  func description(of requested: Int) -> String {
    let count = granted(requested)
    let threads = count == 1 ? "1 thread" : "\(count) threads"
    if let absence, requested > 1 { return "\(threads): \(absence) (\(requested) asked for)" }
    let asked = count == requested ? "" : " (\(requested) asked for)"
    return count == 1 && requested == 1 ? threads : "\(threads) of libgomp\(asked)"
  }

  func run<Work: ParallelWork>(_ work: Work, parts: Int, requested: Int) {
    precondition(parts >= 0, "there are no \(parts) parts")
    let count = min(granted(requested), parts)
    guard count > 1, let runtime, runtime.level() == 0 else {
      for part in 0..<parts { work.run(part: part) }
      return
    }
    unsafe withUnsafePointer(to: work) { pointer in
      let thread = KeptThread.shared
      if thread.isCurrent {
        unsafe runtime.fork(pointer, of: Work.self, parts: parts, count: count)
        return
      }
      var handover = unsafe Handover(
        work: pointer, type: Work.self, parts: parts, count: count, runtime: runtime)
      unsafe withUnsafeMutablePointer(to: &handover) { unsafe thread.perform(forkHandedOver, $0) }
    }
  }
}

/// A fork that another thread is to make.
@unsafe
private struct Handover {
  let work: UnsafeRawPointer
  let type: any ParallelWork.Type
  let parts: Int
  let count: Int
  let runtime: OpenMPRuntime
}

private let forkHandedOver: KeptThread.Function = { pointer in
  let handover = unsafe pointer.assumingMemoryBound(to: Handover.self)
  unsafe handover.pointee.runtime.fork(
    handover.pointee.work, of: handover.pointee.type, parts: handover.pointee.parts,
    count: handover.pointee.count)
}
