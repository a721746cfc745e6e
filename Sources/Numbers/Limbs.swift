/// Arithmetic on natural numbers written in base 2⁶⁴, least significant limb first.
///
/// An array is *normal* when its last limb is not 0; zero is the empty array. Results are normal, and
/// operands are expected to be, unless a comment says otherwise.
enum Limbs {
  static func normalize(_ limbs: inout [UInt]) {
    var count = limbs.count
    while count > 0, limbs[count - 1] == 0 { count -= 1 }
    if count < limbs.count { limbs.removeLast(limbs.count - count) }
  }

  /// −1, 0 or 1, as `x` is below, equal to or above `y`.
  static func order(_ x: Span<UInt>, _ y: Span<UInt>) -> Int {
    guard x.count == y.count else { return x.count < y.count ? -1 : 1 }
    var index = x.count
    while index > 0 {
      index -= 1
      if x[index] != y[index] { return x[index] < y[index] ? -1 : 1 }
    }
    return 0
  }

  /// The number of bits up to the highest one that is set.
  static func bitWidth(_ x: Span<UInt>) -> Int {
    x.count == 0 ? 0 : x.count * 64 - x[x.count - 1].leadingZeroBitCount
  }

  static func trailingZeroBitCount(_ x: Span<UInt>) -> Int {
    var index = 0
    while index < x.count, x[index] == 0 { index += 1 }
    return index < x.count ? index * 64 + x[index].trailingZeroBitCount : 0
  }

  static func sum(_ x: Span<UInt>, _ y: Span<UInt>) -> [UInt] {
    guard x.count >= y.count else { return sum(y, x) }
    var result = [UInt](repeating: 0, count: x.count + 1)
    var limbs = result.mutableSpan
    var carry: UInt = 0
    for index in 0..<y.count {
      let total = UInt128(x[index]) &+ UInt128(y[index]) &+ UInt128(carry)
      limbs[index] = UInt(truncatingIfNeeded: total)
      carry = UInt(truncatingIfNeeded: total >> 64)
    }
    for index in y.count..<x.count {
      let (total, overflow) = x[index].addingReportingOverflow(carry)
      limbs[index] = total
      carry = overflow ? 1 : 0
    }
    limbs[x.count] = carry
    normalize(&result)
    return result
  }

  /// `x − y` for `x ≥ y`.
  static func difference(_ x: Span<UInt>, _ y: Span<UInt>) -> [UInt] {
    var result = [UInt](repeating: 0, count: x.count)
    var limbs = result.mutableSpan
    var borrow: UInt = 0
    for index in 0..<y.count {
      let (first, overflow) = x[index].subtractingReportingOverflow(y[index])
      let (second, again) = first.subtractingReportingOverflow(borrow)
      limbs[index] = second
      borrow = overflow || again ? 1 : 0
    }
    for index in y.count..<x.count {
      let (rest, overflow) = x[index].subtractingReportingOverflow(borrow)
      limbs[index] = rest
      borrow = overflow ? 1 : 0
    }
    normalize(&result)
    return result
  }

  static func product(_ x: Span<UInt>, _ factor: UInt) -> [UInt] {
    guard factor != 0, x.count > 0 else { return [] }
    var result = [UInt](repeating: 0, count: x.count + 1)
    var limbs = result.mutableSpan
    var carry: UInt = 0
    for index in 0..<x.count {
      let total = UInt128(x[index]) &* UInt128(factor) &+ UInt128(carry)
      limbs[index] = UInt(truncatingIfNeeded: total)
      carry = UInt(truncatingIfNeeded: total >> 64)
    }
    limbs[x.count] = carry
    normalize(&result)
    return result
  }

  static func shiftedLeft(_ x: Span<UInt>, by count: Int) -> [UInt] {
    guard x.count > 0 else { return [] }
    let (whole, bits) = (count / 64, UInt(count % 64))
    var result = [UInt](repeating: 0, count: x.count + whole + 1)
    var limbs = result.mutableSpan
    var carry: UInt = 0
    for index in 0..<x.count {
      limbs[index + whole] = x[index] &<< bits | carry
      carry = bits == 0 ? 0 : x[index] &>> (64 - bits)
    }
    limbs[x.count + whole] = carry
    normalize(&result)
    return result
  }

  static func shiftedRight(_ x: Span<UInt>, by count: Int) -> [UInt] {
    let (whole, bits) = (count / 64, UInt(count % 64))
    guard whole < x.count else { return [] }
    var result = [UInt](repeating: 0, count: x.count - whole)
    var limbs = result.mutableSpan
    for index in whole..<x.count {
      let above = bits == 0 || index + 1 == x.count ? 0 : x[index + 1] &<< (64 - bits)
      limbs[index - whole] = x[index] &>> bits | above
    }
    normalize(&result)
    return result
  }
}
