public import Numbers
public import Optimizers
internal import Properties

/// A transform of a loss as the checks see it: what it makes of the loss, and the factor that an optimizer
/// puts on the gradient for it.
///
/// The optimizers' own `PowerTransform` is one; a wrong one can stand in its place, to be caught.
public protocol LossTransform: Sendable {
  /// The exponent where |l| < 1, as declared.
  var smallExponent: Rational { get }
  /// The exponent where |l| > 1, as declared.
  var largeExponent: Rational { get }

  /// `L = φ(l)`.
  func value<N: RuleNumber>(at loss: N) throws(N.Failure) -> N
  /// The factor on the gradient, `w(l) = φ′(l)` off {0, ±1}.
  func weight<N: RuleNumber>(at loss: N) throws(N.Failure) -> N
  /// `φ″(l)`, the factor on `∇l·∇lᵀ` in the Hessian of `L`.
  func curvature<N: RuleNumber>(at loss: N) throws(N.Failure) -> N
  /// The same transform with other exponents.
  func replacingExponents(_ small: Rational, _ large: Rational) -> Self
}

extension LossTransform {
  /// `n·(n − 1)·sign(l)·|l|ⁿ⁻²`, with the declared exponents.
  public func curvature<N: RuleNumber>(at loss: N) throws(N.Failure) -> N {
    try PowerTransform.curvature(at: loss, N1: N(smallExponent), N2: N(largeExponent))
  }

  /// Both exponents, as reports show them.
  var exponentText: String {
    "N₁ = \(smallExponent.decimalDescription), N₂ = \(largeExponent.decimalDescription)"
  }

  /// A wrapper that puts the factor on the gradient: the shipped one, where this is the shipped transform.
  var wrapper: any Wrapper {
    guard let shipped = self as? PowerTransform else { return TransformWrapper(transform: self) }
    return AYLA(N1: shipped.smallExponent, N2: shipped.largeExponent)
  }
}

extension PowerTransform: LossTransform {
  /// `n·(n − 1)·sign(l)·|l|ⁿ⁻²`.
  static func curvature<N: RuleNumber>(at loss: N, N1: N, N2: N) throws(N.Failure) -> N {
    let n = exponent(at: loss, N1: N1, N2: N2)
    let size = N.select(0, isLessThan: loss.magnitude, then: loss.magnitude, else: 1)
    return try n * (n - 1) * (N.sign(loss) * N.power(size, n - 2))
  }

  public func replacingExponents(_ small: Rational, _ large: Rational) -> PowerTransform {
    PowerTransform(N1: small, N2: large)
  }
}

/// Any transform around an optimizer.
private struct TransformWrapper<Transform: LossTransform>: Wrapper {
  let transform: Transform

  var name: String { "transform" }
  var hyperparameters: Hyperparameters { [:] }
  var requiresLoss: Bool { true }
  func amend(_ card: inout Card) { card.traits.formUnion([.requiresLoss, .lossTransform]) }

  func gradientFactor<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> N? {
    try transform.weight(at: context.requiredLoss)
  }
}
