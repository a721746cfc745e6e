public import Diagnostics
public import Numbers

/// The functions over which the worst one is looked for.
///
/// `μ` is the convexity, `L` the smoothness (the Lipschitz constant of the gradient), `M` the Lipschitz
/// constant of the function.
public enum FunctionClass: Sendable, Hashable {
  /// `f` convex, with `‖∇f(x) − ∇f(y)‖ ≤ L‖x − y‖`.
  case smoothConvex(smoothness: Rational)
  /// As above, and `f − (μ/2)‖x‖²` convex.
  case smoothStronglyConvex(convexity: Rational, smoothness: Rational)
  /// `‖∇f(x) − ∇f(y)‖ ≤ L‖x − y‖` and `f` bounded below.
  case smoothNonconvex(smoothness: Rational)
  /// `f` convex, its subgradients of norm at most `M`.
  case lipschitzConvex(bound: Rational)
  /// `f` convex, closed and proper; the method may use its proximal operator.
  case proximal
  /// The mean of `components` functions, each of `smoothStronglyConvex` (`μ = 0` allowed), one of which, drawn
  /// at random, is asked for a gradient; `(1/n)Σ‖∇fᵢ(x*)‖² ≤ noise`.
  case finiteSum(
    components: Int, convexity: Rational, smoothness: Rational, noise: Rational)

  /// The name on the command line.
  public var name: String {
    switch self {
    case .smoothConvex: "smooth-convex"
    case .smoothStronglyConvex: "smooth-strongly-convex"
    case .smoothNonconvex: "smooth-nonconvex"
    case .lipschitzConvex: "lipschitz-convex"
    case .proximal: "proximal"
    case .finiteSum: "finite-sum"
    }
  }

  public static let names = [
    "smooth-convex", "smooth-strongly-convex", "smooth-nonconvex", "lipschitz-convex", "proximal",
    "finite-sum",
  ]

  /// `μ`; −L of a class without convexity.
  var convexity: Rational {
    switch self {
    case .smoothStronglyConvex(let convexity, _), .finiteSum(_, let convexity, _, _): convexity
    case .smoothNonconvex(let smoothness): -smoothness
    case .smoothConvex, .lipschitzConvex, .proximal: 0
    }
  }

  /// `L`, nil where there is none.
  var smoothness: Rational? {
    switch self {
    case .smoothConvex(let smoothness), .smoothStronglyConvex(_, let smoothness),
      .smoothNonconvex(let smoothness), .finiteSum(_, _, let smoothness, _):
      smoothness
    case .lipschitzConvex, .proximal: nil
    }
  }

  /// - Throws: for constants that no function has, `μ > L` among them.
  func check() throws(WorstCaseError) {
    if let smoothness, smoothness.signum() <= 0 {
      throw .constantIsNotPositive(name: "smoothness", value: smoothness)
    }
    switch self {
    case .smoothStronglyConvex(let convexity, let smoothness):
      guard convexity.signum() > 0 else {
        throw .constantIsNotPositive(name: "convexity", value: convexity)
      }
      guard convexity <= smoothness else {
        throw .convexityAboveSmoothness(convexity: convexity, smoothness: smoothness)
      }
    case .finiteSum(let components, let convexity, let smoothness, let noise):
      guard (1...Self.componentLimit).contains(components) else {
        throw .componentCount(components, limit: Self.componentLimit)
      }
      guard !convexity.isNegative else {
        throw .constantIsNotPositive(name: "convexity", value: convexity)
      }
      guard convexity < smoothness else {
        throw .convexityNotBelowSmoothness(convexity: convexity, smoothness: smoothness)
      }
      guard !noise.isNegative else { throw .constantIsNotPositive(name: "noise", value: noise) }
    case .lipschitzConvex(let bound):
      guard bound.signum() > 0 else {
        throw .constantIsNotPositive(name: "lipschitz", value: bound)
      }
    case .smoothConvex, .smoothNonconvex, .proximal: break
    }
  }

  static let componentLimit = 24

  /// Whether μ = L: the only functions are `(L/2)‖x − x*‖²` and a constant.
  var isQuadratic: Bool { smoothness.map { $0 == convexity } ?? false }

  /// The class of `f + (λ/2)‖·‖²` with `f` of this one.
  ///
  /// - Throws: for classes that have no such name here.
  func regularized(
    by decay: Rational, of method: String
  ) throws(WorstCaseError) -> FunctionClass {
    switch self {
    case .smoothConvex(let smoothness):
      .smoothStronglyConvex(convexity: decay, smoothness: smoothness + decay)
    case .smoothStronglyConvex(let convexity, let smoothness):
      .smoothStronglyConvex(convexity: convexity + decay, smoothness: smoothness + decay)
    case .finiteSum(let components, let convexity, let smoothness, let noise):
      .finiteSum(
        components: components, convexity: convexity + decay, smoothness: smoothness + decay,
        noise: noise)
    case .smoothNonconvex, .lipschitzConvex, .proximal:
      throw .methodIsNotFor(
        functionClass: name, method: method,
        reason: "with weight decay it needs a smooth convex class")
    }
  }
}

