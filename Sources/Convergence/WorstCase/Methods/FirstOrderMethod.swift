public import Numbers

/// What a first-order method may ask about the function.
public struct FirstOrderOracle<N: RuleNumber> {
  /// A (sub)gradient at a point.
  public let gradient: (N) throws(N.Failure) -> N
  /// The point `y` with `y = x − γ·g` for a subgradient `g` at `y`: `argmin f + ‖· − x‖²/(2γ)`.
  public let proximalPoint: (_ x: N, _ stepSize: N) throws(N.Failure) -> N

  public init(
    gradient: @escaping (N) throws(N.Failure) -> N,
    proximalPoint: @escaping (_ x: N, _ stepSize: N) throws(N.Failure) -> N
  ) {
    self.gradient = gradient
    self.proximalPoint = proximalPoint
  }
}

/// A method of the literature that is no optimizer of this package, written once over any number: all of it
/// is coordinate-wise, so a number stands for one coordinate of the vectors, or for all in a trace.
public protocol FirstOrderMethod: Sendable {
  /// The iterates `x₀ … x_N`.
  func iterates<N: RuleNumber>(
    from start: N, steps: Int, asking oracle: FirstOrderOracle<N>
  ) throws(N.Failure) -> [N]
}

extension FixedCoefficientMethod {
  /// Traces a method of the literature.
  ///
  /// - Precondition: the number of steps is not negative.
  public init(
    tracing method: some FirstOrderMethod, steps: Int
  ) throws(NotFixedCoefficient) {
    precondition(steps >= 0, "steps are counted, got \(steps)")
    var points: [AffineNumber] = []
    let oracle = FirstOrderOracle<AffineNumber>(
      gradient: { x throws(NotFixedCoefficient) in
        if let refusal = x.refusal { throw refusal }
        points.append(x)
        return .basis(points.count)
      },
      proximalPoint: { x, stepSize throws(NotFixedCoefficient) in
        let point = x - stepSize * .basis(points.count + 1)
        if let refusal = point.refusal { throw refusal }
        points.append(point)
        return point
      })
    let iterates = try method.iterates(from: .basis(0), steps: steps, asking: oracle)
    for iterate in iterates {
      if let refusal = iterate.refusal { throw refusal }
    }
    self.init(
      evaluations: points.map(\.coefficients), iterates: iterates.map(\.coefficients),
      isRounded: (points + iterates).contains { $0.isRounded })
  }
}

/// The optimised gradient method: no fixed-step method has a smaller worst case on smooth convex functions.
///
/// `f(x_N) − f* ≤ L‖x₀ − x*‖²/(2θ_N²)`.
///
/// Source: Kim & Fessler, *Optimized first-order methods for smooth convex minimization*, Mathematical
/// Programming 2016, algorithm OGM1. <https://arxiv.org/abs/1406.5468>
public struct OptimizedGradientMethod: FirstOrderMethod {
  let smoothness: Rational

  public init(smoothness: Rational) { self.smoothness = smoothness }

  public func iterates<N: RuleNumber>(
    from start: N, steps: Int, asking oracle: FirstOrderOracle<N>
  ) throws(N.Failure) -> [N] {
    let inverse = try 1 / N(smoothness)
    var theta: N = 1
    var (x, y) = (start, start)
    var iterates = [x]
    for step in 0..<steps {
      let next = x - inverse * (try oracle.gradient(x))
      let factor: N = step == steps - 1 ? 8 : 4
      let root = try N.root(1 + factor * theta * theta)
      let following = try (1 + root) / 2
      let first = try (theta - 1) / following
      let second = try theta / following
      x = next + first * (next - y) + second * (next - x)
      (y, theta) = (next, following)
      iterates.append(x)
    }
    return iterates
  }
}

/// One coordinate of a run of Nesterov's method.
struct AcceleratedPoint<N: RuleNumber> {
  /// The iterate, and the point at which the next gradient is taken.
  private(set) var x: N
  private(set) var y: N

  init(start: N) { (x, y) = (start, start) }

  /// `x⁺ = y − α∇f(y)`, `y⁺ = x⁺ + β(x⁺ − x)`.
  mutating func advance(gradient: N, learningRate: N, momentum: N) {
    let next = y - learningRate * gradient
    y = next + momentum * (next - x)
    x = next
  }
}

/// The momenta `(tₖ − 1)/tₖ₊₁` of Nesterov's method on smooth convex functions, `t` beginning at 1 and going
/// on with `(1 + √(1 + 4t²))/2`.
struct AcceleratedMomenta<N: RuleNumber> {
  private var t: N = 1

