internal import Numbers

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
    var start = 0
    while start < gradients.count {
      let end = min(start + NormAccumulator.blockLength, gradients.count)
      let block = gradients.extracting(start..<end)
      let plain = NormAccumulator.sumOfSquares(block, scale: 1)
      if S.self == Float.self || plain.isFinite && plain > 0x1p-900 {
        sum += plain
      } else if !(plain < .infinity) {
        // NaN and infinities end here too, and stay what they are.
        largeSum += NormAccumulator.sumOfSquares(block, scale: 0x1p-600)
      } else {
        smallSum += NormAccumulator.sumOfSquares(block, scale: 0x1p600)
      }
      start = end
    }
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
