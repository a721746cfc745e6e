public import Numbers

/// A product of closed intervals with exact ends, one for each symbol.
public struct RealBox: Sendable, Hashable {
  /// The intervals by symbol.
  public let ranges: [String: ClosedRange<Rational>]

  public init(_ ranges: [String: ClosedRange<Rational>]) { self.ranges = ranges }

  /// The symbols, sorted.
  public var symbols: [String] { ranges.keys.sorted() }

  /// Whether the box holds a point; a symbol that the point has no value for is held by any range.
  public func contains(_ point: [String: Rational]) -> Bool {
    ranges.allSatisfy { name, range in point[name].map { range.contains($0) } ?? true }
  }
}

extension RealBox: CustomStringConvertible {
  /// `x in [0, 1], y in [-1/3, 2]`.
  public var description: String {
    symbols.compactMap { name in
      ranges[name].map {
        "\(name) in [\($0.lowerBound.decimalDescription), \($0.upperBound.decimalDescription)]"
      }
    }.joined(separator: ", ")
  }
}
