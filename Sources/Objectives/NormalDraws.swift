internal import Foundation
internal import Numbers

/// Standard normal numbers from Philox: two of each pair of draws, by Box and Muller's formula.
public struct NormalDraws: Sendable {
  private var bits: Philox
  private var spare: Double?

  /// The numbers are a function of these alone.
  public init(seed: UInt64, property: String, case: UInt64, stream: UInt64 = 0) {
    bits = Philox(
      seed: seed, property: Philox.number(of: property), case: `case`, stream: stream)
  }

  public mutating func next() -> Double {
    if let value = spare {
      spare = nil
      return value
    }
    // 1 − u lies in (0, 1], so the logarithm is finite.
    let radius = (-2 * log(1 - bits.unit())).squareRoot()
    let angle = 2 * Double.pi * bits.unit()
    spare = radius * sin(angle)
    return radius * cos(angle)
  }

  /// A number in `0 ..< 1`.
  public mutating func unit() -> Double { bits.unit() }

  /// A whole number in `0 ..< bound`.
  public mutating func below(_ bound: Int) -> Int { Int(bits.below(UInt64(bound))) }
}
