import Numbers
import Objectives
import Optimizers
import Properties
import Testing

@testable import Convergence

/// Gradient descent, with a rate and what else is set.
func descent(_ rate: Rational, momentum: Rational? = nil, dampening: Rational? = nil)
  -> OptimizerMethod
{
  OptimizerMethod(Optimizer(SGD(learningRate: rate, momentum: momentum, dampening: dampening)))
}

@Suite("Measured rates against exact predictions")
struct RateTests {
  @Test(arguments: [(4, "1/20", -2.0), (6, "1/40", -1.5)])
  func `gradient descent on a flat power has the enclosed slope, near the asymptote`(
    exponent: Int, rate: String, asymptote: Double
  ) async throws {
    let objective = try await Objective(named: "power", settings: ["exponent": "\(exponent)"])
    let method = descent(try #require(Rational(rate)))
    let run = RateRun(of: method, on: objective, steps: 10_000)
    let fit = try #require(
      RateFit(steps: run.steps, curves: [run.values(.gap, of: .last)], rounding: run.gapRounding))
    #expect(fit.kind == .logLog)
    let prediction = try #require(
      RatePrediction(enclosing: method, on: objective, steps: run.steps))
    let row = RateChecks.fitted(fit, prediction: prediction, iterate: .last, isNoisy: false)
    #expect(row.verdict == .tested, "\(row.detail ?? "")")
    // Of order 1/(αt) from the asymptote at the window's start, t = 1000.
    #expect((fit.slope - asymptote).magnitude < 0.03)
    #expect(objective.asymptotes[0].exponent == asymptote)
  }

  @Test func `a log-uniform spectrum gives slope −1, accelerated −2`() async throws {
    let objective = try await Objective(named: "quadratic", settings: ["condition": "1e8"])
    let methods: [(any MeasuredMethod, Double)] = [
      (descent(1), -1), (AcceleratedGradient(learningRate: 1), -2),
    ]
    for (method, asymptote) in methods {
      let run = RateRun(of: method, on: objective, steps: 2000)
      let fit = try #require(
        RateFit(steps: run.steps, curves: [run.values(.gap, of: .last)], kind: .logLog))
      let prediction = try #require(
        RatePrediction(of: method, on: objective, steps: run.steps))
      let row = RateChecks.fitted(fit, prediction: prediction, iterate: .last, isNoisy: false)
      #expect(row.verdict == .tested, "\(method.name): \(row.detail ?? "")")
      // A hundred eigenvalues stand for a continuum, twelve a decade: a ripple of a few percent.
      #expect((fit.slope - asymptote).magnitude < 0.1, "\(method.name): \(fit.slope)")
    }
  }

  @Test func `a slope beside the prediction's is refuted`() async throws {
    let objective = try await Objective(named: "quadratic", settings: ["condition": "1e8"])
    let run = RateRun(of: descent(1), on: objective, steps: 2000)
    let fit = try #require(
      RateFit(steps: run.steps, curves: [run.values(.gap, of: .last)], kind: .logLog))
    let other = try #require(
      RatePrediction(of: AcceleratedGradient(learningRate: 1), on: objective, steps: run.steps))
    let row = RateChecks.fitted(fit, prediction: other, iterate: .last, isNoisy: false)
    #expect(row.verdict == .refuted, "\(row.detail ?? "")")
  }

  @Test func `a problem outside the class that it claims is refuted`() {
    // x²/2 with L = 1/2.
    let objective = Objective(
      name: "steeper", title: "steeper than it says", source: "a test",
      function: QuadraticFunction(spectrum: [1]), start: [1],
      functionClass: ObjectiveClass(convexity: 0, smoothness: 0.5), minimisers: [[0]])
    let row = RateChecks.problemValid(objective, at: [[0.5], [0.25]])
    #expect(row.verdict == .refuted, "\(row.detail ?? "")")
  }

  @Test func `Nesterov's function slows both methods down inside its window`() async throws {
    let objective = try await Objective(named: "tridiagonal", settings: ["dimension": "401"])
    let methods: [(any MeasuredMethod, Int, Double)] = [
      (descent(1), 2000, -0.5), (AcceleratedGradient(learningRate: 1), 200, -1),
    ]
    for (method, steps, asymptote) in methods {
      let run = RateRun(of: method, on: objective, steps: steps)
      let fit = try #require(
        RateFit(steps: run.steps, curves: [run.values(.gap, of: .last)], kind: .logLog))
      let prediction = try #require(
        RatePrediction(of: method, on: objective, steps: run.steps))
      let row = RateChecks.fitted(fit, prediction: prediction, iterate: .last, isNoisy: false)
      #expect(row.verdict == .tested, "\(method.name): \(row.detail ?? "")")
      #expect((fit.slope - asymptote).magnitude < 0.15, "\(method.name): \(fit.slope)")
      // The lower bound that the function is there for.
      let distance = try #require(objective.distance(at: objective.start))
      let bound = 3 * distance * distance / (8 * 402 * 402)
      for (step, gap) in zip(run.steps, run.values(.gap, of: .last)) where step <= 200 {
        #expect(gap >= bound, "step \(step)")
      }
    }
  }

  @Test(
    arguments: [
      ("1/10", nil, nil), ("1/10", "9/10", nil), ("1", "9/10", "9/10"), ("1/3", "1/2", nil),
    ] as [(String, String?, String?)])
  func `the measured linear rate is the spectral radius`(
    rate: String, momentum: String?, dampening: String?
  ) async throws {
    let objective = try await Objective(
      named: "quadratic", settings: ["spectrum": "0.05/0.3/1", "rotation": "2"])
    let method = descent(
      try #require(Rational(rate)), momentum: momentum.flatMap { Rational($0) },
      dampening: dampening.flatMap { Rational($0) })
    let run = RateRun(of: method, on: objective, steps: 3000)
    let row = try RateChecks.spectral(method, on: objective, run: run)
    #expect(row.verdict == .tested, "\(row.detail ?? "")")
  }

  @Test func `a Jordan block of critical damping is seen and taken out`() async throws {
    // (1 − √(αλ))² = μ: α = 1, λ = 1/4, μ = 1/4, a double eigenvalue 1/2.
    let objective = try await Objective(named: "quadratic", settings: ["spectrum": "0.25"])
    let method = descent(1, momentum: Rational(1, 4))
    let iteration = try #require(TracedIteration(method))
    let spectrum = try iteration.spectrum(curvature: 0.25)
    #expect(spectrum.jordanSize == 2)
    // Rounding splits a double eigenvalue by √ε.
    #expect((spectrum.radius - 0.5).magnitude < 1e-7)
    let run = RateRun(of: method, on: objective, steps: 200)
    let row = try RateChecks.spectral(method, on: objective, run: run)
    #expect(row.verdict == .tested, "\(row.detail ?? "")")
    // Two different eigenvalues are no block, nor is a multiple of the identity.
    #expect(try iteration.spectrum(curvature: 0.2).jordanSize == 1)
    #expect(try #require(TracedIteration(descent(1))).spectrum(curvature: 0.2).jordanSize == 1)
  }

  @Test func `a wrong spectral radius is caught`() async throws {
    let objective = try await Objective(named: "quadratic", settings: ["spectrum": "0.05/1"])
    let run = RateRun(of: descent(Rational(1, 10)), on: objective, steps: 3000)
    let row = try RateChecks.spectral(descent(Rational(1, 5)), on: objective, run: run)
    #expect(row.verdict == .refuted)
  }

  @Test func `Lookahead's maps repeat with its period, and predict its run`() async throws {
    let objective = try await Objective(named: "quadratic", settings: ["dimension": "8"])
    let method = OptimizerMethod(
      chain(Lookahead(k: 5, alpha: 0.5), SGD(learningRate: 0.5, momentum: 0.5)))
    let iteration = try #require(TracedIteration(method))
    #expect(iteration.period == 5 && iteration.isStationary)
    #expect(iteration.names == ["theta", "velocity", "slow"])
    let run = RateRun(of: method, on: objective, steps: 500)
    let prediction = try #require(RatePrediction(of: method, on: objective, steps: run.steps))
    for iterate in Iterate.allCases {
      for (seen, expected) in zip(run.values(.gap, of: iterate), prediction.gaps[iterate] ?? []) {
        // A few roundings a step of each of 500.
        #expect((seen - expected).magnitude <= 1e-11 * expected, "\(iterate)")
      }
    }
  }

  @Test func `adaptive and clipped rules are no linear maps`() {
    #expect(TracedIteration(OptimizerMethod(Optimizer(Adam()))) == nil)
    #expect(TracedIteration(OptimizerMethod(chain(clip(1), SGD()))) == nil)
    #expect(TracedIteration(OptimizerMethod(Optimizer(AMVT()))) == nil)
  }

  @Test func `a falling rate is predicted step by step`() async throws {
    let objective = try await Objective(named: "quadratic", settings: ["dimension": "6"])
    let method = OptimizerMethod(Optimizer(SGD(learningRate: 1)), decay: .inverseRoot)
    let iteration = try #require(TracedIteration(method))
    #expect(!iteration.isStationary)
    let run = RateRun(of: method, on: objective, steps: 300)
    let prediction = try #require(RatePrediction(of: method, on: objective, steps: run.steps))
    for (seen, expected) in zip(run.values(.gap, of: .last), prediction.gaps[.last] ?? []) {
      #expect((seen - expected).magnitude <= 1e-11 * expected)
    }
  }
}

