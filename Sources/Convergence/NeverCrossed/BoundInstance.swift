public import Numbers

/// A problem of a class and a start: a sum of two-slope functions of one variable each, and its minimiser.
///
/// All numbers are `Double`s, so that the shipped code meets exactly the function that the bound is about.
public struct BoundInstance: Sendable {
  /// One a coordinate, around 0.
  public var functions: [TwoSlopeFunction<Double>]
  /// `x*`.
  public var minimiser: [Double]
  /// `x₀`.
  public var start: [Double]

  public init(functions: [TwoSlopeFunction<Double>], minimiser: [Double], start: [Double]) {
    precondition(
      functions.count == minimiser.count && functions.count == start.count && !start.isEmpty,
      "\(functions.count) functions, \(minimiser.count) and \(start.count) coordinates")
    self.functions = functions
    self.minimiser = minimiser
    self.start = start
  }

  /// Draws an instance: up to three coordinates, slopes within the class, corners near the way of a run.
  ///
  /// - Parameters:
  ///   - convexity: `μ`, at least 0.
  ///   - smoothness: `L`.
  init(drawing random: inout Philox, convexity: Rational, smoothness: Rational) {
    let (low, high) = (convexity.doubleAbove, smoothness.doubleBelow)
    let count = Int(random.below(3)) + 1
    // The draws are as many whatever they are.
    var instance = BoundInstance(
      functions: [TwoSlopeFunction(inner: 0, outer: 0, left: nil, right: nil)], minimiser: [0],
      start: [0])
    (instance.functions, instance.minimiser, instance.start) = ([], [], [])
    for _ in 0..<count {
      let kind = random.below(4)
      let share = random.unit()
      let other = random.unit()
      let slope = min(high, max(low, low + share * (high - low)))
      let flat = min(slope, max(low, low + other * (slope - low)))
      let corner = Double.exp(-6 * random.unit())
      let second = Double.exp(-6 * random.unit())
      let centre = 4 * random.unit() - 2
      let offset = 2 * random.unit() - 1
      let function =
        switch kind {
        case 0: TwoSlopeFunction(inner: slope, outer: slope, left: nil, right: nil)
        case 1: TwoSlopeFunction(inner: high, outer: low, left: corner, right: corner)
        case 2: TwoSlopeFunction(inner: high, outer: low, left: corner, right: second)
        default: TwoSlopeFunction(inner: slope, outer: flat, left: nil, right: corner)
        }
      instance.functions.append(function)
      instance.minimiser.append(centre)
      instance.start.append(centre + offset)
    }
    self = instance
  }

  /// The gradient as shipped code would compute it.
  public func gradient(at x: [Double]) -> [Double] {
    x.indices.map { functions[$0].gradient(x[$0] - minimiser[$0]) }
  }

  /// `f(x) − f*`, exactly.
  ///
  /// - Returns: nil where a coordinate is not finite.
  public func exactGap(at x: [Double]) -> Rational? {
    var total: Rational = 0
    for index in x.indices {
      guard let point = Rational(exactly: x[index]) else { return nil }
      total += exact(index).value(point - exactMinimiser(index))
    }
    return total
  }

  /// `‖x₀ − x*‖²`, exactly.
  public var exactSquaredDistance: Rational {
    start.indices.reduce(0) { total, index in
      total + (Rational(exactly: start[index])! - exactMinimiser(index)).squared()
    }
  }

  /// The gradient over boxes.
  func gradient(at x: [Interval]) -> [Interval] {
    x.indices.map { functions[$0].map { Interval($0) }.gradient(x[$0] - Interval(minimiser[$0])) }
  }

  /// `f(x) − f*` over a box.
  func gap(at x: [Interval]) -> Interval {
    var total: Interval = 0
    for index in x.indices {
      total =
        total + functions[index].map { Interval($0) }.value(x[index] - Interval(minimiser[index]))
    }
    return total
  }

  private func exact(_ index: Int) -> TwoSlopeFunction<Rational> {
    functions[index].map { Rational(exactly: $0)! }
  }

  private func exactMinimiser(_ index: Int) -> Rational { Rational(exactly: minimiser[index])! }
}
