extension Limbs {
  /// The whole quotient and the remainder of a division by one limb that is not 0.
  static func dividing(_ x: Span<UInt>, by divisor: UInt) -> (quotient: [UInt], remainder: UInt) {
    var quotient = [UInt](repeating: 0, count: x.count)
    var limbs = quotient.mutableSpan
    var remainder: UInt = 0
    var index = x.count
    while index > 0 {
      index -= 1
      (limbs[index], remainder) = divisor.dividingFullWidth((remainder, x[index]))
    }
    normalize(&quotient)
    return (quotient, remainder)
  }

  /// The whole quotient and the remainder of a division by a number that is not 0.
  ///
  /// Source: Knuth, *The Art of Computer Programming*, volume 2, section 4.3.1, algorithm D.
  static func dividing(
    _ x: Span<UInt>, by divisor: Span<UInt>
  ) -> (quotient: [UInt], remainder: [UInt]) {
    if divisor.count == 1 {
      let (quotient, remainder) = dividing(x, by: divisor[0])
      return (quotient, remainder == 0 ? [] : [remainder])
    }
    guard order(x, divisor) >= 0 else { return ([], shiftedLeft(x, by: 0)) }
    let shift = divisor[divisor.count - 1].leadingZeroBitCount
    let divisorLimbs = shiftedLeft(divisor, by: shift)
    var remainder = shiftedLeft(x, by: shift)
    while remainder.count <= x.count { remainder.append(0) }
    var quotient = [UInt](repeating: 0, count: remainder.count - divisorLimbs.count)
    divideShifted(&remainder, by: divisorLimbs.span, quotient: &quotient)
    normalize(&quotient)
    normalize(&remainder)
    return (quotient, shiftedRight(remainder.span, by: shift))
  }

  /// Leaves the remainder in place. The divisor's top bit is set, the dividend has a spare limb on top.
  private static func divideShifted(
    _ dividend: inout [UInt], by divisor: Span<UInt>, quotient: inout [UInt]
  ) {
    let count = divisor.count
    let (top, second) = (divisor[count - 1], divisor[count - 2])
    var rest = dividend.mutableSpan
    var digits = quotient.mutableSpan
    var position = digits.count
    while position > 0 {
      position -= 1
      var digit = trialDigit(
        rest[position + count], rest[position + count - 1], rest[position + count - 2],
        top, second)
      // Subtract digit × divisor.
      var carry: UInt = 0
      for index in 0..<count {
        let product = UInt128(divisor[index]) &* UInt128(digit) &+ UInt128(carry)
        let (value, borrow) = rest[position + index].subtractingReportingOverflow(
          UInt(truncatingIfNeeded: product))
        rest[position + index] = value
        carry = UInt(truncatingIfNeeded: product >> 64) &+ (borrow ? 1 : 0)
      }
      let (value, isNegative) = rest[position + count].subtractingReportingOverflow(carry)
      rest[position + count] = value
      if isNegative {  // the digit was one too large, with probability about 2⁻⁶³
        digit -= 1
        var carry: UInt = 0
        for index in 0..<count {
          let total =
            UInt128(rest[position + index]) &+ UInt128(divisor[index]) &+ UInt128(carry)
          rest[position + index] = UInt(truncatingIfNeeded: total)
          carry = UInt(truncatingIfNeeded: total >> 64)
        }
        rest[position + count] &+= carry
      }
      digits[position] = digit
    }
  }

  /// The quotient digit from the top three limbs of the rest and the top two of the divisor: right, or
  /// one too large.
  private static func trialDigit(
    _ high: UInt, _ middle: UInt, _ low: UInt, _ top: UInt, _ second: UInt
  ) -> UInt {
    var digit: UInt
    var rest: UInt
    if high >= top {
      digit = .max
      let (sum, overflow) = middle.addingReportingOverflow(top)
      if overflow { return digit }
      rest = sum
    } else {
      (digit, rest) = top.dividingFullWidth((high, middle))
    }
    while UInt128(digit) &* UInt128(second) > UInt128(rest) &<< 64 | UInt128(low) {
      digit -= 1
      let (sum, overflow) = rest.addingReportingOverflow(top)
      if overflow { break }
      rest = sum
    }
    return digit
  }
}
