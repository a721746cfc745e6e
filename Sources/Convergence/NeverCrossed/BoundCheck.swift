public import Numbers
public import Optimizers

/// Whether the shipped code of an optimizer ever does worse than its certified worst case:
/// `f(x_N) − f* ≤ bound·‖x₀ − x*‖²` on instances of the class, the worst one included.
///
/// The gap is exact at the iterate that the code reached in `Double`. That iterate differs from the exact
/// run's by rounding, whose effect on the gap is enclosed by the same text run on intervals.
public struct BoundCheck: Sendable {
  /// What a check came to.
  public struct Outcome: Sendable {
    /// How many instances were run.
    public var count = 0
    /// The largest share of its bound that a gap reached.
    public var largestRatio = 0.0
    /// The share that the worst function attains; nil where there is no such function of one variable.
    public var worstRatio: Double?
    /// How often a gap lay above the bound by no more than rounding explains.
    public var roundingCount = 0
    /// The first instance that lies above the bound and what rounding explains.
    public var crossing: BoundInstance?
  }

  /// What is run.
  public let optimizer: Optimizer
  /// What the bound is of: what the shipped code is to be.
  public let text: Optimizer
  public let functionClass: FunctionClass
  public let steps: Int
  /// The certified bound for a start at distance 1.
  public let bound: Rational

  /// - Parameter text: the optimizer that the bound is of, where that is not the one that is run.
  /// - Precondition: the class is smooth and convex, and there is a step.
  public init(
    _ optimizer: Optimizer, of text: Optimizer? = nil, _ functionClass: FunctionClass, steps: Int,
    bound: Rational
  ) {
    precondition(
      functionClass.smoothness != nil && !functionClass.convexity.isNegative
        && !functionClass.isQuadratic,
      "instances are drawn of smooth convex classes, not of \(functionClass.name)")
    precondition(steps >= 1, "a run has steps, got \(steps)")
    self.optimizer = optimizer
    self.text = text ?? optimizer
    self.functionClass = functionClass
    self.steps = steps
    self.bound = bound
  }

  /// Runs the worst function, and drawn ones.
  ///
  /// - Parameters:
  ///   - count: how many instances are drawn.
  ///   - seed: decides all of them.
  /// - Throws: where the optimizer refuses a step.
  public func run(count: Int, seed: UInt64) throws -> Outcome {
    var outcome = Outcome()
    if let worst = worstInstance {
      try examine(worst, &outcome)
      outcome.worstRatio = outcome.largestRatio
    }
    for place in 0..<count {
      var random = Philox(
        seed: seed, property: Philox.number(of: "rate.never-crossed"), case: UInt64(place))
      let instance = BoundInstance(
        drawing: &random, convexity: functionClass.convexity,
        smoothness: functionClass.smoothness!)
      try examine(instance, &outcome)
      if outcome.crossing != nil { break }
    }
    return outcome
  }

  /// The function of one variable that attains the bound, if one does, rounded to `Double`.
  public var worstInstance: BoundInstance? {
    guard
      let question = try? WorstCaseQuestion(
        functionClass, steps: steps, metric: .functionGap, initial: .distance),
      let method = try? FixedCoefficientMethod(tracing: text, steps: steps),
      let function = OneDimensionalSearch(PerformanceProblem(question, method))?.worstFunction
    else { return nil }
    var rounded = function.map { Double($0) }
    // Slopes rounded outwards would leave the class.
    rounded.inner = functionClass.smoothness!.doubleBelow
    rounded.outer = max(functionClass.convexity.doubleAbove, min(rounded.outer, rounded.inner))
    return BoundInstance(functions: [rounded], minimiser: [0], start: [1])
  }

  /// Whether a run on an instance stays below the bound, but for what rounding explains.
  public func holds(on instance: BoundInstance) throws -> Bool {
    var outcome = Outcome()
    try examine(instance, &outcome)
    return outcome.crossing == nil
  }

  private func examine(_ instance: BoundInstance, _ outcome: inout Outcome) throws {
    outcome.count += 1
    let limit = bound * instance.exactSquaredDistance
    let reached = try shippedIterate(on: instance)
    guard let gap = instance.exactGap(at: reached) else {
      outcome.crossing = instance
      return
    }
    if limit.signum() > 0, let ratio = try? gap / limit {
      outcome.largestRatio = max(outcome.largestRatio, Double(ratio))
    }
    guard gap > limit else { return }
    let allowance = roundingAllowance(on: instance)
    if allowance.isFinite, let exact = Rational(exactly: allowance), gap <= limit + exact {
      outcome.roundingCount += 1
    } else {
      outcome.crossing = instance
    }
  }

  private func shippedIterate(on instance: BoundInstance) throws -> [Double] {
    var x = instance.start
    var state = optimizer.makeState(of: Double.self, counts: [x.count])
    for _ in 0..<steps {
      try optimizer.step(&x, gradients: instance.gradient(at: x), state: &state)
    }
    return x
  }

  /// How far rounding can move the gap: twice what it varies by over the text's run in intervals, where every
  /// operation is rounded both ways.
  private func roundingAllowance(on instance: BoundInstance) -> Double {
    var run = OptimizerRun<Interval>(text, parameters: instance.start.map { Interval($0) })
    for _ in 0..<steps { run.advance(gradients: instance.gradient(at: run.parameters)) }
    return 2 * instance.gap(at: run.parameters).width
  }
}