/// What is asked: how large a metric can be after some steps where an initial quantity is at most 1.
public struct WorstCaseQuestion: Sendable, Hashable {
  /// A number that says how far a point is from a solution; distances and norms are squared.
  public enum Metric: String, Sendable, CaseIterable {
    /// `f(x) − f*`.
    case functionGap = "function-gap"
    /// `‖x − x*‖²`.
    case distance
    /// `‖∇f(x)‖²`.
    case gradientNorm = "gradient-norm"
  }

  /// Which point the metric is of.
  public enum Iterate: String, Sendable, CaseIterable {
    /// `x_N`.
    case last
    /// The one of `x₀ … x_N` where the metric is least.
    case best
    /// The average that the method keeps, where it keeps one, else the mean of `x₀ … x_N`.
    case average
  }

  public var functionClass: FunctionClass
  /// `N`.
  public var steps: Int
  public var metric: Metric
  public var iterate: Iterate
  /// What is at most 1 at `x₀`.
  public var initial: Metric

  public static let stepLimit = 200

  /// - Throws: for a class without functions, and for steps outside `0 ... 200`.
  public init(
    _ functionClass: FunctionClass, steps: Int, metric: Metric, iterate: Iterate = .last,
    initial: Metric
  ) throws(WorstCaseError) {
    try functionClass.check()
    guard (0...Self.stepLimit).contains(steps) else {
      throw .stepCount(steps, limit: Self.stepLimit)
    }
    if case .finiteSum = functionClass {
      guard steps == 1, metric == .distance, initial == .distance, iterate == .last else {
        throw .finiteSumIsOneStep
      }
    }
    self.functionClass = functionClass
    self.steps = steps
    self.metric = metric
    self.iterate = iterate
    self.initial = initial
  }
}

/// A question that cannot be asked.
public enum WorstCaseError: Diagnosable, Equatable {
  case constantIsNotPositive(name: String, value: Rational)
  case convexityAboveSmoothness(convexity: Rational, smoothness: Rational)
  /// Of a finite sum.
  case convexityNotBelowSmoothness(convexity: Rational, smoothness: Rational)
  case stepCount(Int, limit: Int)
  case componentCount(Int, limit: Int)
  /// Of several steps there would be nᴺ outcomes.
  case finiteSumIsOneStep
  /// A method that is not for this class.
  case methodIsNotFor(functionClass: String, method: String, reason: String)
  case noSuchMethod(name: String, nearest: String?)
  case methodHasNoSetting(method: String, key: String, known: [String])
  case settingIsNoNumber(key: String, text: String)

  public var exitCode: ExitCode { .usage }

  public var place: String? {
    switch self {
    case .constantIsNotPositive(let name, _): "--\(name)"
    case .convexityAboveSmoothness, .convexityNotBelowSmoothness: "--convexity"
    case .stepCount: "--steps"
    case .componentCount: "--components"
    case .finiteSumIsOneStep, .methodIsNotFor: "--class"
    case .noSuchMethod: nil
    case .methodHasNoSetting, .settingIsNoNumber: "--set"
    }
  }

  public var message: String {
    switch self {
    case .constantIsNotPositive(let name, let value):
      "\(name) must be above 0, got \(value.decimalDescription)"
    case .convexityAboveSmoothness(let convexity, let smoothness):
      "the convexity must be at most the smoothness \(smoothness.decimalDescription), got"
        + " \(convexity.decimalDescription)"
    case .convexityNotBelowSmoothness(let convexity, let smoothness):
      "the convexity of a finite sum must lie below the smoothness \(smoothness.decimalDescription), got"
        + " \(convexity.decimalDescription)"
    case .stepCount(let steps, let limit): "steps must lie in 0 ... \(limit), got \(steps)"
    case .componentCount(let count, let limit):
      "a finite sum has 1 to \(limit) components, not \(count)"
    case .finiteSumIsOneStep:
      "finite-sum answers for one step, --metric distance --iterate last --initial distance"
        + " --steps 1: of N steps there are nᴺ outcomes"
    case .methodIsNotFor(let functionClass, let method, let reason):
      "\(method) is no method for \(functionClass): \(reason)"
    case .noSuchMethod(let name, let nearest):
      "unknown method '\(name.prefix(64))'" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
    case .methodHasNoSetting(let method, let key, let known):
      "\(method) has no setting '\(key.prefix(64))'"
        + (known.isEmpty ? "" : "; it has \(known.joined(separator: ", "))")
    case .settingIsNoNumber(let key, let text):
      "\(key): '\(text.prefix(64))' is no number above 0"
    }
  }
}
