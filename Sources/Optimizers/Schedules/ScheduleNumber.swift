internal import Foundation
public import Numbers

extension Double: ScheduleNumber {
  /// `cos(πx)`, exact at 0, ½ and 1, and antisymmetric about ½.
  public static func cosineOfHalfTurns(_ x: Double) -> Double {
    if x > 0.5 { return -cosineOfHalfTurns(1 - x) }
    // Near ½ the cosine is a small sine: no digits lost to the rounding of π.
    return x > 0.25 ? sin(.pi * (0.5 - x)) : cos(.pi * x)
  }
}

extension Interval: ScheduleNumber {
  /// The cosine falls on `0 ... 1`, so its bounds are those of the ends, widened by 4 ulp.
  public static func cosineOfHalfTurns(_ x: Interval) -> Interval {
    func widened(_ value: Double, by ulps: Double) -> Double { value + ulps * value.ulp }
    let (low, high) = (max(0, x.lower), min(1, x.upper))
    guard low <= high else { return Interval(-1, 1, isDefined: false) }
    let lower = widened(Double.cosineOfHalfTurns(high), by: -4)
    let upper = widened(Double.cosineOfHalfTurns(low), by: 4)
    return Interval(
      max(-1, lower), min(1, upper), isDefined: x.isDefined && x.lower >= 0 && x.upper <= 1)
  }
}

extension Rational: ScheduleNumber {
  /// `cos(πx)`, rational on `0 ... 1` at 0, ⅓, ½, ⅔ and 1 alone (Niven).
  public static func cosineOfHalfTurns(_ x: Rational) throws(Failure) -> Rational {
    switch x {
    case 0: return 1
    case Rational(1, 3): return Rational(1, 2)
    case Rational(1, 2): return 0
    case Rational(2, 3): return Rational(-1, 2)
    case 1: return -1
    default: throw .irrational(function: "cos(π·)", of: x)
    }
  }
}