  mutating func next() throws(N.Failure) -> N {
    let root = try N.root(1 + 4 * t * t)
    let following = try (1 + root) / 2
    let momentum = try (t - 1) / following
    t = following
    return momentum
  }
}

/// Nesterov's accelerated gradient.
///
/// Smooth convex: `x_{k+1} = y_k − ∇f(y_k)/L`, `y_{k+1} = x_{k+1} + ((t_k − 1)/t_{k+1})(x_{k+1} − x_k)`,
/// `t₀ = 1`, `t_{k+1} = (1 + √(1 + 4t_k²))/2`. Strongly convex: the constant momentum `(√κ − 1)/(√κ + 1)`.
///
/// Sources: Nesterov, *A method of solving a convex programming problem with convergence rate O(1/k²)*, 1983;
/// *Introductory lectures on convex optimization*, 2004, scheme 2.2.11.
public struct NesterovMethod: FirstOrderMethod {
  let smoothness: Rational
  let convexity: Rational

  /// - Parameter convexity: 0 for the sequence `t_k`.
  public init(smoothness: Rational, convexity: Rational = 0) {
    self.smoothness = smoothness
    self.convexity = convexity
  }

  public func iterates<N: RuleNumber>(
    from start: N, steps: Int, asking oracle: FirstOrderOracle<N>
  ) throws(N.Failure) -> [N] {
    let inverse = try 1 / N(smoothness)
    var constant: N?
    if !convexity.isZero {
      let root = try N.root(N(smoothness) / N(convexity))
      constant = try (root - 1) / (root + 1)
    }
    var momenta = AcceleratedMomenta<N>()
    var point = AcceleratedPoint(start: start)
    var iterates = [point.x]
    for _ in 0..<steps {
      let gradient = try oracle.gradient(point.y)
      let momentum: N
      if let constant { momentum = constant } else { momentum = try momenta.next() }
      point.advance(gradient: gradient, learningRate: inverse, momentum: momentum)
      iterates.append(point.x)
    }
    return iterates
  }
}

/// The triple momentum method, the fastest known on smooth strongly convex functions: rate `1 − √(μ/L)`.
///
/// Source: Van Scoy, Freeman & Lynch, *The fastest known globally convergent first-order method for minimizing
/// strongly convex functions*, IEEE Control Systems Letters 2018.
public struct TripleMomentum: FirstOrderMethod {
  let smoothness: Rational
  let convexity: Rational

  public init(smoothness: Rational, convexity: Rational) {
    self.smoothness = smoothness
    self.convexity = convexity
  }

  public func iterates<N: RuleNumber>(
    from start: N, steps: Int, asking oracle: FirstOrderOracle<N>
  ) throws(N.Failure) -> [N] {
    let rho = 1 - (try N.root(N(convexity) / N(smoothness)))
    let square = rho * rho
    let alpha = try (1 + rho) / N(smoothness)
    let beta = try square / (2 - rho)
    let gamma = try square / ((1 + rho) * (2 - rho))
    let delta = try square / (1 - square)
    var (last, now) = (start, start)
    var iterates = [start]
    for _ in 0..<steps {
      let y = now + gamma * (now - last)
      let next = now + beta * (now - last) - alpha * (try oracle.gradient(y))
      (last, now) = (now, next)
      iterates.append(now + delta * (now - last))
    }
    return iterates
  }
}

/// `x_{k+1} = x_k − γ g_k` with a subgradient `g_k`.
///
/// Source: Shor, *Minimization methods for non-differentiable functions*, 1985.
public struct SubgradientMethod: FirstOrderMethod {
  let stepSize: Rational

  public init(stepSize: Rational) { self.stepSize = stepSize }

  public func iterates<N: RuleNumber>(
    from start: N, steps: Int, asking oracle: FirstOrderOracle<N>
  ) throws(N.Failure) -> [N] {
    var iterates = [start]
    for step in 0..<steps {
      iterates.append(iterates[step] - N(stepSize) * (try oracle.gradient(iterates[step])))
    }
    return iterates
  }
}

/// The proximal point method, `x_{k+1} = x_k − γ g_{k+1}` with a subgradient at the new point.
///
/// Source: Rockafellar, *Monotone operators and the proximal point algorithm*, 1976.
public struct ProximalPointMethod: FirstOrderMethod {
  let stepSize: Rational

  public init(stepSize: Rational) { self.stepSize = stepSize }

  public func iterates<N: RuleNumber>(
    from start: N, steps: Int, asking oracle: FirstOrderOracle<N>
  ) throws(N.Failure) -> [N] {
    var iterates = [start]
    for step in 0..<steps {
      iterates.append(try oracle.proximalPoint(iterates[step], N(stepSize)))
    }
    return iterates
  }
}
