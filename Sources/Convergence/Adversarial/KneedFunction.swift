public import Numbers

/// A convex function of one variable with its minimum 0 at 0, whose gradient is piecewise linear with slopes
/// in `[μ, L]`: a member of the class by its form, whatever the numbers are.
public struct KneedFunction: Sendable, Equatable {
  /// A change of slope at a distance from 0.
  public struct Knee: Sendable, Equatable {
    /// Above 0.
    public var distance: Double
    /// The slope beyond.
    public var slope: Double
  }

  /// The slope at 0.
  public var slope: Double
  /// To the right and to the left, in ascending distance.
  public var right: [Knee]
  public var left: [Knee]

  /// The changes of slope on one side, with their distances.
  private func changes(_ knees: [Knee]) -> [(distance: Double, before: Double, after: Double)] {
    var before = slope
    return knees.map { knee in
      defer { before = knee.slope }
      return (knee.distance, before, knee.slope)
    }
  }

  /// `f′(x)`, over any number: `s₀x + Σ Δs·max(x − t, 0)` to the right, and its mirror image to the left.
  public func gradient<N: RuleNumber>(_ x: N, number: (Double) -> N) -> N {
    var total = number(slope) * x
    for change in changes(right) {
      let over: N = .greater(x - number(change.distance), 0)
      total = total + (number(change.after) - number(change.before)) * over
    }
    for change in changes(left) {
      let over: N = .greater(-x - number(change.distance), 0)
      total = total - (number(change.after) - number(change.before)) * over
    }
    return total
  }

  /// `f(x)`.
  public func value<N: RuleNumber>(_ x: N, number: (Double) -> N) -> N {
    let half = number(0.5)
    var total = half * number(slope) * x.squared()
    for (knees, y) in [(right, x), (left, -x)] {
      for change in changes(knees) {
        let over: N = .greater(y - number(change.distance), 0)
        total =
          total + half * (number(change.after) - number(change.before)) * over.squared()
      }
    }
    return total
  }
}
