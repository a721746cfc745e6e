internal import Parallelism

/// What the memory allows: arrays that are changed in place, beside one that is only read, as many as a step
/// of an optimizer touches, with next to no arithmetic.
@safe
final class InPlaceKernel {
  private typealias Vector = SIMD16<Float>

  private let vectors: Int
  private let streams: Int
  private let threads: Threads
  // The source, then the arrays that are changed, one behind the other.
  private let memory: UnsafeMutableBufferPointer<Vector>

  /// - Parameters:
  ///   - count: the numbers of an array, a multiple of 16.
  ///   - streams: how many arrays are changed, 2 to 4.
  init(count: Int, streams: Int, threads: Threads) {
    precondition((2...4).contains(streams), "2 to 4 streams, got \(streams)")
    precondition(count > 0 && count % 16 == 0, "a multiple of 16 numbers, got \(count)")
    vectors = count / 16
    self.streams = streams
    self.threads = threads
    unsafe memory = .allocate(capacity: (streams + 1) * vectors)
    // Written once, so that no page is missing.
    unsafe memory.initialize(repeating: Vector(repeating: 0.5))
  }

  deinit { unsafe memory.deallocate() }

  func run() {
    guard let start = unsafe memory.baseAddress else { return }
    let parts = threads.granted
    let pass = unsafe Pass(start: start, vectors: vectors, streams: streams, parts: parts)
    unsafe threads.run(pass, parts: parts)
  }

  @unsafe
  private struct Pass: ParallelWork {
    let start: UnsafeMutablePointer<Vector>
    let vectors: Int
    let streams: Int
    let parts: Int

    func run(part: Int) {
      let range = unsafe vectors * part / parts..<vectors * (part + 1) / parts
      switch unsafe streams {
      case 2:
        for i in range {
          unsafe change(1, i)
          unsafe change(2, i)
        }
      case 3:
        for i in range {
          unsafe change(1, i)
          unsafe change(2, i)
          unsafe change(3, i)
        }
      default:
        for i in range {
          unsafe change(1, i)
          unsafe change(2, i)
          unsafe change(3, i)
          unsafe change(4, i)
        }
      }
    }

    @inline(__always)
    private func change(_ array: Int, _ i: Int) {
      let place = unsafe array * vectors + i
      unsafe start[place] = start[place] * 0.5 + start[i]
    }
  }
}
