internal import Numbers
internal import Parallelism

private let blockLength = NormAccumulator.blockLength
/// The coordinates whose slots are widened at a time: what they touch fits into the first cache.
private let scratchLength = 1024

/// The step of one tensor in parts that start at multiples of `NormAccumulator.blockLength`.
///
/// What every part reads is the same, what it writes is its own: parameters, slots, the sums of a record.
@unsafe
struct TensorStep<S: OptimizerScalar>: ParallelWork {
  let rule: any UpdateRule
  let scalars: StepScalars<S>
  let finishers: [any FinishingStage]
  let finisherScalars: [StepScalars<S>]
  let parameters: UnsafeMutableBufferPointer<S>
  let gradients: UnsafeBufferPointer<S>
  let slots: SlotPointers<S>
  let packed: SlotPointers<UInt16>
  let format: SlotFormat
  /// Where the sums of each block go; nil where nothing is recorded.
  let sums: UnsafeMutablePointer<RecordSums>?
  /// What the stages make of the gradients, where that is more than a factor.
  let staging: Staging<S>?
  let parts: Int

  func run(part: Int) {
    let blocks = unsafe (parameters.count + blockLength - 1) / blockLength
    let lower = unsafe blocks * part / parts * blockLength
    let upper = unsafe min(blocks * (part + 1) / parts * blockLength, parameters.count)
    if unsafe sums == nil && format == .full && staging == nil {
      unsafe stepAtOnce(lower..<upper)
    } else {
      unsafe stepByBlocks(lower..<upper)
    }
  }

  /// Steps coordinates whose slots lie in memory as the parameters do.
  @specialized(where S == Float)
  @specialized(where S == Double)
  private func stepAtOnce(_ range: Range<Int>) {
    let target = unsafe parameters.baseAddress.map { unsafe $0 + range.lowerBound }
    guard let target = unsafe target, let source = unsafe gradients.baseAddress else { return }
    unsafe step(
      target, source + range.lowerBound, place(slots.first, range), place(slots.second, range),
      place(slots.third, range), place(slots.fourth, range), count: range.count)
  }

  /// The part of a slot that belongs to these coordinates; nothing of a slot that the rule does not have.
  private func place(
    _ slot: UnsafeMutableBufferPointer<S>, _ range: Range<Int>
  ) -> UnsafeMutableBufferPointer<S> {
    unsafe slot.count == parameters.count
      ? UnsafeMutableBufferPointer(rebasing: slot[range])
      : UnsafeMutableBufferPointer(start: nil, count: 0)
  }

  private func step(
    _ target: UnsafeMutablePointer<S>, _ source: UnsafePointer<S>,
    _ first: UnsafeMutableBufferPointer<S>, _ second: UnsafeMutableBufferPointer<S>,
    _ third: UnsafeMutableBufferPointer<S>, _ fourth: UnsafeMutableBufferPointer<S>,
    from starts: Span<S> = Span(), count: Int
  ) {
    var span = unsafe MutableSpan(_unsafeStart: target, count: count)
    let gradients = unsafe Span(_unsafeStart: source, count: count)
    var a = unsafe MutableSpan(_unsafeElements: first)
    var b = unsafe MutableSpan(_unsafeElements: second)
    var c = unsafe MutableSpan(_unsafeElements: third)
    var d = unsafe MutableSpan(_unsafeElements: fourth)
    unsafe S.apply(
      rule, to: &span, gradients: gradients, slots: &a, &b, &c, &d, step: scalars)
    for index in unsafe finishers.indices {
      unsafe S.finish(
        finishers[index], &span, from: starts, hyperparameters: finisherScalars[index])
    }
  }
}

