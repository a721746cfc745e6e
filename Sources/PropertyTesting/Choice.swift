/// One decision that a generator made.
///
/// A test case is the sequence of these: the same choices make the same value again.
public enum Choice: Sendable {
  case integer(Int)
  case float(Double)
  case boolean(Bool)
  case bytes([UInt8])
}

extension Choice: Hashable {
  /// Equal to the bit: NaN equals itself, and 0 differs from −0.
  public static func == (left: Choice, right: Choice) -> Bool {
    switch (left, right) {
    case (.integer(let x), .integer(let y)): x == y
    case (.float(let x), .float(let y)): x.bitPattern == y.bitPattern
    case (.boolean(let x), .boolean(let y)): x == y
    case (.bytes(let x), .bytes(let y)): x == y
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .integer(let value): hasher.combine(value)
    case .float(let value): hasher.combine(value.bitPattern)
    case .boolean(let value): hasher.combine(value)
    case .bytes(let value): hasher.combine(value)
    }
  }
}

/// The whole numbers that a choice could have been.
struct IntegerDomain: Hashable, Sendable {
  let lower: Int
  let upper: Int
  /// The simplest number, towards which others shrink.
  let origin: Int

  init(_ range: ClosedRange<Int>, origin: Int = 0) {
    lower = range.lowerBound
    upper = range.upperBound
    self.origin = min(max(origin, lower), upper)
  }

  /// How far the numbers reach from the origin on both of its sides alike.
  private var common: UInt64 { min(above, below) }
  var above: UInt64 { UInt64(bitPattern: Int64(upper &- origin)) }
  var below: UInt64 { UInt64(bitPattern: Int64(origin &- lower)) }
  /// The last index.
  var last: UInt64 { above &+ below }

  func contains(_ value: Int) -> Bool { lower <= value && value <= upper }
  func clamp(_ value: Int) -> Int { min(max(value, lower), upper) }

  /// The place of a number in the order origin, origin + 1, origin − 1, origin + 2, …, as far as both sides
  /// reach, and on along the longer side after that.
  func index(of value: Int) -> UInt64 {
    let isAbove = value > origin
    let distance = UInt64(
      bitPattern: Int64(isAbove ? value &- origin : origin &- value))
    if distance == 0 { return 0 }
    return distance <= common ? 2 &* distance &- (isAbove ? 1 : 0) : common &+ distance
  }

  /// The number at an index in `0 ... last`.
  func value(at index: UInt64) -> Int {
    if index == 0 { return origin }
    // 2·common overflows only where it is the last index, 2⁶⁴ − 1 or less, plus 1.
    let isShared = common > UInt64.max / 2 || index <= 2 &* common
    let distance = isShared ? index / 2 &+ index % 2 : index &- common
    let isAbove = isShared ? index % 2 == 1 : above > below
    let step = Int(truncatingIfNeeded: distance)
    return isAbove ? origin &+ step : origin &- step
  }
}

/// What a choice could have been.
enum ChoiceDomain: Hashable, Sendable {
  case integer(IntegerDomain)
  case float(FloatDomain)
  case boolean
  case bytes(ClosedRange<Int>)

  /// The first in the order of simplicity.
  var simplest: Choice {
    switch self {
    case .integer(let domain): .integer(domain.origin)
    case .float(let domain): .float(domain.simplest)
    case .boolean: .boolean(false)
    case .bytes(let count): .bytes(Array(repeating: 0, count: count.lowerBound))
    }
  }

  /// Whether `left` is simpler than `right`; both are of this domain.
  func orders(_ left: Choice, before right: Choice) -> Bool {
    switch (self, left, right) {
    case (.integer(let domain), .integer(let x), .integer(let y)):
      domain.index(of: x) < domain.index(of: y)
    case (.float(let domain), .float(let x), .float(let y)):
      Simplicity(x, isSingle: domain.isSingle) < Simplicity(y, isSingle: domain.isSingle)
    case (.boolean, .boolean(let x), .boolean(let y)): !x && y
    case (.bytes, .bytes(let x), .bytes(let y)):
      x.count != y.count ? x.count < y.count : x.lexicographicallyPrecedes(y)
    default: false
    }
  }
}

/// A choice with what it could have been.
struct ChoiceNode: Hashable, Sendable {
  var choice: Choice
  var domain: ChoiceDomain

  var isSimplest: Bool { choice == domain.simplest }
}

/// Whether one sequence is smaller: shorter, or of the same length and simpler at the first difference.
func isSmaller(_ left: [ChoiceNode], than right: [ChoiceNode]) -> Bool {
  if left.count != right.count { return left.count < right.count }
  for (x, y) in zip(left, right) where x.choice != y.choice {
    switch (x.choice, y.choice) {
    case (.integer, .integer), (.float, .float), (.boolean, .boolean), (.bytes, .bytes):
      // The domains agree up to here, or an earlier choice would differ.
      return y.domain.orders(x.choice, before: y.choice)
    default:
      return rank(x.choice) < rank(y.choice)
    }
  }
  return false
}

private func rank(_ choice: Choice) -> Int {
  switch choice {
  case .boolean: 0
  case .integer: 1
  case .float: 2
  case .bytes: 3
  }
}
