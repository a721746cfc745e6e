internal import Foundation
internal import Numbers
public import Optimizers

/// A first-order method as rates are measured of it: it asks for gradients at points and moves.
public protocol MeasuredMethod: Sendable {
  /// `amvt`, `sgd with rate α/√t`.
  var name: String { get }
  /// What repeats it, by key.
  var settings: [(key: String, value: String)] { get }
  func begin(at start: [Double]) -> any MethodRun
}

/// A method on its way.
public protocol MethodRun {
  /// The iterate that is measured.
  var point: [Double] { get }
  /// Where the next gradient is taken.
  var queryPoint: [Double] { get }
  /// - Throws: where the method refuses the step; it is then where it was.
  mutating func advance(gradient: [Double], loss: Double) throws(StepError)
}

/// An optimizer with a schedule of its learning rate: the shipped code, in `Double`.
public struct OptimizerMethod: MeasuredMethod {
  public let optimizer: Optimizer
  /// What multiplies the learning rate; nil for 1.
  public let decay: RateDecay?
  public let settings: [(key: String, value: String)]
  /// What stands in the place of the rule's learning rate; nil for nothing.
  private let replacedRate: Double?

  public init(
    _ optimizer: Optimizer, decay: RateDecay? = nil,
    settings: [(key: String, value: String)] = [], learningRate: Double? = nil
  ) {
    self.optimizer = optimizer
    self.decay = decay
    self.settings = settings
    replacedRate = learningRate
  }

  public var name: String { optimizer.name }

  /// `α₀`; nil where the rule has no learning rate.
  public var learningRate: Double? {
    optimizer.rule.hyperparameters[.learningRate].map { replacedRate ?? Double($0) }
  }

  /// The learning rate of a step, counted from 1.
  public func learningRate(at step: Int) -> Double? {
    learningRate.map { $0 * (decay?.factor(at: step) ?? 1) }
  }

  public func begin(at start: [Double]) -> any MethodRun { Run(self, start) }

  private struct Run: MethodRun {
    let method: OptimizerMethod
    var point: [Double]
    var state: OptimizerState<Double>
    var step = 0

    init(_ method: OptimizerMethod, _ start: [Double]) {
      self.method = method
      point = start
      state = method.optimizer.makeState(of: Double.self, counts: [start.count])
    }

    var queryPoint: [Double] { point }

    mutating func advance(gradient: [Double], loss: Double) throws(StepError) {
      step += 1
      if method.decay != nil || method.replacedRate != nil, let rate = method.learningRate(at: step)
      {
        method.optimizer.setLearningRate(rate, in: &state)
      }
      try method.optimizer.step(&point, gradients: gradient, loss: loss, state: &state)
    }
  }
}

/// How a learning rate falls.
public enum RateDecay: String, Sendable, Hashable, CaseIterable {
  /// `α/√t`.
  case inverseRoot = "inverse-root"
  /// `α/t`.
  case inverse

  public func factor(at step: Int) -> Double {
    switch self {
    case .inverseRoot: Schedule(1, .inverseRoot).rate(at: step)
    case .inverse: Schedule(1, .inverse).rate(at: step)
    }
  }

  /// `α/√t`.
  public var formula: String {
    switch self {
    case .inverseRoot: "α/√t"
    case .inverse: "α/t"
    }
  }
}

/// Nesterov's accelerated gradient for smooth convex functions, with the sequence
/// `t₁ = 1`, `tₖ₊₁ = (1 + √(1 + 4tₖ²))/2`.
///
/// `xₖ₊₁ = yₖ − α∇f(yₖ)`, `yₖ₊₁ = xₖ₊₁ + ((tₖ − 1)/tₖ₊₁)(xₖ₊₁ − xₖ)`.
///
/// Source: Nesterov, *A method of solving a convex programming problem with convergence rate O(1/k²)*, 1983;
/// in this form Beck & Teboulle, *A fast iterative shrinkage-thresholding algorithm*, 2009, section 4.
public struct AcceleratedGradient: MeasuredMethod {
  public let learningRate: Double

  /// - Precondition: the rate is above 0.
  public init(learningRate: Double) {
    precondition(learningRate > 0, "a rate is above 0, got \(learningRate)")
    self.learningRate = learningRate
  }

  public var name: String { "nesterov" }
  public var settings: [(key: String, value: String)] { [("learningRate", "\(learningRate)")] }

  public func begin(at start: [Double]) -> any MethodRun {
    Run(rate: learningRate, coordinates: start.map { AcceleratedPoint(start: $0) })
  }

  private struct Run: MethodRun {
    let rate: Double
    var coordinates: [AcceleratedPoint<Double>]
    var momenta = AcceleratedMomenta<Double>()

    var point: [Double] { coordinates.map(\.x) }
    var queryPoint: [Double] { coordinates.map(\.y) }

    mutating func advance(gradient: [Double], loss: Double) throws(StepError) {
      let momentum = momenta.next()
      for i in coordinates.indices {
        coordinates[i].advance(gradient: gradient[i], learningRate: rate, momentum: momentum)
      }
    }
  }
}