extension TensorStep {
  /// Steps coordinates whose slots are packed, or whose steps are recorded, a block at a time.
  @specialized(where S == Float)
  @specialized(where S == Double)
  private func stepByBlocks(_ range: Range<Int>) {
    var before = InlineArray<1024, S>(repeating: 0)
    var widened = InlineArray<4096, S>(repeating: 0)
    var mapped = InlineArray<1024, S>(repeating: 0)
    guard let target = unsafe parameters.baseAddress, let source = unsafe gradients.baseAddress
    else { return }
    var room = widened.mutableSpan
    unsafe room.withUnsafeMutableBufferPointer { room in
      for start in stride(from: range.lowerBound, to: range.upperBound, by: scratchLength) {
        let piece = start..<min(start + scratchLength, range.upperBound)
        let slots = unsafe widen(piece, into: room)
        if unsafe sums != nil || staging != nil {
          for i in piece { before[i - start] = unsafe target[i] }
        }
        let starts = before.span.extracting(0..<piece.count)
        if let staging = unsafe staging {
          var whole = mapped.mutableSpan
          var block = whole._mutatingExtracting(0..<piece.count)
          unsafe staging.advance(&block, piece, of: source, parameters: target)
          unsafe block.withUnsafeMutableBufferPointer { block in
            guard let gradients = block.baseAddress else { return }
            unsafe step(
              target + start, gradients, slots.first, slots.second, slots.third, slots.fourth,
              from: starts, count: piece.count)
          }
        } else {
          unsafe step(
            target + start, source + start, slots.first, slots.second, slots.third, slots.fourth,
            from: starts, count: piece.count)
        }
        if let sums = unsafe sums {
          let block = start / blockLength
          let added = unsafe S.recordSums(
            of: rule, before: starts,
            after: Span(_unsafeStart: target + start, count: piece.count),
            slots: Span(_unsafeElements: UnsafeBufferPointer(slots.first)),
            Span(_unsafeElements: UnsafeBufferPointer(slots.second)),
            Span(_unsafeElements: UnsafeBufferPointer(slots.third)),
            Span(_unsafeElements: UnsafeBufferPointer(slots.fourth)), step: scalars)
          unsafe sums[block] = unsafe sums[block] + added
        }
        unsafe pack(piece, slots)
      }
    }
  }

  /// The slots of some coordinates: where they lie, or widened into the room.
  private func widen(
    _ piece: Range<Int>, into room: UnsafeMutableBufferPointer<S>
  ) -> SlotPointers<S> {
    if unsafe format == .full {
      return unsafe SlotPointers(
        first: place(slots.first, piece), second: place(slots.second, piece),
        third: place(slots.third, piece), fourth: place(slots.fourth, piece))
    }
    func widened(
      _ slot: UnsafeMutableBufferPointer<UInt16>, _ index: Int
    ) -> UnsafeMutableBufferPointer<S> {
      guard unsafe slot.count == parameters.count, let bits = slot.baseAddress,
        let start = room.baseAddress
      else { return unsafe UnsafeMutableBufferPointer(start: nil, count: 0) }
      let values = unsafe start + index * scratchLength
      // Only `Float` states are made packed.
      let floats = unsafe UnsafeMutableRawPointer(values).assumingMemoryBound(to: Float.self)
      unsafe SlotFormat.widen(
        format, bits + piece.lowerBound, into: floats, count: piece.count)
      return unsafe UnsafeMutableBufferPointer(start: values, count: piece.count)
    }
    return unsafe SlotPointers(
      first: widened(packed.first, 0), second: widened(packed.second, 1),
      third: widened(packed.third, 2), fourth: widened(packed.fourth, 3))
  }

  /// Rounds widened slots back to where they came from.
  private func pack(_ piece: Range<Int>, _ widened: SlotPointers<S>) {
    guard unsafe format != .full else { return }
    func pack(
      _ values: UnsafeMutableBufferPointer<S>, _ slot: UnsafeMutableBufferPointer<UInt16>
    ) {
      guard let values = values.baseAddress, let bits = slot.baseAddress else {
        return
      }
      let floats = unsafe UnsafeMutableRawPointer(values).assumingMemoryBound(to: Float.self)
      unsafe SlotFormat.pack(
        format, floats, into: bits + piece.lowerBound, count: piece.count)
    }
    unsafe pack(widened.first, packed.first)
    unsafe pack(widened.second, packed.second)
    unsafe pack(widened.third, packed.third)
    unsafe pack(widened.fourth, packed.fourth)
  }
}
