public import Numbers
internal import Objectives
internal import Optimizers

/// A convex function of one variable on which an optimizer does badly: values that can be checked.
///
/// The gradient at 0, the minimiser, is 0; at the visited points it is `gradients`. Between neighbours some
/// gradient with slopes in `[μ, L]` joins them, and the value is the greatest that one can give: so a
/// function of the class with these gradients and this gap exists, and the real optimizer walks on it as
/// listed.
public struct FoundInstance: Sendable, Hashable {
  public let convexity: Double
  public let smoothness: Double
  /// The start and every iterate of the shipped code.
  public let points: [Double]
  /// The gradient at each of them.
  public let gradients: [Double]
  /// `f(x_N) − f(0)`.
  public internal(set) var value: Double

  /// How the result is to be read.
  public var statement: String {
    "an instance with value ≥ \(Float(value)) was found; it bounds the worst case from below, and from above"
      + " nothing does"
  }
}

extension FoundInstance {
  /// Checks the instance in rationals: the shipped code, given these gradients, visits these points to the
  /// bit, and the slopes between neighbours lie in `[μ, L]`, the gradient at 0 being 0.
  ///
  /// - Returns: the greatest `f(x_N) − f(0)` of a function of the class with these gradients, exactly; nil
  ///   where something does not hold.
  public func checkedValue(replaying method: OptimizerMethod) -> Rational? {
    guard points.count == gradients.count, let start = points.first,
      let mu = Rational(exactly: convexity), let l = Rational(exactly: smoothness)
    else { return nil }
    var run = method.begin(at: [start])
    for (place, slope) in gradients.enumerated() {
      guard run.point[0] == points[place] else { return nil }
      if place == gradients.count - 1 { break }
      guard (try? run.advance(gradient: [slope], loss: 0)) != nil else { return nil }
    }
    var known: [(x: Rational, slope: Rational)] = [(0, 0)]
    for (point, gradient) in zip(points, gradients) {
      guard let x = Rational(exactly: point), let slope = Rational(exactly: gradient) else {
        return nil
      }
      known.append((x, slope))
    }
    let end = known[known.count - 1].x
    known.sort { $0.x < $1.x }
    for (left, right) in zip(known, known.dropFirst()) {
      let (width, rise) = (right.x - left.x, right.slope - left.slope)
      guard mu * width <= rise, rise <= l * width else { return nil }
    }
    // From 0 outwards between neighbours: as L for s, then μ for the rest.
    let way = known.filter {
      end.isNegative ? !(0 < $0.x) && end <= $0.x : 0 <= $0.x && $0.x <= end
    }
    .sorted { $0.x.magnitude < $1.x.magnitude }
    var total: Rational = 0
    for (near, far) in zip(way, way.dropFirst()) {
      let width = (far.x - near.x).magnitude
      let (a, b) = (near.slope.magnitude, far.slope.magnitude)
      guard let s = l == mu ? width : try? (b - a - mu * width) / (l - mu) else { return nil }
      let top = a + l * s
      total += ((a + top) * s + (top + b) * (width - s)) * Rational(1, 2)
    }
    return total
  }
}
