extension Limbs {
  /// The length of the shorter factor from which Karatsuba's method is the faster one here.
  static let karatsubaThreshold = 56

  static func product(_ x: Span<UInt>, _ y: Span<UInt>) -> [UInt] {
    guard x.count >= y.count else { return product(y, x) }
    if y.count == 0 { return [] }
    if y.count == 1 { return product(x, y[0]) }
    var result = [UInt](repeating: 0, count: x.count + y.count)
    if y.count < karatsubaThreshold {
      addRows(x, y, to: &result)
    } else {
      var start = 0
      while start < x.count {  // pieces of x no longer than y
        let piece = x.extracting(start..<min(start + y.count, x.count))
        add(karatsuba(piece, y), to: &result, at: start)
        start += y.count
      }
    }
    normalize(&result)
    return result
  }

  /// Adds the product of two numbers, row by row, to a result that has room for it.
  private static func addRows(_ x: Span<UInt>, _ y: Span<UInt>, to result: inout [UInt]) {
    var limbs = result.mutableSpan
    for row in 0..<y.count {
      let factor = UInt128(y[row])
      var carry: UInt = 0
      for column in 0..<x.count {
        let total =
          UInt128(x[column]) &* factor &+ UInt128(limbs[row + column]) &+ UInt128(carry)
        limbs[row + column] = UInt(truncatingIfNeeded: total)
        carry = UInt(truncatingIfNeeded: total >> 64)
      }
      limbs[row + x.count] = carry
    }
  }

  /// `(a·B + b)(c·B + d) = ac·B² + ((a + b)(c + d) − ac − bd)·B + bd`: three products for four.
  private static func karatsuba(_ x: Span<UInt>, _ y: Span<UInt>) -> [UInt] {
    let half = (max(x.count, y.count) + 1) / 2
    guard min(x.count, y.count) > half else {
      return product(x.extracting(first: length(x)), y.extracting(first: length(y)))
    }
    let low = x.extracting(first: length(x.extracting(first: half)))
    let low2 = y.extracting(first: length(y.extracting(first: half)))
    let (high, high2) = (x.extracting(droppingFirst: half), y.extracting(droppingFirst: half))
    let lowProduct = product(low, low2)
    let highProduct = product(
      high.extracting(first: length(high)), high2.extracting(first: length(high2)))
    var middle = product(sum(low, high).span, sum(low2, high2).span)
    subtract(lowProduct, from: &middle)
    subtract(highProduct, from: &middle)
    normalize(&middle)
    var result = [UInt](repeating: 0, count: x.count + y.count)
    add(lowProduct, to: &result, at: 0)
    add(middle, to: &result, at: half)
    add(highProduct, to: &result, at: 2 * half)
    return result
  }

  /// The count without the zero limbs at the top.
  private static func length(_ x: Span<UInt>) -> Int {
    var count = x.count
    while count > 0, x[count - 1] == 0 { count -= 1 }
    return count
  }

  /// In place; the difference is not negative.
  private static func subtract(_ x: [UInt], from result: inout [UInt]) {
    var limbs = result.mutableSpan
    var borrow = false
    for index in 0..<x.count {
      let (first, overflow) = limbs[index].subtractingReportingOverflow(x[index])
      let (second, again) = first.subtractingReportingOverflow(borrow ? 1 : 0)
      limbs[index] = second
      borrow = overflow || again
    }
    var index = x.count
    while borrow {
      (limbs[index], borrow) = limbs[index].subtractingReportingOverflow(1)
      index += 1
    }
  }

  /// Adds `x · 2^(64·offset)` in place; the sum has room.
  private static func add(_ x: [UInt], to result: inout [UInt], at offset: Int) {
    var limbs = result.mutableSpan
    var carry = false
    for index in 0..<x.count {
      let (first, overflow) = limbs[offset + index].addingReportingOverflow(x[index])
      let (second, again) = first.addingReportingOverflow(carry ? 1 : 0)
      limbs[offset + index] = second
      carry = overflow || again
    }
    var index = offset + x.count
    while carry {
      (limbs[index], carry) = limbs[index].addingReportingOverflow(1)
      index += 1
    }
  }
}
