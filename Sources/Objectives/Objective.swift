public import Formulas
internal import Numbers

/// A test problem: a function, a start, what is claimed of it, and where its minima are.
public struct Objective: Sendable {
  /// The name on the command line, or the text of a typed formula.
  public let name: String
  /// What it is, in a few words.
  public let title: String
  /// Where it comes from.
  public let source: String
  /// The settings that repeat it, by key.
  public let settings: [(key: String, value: String)]
  /// What a reader must know beside that: which data were used.
  public let remark: String?
  public let function: any DifferentiableFunction
  public let start: [Double]
  public let functionClass: ObjectiveClass
  /// The least value; nil where it is not known, or there is none.
  public let minimum: Double?
  /// Global minimisers, all that are known.
  public let minimisers: [[Double]]
  /// Points where the gradient vanishes that are no global minimisers: saddles, local minima.
  public let otherCriticalPoints: [[Double]]
  public let noise: Noise
  /// Slopes that theory gives for large times, by method: `"gradient descent"`.
  public let asymptotes: [Asymptote]

  /// What theory says of a method on this problem for large times.
  public struct Asymptote: Sendable, Hashable {
    public enum Method: String, Sendable, Hashable {
      case gradientDescent = "gradient descent"
      case accelerated = "accelerated gradient"
    }
    public let method: Method
    /// The exponent of the gap in the number of steps.
    public let exponent: Double
    /// Where it holds, in words.
    public let range: String

    public init(_ method: Method, exponent: Double, range: String) {
      self.method = method
      self.exponent = exponent
      self.range = range
    }
  }

  /// - Precondition: the start and every known point have as many coordinates as the function.
  public init(
    name: String, title: String, source: String, settings: [(key: String, value: String)] = [],
    remark: String? = nil, function: any DifferentiableFunction, start: [Double],
    functionClass: ObjectiveClass, minimum: Double? = nil, minimisers: [[Double]] = [],
    otherCriticalPoints: [[Double]] = [], noise: Noise = .none, asymptotes: [Asymptote] = []
  ) {
    precondition(
      ([start] + minimisers + otherCriticalPoints).allSatisfy { $0.count == function.dimension },
      "\(name): a point has not \(function.dimension) coordinates")
    self.name = name
    self.title = title
    self.source = source
    self.settings = settings
    self.remark = remark
    self.function = function
    self.start = start
    self.functionClass = functionClass
    self.minimum = minimum ?? minimisers.first.map { function.value(at: $0) }
    self.minimisers = minimisers
    self.otherCriticalPoints = otherCriticalPoints
    self.noise = noise
    self.asymptotes = asymptotes
  }

  public var dimension: Int { function.dimension }

  /// The formula, where the problem has one.
  public var formula: Formula? { (function as? FormulaFunction)?.formula }

  /// `f(x) − min f`; nil where the minimum is not known.
  public func gap(at point: [Double]) -> Double? {
    if let gap = function.gap(at: point) { return gap }
    return minimum.map { function.value(at: point) - $0 }
  }

  /// An estimate from above of the rounding in `gap`.
  public func gapRounding(at point: [Double]) -> Double {
    let rounding = function.rounding(at: point)
    guard function.gap(at: point) == nil, let minimum else { return rounding }
    // The minimum was computed, too, with about as much rounding.
    let best = minimisers.first.map { function.rounding(at: $0) } ?? rounding
    return rounding + best + 2 * .ulpOfOne * minimum.magnitude
  }

  /// The distance to the nearest known minimiser; nil where none is known.
  public func distance(at point: [Double]) -> Double? {
    minimisers.map { euclideanDistance(point, $0) }.min()
  }

  /// Value and gradient as a method sees them at a step: with the noise that this seed gives the step.
  ///
  /// - Parameters:
  ///   - step: counted from 1.
  ///   - gradient: written over.
  /// - Returns: the value, of the batch where there is one.
  public func observe(
    at point: [Double], step: Int, seed: UInt64, gradient: inout [Double]
  ) -> Double {
    if noise.isNone { return function.evaluate(at: point, gradient: &gradient) }
    var draws = NormalDraws(seed: seed, property: "gradient noise", case: UInt64(step))
    if case .batch(let size) = noise, let sum = function as? any FiniteSumFunction {
      let terms = (0..<size).map { _ in draws.below(sum.termCount) }
      return sum.evaluate(terms: terms, at: point, gradient: &gradient)
    }
    let value = function.evaluate(at: point, gradient: &gradient)
    for i in gradient.indices {
      switch noise {
      case .none, .batch: break
      case .normal(let deviation): gradient[i] += deviation * draws.next()
      case .multiplicative(let deviation): gradient[i] *= 1 + deviation * draws.next()
      case .skewed(let deviation, let p):
        let isLarge = draws.unit() < p
        gradient[i] +=
          deviation
          * (isLarge ? ((1 - p) / p).squareRoot() : -(p / (1 - p)).squareRoot())
      }
    }
    return value
  }

  /// Whether the claimed class admits a function through all of these points (`rate.problem-valid`): the
  /// first inequality that they break, nil where there is none.
  public func classViolation(at points: [[Double]]) -> ClassViolation? {
    let seen = points.filter { $0.allSatisfy(\.isFinite) }.map { point in
      var gradient = [Double](repeating: 0, count: dimension)
      let value = function.evaluate(at: point, gradient: &gradient)
      return FirstOrderPoint(point: point, value: value, gradient: gradient)
    }
    return functionClass.violation(among: seen) { function.rounding(at: $0.point) }
  }
}