@Suite("Noise floors")
struct NoiseFloorTests {
  @Test func `the moment recursion settles at the closed form of plain descent`() throws {
    // E x² → ασ²/(λ(2 − αλ)).
    let iteration = try #require(TracedIteration(descent(Rational(1, 4))))
    var moments = MomentRecursion(iteration, start: 3, slotCount: 0)
    for step in 1...2000 { moments.advance(curvature: 0.5, variance: 0.81, at: step) }
    let closed = 0.25 * 0.81 / (0.5 * (2 - 0.25 * 0.5))
    #expect((moments.parameterVariance - closed).magnitude <= 1e-13 * closed)
  }

  @Test(arguments: [nil, "9/10"] as [String?])
  func `the mean gap over seeds is the recursion's`(momentum: String?) async throws {
    for noise in ["normal", "skewed"] {
      let objective = try await Objective(
        named: "noisy-quadratic",
        settings: ["dimension": "3", "noise": noise, "deviation": "0.5", "probability": "0.1"])
      let method = descent(Rational(1, 10), momentum: momentum.flatMap { Rational($0) })
      let runs = (0..<200).map {
        RateRun(of: method, on: objective, steps: 200, seed: UInt64($0))
      }
      let prediction = try #require(
        RatePrediction(expecting: method, on: objective, steps: runs[0].steps))
      let row = RateChecks.floor(runs, prediction: prediction)
      #expect(row.verdict == .statistical, "\(noise): \(row.detail ?? "")")
      // A floor 1.5 times as high is told apart.
      let raised = RatePrediction(
        method: "", steps: prediction.steps,
        gaps: [.last: (prediction.gaps[.last] ?? []).map { 1.5 * $0 }], uncertainty: [])
      #expect(RateChecks.floor(runs, prediction: raised).verdict == .refuted)
    }
  }
}

