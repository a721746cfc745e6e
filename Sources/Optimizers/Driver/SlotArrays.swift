/// The slots of one tensor, an array each.
struct SlotArrays<Element: Sendable>: Sendable {
  // Four members and not an array of arrays, which would cost each step a second indirection and a check
  // for uniqueness.
  var first: [Element]
  var second: [Element]
  var third: [Element]
  var fourth: [Element]

  /// Without memory.
  init() { (first, second, third, fourth) = ([], [], [], []) }

  /// - Parameter value: what a slot starts with, by its place.
  @inline(__always)
  init(count: Int, slotCount: Int, value: (Int) -> Element) {
    // One number where the rule has no slot: for the span of the empty array, which all share, Swift makes
    // a copy at every step.
    func slot(_ place: Int) -> [Element] {
      [Element](repeating: value(place), count: place < slotCount ? count : 1)
    }
    (first, second, third, fourth) = (slot(0), slot(1), slot(2), slot(3))
  }

  subscript(slot: Int) -> [Element] {
    get {
      switch slot {
      case 0: first
      case 1: second
      case 2: third
      default: fourth
      }
    }
    set {
      switch slot {
      case 0: first = newValue
      case 1: second = newValue
      case 2: third = newValue
      default: fourth = newValue
      }
    }
  }

  /// The addresses of the slots while `body` runs.
  @inline(__always)
  mutating func withPointers(_ body: (SlotPointers<Element>) -> Void) {
    // Moved out and back in: two members of one struct cannot be lent at once.
    var (a, b) = (exchange(&first, with: []), exchange(&second, with: []))
    var (c, d) = (exchange(&third, with: []), exchange(&fourth, with: []))
    unsafe a.withUnsafeMutableBufferPointer { a in
      unsafe b.withUnsafeMutableBufferPointer { b in
        unsafe c.withUnsafeMutableBufferPointer { c in
          unsafe d.withUnsafeMutableBufferPointer { d in
            unsafe body(SlotPointers(first: a, second: b, third: c, fourth: d))
          }
        }
      }
    }
    (first, second, third, fourth) = (a, b, c, d)
  }
}

/// Where the slots of one tensor lie; a slot that the rule does not have has no more than one number.
@unsafe
struct SlotPointers<Element> {
  let first: UnsafeMutableBufferPointer<Element>
  let second: UnsafeMutableBufferPointer<Element>
  let third: UnsafeMutableBufferPointer<Element>
  let fourth: UnsafeMutableBufferPointer<Element>
}

extension SlotArrays where Element: OptimizerScalar {
  /// Steps all coordinates of a tensor.
  @inline(__always)
  mutating func step(
    _ rule: any UpdateRule, _ parameters: inout MutableSpan<Element>, gradients: Span<Element>,
    scalars: borrowing StepScalars<Element>
  ) {
    // Four arguments, as spans of two members of one struct cannot be held at once.
    Self.step(
      rule, &parameters, gradients, &first, &second, &third, &fourth, copy scalars)
  }

  @inline(__always)
  private static func step(
    _ rule: any UpdateRule, _ parameters: inout MutableSpan<Element>, _ gradients: Span<Element>,
    _ first: inout [Element], _ second: inout [Element], _ third: inout [Element],
    _ fourth: inout [Element], _ scalars: StepScalars<Element>
  ) {
    var a = first.mutableSpan
    var b = second.mutableSpan
    var c = third.mutableSpan
    var d = fourth.mutableSpan
    Element.apply(
      rule, to: &parameters, gradients: gradients, slots: &a, &b, &c, &d, step: scalars)
  }
}
