internal import Foundation

/// A gap that no longer falls: the mean over the last doubling of the steps is more than half of what it was
/// three doublings before, where `1/√T` would leave 0.35 of it.
///
/// A finite run shows no limit; it shows this, with its numbers.
public struct Stall: Sendable, Hashable, CustomStringConvertible {
  /// The mean gap of the last doubling of the steps.
  public let level: Double
  /// What it is of the mean three doublings earlier.
  public let ratio: Double
  public let steps: Int

  /// - Parameters:
  ///   - gaps: at the steps.
  ///   - rounding: what they may be off by; a gap within 1,000 times that is converged.
  /// - Returns: nil where the gap falls, is rounding, or fewer than 64 steps were made.
  public init?(steps: [Int], gaps: [Double], rounding: [Double] = []) {
    guard let last = steps.last, last >= 64, gaps.count == steps.count else { return nil }
    func mean(_ doubling: Int) -> Double? {
      let range = (last >> (doubling + 1))..<(last >> doubling)
      let values = steps.indices.filter {
        range.contains(steps[$0] - 1) && steps[$0] > range.lowerBound
      }.map { gaps[$0] }
      return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    let noise = rounding.isEmpty ? 0 : rounding[min(rounding.count, gaps.count) - 1]
    guard let late = mean(0), let early = mean(3), late.isFinite, early > 0,
      late > 1000 * noise, late > 0.5 * early
    else { return nil }
    level = late
    ratio = late / early
    self.steps = last
  }

  public var description: String {
    String(
      format:
        "the gap stays near %.3g: over the last half of %d steps it is %.2f of what it was three"
        + " doublings earlier (1/√T leaves 0.35)", level, steps, ratio)
  }
}
