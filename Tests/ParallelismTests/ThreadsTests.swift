import Foundation
import Synchronization
import Testing

@testable import Parallelism

/// Squares, each written by the part that it belongs to.
private func squares(_ count: Int, on source: ThreadSource, threads: Int) -> [Int] {
  let results = Mutex([Int](repeating: -1, count: count))
  let work = ClosureWork { part in results.withLock { $0[part] = part * part } }
  source.run(work, parts: count, requested: threads)
  return results.withLock { $0 }
}

private final class SeenThreads: Sendable {
  private let threads = Mutex(Set<UInt>())

  func note() { threads.withLock { _ = $0.insert(UInt(pthread_self())) } }
  var all: Set<UInt> { threads.withLock { $0 } }
}

@Suite("Threads")
struct ThreadsTests {
  @Test(
    "every part is done once, for any number of threads and parts",
    arguments: [1, 2, 3, 8], [0, 1, 2, 7, 1000])
  func everyPart(threads: Int, parts: Int) {
    let counts = Mutex([Int](repeating: 0, count: parts))
    Threads(threads).forEach(parts: parts) { part in counts.withLock { $0[part] += 1 } }
    #expect(counts.withLock { $0.allSatisfy { $0 == 1 } })
    let expected = (0..<parts).map { $0 * $0 }
    #expect(squares(parts, on: .shared, threads: threads) == expected)
  }

  @Test("a fork uses as many threads as are granted, and all of them come from the kept one's team")
  func teamSize() {
    let threads = Threads(2)
    let seen = Mutex(Set<UInt>())
    // Each part waits for the other, so that one thread cannot do both.
    let arrived = Atomic(0)
    threads.forEach(parts: 2) { _ in
      seen.withLock { _ = $0.insert(UInt(pthread_self())) }
      guard threads.granted == 2 else { return }
      arrived.add(1, ordering: .relaxed)
      while arrived.load(ordering: .relaxed) < 2 {}
    }
    #expect(seen.withLock { $0.count } == threads.granted)
    // Where libgomp is absent, the thread is the caller's own, and the description says why.
    if threads.granted == 1 {
      #expect(threads.description.contains("2 asked for"))
      #expect(seen.withLock { $0 } == [UInt(pthread_self())])
    } else {
      #expect(threads.description == "2 threads of libgomp")
    }
  }

  @Test("the forks of several threads all come from the one that is kept")
  func oneThreadForks() async {
    guard Threads(2).granted == 2 else {
      #expect(ThreadSource.shared.absence != nil)
      return
    }
    // Part 0 runs on the thread that forks.
    let seen = SeenThreads()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          Threads(2).forEach(parts: 2) { part in
            if part == 0 { seen.note() }
          }
        }
      }
    }
    let kept = Threads.keep { UInt(pthread_self()) }
    #expect(seen.all == [kept] && kept != UInt(pthread_self()))
  }

  @Test("a fork within a part runs where it is, one part after another")
  func nested() {
    let counts = Mutex([Int](repeating: 0, count: 6))
    let isAtHome = Mutex(true)
    Threads(2).forEach(parts: 2) { outer in
      let own = pthread_self()
      Threads(3).forEach(parts: 3) { inner in
        counts.withLock { $0[3 * outer + inner] += 1 }
        if Threads(2).granted == 2 && pthread_self() != own { isAtHome.withLock { $0 = false } }
      }
      Threads.keep { counts.withLock { $0[3 * outer] += 1 } }
    }
    #expect(counts.withLock { $0 } == [2, 1, 1, 2, 1, 1])
    #expect(isAtHome.withLock { $0 })
  }

  @Test("keeping nests, returns results and passes errors on")
  func keep() {
    struct Refusal: Error, Equatable {}
    #expect(Threads.keep { Threads.keep { 37 } } == 37)
    #expect(throws: Refusal.self) { try Threads.keep { () throws(Refusal) in throw Refusal() } }
    // The thread is there for the next caller.
    #expect(Threads.keep { "again" } == "again")
  }

  @Test("hidden, libgomp is not used, the results are the same and the absence is named")
  func hidden() {
    let source = ThreadSource(environment: ["ASSAY_HIDE": "z3, libgomp"])
    #expect(source.runtime == nil && source.granted(2) == 1)
    #expect(source.description(of: 2) == "1 thread: libgomp is hidden by ASSAY_HIDE (2 asked for)")
    #expect(squares(100, on: source, threads: 2) == squares(100, on: .shared, threads: 2))
    // The caller's own thread does all parts, in order.
    let order = Mutex([Int]())
    let own = pthread_self()
    source.run(
      ClosureWork { part in
        order.withLock { $0.append(pthread_self() == own ? part : -1) }
      }, parts: 4, requested: 2)
    #expect(order.withLock { $0 } == [0, 1, 2, 3])
  }

  @Test("one thread is the caller's, whatever there is")
  func one() {
    let own = pthread_self()
    let isAtHome = Mutex(true)
    Threads.one.forEach(parts: 3) { _ in
      if pthread_self() != own { isAtHome.withLock { $0 = false } }
    }
    #expect(isAtHome.withLock { $0 })
    #expect(Threads.one.granted == 1 && Threads.one.description == "1 thread")
    #expect(Threads.all.granted >= 1)
  }

  @Test(
    "counts that make no sense are refused, with the value", arguments: [0, -1, 1025])
  func badCount(count: Int) async {
    // A count cannot be captured by an exit test: each is written out.
    switch count {
    case 0: await #expect(processExitsWith: .failure) { _ = Threads(0) }
    case -1: await #expect(processExitsWith: .failure) { _ = Threads(-1) }
    default: await #expect(processExitsWith: .failure) { _ = Threads(1025) }
    }
  }
}
