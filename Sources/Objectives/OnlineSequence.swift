internal import Diagnostics
internal import Numbers

/// Linear losses `f_t(x) = c_t·x` on an interval, one after the other, as online learning has them.
public struct OnlineSequence: Sendable {
  public let name: String
  public let title: String
  public let source: String
  public let interval: ClosedRange<Double>
  public let start: Double
  /// The mean slope, whose sign says which end is best.
  public let meanSlope: Double
  private let slopes: @Sendable (_ step: Int, _ seed: UInt64) -> Double

  /// `c_t` of a step counted from 1.
  public func slope(at step: Int, seed: UInt64 = 0) -> Double { slopes(step, seed) }

  /// The end of the interval with the least mean loss.
  public var best: Double { meanSlope > 0 ? interval.lowerBound : interval.upperBound }
  public var worst: Double { meanSlope > 0 ? interval.upperBound : interval.lowerBound }

  private static let reddi = "Reddi, Kale & Kumar, On the convergence of Adam and beyond, ICLR 2018"

  /// 1010 at every 101st step, −10 else: the sum of 101 steps is 10, so −1 is best.
  public static let reddiPeriodic = OnlineSequence(
    name: "reddi", title: "1010 at steps 1, 102, 203, …, −10 else", source: "\(reddi), section 5",
    interval: -1...1, start: 0, meanSlope: 10.0 / 101,
    slopes: { step, _ in step % 101 == 1 ? 1010 : -10 })

  /// 1010 with probability 1/100, −10 else.
  public static let reddiStochastic = OnlineSequence(
    name: "reddi-stochastic", title: "1010 with probability 1/100, −10 else",
    source: "\(reddi), section 5", interval: -1...1, start: 0, meanSlope: 0.2,
    slopes: { step, seed in
      var bits = Philox(
        seed: seed, property: Philox.number(of: "reddi-stochastic"), case: UInt64(step))
      return bits.below(100) == 0 ? 1010 : -10
    })

  /// `C` at every third step, −1 else, for `C > 2`: the paper's Theorem 1.
  public static func reddiThree(_ c: Double = 10) -> OnlineSequence {
    precondition(c > 2, "C lies above 2, got \(c)")
    return OnlineSequence(
      name: "reddi-three", title: "\(c) at steps 1, 4, 7, …, −1 else",
      source: "\(reddi), Theorem 1", interval: -1...1, start: 0, meanSlope: (c - 2) / 3,
      slopes: { step, _ in step % 3 == 1 ? c : -1 })
  }

  public static let builtIns: [OnlineSequence] = [reddiPeriodic, reddiStochastic, reddiThree()]
}
