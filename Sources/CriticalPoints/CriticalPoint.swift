public import Diagnostics
internal import Numbers

/// A point where the gradient of a function, or of its transform, is zero.
public struct CriticalPoint: Hashable, Sendable {
  /// What the function does there.
  public enum Kind: String, Hashable, Sendable {
    case minimum, maximum, saddle
    /// The Hessian is singular, and nothing further decides.
    case degenerate
  }

  /// How the kind is known; `gsl` is numeric: no enclosure decides.
  public enum KindProof: String, Hashable, Sendable {
    case exact, interval, gsl
  }

  /// What the transform does to it.
  public enum Status: String, Hashable, Sendable {
    /// Critical for both, with the same inertia.
    case preserved
    /// Critical for both, and the transform's Hessian has zero eigenvalues where the function's has not.
    case flattened
    /// Critical for both, and the transform's Hessian is infinite, has no two-sided value, or is regular where
    /// the function's is singular.
    case sharpened
    /// Critical for the transform only.
    case spurious
    /// Critical for the function only.
    case lost
  }

  /// How the status is known; `numeric` where no proof decides whether the function is 0 there.
  public enum StatusProof: String, Hashable, Sendable {
    case exact, interval, numeric
  }

  /// The value of one variable.
  public struct Coordinate: Hashable, Sendable {
    public let variable: String
    public let value: Double
    /// The value exactly, where it is known to be this fraction.
    public let exact: String?
  }

  public let at: [Coordinate]
  /// The function there.
  public let value: Double
  /// Of the function; nil at a spurious point.
  public let kind: Kind?
  public let kindProvedBy: KindProof?
  /// Of the function's Hessian, ascending.
  public let eigenvalues: [Double]
  /// Of the transform's Hessian, in the order of `eigenvalues`: one-sided ones along the eigenvectors where
  /// `|l| = 1`, infinite ones where they are. Nil without a transform, at a lost point, and where there is no
  /// two-sided value.
  public let transformedEigenvalues: [Double]?
  public let status: Status?
  public let statusProvedBy: StatusProof?
  /// Whether it is proved that there is exactly one such point here.
  public let isProved: Bool
  /// Whether GSL's differences of values and gradients confirm the gradient 0 and the Hessian, within three
  /// times their estimated errors and 1e-7 of the largest second derivative; nil where they cannot be taken, and at spurious points.
  public let isConfirmedByDifferences: Bool?
  /// What else is to be known about it, a sentence each.
  public let notes: [String]

  /// The point as `design.md` has it.
  public var json: JSONValue {
    .object([
      "at": .object(
        Dictionary(at.map { ($0.variable, JSONValue($0.value)) }, uniquingKeysWith: { $1 })),
      "value": JSONValue(value),
      "kind": JSONValue(kind?.rawValue),
      "kindProvedBy": JSONValue(kindProvedBy?.rawValue),
      "eigenvalues": JSONValue(eigenvalues),
      "transformedEigenvalues": transformedEigenvalues.map { JSONValue($0) } ?? .null,
      "status": JSONValue(status?.rawValue),
      "statusProvedBy": JSONValue(statusProvedBy?.rawValue),
    ])
  }
}

/// Critical points that are not isolated: a curve, a surface, a region.
public struct CriticalSet: Hashable, Sendable {
  /// What holds on it, as text: `x^2 + y^2 - 1 = 0`.
  public let equation: String
  public let dimension: Int
  public let status: CriticalPoint.Status?
  public let statusProvedBy: CriticalPoint.StatusProof?
  /// Points on it, found numerically, coordinates in the box's order.
  public let samples: [[Double]]
  /// The box's variables.
  public let variables: [String]
  public let notes: [String]

  public var json: JSONValue {
    .object([
      "equation": .string(equation),
      "dimension": .integer(dimension),
      "status": JSONValue(status?.rawValue),
      "samples": .array(
        samples.map { sample in
          .object(
            Dictionary(
              zip(variables, sample).map { ($0, JSONValue($1)) }, uniquingKeysWith: { $1 }))
        }),
    ])
  }
}

/// The critical points of a function in a box, and what a transform does to them.
public struct CriticalPointReport: Hashable, Sendable {
  /// The function as text.
  public let function: String
  public let transform: String?
  public let box: SearchBox
  /// Whether every isolated critical point of the function and of its transform in the box is listed, proved.
  public let isComplete: Bool
  /// Ordered by coordinates.
  public let points: [CriticalPoint]
  public let sets: [CriticalSet]
  /// Boxes in which the search could not tell, as bounds in the order of the box's variables.
  public let undecidedBoxes: [[ClosedRange<Double>]]
  /// How the points were found, and what is known beside them, a sentence each.
  public let notes: [String]
  /// Boxes looked at; 0 where algebra alone decided.
  public let boxCount: Int

  /// The report as `design.md` has it.
  public var json: JSONValue {
    .object([
      "function": .string(function),
      "transform": JSONValue(transform),
      "box": .object(
        Dictionary(
          box.sides.map { side in
            (side.variable, JSONValue([Double(side.lower), Double(side.upper)]))
          }, uniquingKeysWith: { $1 })),
      "complete": .bool(isComplete),
      "points": .array(points.map(\.json)),
      "sets": .array(sets.map(\.json)),
    ])
  }
}
