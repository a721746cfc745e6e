import Numbers
import Objectives
import Optimizers
import Properties
import Testing

@testable import Convergence

/// AMO as its paper has it, but for the clip of the gradient.
private func amo(_ rate: Rational) -> OptimizerMethod {
  OptimizerMethod(Optimizer(AMO(learningRate: rate)))
}

@Suite("Searches for non-convergence")
struct NonConvergenceTests {
  @Test func `AMO with a constant rate stalls on the kinks`() async throws {
    for problem in ["absolute", "kink:left=1/3,right=1"] {
      let objective = try await Objective(parsing: problem)
      let (run, finding) = NonConvergenceSearch.search(
        amo(Rational(1, 100)), on: objective, steps: 100_000)
      #expect(finding?.kind == .stall, "\(problem): \(finding?.detail ?? "converges")")
      #expect(run.divergedAt == nil)
    }
  }

  @Test(arguments: [Rational(1, 100), Rational(1, 1000)])
  func `AMO's average on the uneven kink settles near −0.10·α₀`(rate: Rational) async throws {
    let objective = try await Objective(
      named: "kink", settings: ["left": "1/3", "right": "1", "start": "0"])
    let run = RateRun(of: amo(rate), on: objective, steps: 1_000_000)
    let mean = run.mean[0] / Double(rate)
    #expect(mean > -0.11 && mean < -0.09, "\(mean)")
  }

  @Test func `AMO shrinks for 12,000 steps on x²/2, then bursts`() async throws {
    let objective = try await Objective(parsing: "x^2/2", start: [1])
    let (_, finding) = NonConvergenceSearch.search(
      amo(Rational(1, 100)), on: objective, steps: 100_000)
    #expect(finding?.kind == .burst, "\(finding?.detail ?? "converges")")
    #expect((finding?.step ?? 0) > 10_000)
    // Where the burst has only begun, nothing stays at a level.
    let early = NonConvergenceSearch.search(amo(Rational(1, 100)), on: objective, steps: 20_000)
    #expect(early.finding == nil, "\(early.finding?.detail ?? "")")
  }

  @Test func `descent that converges is not accused`() async throws {
    for problem in ["power:exponent=4", "x^2/2", "quadratic:dimension=5,condition=100"] {
      let objective = try await Objective(parsing: problem)
      let (_, finding) = NonConvergenceSearch.search(
        descent(Rational(1, 20)), on: objective, steps: 20_000)
      #expect(finding == nil, "\(finding?.detail ?? "")")
    }
    let objective = try await Objective(named: "absolute")
    let falling = OptimizerMethod(
      Optimizer(SGD(learningRate: Rational(1, 10))), decay: .inverseRoot)
    #expect(NonConvergenceSearch.search(falling, on: objective, steps: 20_000).finding == nil)
  }

  @Test func `a slow run is no stall`() async throws {
    for (method, problem) in [
      // Rates far too small for the steps that are made.
      (descent(Rational(1, 2_000_000)), "x^2/2"),
      (OptimizerMethod(Optimizer(Adam(learningRate: Rational(1, 100_000)))), "absolute"),
      (descent(Rational(1, 1_000_000)), "power:exponent=8"),
    ] {
      let objective = try await Objective(parsing: problem, start: problem == "x^2/2" ? [1] : nil)
      let (run, finding) = NonConvergenceSearch.search(method, on: objective, steps: 10_000)
      let gaps = try #require(run.gaps[.last])
      #expect(gaps.last! > 0.2 * gaps[0], "\(problem) is not slow: \(gaps.last!)")
      #expect(finding == nil, "\(problem): \(finding?.detail ?? "")")
    }
  }

