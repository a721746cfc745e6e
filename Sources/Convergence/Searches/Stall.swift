internal import Foundation

/// A gap that no longer falls: the mean over the last doubling of the steps is more than half of what it was
/// three doublings before, where `1/√T` would leave 0.35 of it, and what it falls by dies out.
///
/// A slow run is no stall. Where the mean falls from doubling to doubling, each time by at least three
/// quarters of the time before, it goes to 0 in the end: a power law `T^−p` with p below 1/3, which alone
/// could leave more than half, falls by `2^−p` > 0.79 of the time before, a straight line by twice as much.
/// A run that has settled at a level, or swings about one, does not fall so.
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
    func doubling(_ place: Int) -> Doubling? {
      let range = (last >> (place + 1))..<(last >> place)
      return Doubling(
        steps.indices.filter {
          range.contains(steps[$0] - 1) && steps[$0] > range.lowerBound
        }.map { gaps[$0] })
    }
    let noise = rounding.isEmpty ? 0 : rounding[min(rounding.count, gaps.count) - 1]
    let doublings = (0...3).compactMap(doubling)
    guard doublings.count == 4 else { return nil }
    let (late, early) = (doublings[0].mean, doublings[3].mean)
    guard late.isFinite, early > 0, late > 1000 * noise, late > 0.5 * early,
      !Self.isFalling(doublings)
    else { return nil }
    level = late
    ratio = late / early
    self.steps = last
  }

  /// The gaps of one doubling of the steps.
  private struct Doubling {
    let mean: Double
    /// The standard error of the mean, as if the gaps were drawn.
    let error: Double

    init?(_ values: [Double]) {
      guard !values.isEmpty else { return nil }
      let count = Double(values.count)
      let mean = values.reduce(0, +) / count
      let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      self.mean = mean
      error = values.count > 1 ? (square / (count * (count - 1))).squareRoot() : 0
    }
  }

  /// - Parameter doublings: the latest first.
  private static func isFalling(_ doublings: [Doubling]) -> Bool {
    let falls = zip(doublings, doublings.dropFirst()).map { $1.mean - $0.mean }
    return falls[2] > 0 && falls[1] >= 0.75 * falls[2] && falls[0] >= 0.75 * falls[1]
      && falls[0] > 2 * doublings[0].error
  }

  public var description: String {
    String(
      format:
        "the gap stays near %.3g: over the last half of %d steps it is %.2f of what it was three"
        + " doublings earlier (1/√T leaves 0.35)", level, steps, ratio)
  }
}
