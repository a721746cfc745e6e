internal import Numbers
internal import Parallelism

/// The Euclidean norm of all gradients, the same to the bit however they are cut into chunks at multiples
/// of `blockLength`.
///
/// Each tensor is summed in blocks at fixed places, each block in 16 interleaved sums that are added in
/// order, the blocks in order. Squares of `Float`s neither overflow nor underflow in `Double`. A block of
/// `Double`s whose sum does is summed again on a scale that is a power of two, apart from the others.
struct NormAccumulator {
  static let blockLength = 4096

  /// Sums of squares: as they are, of gradients divided by 2⁶⁰⁰, and of gradients multiplied by it.
  private var sum = 0.0
  private var largeSum = 0.0
  private var smallSum = 0.0

  /// Adds a tensor, or a chunk of one that begins at a multiple of `blockLength`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  mutating func add<S: OptimizerScalar>(_ gradients: Span<S>) {
    for start in stride(from: 0, to: gradients.count, by: NormAccumulator.blockLength) {
      add(NormAccumulator.blockSum(gradients, from: start))
    }
  }

  /// As above, the blocks' sums taken on several threads.
  @specialized(where S == Float)
  @specialized(where S == Double)
  mutating func add<S: OptimizerScalar>(_ gradients: Span<S>, on threads: Threads) {
    let parts =
      threads.requested > 1 && gradients.count >= smallestCountInParts ? threads.granted : 1
    guard parts > 1 else { return add(gradients) }
    // As many blocks at a time as there is room for on the stack.
    var room = InlineArray<256, BlockSum>(repeating: BlockSum(value: 0, scale: .none))
    let length = NormAccumulator.blockLength
    for start in stride(from: 0, to: gradients.count, by: 256 * length) {
      let chunk = gradients.extracting(start..<min(start + 256 * length, gradients.count))
      let blocks = (chunk.count + length - 1) / length
      var sums = room.mutableSpan
      unsafe sums.withUnsafeMutableBufferPointer { sums in
        unsafe chunk.withUnsafeBufferPointer { chunk in
          let work = unsafe NormWork(gradients: chunk, sums: sums, blocks: blocks, parts: parts)
          unsafe threads.run(work, parts: parts)
        }
      }
      for block in 0..<blocks { add(room[block]) }
    }
  }

  /// The sum of squares of one block.
  struct BlockSum {
    enum Scale { case none, large, small }
    let value: Double
    /// Whether the gradients were divided by 2⁶⁰⁰, or multiplied by it.
    let scale: Scale
  }

  private mutating func add(_ block: BlockSum) {
    switch block.scale {
    case .none: sum += block.value
    case .large: largeSum += block.value
    case .small: smallSum += block.value
    }
  }

  /// The sum of the block that begins at `start`.
  @inline(__always)
  static func blockSum<S: OptimizerScalar>(_ gradients: Span<S>, from start: Int) -> BlockSum {
    let end = min(start + NormAccumulator.blockLength, gradients.count)
    let block = gradients.extracting(start..<end)
    let plain = sumOfSquares(block, scale: 1)
    if S.self == Float.self || plain.isFinite && plain > 0x1p-900 {
      return BlockSum(value: plain, scale: .none)
    }
    // NaN and infinities end here too, and stay what they are.
    if !(plain < .infinity) {
      return BlockSum(value: sumOfSquares(block, scale: 0x1p-600), scale: .large)
    }
    return BlockSum(value: sumOfSquares(block, scale: 0x1p600), scale: .small)
  }

  @inline(__always)
  private static func sumOfSquares<S: OptimizerScalar>(_ block: Span<S>, scale: Double) -> Double {
    var sums = InlineArray<16, Double>(repeating: 0)
    let whole = block.count & ~15
    for start in stride(from: 0, to: whole, by: 16) {
      let lanes = block.extracting(start..<(start + 16))  // one bounds check for all 16
      for lane in 0..<16 { sums[lane] += (scale * Double(lanes[lane])).squared() }
    }
    for i in whole..<block.count { sums[i - whole] += (scale * Double(block[i])).squared() }
    var total = 0.0
    for lane in 0..<16 { total += sums[lane] }
    return total
  }

  /// The norm of what was added; NaN or infinite exactly where a gradient is, or where it is larger than
  /// the largest `Double`.
  var norm: Double {
    let root = Double.root(sum)
    if largeSum != 0 { return 0x1p600 * Double.root(largeSum + (0x1p-600 * root).squared()) }
    // Beside a sum of normal size the small ones vanish.
    if smallSum != 0 && sum < 0x1p-800 {
      return 0x1p-600 * Double.root(smallSum + (0x1p600 * root).squared())
    }
    return root
  }
}

/// The blocks' sums of squares, in parts.
@unsafe
private struct NormWork<S: OptimizerScalar>: ParallelWork {
  let gradients: UnsafeBufferPointer<S>
  let sums: UnsafeMutableBufferPointer<NormAccumulator.BlockSum>
  let blocks: Int
  let parts: Int

  @specialized(where S == Float)
  @specialized(where S == Double)
  func run(part: Int) {
    let gradients = unsafe Span(_unsafeElements: gradients)
    for block in unsafe blocks * part / parts..<blocks * (part + 1) / parts {
      unsafe sums[block] = NormAccumulator.blockSum(
        gradients, from: block * NormAccumulator.blockLength)
    }
  }
}
