/// The level at which a whole report may raise a false alarm, split over its statistical rows.
///
/// The shares add up to the total, so that the probability of any false rejection in the report is at most
/// the total (Bonferroni), however the rows depend on each other. What a row's several tests use is split
/// once more.
public struct AlphaBudget: Sendable, Hashable {
  /// The level of a report: at most one false alarm in a thousand reports.
  public static let reportTotal = 0.001

  /// The level of the whole.
  public let total: Double
  /// The rows that have a share, in order.
  public let rows: [String]
  private let weights: [String: Double]

  /// Equal shares.
  ///
  /// - Precondition: `0 < total < 1`, and the rows' names differ.
  public init(total: Double = Self.reportTotal, rows: [String]) {
    self.init(total: total, weightedRows: rows.map { ($0, 1) })
  }

  /// Shares in proportion to weights.
  ///
  /// - Precondition: `0 < total < 1`, the rows' names differ, and every weight is finite and above 0.
  public init(total: Double = Self.reportTotal, weightedRows: [(row: String, weight: Double)]) {
    checkLevel(total)
    self.total = total
    rows = weightedRows.map(\.row)
    var weights: [String: Double] = [:]
    let sum = weightedRows.reduce(0) { $0 + $1.weight }
    for (row, weight) in weightedRows {
      precondition(weight > 0 && weight.isFinite, "\(row) weighs \(weight)")
      precondition(weights.updateValue(weight / sum, forKey: row) == nil, "two rows are \(row)")
    }
    self.weights = weights
  }

  /// The level of one test of a row that makes so many.
  ///
  /// - Precondition: the row has a share, and `tests` is at least 1.
  public func level(of row: String, tests: Int = 1) -> Double {
    precondition(tests >= 1, "\(row) makes at least one test, got \(tests)")
    guard let weight = weights[row] else {
      preconditionFailure("\(row) has no share of the budget; \(rows.joined(separator: ", ")) have")
    }
    // Rounded down, so that the shares never add up to more than the total.
    return (total * weight / Double(tests)).nextDown
  }

  /// What a row's evidence says of its level: `α = 0.0005 of the report's 0.001, 2 tests`.
  public func statement(of row: String, tests: Int = 1) -> String {
    "α = \(level(of: row).rounded(toDigits: 3)) of the report's \(total)"
      + (tests == 1 ? "" : ", over \(tests) tests")
  }
}

extension Double {
  /// The nearest decimal with so many significant digits, for printing.
  fileprivate func rounded(toDigits digits: Int) -> Double {
    guard isFinite, self != 0 else { return self }
    var scale = 1.0
    var size = magnitude
    while size < 1 { (size, scale) = (size * 10, scale * 10) }
    for _ in 1..<digits { scale *= 10 }
    return (self * scale).rounded() / scale
  }
}