@Suite("Windows and fits")
struct FitTests {
  private let steps = RateRun.recordedSteps(upTo: 1000)

  @Test func `a power law and a decay are told apart, with their slopes`() throws {
    let power = steps.map { 3 * Double.power(Double($0), -1.5) }
    let fit = try #require(RateFit(steps: steps, curves: [power]))
    #expect(fit.kind == .logLog && (fit.slope + 1.5).magnitude < 1e-12)
    #expect(fit.window.from == 100 && fit.window.to == 1000)
    let decay = steps.map { Double.power(0.99, Double($0)) }
    let line = try #require(RateFit(steps: steps, curves: [decay]))
    #expect(line.kind == .logLinear && (line.slope - Double.log(0.99)).magnitude < 1e-12)
  }

  @Test func `the window ends before rounding`() throws {
    let gaps = steps.map { max(Double.power(0.9, Double($0)), 1e-16) }
    let window = try #require(FitWindow(steps: steps, values: gaps, rounding: [1e-16]))
    // 0.9ᵗ = 10⁻¹³ at t = 284.
    #expect(window.to <= 284 && window.to > 250)
  }

  @Test func `nothing is fitted to too little, to zero or to NaN`() {
    #expect(RateFit(steps: [1, 2, 3], curves: [[1, 0.5, 0.2]]) == nil)
    #expect(RateFit(steps: steps, curves: [steps.map { _ in 0 }]) == nil)
    #expect(RateFit(steps: steps, curves: [steps.map { _ in .nan }]) == nil)
    #expect(RateFit(steps: steps, curves: []) == nil)
  }

  @Test func `recorded steps are log-spaced, with the last`() {
    #expect(RateRun.recordedSteps(upTo: 1) == [1])
    #expect(steps.first == 1 && steps.last == 1000 && steps == Set(steps).sorted())
  }

  @Test func `the interval over seeds covers the slope of the mean`() throws {
    let curves = (0..<30).map { seed -> [Double] in
      var draws = NormalDraws(seed: UInt64(seed), property: "fit", case: 0)
      return steps.map { (1 + 0.2 * draws.next()) / Double($0) }
    }
    let fit = try #require(RateFit(steps: steps, curves: curves, kind: .logLog))
    #expect(fit.interval.contains(-1) && !fit.isTooWide)
    #expect(fit.interval.lowerBound < fit.interval.upperBound)
  }
}

@Suite("Runs that do not converge")
struct DivergenceTests {
  @Test func `divergence is a result with its step`() async throws {
    let objective = try await Objective(named: "quadratic", settings: ["spectrum": "3"])
    let run = RateRun(of: descent(1), on: objective, steps: 1000)
    // |1 − 3| = 2: the gap is 4ᵗ/2·3, beyond 10²⁰ near step 33.
    let step = try #require(run.divergedAt)
    #expect(step > 30 && step < 40)
    let finding = NonConvergenceSearch.finding(in: run, of: descent(1), on: objective)
    #expect(finding?.kind == .divergence)
  }

  @Test func `a refused step ends the run with its reason`() async throws {
    let method = OptimizerMethod(
      try Optimizer(
        named: "ayla:sgd", settings: ["lr": "1", "ayla.N1": "1", "ayla.N2": "40"]))
    let objective = try await Objective(parsing: "x^2", start: [1e9])
    let run = RateRun(of: method, on: objective, steps: 10)
    #expect(run.divergedAt == 0)
    #expect(run.refusal?.contains("too large") == true)
  }
}
