public import Diagnostics
internal import Numbers

/// The parameters after every step of a scenario.
public struct Trajectory<N: Sendable>: Sendable {
  /// By step, group, tensor, coordinate.
  public var parameters: [[[[N]]]]

  public init(parameters: [[[[N]]]] = []) { self.parameters = parameters }
}

extension Trajectory<Double> {
  public var json: JSONValue {
    .array(
      parameters.map { step in
        .array(step.map { group in .array(group.map { JSONValue($0) }) })
      })
  }

  /// Whether two runs agree to the bit, NaN being equal to NaN.
  public func isIdentical(to other: Trajectory<Double>) -> Bool {
    firstDifference(from: other) == nil
  }

  /// The first place in which two runs of equal shape differ.
  ///
  /// - Parameter tolerance: the difference that is let pass, relative to the larger of the two values and
  ///   1, as parameters of that size round; 0 demands equality to the bit.
  public func firstDifference(
    from other: Trajectory<Double>, tolerance: Double = 0
  ) -> Place? {
    for (step, pair) in zip(parameters, other.parameters).enumerated() {
      for (group, tensors) in zip(pair.0, pair.1).enumerated() {
        for (tensor, values) in zip(tensors.0, tensors.1).enumerated() {
          for (coordinate, value) in zip(values.0, values.1).enumerated()
          where !Self.agree(value.0, value.1, tolerance) {
            return Place(step: step, group: group, tensor: tensor, coordinate: coordinate)
          }
        }
      }
    }
    return nil
  }

  private static func agree(_ x: Double, _ y: Double, _ tolerance: Double) -> Bool {
    if x == y || x.isNaN && y.isNaN { return true }
    return abs(x - y) <= tolerance * max(x.magnitude, y.magnitude, 1)
  }

  public subscript(place: Place) -> Double {
    parameters[place.step][place.group][place.tensor][place.coordinate]
  }
}

/// A coordinate after a step; all indices count from 0.
public struct Place: Sendable, Hashable {
  public var step: Int
  public var group: Int
  public var tensor: Int
  public var coordinate: Int
}

extension Place: CustomStringConvertible {
  public var description: String {
    "step \(step + 1), group \(group), tensor \(tensor), coordinate \(coordinate)"
  }
}
