internal import Foundation
internal import Numbers
internal import ReferenceNumerics
internal import Statistics

/// The steps that a rate is fitted on.
public struct FitWindow: Sendable, Hashable {
  public let from: Int
  public let to: Int
  /// The places of the window's steps among the recorded ones.
  public let places: Range<Int>

  /// The rule, in words, as reports show it.
  public static let rule =
    "from a tenth of the last usable step to that step, the last before the measure falls to 1,000 times"
    + " its rounding; at least 8 of the recorded steps, 20 a decade"

  /// The window of a measured curve; nil where too few steps are usable.
  ///
  /// - Parameters:
  ///   - rounding: what each value may be off by; one value, or none, serves all.
  public init?(steps: [Int], values: [Double], rounding: [Double]) {
    precondition(steps.count == values.count, "\(steps.count) steps, \(values.count) values")
    var end = 0
    while end < values.count {
      let noise = rounding.isEmpty ? 0 : rounding[min(end, rounding.count - 1)]
      guard values[end].isFinite, values[end] > 0, values[end] > 1000 * noise else { break }
      end += 1
    }
    guard end >= 8 else { return nil }
    let last = steps[end - 1]
    var start = end - 1
    while start > 0, steps[start - 1] * 10 >= last || end - start < 8 { start -= 1 }
    guard end - start >= 8 else { return nil }
    from = steps[start]
    to = last
    places = start..<end
  }
}

/// A straight line through a measured curve.
public struct RateFit: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable {
    /// `log gap` over `log t`: the slope is the exponent of the steps.
    case logLog
    /// `log gap` over `t`: the slope is the logarithm of the factor of a step.
    case logLinear
  }

  public let kind: Kind
  public let slope: Double
  /// Of 95 %: over the seeds by bootstrap where there is noise, else of the fit's own residuals.
  public let interval: ClosedRange<Double>
  public let window: FitWindow
  /// The root mean square of the residuals, in natural logarithms.
  public let residual: Double

  /// Whether the interval is wider than 0.1, or than a tenth of a slope per step.
  public var isTooWide: Bool {
    let width = interval.upperBound - interval.lowerBound
    return kind == .logLog ? width > 0.1 : width > 0.1 * slope.magnitude
  }

  /// The fit in words, as reports show it.
  public static let rule =
    "the line, over log t or over t, that leaves the smaller residuals in log gap"

  /// Fits the mean of curves.
  ///
  /// - Parameters:
  ///   - curves: one a seed, as long as `steps`.
  ///   - kind: nil to choose the better one.
  ///   - seed: of the bootstrap.
  /// - Returns: nil where there is no window, or no line through it.
  public init?(
    steps: [Int], curves: [[Double]], rounding: [Double] = [], kind: Kind? = nil, seed: UInt64 = 0
  ) {
    guard let first = curves.first, first.count == steps.count else { return nil }
    let mean = Self.mean(of: curves)
    guard let window = FitWindow(steps: steps, values: mean, rounding: rounding) else { return nil }
    let inside = Array(steps[window.places])
    let logarithms = mean[window.places].map { log($0) }
    let lines = [Kind.logLog, .logLinear].compactMap { candidate -> (Kind, LinearFit)? in
      guard kind == nil || kind == candidate else { return nil }
      let line = try? LinearFit(
        lineThrough: Self.abscissas(inside, candidate), logarithms)
      return line.map { (candidate, $0) }
    }
    guard let (kind, line) = lines.min(by: { $0.1.sumOfSquares < $1.1.sumOfSquares }) else {
      return nil
    }
    self.kind = kind
    self.window = window
    slope = line.coefficients[1]
    residual = (line.sumOfSquares / Double(inside.count)).squareRoot()
    if curves.count > 1,
      let bootstrap = try? Bootstrap(
        curves.map { Array($0[window.places]) }, resamples: 1000, seed: seed, name: "rate fit",
        statistic: { sample in
          Self.slope(inside, Self.mean(of: sample), kind) ?? .nan
        })
    {
      let range = bootstrap.percentileInterval()
      interval = range.lower...range.upper
    } else {
      let quantile =
        (try? Distribution.studentT(degreesOfFreedom: Double(line.degreesOfFreedom))
          .quantile(0.975)) ?? 2
      let half = quantile * line.standardErrors[1]
      interval = (slope - half)...(slope + half)
    }
  }

  static func mean(of curves: [[Double]]) -> [Double] {
    guard curves.count > 1 else { return curves.first ?? [] }
    return curves[0].indices.map { place in
      curves.reduce(0) { $0 + $1[place] } / Double(curves.count)
    }
  }

  private static func abscissas(_ steps: [Int], _ kind: Kind) -> [Double] {
    steps.map { kind == .logLog ? log(Double($0)) : Double($0) }
  }

  /// The slope of a curve of positive values on some steps.
  static func slope(_ steps: [Int], _ values: [Double], _ kind: Kind) -> Double? {
    guard values.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    let x = abscissas(steps, kind)
    let y = values.map { log($0) }
    let (mx, my) = (x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count))
    var (above, below) = (0.0, 0.0)
    for i in x.indices {
      above += (x[i] - mx) * (y[i] - my)
      below += (x[i] - mx) * (x[i] - mx)
    }
    return below > 0 ? above / below : nil
  }

  /// The slope that another curve, at the same recorded steps, has on this fit's window.
  public func slope(of values: [Double], steps: [Int]) -> Double? {
    guard values.count >= window.places.upperBound else { return nil }
    return Self.slope(Array(steps[window.places]), Array(values[window.places]), kind)
  }

  /// How much the slope of a curve may move where each value moves by a relative `uncertainty`.
  func slack(steps: [Int], uncertainty: [Double]) -> Double {
    let x = Self.abscissas(Array(steps[window.places]), kind)
    let mean = x.reduce(0, +) / Double(x.count)
    let below = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return zip(x, uncertainty[window.places]).reduce(0) {
      $0 + ($1.0 - mean).magnitude / below * $1.1
    }
  }
}
