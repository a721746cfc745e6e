internal import Foundation
internal import Numbers
internal import Objectives
internal import Optimizers

/// Looks for functions of a class on which an optimizer ends far from the minimum.
///
/// Two stages, as for adaptive methods no semidefinite program is known: a search over functions whose
/// gradient is piecewise linear with a few knots, and from the best of these one in the space of gradients
/// at the visited points, where every function of one variable can be reached. Both run the shipped code, so
/// what they find are true lower bounds. The control is the same search on gradient descent with rate 1/L,
/// whose worst case is known: its ratio says how much of a worst case such a search finds.
public struct AdversarialSearch: Sendable {
  public var convexity: Double
  public var smoothness: Double
  /// `N`.
  public var steps: Int
  /// The start lies within this distance of the minimiser.
  public var radius = 1.0
  public var restarts = 12
  /// Trials of a restart, in each stage.
  public var trials = 400
  public var seed: UInt64

  /// - Precondition: `0 ≤ μ < L`, at least 1 step.
  public init(convexity: Double = 0, smoothness: Double = 1, steps: Int, seed: UInt64 = 0) {
    precondition(0 <= convexity && convexity < smoothness && steps >= 1)
    self.convexity = convexity
    self.smoothness = smoothness
    self.steps = steps
    self.seed = seed
  }

  /// What a search gave.
  public struct Result: Sendable, Hashable {
    public let subject: String
    public let steps: Int
    public let best: FoundInstance
    /// The best value of the first stage alone.
    public let firstStage: Double
    /// What the same search found for gradient descent with rate 1/L, over its exact worst case
    /// `LR²/(4N + 2)`; nil where the class is strongly convex.
    public let controlRatio: Double?
  }

  /// - Returns: nil where no run stays finite.
  public func run(_ method: OptimizerMethod) -> Result? {
    guard let found = search(method) else { return nil }
    var ratio: Double?
    if convexity == 0, let rate = Rational(exactly: 1 / smoothness),
      let control = search(OptimizerMethod(Optimizer(SGD(learningRate: rate))))
    {
      let exact = smoothness * radius * radius / Double(4 * steps + 2)
      ratio = control.best.value / exact
    }
    return Result(
      subject: method.name, steps: steps, best: found.best, firstStage: found.firstStage,
      controlRatio: ratio)
  }

  private func search(_ method: OptimizerMethod) -> (best: FoundInstance, firstStage: Double)? {
    var starts: [(shares: [Double], value: Double)] = []
    for restart in 0..<restarts {
      var draws = NormalDraws(
        seed: seed, property: "adversarial functions", case: UInt64(restart))
      if let found = knotted(method, &draws) { starts.append(found) }
    }
    starts.sort { $0.value > $1.value }
    guard let first = starts.first else { return nil }
    var best = first
    for (place, start) in starts.prefix(4).enumerated() {
      var draws = NormalDraws(seed: seed, property: "adversarial polish", case: UInt64(place))
      let polished = polished(start, method, &draws)
      if polished.value > best.value { best = polished }
    }
    return checkedInstance(best.shares, method).map { ($0, first.value) }
  }

  // The first stage: gradients of three knots on each side.

  /// Slopes between knots, for positive and negative x, and the start: numbers in `0 ... 1`.
  private static let knotCount = 3
  private static let genomeSize = 2 * (2 * knotCount + 1) + 1

  private func gradient(_ genome: [Double], at x: Double) -> Double {
    let count = Self.knotCount
    let offset = x < 0 ? 2 * count + 1 : 0
    var (left, slope) = (0.0, 0.0)
    let distance = x.magnitude
    for knot in 0...count {
      let end =
        knot == count
        ? Double.infinity : left + 2 * radius / Double(count) * genome[offset + knot]
      let rate =
        convexity + (smoothness - convexity) * genome[offset + count + knot]
      slope += rate * (min(distance, end) - left)
      if distance <= end { break }
      left = end
    }
    return x < 0 ? -slope : slope
  }

