public import Numbers

// What the clock forced, each measured: the slot count a literal inside the loop (8 times slower
// otherwise); whole vectors in a loop without a remainder, and the last few coordinates in a function of
// their own (8 to 13 %: a scalar remainder beside the vector loop holds a second copy of each scalar in a
// register, and the vector loop then fetches its own from the stack).

extension UpdateRule {
  @inlinable
  public func apply(
    to parameters: inout MutableSpan<Float>, gradients: Span<Float>,
    slots first: inout MutableSpan<Float>, _ second: inout MutableSpan<Float>,
    _ third: inout MutableSpan<Float>, _ fourth: inout MutableSpan<Float>,
    step: StepScalars<Float>
  ) {
    applyChoosing(&parameters, gradients, &first, &second, &third, &fourth, step)
  }

  @inlinable
  public func apply(
    to parameters: inout MutableSpan<Double>, gradients: Span<Double>,
    slots first: inout MutableSpan<Double>, _ second: inout MutableSpan<Double>,
    _ third: inout MutableSpan<Double>, _ fourth: inout MutableSpan<Double>,
    step: StepScalars<Double>
  ) {
    applyChoosing(&parameters, gradients, &first, &second, &third, &fourth, step)
  }

  @inlinable @inline(__always)
  public func applyChoosing<S: RuleNumber>(
    _ parameters: inout MutableSpan<S>, _ gradients: Span<S>, _ first: inout MutableSpan<S>,
    _ second: inout MutableSpan<S>, _ third: inout MutableSpan<S>, _ fourth: inout MutableSpan<S>,
    _ step: StepScalars<S>
  ) where S.Failure == Never {
    applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
  }

  /// The loop over memory, with this rule's own text and options.
  @inlinable @inline(__always)
  public func applyEverywhere<S: RuleNumber>(
    _ parameters: inout MutableSpan<S>, _ gradients: Span<S>, _ first: inout MutableSpan<S>,
    _ second: inout MutableSpan<S>, _ third: inout MutableSpan<S>, _ fourth: inout MutableSpan<S>,
    _ step: StepScalars<S>
  ) where S.Failure == Never {
    switch slotNames.count {
    case 0:
      updateAll(&parameters, gradients, &first, &second, &third, &fourth, step, slotCount: 0)
    case 1:
      updateAll(&parameters, gradients, &first, &second, &third, &fourth, step, slotCount: 1)
    case 2:
      updateAll(&parameters, gradients, &first, &second, &third, &fourth, step, slotCount: 2)
    case 3:
      updateAll(&parameters, gradients, &first, &second, &third, &fourth, step, slotCount: 3)
    default:
      updateAll(&parameters, gradients, &first, &second, &third, &fourth, step, slotCount: 4)
    }
  }

  @inlinable @inline(__always)
  func updateAll<S: RuleNumber>(
    _ parameters: inout MutableSpan<S>, _ gradients: Span<S>, _ a: inout MutableSpan<S>,
    _ b: inout MutableSpan<S>, _ c: inout MutableSpan<S>, _ d: inout MutableSpan<S>,
    _ step: StepScalars<S>, slotCount: Int
  ) where S.Failure == Never {
    let whole = parameters.count & ~7
    update(0..<whole, &parameters, gradients, &a, &b, &c, &d, step, slotCount: slotCount)
    updateRest(
      whole..<parameters.count, &parameters, gradients, &a, &b, &c, &d, step, slotCount: slotCount)
  }

  @inlinable @inline(never)
  func updateRest<S: RuleNumber>(
    _ range: Range<Int>, _ parameters: inout MutableSpan<S>, _ gradients: Span<S>,
    _ a: inout MutableSpan<S>, _ b: inout MutableSpan<S>, _ c: inout MutableSpan<S>,
    _ d: inout MutableSpan<S>, _ step: StepScalars<S>, slotCount: Int
  ) where S.Failure == Never {
    update(range, &parameters, gradients, &a, &b, &c, &d, step, slotCount: slotCount)
  }

  @inlinable @inline(__always)
  func update<S: RuleNumber>(
    _ range: Range<Int>, _ parameters: inout MutableSpan<S>, _ gradients: Span<S>,
    _ a: inout MutableSpan<S>, _ b: inout MutableSpan<S>, _ c: inout MutableSpan<S>,
    _ d: inout MutableSpan<S>, _ step: StepScalars<S>, slotCount: Int
  ) where S.Failure == Never {
    let count = parameters.count
    precondition(gradients.count == count, "\(gradients.count) gradients for \(count) parameters")
    precondition(
      (slotCount < 1 || a.count == count) && (slotCount < 2 || b.count == count)
        && (slotCount < 3 || c.count == count) && (slotCount < 4 || d.count == count),
      "the state is not one for \(count) parameters")
    for i in range {
      var slots = Slots<S>(repeating: 0)
      if slotCount > 0 { slots[0] = a[i] }
      if slotCount > 1 { slots[1] = b[i] }
      if slotCount > 2 { slots[2] = c[i] }
      if slotCount > 3 { slots[3] = d[i] }
      let gradient = step[.gradientScale] * gradients[i]
      update(&parameters[i], gradient: gradient, slots: &slots, step: step)
      if slotCount > 0 { a[i] = slots[0] }
      if slotCount > 1 { b[i] = slots[1] }
      if slotCount > 2 { c[i] = slots[2] }
      if slotCount > 3 { d[i] = slots[3] }
    }
  }
}
