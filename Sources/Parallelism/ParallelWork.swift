/// Work in parts that do not touch each other's data, in any order and on any thread.
public protocol ParallelWork {
  /// Does one part.
  ///
  /// - Parameter part: from 0 up to the number of parts that the work was cut into.
  func run(part: Int)
}

extension ParallelWork {
  /// Does one part of the work that lies at an address.
  static func run(part: Int, ofWorkAt address: UnsafeRawPointer) {
    unsafe address.assumingMemoryBound(to: Self.self).pointee.run(part: part)
  }
}

/// Work that is a closure.
struct ClosureWork: ParallelWork {
  let body: (Int) -> Void

  func run(part: Int) { body(part) }
}