  /// The best of a mutating search with one parent, as shares for the second stage.
  private func knotted(
    _ method: OptimizerMethod, _ draws: inout NormalDraws
  ) -> (shares: [Double], value: Double)? {
    var parent = (0..<Self.genomeSize).map { _ in draws.unit() }
    parent[Self.genomeSize - 1] = 1
    var value = score(parent, method)
    var size = 0.3
    for _ in 0..<trials {
      let child = parent.map { gene in
        draws.unit() < 0.35 ? reflected(gene + size * draws.next()) : gene
      }
      let next = score(child, method)
      if next > value {
        (parent, value, size) = (child, next, min(0.5, size * 1.5))
      } else {
        size = max(1e-4, size * 0.96)
      }
    }
    guard value.isFinite else { return nil }
    // The same function in the second stage's terms: its gradients at the points of its run.
    var shares: [Double] = [parent[Self.genomeSize - 1]]
    var known = Interpolation(convexity, smoothness)
    var run = method.begin(at: [radius * parent[Self.genomeSize - 1]])
    for _ in 0..<steps {
      let x = run.point[0]
      let slope = gradient(parent, at: x)
      shares.append(known.share(of: slope, at: x))
      known.insert(x, slope)
      guard (try? run.advance(gradient: [slope], loss: 0)) != nil else { return nil }
    }
    let end = run.point[0]
    shares.append(known.share(of: gradient(parent, at: end), at: end))
    return instance(shares, method).map { (shares, $0.value) }
  }

  private func score(_ genome: [Double], _ method: OptimizerMethod) -> Double {
    var run = method.begin(at: [radius * genome[Self.genomeSize - 1]])
    for _ in 0..<steps {
      let x = run.point[0]
      guard (try? run.advance(gradient: [gradient(genome, at: x)], loss: 0)) != nil,
        run.point[0].isFinite
      else { return -.infinity }
    }
    // ∫₀ˣ of the gradient, by the midpoints of 200 pieces: a score only.
    let end = run.point[0]
    let width = end / 200
    return (0..<200).reduce(0) { $0 + width * gradient(genome, at: width * (Double($1) + 0.5)) }
  }

  private func reflected(_ x: Double) -> Double {
    let folded = x < 0 ? -x : x > 1 ? 2 - x : x
    return min(1, max(0, folded))
  }

  // The second stage: the gradient at each visited point, as a share of what the class allows there.

  private func polished(
    _ start: (shares: [Double], value: Double), _ method: OptimizerMethod,
    _ draws: inout NormalDraws
  ) -> (shares: [Double], value: Double) {
    var best = start
    // One coordinate at a time to its ends and around, then all together by small normal steps.
    var size = 0.25
    for trial in 0..<(trials * 2) {
      var child = best.shares
      if trial % 2 == 0 {
        let place = draws.below(child.count)
        let choice = draws.unit()
        child[place] =
          choice < 0.15 ? 0 : choice < 0.3 ? 1 : reflected(child[place] + size * draws.next())
      } else {
        for place in child.indices where draws.unit() < 0.3 {
          child[place] = reflected(child[place] + 0.3 * size * draws.next())
        }
      }
      if let value = instance(child, method)?.value, value > best.value {
        best = (child, value)
        size = min(0.5, size * 1.3)
      } else {
        size = max(1e-5, size * 0.985)
      }
    }
    return best
  }

  /// The run that shares describe; nil where it does not stay finite.
  func instance(_ shares: [Double], _ method: OptimizerMethod) -> FoundInstance? {
    var known = Interpolation(convexity, smoothness)
    var run = method.begin(at: [radius * shares[0]])
    var (points, gradients) = ([Double](), [Double]())
    for step in 0...steps {
      let x = run.point[0]
      guard x.isFinite, x.magnitude < 1e100 else { return nil }
      let slope = known.gradient(share: shares[step + 1], at: x)
      points.append(x)
      gradients.append(slope)
      known.insert(x, slope)
      if step == steps { break }
      guard (try? run.advance(gradient: [slope], loss: 0)) != nil else { return nil }
    }
    return FoundInstance(
      convexity: convexity, smoothness: smoothness, points: points, gradients: gradients,
      value: known.greatestValue(at: points[steps]))
  }
}