  @Test func `a power law, however slow, is no stall, and a level is one`() {
    let steps = RateRun.recordedSteps(upTo: 10_000)
    for exponent in [0.05, 0.1, 0.2, 0.3] {
      #expect(
        Stall(steps: steps, gaps: steps.map { Double.power(Double($0), -exponent) }) == nil)
    }
    #expect(Stall(steps: steps, gaps: steps.map { 1 - 1e-5 * Double($0) }) == nil)
    #expect(Stall(steps: steps, gaps: steps.map { _ in 1 }) != nil)
    // To a level like 1/t, and swinging about one.
    #expect(Stall(steps: steps, gaps: steps.map { 1 + 100 / Double($0) }) != nil)
    #expect(
      Stall(steps: steps, gaps: steps.map { 1 + 0.1 * (($0 * 7919) % 13 < 6 ? 1 : -1) }) != nil)
  }

  @Test(arguments: [("1/100", nil), ("1", .inverseRoot)] as [(String, RateDecay?)])
  func `Adam ends at the worst point of Reddi's sequence, AMSGrad near the best`(
    rate: String, decay: RateDecay?
  ) throws {
    let rate = try #require(Rational(rate))
    let adam = OptimizerMethod(Optimizer(Adam(learningRate: rate)), decay: decay)
    let (run, finding) = try NonConvergenceSearch.search(
      adam, on: .reddiPeriodic, steps: 1_000_000)
    #expect(finding?.kind == .wrongEnd)
    #expect(run.end == 1)
    #expect(RateChecks.regret(run).verdict == .refuted)
    let amsgrad = OptimizerMethod(Optimizer(AMSGrad(learningRate: rate)), decay: decay)
    let (other, nothing) = try NonConvergenceSearch.search(
      amsgrad, on: .reddiPeriodic, steps: 1_000_000)
    #expect(nothing == nil)
    #expect((other.end - -1).magnitude < 0.1, "\(other.end)")
  }
}

@Suite("Adversarial instances")
struct AdversarialTests {
  @Test func `gradient descent's worst case is reached, and never passed`() throws {
    for steps in [1, 5, 10] {
      let search = AdversarialSearch(steps: steps)
      let result = try #require(search.run(descent(1)))
      let exact = 1 / Double(4 * steps + 2)
      #expect(result.best.value <= exact * (1 + 1e-12))
      #expect(result.best.value >= 0.99 * exact, "\(steps): \(result.best.value / exact)")
      #expect(result.controlRatio.map { $0 > 0.99 && $0 <= 1 + 1e-12 } == true)
    }
  }

  @Test func `momentum as an average reaches the certified 0.13779 at five steps`() throws {
    let search = AdversarialSearch(steps: 5)
    let result = try #require(
      search.run(
        OptimizerMethod(
          Optimizer(
            SGD(
              learningRate: 1, momentum: Rational(9, 10), dampening: Rational(9, 10),
              firstDampening: .applied)))))
    #expect(result.best.value <= 0.1377861)
    #expect(result.best.value > 0.136, "\(result.best.value)")
  }

  @Test func `an instance of Adam replays through the shipped code in a function of the class`()
    throws
  {
    let method = OptimizerMethod(Optimizer(Adam(learningRate: Rational(1, 10))))
    let result = try #require(AdversarialSearch(steps: 5).run(method))
    // Known: 0.12996; the best quadratic gives 0.1290.
    #expect(result.best.value > 0.129, "\(result.best.value)")
    var run = method.begin(at: [result.best.points[0]])
    for (place, slope) in result.best.gradients.dropLast().enumerated() {
      #expect(run.point[0] == result.best.points[place])
      try run.advance(gradient: [slope], loss: 0)
    }
    #expect(run.point[0] == result.best.points[5])
    let exact = try #require(result.best.checkedValue(replaying: method))
    #expect(exact.doubleBelow == result.best.value)
    // Every pair of visited gradients, 0 at 0 included, has slopes in [0, 1].
    let pairs = zip(result.best.points + [0], result.best.gradients + [0]).sorted { $0.0 < $1.0 }
    for (left, right) in zip(pairs, pairs.dropFirst()) {
      let rise = right.1 - left.1
      #expect(rise >= -1e-15 && rise <= (right.0 - left.0) * (1 + 1e-12) + 1e-15)
    }
  }

  @Test func `an instance that was changed is refused in rationals`() throws {
    let method = OptimizerMethod(Optimizer(Adam(learningRate: Rational(1, 10))))
    let found = try #require(AdversarialSearch(steps: 3).run(method)).best
    func value(_ change: (inout [Double], inout [Double]) -> Void) -> Rational? {
      var (points, gradients) = (found.points, found.gradients)
      change(&points, &gradients)
      return FoundInstance(
        convexity: 0, smoothness: 1, points: points, gradients: gradients, value: found.value
      ).checkedValue(replaying: method)
    }
    #expect(value { _, _ in } != nil)
    #expect(value { points, _ in points[2] = points[2].nextUp } == nil)
    // Steeper than L from 0 to the last point.
    #expect(value { points, gradients in gradients[3] = 1.001 * points[3] } == nil)
  }

  @Test func `the interpolated value is the greatest`() {
    var known = Interpolation(0.5, 2)
    known.insert(1, 1)
    // Slope 2 for a third, then 1/2: gradients up to 2/3, then to 1.
    let expected = (2.0 / 3) / 2 / 3 + (2.0 / 3 + 1) / 2 * (2.0 / 3)
    #expect((known.greatestValue(at: 1) - expected).magnitude < 1e-15)
    #expect(known.range(at: 2) == 1.5...3)
    #expect(known.range(at: 0.5).lowerBound == 0.25 && known.range(at: 0.5).upperBound == 0.75)
    #expect(known.greatestValue(at: 0) == 0)
  }
}

