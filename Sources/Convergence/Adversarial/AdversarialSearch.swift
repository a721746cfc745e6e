public import Numbers
public import Optimizers

/// A function of the class on which an optimizer does badly: a bound on its worst case from below, and no more.
public struct AdversarialInstance: Sendable {
  public let function: KneedFunction
  /// `x₀ − x*`, of magnitude at most 1.
  public let start: Double
  /// `f(x_N) − f*` is at least this: the lower end of the run on intervals.
  public let value: Double
}

/// Looks for instances on which an adaptive optimizer is slow, where no semidefinite program says what the worst
/// is.
///
/// Two stages, both within the class by construction: functions with three knees a side from many starts, by a
/// (1+1) evolution strategy; then the best of them with knees at the points that its run visits, polished
/// likewise. The shipped rule's own text makes the steps.
///
/// What it finds is an instance with value ≥ v, never the worst case. How good it is shows on a method whose
/// worst case is known: gradient descent, or momentum as an average.
public struct AdversarialSearch: Sendable {
  public let optimizer: Optimizer
  /// `μ` and `L`.
  public let slopes: ClosedRange<Double>
  public let steps: Int
  public var restarts = 12
  /// Runs of each restart, and of the polish.
  public var evaluations = 2_000

  /// - Precondition: `0 ≤ μ < L`, and there is a step.
  public init(_ optimizer: Optimizer, convexity: Double, smoothness: Double, steps: Int) {
    precondition(
      convexity >= 0 && convexity < smoothness && smoothness.isFinite,
      "slopes from \(convexity) to \(smoothness)")
    precondition(steps >= 1, "a run has steps, got \(steps)")
    self.optimizer = optimizer
    slopes = convexity...smoothness
    self.steps = steps
  }

  private struct Candidate {
    var function: KneedFunction
    var start: Double
    var value: Double
  }

  /// - Returns: nil where every run's value is not finite, or the optimizer needs the loss.
  public func run(seed: UInt64) -> AdversarialInstance? {
    guard !optimizer.requiresLoss else { return nil }
    let property = Philox.number(of: "rate.adversarial")
    var best: Candidate?
    for restart in 0..<restarts {
      var random = Philox(seed: seed, property: property, case: UInt64(restart))
      let found = improved(drawn(&random), evaluations, &random)
      if found.value > best?.value ?? -1 { best = found }
    }
    guard let best, best.value.isFinite, best.value >= 0 else { return nil }
    var random = Philox(seed: seed, property: property, case: UInt64(restarts))
    let polished = improved(withKneesAtVisits(best), evaluations, &random)
    return certified(polished.value > best.value ? polished : best)
  }

  private func drawn(_ random: inout Philox) -> Candidate {
    func knees(_ random: inout Philox) -> [KneedFunction.Knee] {
      (0..<3).map { _ in
        let distance = Double.exp(-5 * random.unit())
        return KneedFunction.Knee(distance: distance, slope: slope(&random))
      }.sorted { $0.distance < $1.distance }
    }
    var candidate = Candidate(
      function: KneedFunction(slope: slope(&random), right: knees(&random), left: knees(&random)),
      start: random.unit() < 0.75 ? 1 : 2 * random.unit() - 1, value: 0)
    candidate.value = value(of: candidate)
    return candidate
  }

  /// An end of the range half of the time: the worst functions bend as much as they may.
  private func slope(_ random: inout Philox) -> Double {
    let kind = random.below(4)
    let share = random.unit()
    return switch kind {
    case 0: slopes.lowerBound
    case 1: slopes.upperBound
    default: slopes.lowerBound + share * (slopes.upperBound - slopes.lowerBound)
    }
  }

  /// A (1+1) evolution strategy: one number or all of them moved at a time, by a step that grows with success.
  private func improved(
    _ candidate: Candidate, _ count: Int, _ random: inout Philox
  ) -> Candidate {
    var best = candidate
    var size = 0.3
    for _ in 0..<count {
      var next = best
      let movesAll = random.below(3) == 0
      let target = Int(
        random.below(UInt64(2 * (best.function.right.count + best.function.left.count) + 2)))
      var place = 0
      func moves() -> Bool {
        defer { place += 1 }
        return movesAll || place == target
      }
      // The difference of two uniform numbers, and rarely a long jump.
      func step(_ random: inout Philox) -> Double {
        let long = random.below(8) == 0 ? 8.0 : 1
        return size * long * (random.unit() - random.unit())
      }
      let width = slopes.upperBound - slopes.lowerBound
      func moved(_ slope: Double, _ random: inout Philox) -> Double {
        min(slopes.upperBound, max(slopes.lowerBound, slope + width * step(&random)))
      }
      if moves() { next.start = min(1, max(-1, next.start + step(&random))) }
      if moves() { next.function.slope = moved(next.function.slope, &random) }
      for side in [\KneedFunction.right, \KneedFunction.left] {
        for index in next.function[keyPath: side].indices {
          if moves() {
            next.function[keyPath: side][index].distance *= Double.exp(2 * step(&random))
          }
          if moves() {
            next.function[keyPath: side][index].slope = moved(
              next.function[keyPath: side][index].slope, &random)
          }
        }
        next.function[keyPath: side].sort { $0.distance < $1.distance }
      }
      next.value = value(of: next)
      if next.value > best.value {
        best = next
        size = min(0.5, size * 1.5)
      } else {
        size = max(1e-6, size * 0.97)
      }
    }
    return best
  }

  /// The same function, with further knees where its run visits; the slopes there change nothing yet.
  private func withKneesAtVisits(_ candidate: Candidate) -> Candidate {
    var next = candidate
    let visits = trajectory(candidate)
    for (side, sign) in [(\KneedFunction.right, 1.0), (\KneedFunction.left, -1.0)] {
      let old = candidate.function[keyPath: side]
      for distance in visits.map({ sign * $0 }) where distance > 1e-12 {
        let slope =
          old.last { $0.distance <= distance }?.slope ?? candidate.function.slope
        next.function[keyPath: side].append(.init(distance: distance, slope: slope))
      }
      next.function[keyPath: side].sort { $0.distance < $1.distance }
    }
    next.value = value(of: next)
    return next
  }

  private func trajectory(_ candidate: Candidate) -> [Double] {
    var run = OptimizerRun<Double>(optimizer, parameters: [candidate.start])
    var visits = [candidate.start]
    for _ in 0..<steps {
      let gradient = candidate.function.gradient(run.parameters[0]) { $0 }
      run.advance(gradients: [gradient])
      visits.append(run.parameters[0])
    }
    return visits
  }

  /// `f(x_N) − f*` in `Double`; −1 where it is not finite.
  private func value(of candidate: Candidate) -> Double {
    let last = trajectory(candidate).last ?? .nan
    let value = candidate.function.value(last) { $0 }
    return value.isFinite ? value : -1
  }

  /// The value that the run on intervals leaves no doubt of.
  private func certified(_ candidate: Candidate) -> AdversarialInstance {
    var run = OptimizerRun<Interval>(optimizer, parameters: [Interval(candidate.start)])
    for _ in 0..<steps {
      run.advance(gradients: [candidate.function.gradient(run.parameters[0]) { Interval($0) }])
    }
    let value = candidate.function.value(run.parameters[0]) { Interval($0) }
    return AdversarialInstance(
      function: candidate.function, start: candidate.start,
      value: value.isDefined ? max(0, value.lower) : 0)
  }
}