extension AdversarialSearch {
  /// The run that shares describe, its gradients moved by the last digits into what the class allows exactly,
  /// and checked in rationals.
  func checkedInstance(_ shares: [Double], _ method: OptimizerMethod) -> FoundInstance? {
    guard let mu = Rational(exactly: convexity), let l = Rational(exactly: smoothness) else {
      return nil
    }
    var known: [(x: Rational, slope: Rational)] = [(0, 0)]
    var run = method.begin(at: [radius * shares[0]])
    var (points, gradients) = ([Double](), [Double]())
    for step in 0...steps {
      guard let x = Rational(exactly: run.point[0]) else { return nil }
      var (low, high): (Rational?, Rational?)
      let place = known.firstIndex { $0.x >= x } ?? known.count
      if place < known.count {
        let (width, slope) = (known[place].x - x, known[place].slope)
        (low, high) = (slope - l * width, slope - mu * width)
      }
      if place > 0, known[max(0, place - 1)].x < x {
        let (width, slope) = (x - known[place - 1].x, known[place - 1].slope)
        low = max(low ?? slope + mu * width, slope + mu * width)
        high = min(high ?? slope + l * width, slope + l * width)
      }
      guard let low, let high, low.doubleAbove <= high.doubleBelow else { return nil }
      let (floor, ceiling) = (low.doubleAbove, high.doubleBelow)
      let slope = min(ceiling, max(floor, floor + shares[step + 1] * (ceiling - floor)))
      points.append(run.point[0])
      gradients.append(slope)
      if place == known.count || known[place].x != x {
        known.insert((x, Rational(exactly: slope) ?? 0), at: place)
      }
      if step == steps { break }
      guard (try? run.advance(gradient: [slope], loss: 0)) != nil else { return nil }
    }
    var found = FoundInstance(
      convexity: convexity, smoothness: smoothness, points: points, gradients: gradients, value: 0)
    guard let value = found.checkedValue(replaying: method) else { return nil }
    found.value = value.doubleBelow
    return found
  }
}

/// Gradients at some points of a function of one variable whose slopes lie in `[μ, L]`, and 0 at 0.
struct Interpolation {
  let mu: Double
  let l: Double
  /// By x, ascending.
  private(set) var known: [(x: Double, slope: Double)] = [(0, 0)]

  init(_ mu: Double, _ l: Double) { (self.mu, self.l) = (mu, l) }

  /// The gradients that the class allows at a point, from its neighbours.
  func range(at x: Double) -> ClosedRange<Double> {
    var (low, high) = (-Double.infinity, Double.infinity)
    let place = known.firstIndex { $0.x >= x } ?? known.count
    if place < known.count {
      let right = known[place]
      if right.x == x { return right.slope...right.slope }
      low = max(low, right.slope - l * (right.x - x))
      high = min(high, right.slope - mu * (right.x - x))
    }
    if place > 0 {
      let left = known[place - 1]
      low = max(low, left.slope + mu * (x - left.x))
      high = min(high, left.slope + l * (x - left.x))
    }
    return low <= high ? low...high : high...high
  }

  func gradient(share: Double, at x: Double) -> Double {
    let range = range(at: x)
    return range.lowerBound + share * (range.upperBound - range.lowerBound)
  }

  func share(of slope: Double, at x: Double) -> Double {
    let range = range(at: x)
    let width = range.upperBound - range.lowerBound
    return width > 0 ? min(1, max(0, (slope - range.lowerBound) / width)) : 0
  }

  mutating func insert(_ x: Double, _ slope: Double) {
    let place = known.firstIndex { $0.x >= x } ?? known.count
    if place < known.count, known[place].x == x { return }
    known.insert((x, slope), at: place)
  }

  /// The greatest `f(x) − f(0)` of a function with these gradients: away from 0, gradients as large as the
  /// slopes allow.
  func greatestValue(at x: Double) -> Double {
    guard x != 0 else { return 0 }
    var sum = 0.0
    let inside = known.filter { x > 0 ? $0.x >= 0 && $0.x <= x : $0.x <= 0 && $0.x >= x }
      .sorted { $0.x.magnitude < $1.x.magnitude }
    for (near, far) in zip(inside, inside.dropFirst()) {
      let width = (far.x - near.x).magnitude
      // Both as seen from 0 outwards.
      let (a, b) = (near.slope.magnitude, far.slope.magnitude)
      // As L for s, then μ for the rest: a + Ls + μ(w − s) = b.
      let s = l > mu ? min(width, max(0, (b - a - mu * width) / (l - mu))) : width
      let top = a + l * s
      sum += (a + top) / 2 * s + (top + b) / 2 * (width - s)
    }
    return sum
  }
}