@Suite("Times and profiles")
struct ProfileTests {
  @Test func `expected running time counts failed runs, profiles compare with the best`() {
    typealias Time = TargetTimes.Time
    let times = TargetTimes(
      methods: ["a", "b"], problems: ["p", "q"],
      times: [
        [
          [Time(reached: 10, made: 100), Time(reached: nil, made: 100)],
          [Time(reached: 8, made: 9)],
        ],
        [[Time(reached: 55, made: 100)], [Time(reached: nil, made: 50)]],
      ])
    #expect(times.expectedRunningTime(method: 0, problem: 0) == 110)
    #expect(times.expectedRunningTime(method: 1, problem: 1) == .infinity)
    #expect(times.profile(of: 0, at: 1) == 0.5 && times.profile(of: 0, at: 2) == 1)
    #expect(times.profile(of: 1, at: 100) == 0.5)
    #expect(times.ratios == [1, 2])
  }
}

@Suite("Bounds of the papers")
struct ClaimedBoundTests {
  private func compare(
    _ method: OptimizerMethod, _ objective: Objective, _ bound: ClaimedBound, steps: Int = 2000
  ) -> BoundComparison {
    let run = RateRun(of: method, on: objective, steps: steps)
    let fit = RateFit(
      steps: run.steps, curves: [run.values(.gap, of: .last)], rounding: run.gapRounding)
    return BoundComparison(bound, runs: [run], fit: fit, on: objective, method: method)
  }

  private func amvt(_ rate: Rational) -> OptimizerMethod {
    OptimizerMethod(Optimizer(AMVT(learningRate: rate)), decay: .inverseRoot)
  }

  @Test func `AMVT's bound holds, holds vacuously or fails with the scale of the function`()
    async throws
  {
    let unit = try await Objective(named: "scaled-smooth")
    #expect(
      compare(amvt(Rational(1, 1000)), unit, .amvtTheorem1).verdict == .holdsVacuously)
    // D²/(2α√T) + αG²/√T at α = 1 falls below the gap at the start, and AMVT reaches the minimum.
    #expect(compare(amvt(1), unit, .amvtTheorem1).verdict == .holds)
    let literal = compare(amvt(1), unit, .amvtTheorem1Literal)
    #expect(literal.curve.last ?? 0 > literal.curve.first ?? 0)
  }

  @Test func `a bound that is too small is refuted with its step`() async throws {
    let objective = try await Objective(named: "scaled-smooth")
    let small = ClaimedBound(
      paper: "none", statement: "1/T⁴",
      value: { steps, _, _, _ in 1 / (steps * steps * steps * steps) },
      exponent: -4, iterate: .last)
    let comparison = compare(amvt(Rational(1, 100)), objective, small)
    #expect(comparison.verdict == .refuted)
    #expect((comparison.worst?.ratio ?? 0) > 1)
  }

  @Test func `AMO's order is refuted where the gap stalls`() async throws {
    let objective = try await Objective(named: "absolute")
    let comparison = compare(
      amo(Rational(1, 100)), objective, .amoTheorem1, steps: 20_000)
    #expect(comparison.verdict == .refuted, "\(comparison.reason)")
    // The order with the constant of the first tenth: a number at every step, which the stall passes.
    #expect(comparison.curve.count == RateRun.recordedSteps(upTo: 20_000).count)
    #expect(comparison.worst != nil && comparison.curve.allSatisfy { $0 > 0 })
  }
}
