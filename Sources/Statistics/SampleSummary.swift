internal import Numbers

/// Count, mean and variance of a sample.
public struct SampleSummary: Sendable, Hashable {
  public let count: Int
  /// Within 2 ulp of the exact mean, but where terms cancel to less than `ε` of their magnitudes.
  public let mean: Double
  /// The sum of the squared distances from the mean.
  public let sumOfSquares: Double

  /// Two passes, both in compensated sums; the second subtracts what the first left of the mean.
  ///
  /// - Throws: ``StatisticsError`` for an empty sample, or one with a value that is not finite.
  public init(_ values: [Double]) throws(StatisticsError) {
    guard !values.isEmpty else { throw .tooFewValues(needed: 1, count: 0) }
    for (index, value) in values.enumerated() where !value.isFinite {
      throw .notFinite(what: "value \(index) of the sample", value: value)
    }
    count = values.count
    let size = Double(values.count)
    // Divided first where the sum of large values would overflow.
    let sum = values.compensatedSum()
    mean = sum.isFinite ? sum / size : values.map { $0 / size }.compensatedSum()
    var squares = CompensatedSum<Double>()
    var rest = CompensatedSum<Double>()
    for value in values {
      let distance = value - mean
      squares.addProduct(distance, distance)
      rest.add(distance)
    }
    let sumOfSquares = squares.value - rest.value * rest.value / size
    guard sumOfSquares.isFinite else {
      throw .notFinite(what: "the sum of squares", value: sumOfSquares)
    }
    self.sumOfSquares = max(0, sumOfSquares)
  }

  /// `Σ(x − x̄)²/(n − 1)`; nil for a single value.
  public var variance: Double? { count > 1 ? sumOfSquares / Double(count - 1) : nil }

  public var standardDeviation: Double? { variance?.squareRoot() }

  /// The standard deviation of the mean, `s/√n`; nil for a single value.
  public var standardError: Double? {
    standardDeviation.map { $0 / Double(count).squareRoot() }
  }
}

/// The quantile of sorted values, linear between two of them (type 7 of Hyndman & Fan 1996: R's and NumPy's
/// default).
///
/// - Precondition: there are values, sorted, and `0 ≤ share ≤ 1`.
public func quantile(_ share: Double, ofSorted values: [Double]) -> Double {
  precondition(!values.isEmpty, "no values")
  precondition(share >= 0 && share <= 1, "a share lies in 0 ... 1, got \(share)")
  let position = share * Double(values.count - 1)
  let index = Int(position)
  guard index + 1 < values.count else { return values[values.count - 1] }
  let (low, high) = (values[index], values[index + 1])
  // From the nearer end, so that the ends themselves come out exactly.
  let part = position - Double(index)
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part)
}

/// The middle value, or the mean of the middle two.
public func median(_ values: [Double]) throws(StatisticsError) -> Double {
  guard !values.isEmpty else { throw .tooFewValues(needed: 1, count: 0) }
  for (index, value) in values.enumerated() where !value.isFinite {
    throw .notFinite(what: "value \(index) of the sample", value: value)
  }
  return quantile(0.5, ofSorted: values.sorted())
}
