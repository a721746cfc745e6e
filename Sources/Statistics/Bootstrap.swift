internal import Numbers
internal import ReferenceNumerics

/// A statistic on samples drawn anew, with replacement, from a sample.
///
/// Any elements can be drawn: a run's whole curve, say, where runs differ by their seed. Which are drawn
/// depends on the seed, the name and the number of the resample alone.
///
/// Source: Efron & Tibshirani, *An Introduction to the Bootstrap*, 1993, chapters 13 and 14.
public struct Bootstrap: Sendable, Hashable {
  /// The statistic of the sample itself.
  public let estimate: Double
  /// The statistic of each resample, sorted.
  public let distribution: [Double]
  /// The statistic without each of the sample's elements in turn.
  public let jackknife: [Double]

  /// - Parameters:
  ///   - resamples: how many samples are drawn.
  ///   - seed: the report's seed.
  ///   - name: what is estimated; other names draw other samples.
  ///   - statistic: a number that each sample of the same size, or one smaller, has.
  /// - Throws: ``StatisticsError`` for fewer than two elements, or a statistic that is not finite.
  /// - Precondition: `resamples` is at least 1.
  public init<Element>(
    _ sample: [Element], resamples: Int = 10_000, seed: UInt64, name: String,
    statistic: ([Element]) -> Double
  ) throws(StatisticsError) {
    precondition(resamples >= 1, "resamples must be at least 1, got \(resamples)")
    guard sample.count >= 2 else { throw .tooFewValues(needed: 2, count: sample.count) }
    func finite(_ value: Double, _ what: @autoclosure () -> String) throws(StatisticsError)
      -> Double
    {
      guard value.isFinite else {
        throw .notFinite(what: "the statistic \(what())", value: value)
      }
      return value
    }
    estimate = try finite(statistic(sample), "of the sample")
    var values: [Double] = []
    values.reserveCapacity(resamples)
    let property = Philox.number(of: name)
    var drawn = sample
    for index in 0..<resamples {
      var source = Philox(seed: seed, property: property, case: UInt64(index))
      for place in drawn.indices {
        drawn[place] = sample[Int(source.below(UInt64(sample.count)))]
      }
      values.append(try finite(statistic(drawn), "of resample \(index)"))
    }
    distribution = values.sorted()
    var without: [Double] = []
    for place in sample.indices {
      var rest = sample
      rest.remove(at: place)
      without.append(try finite(statistic(rest), "without element \(place)"))
    }
    jackknife = without
  }

  /// The middle part of the resamples' statistics.
  ///
  /// - Precondition: `0 < level < 1`.
  public func percentileInterval(level: Double = 0.95) -> ConfidenceInterval {
    checkLevel(level)
    return interval(from: (1 - level) / 2, to: 1 - (1 - level) / 2, level: level)
  }

  /// The interval that is corrected for bias and for a spread that changes with the quantity (BCa).
  ///
  /// Where all resamples agree it is that one point.
  ///
  /// - Throws: ``StatisticsError`` where the sample's own statistic lies beyond all resamples', so that no
  ///   correction is known.
  /// - Precondition: `0 < level < 1`.
  public func acceleratedInterval(
    level: Double = 0.95
  ) throws(StatisticsError) -> ConfidenceInterval {
    checkLevel(level)
    guard distribution[0] < distribution[distribution.count - 1] else {
      return interval(from: 0, to: 1, level: level)
    }
    let below = distribution.count { $0 < estimate }
    let notAbove = distribution.count { $0 <= estimate }
    let share = Double(below + notAbove) / Double(2 * distribution.count)
    guard share > 0, share < 1 else {
      throw .degenerate(reason: "the sample's statistic \(estimate) lies beyond all resamples'")
    }
    let bias = try Distribution.normal.point(share)
    let centre = jackknife.compensatedSum() / Double(jackknife.count)
    let (squares, cubes) = (CompensatedSum<Double>(), CompensatedSum<Double>())
    let sums = jackknife.reduce(into: (squares, cubes)) { sums, value in
      let distance = centre - value
      sums.0.add(distance * distance)
      sums.1.add(distance * distance * distance)
    }
    let size = sums.0.value * sums.0.value.squareRoot()
    let acceleration = size > 0 ? sums.1.value / (6 * size) : 0
    func corrected(_ probability: Double) throws(StatisticsError) -> Double {
      let shifted = bias + (try Distribution.normal.point(probability))
      return try Distribution.normal.below(bias + shifted / (1 - acceleration * shifted))
    }
    return interval(
      from: try corrected((1 - level) / 2), to: try corrected(1 - (1 - level) / 2), level: level)
  }

  private func interval(from low: Double, to high: Double, level: Double) -> ConfidenceInterval {
    ConfidenceInterval(
      estimate: estimate, lower: quantile(low, ofSorted: distribution),
      upper: quantile(high, ofSorted: distribution), level: level)
  }
}
