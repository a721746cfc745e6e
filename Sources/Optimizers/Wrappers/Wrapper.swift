public import Numbers
public import Properties

/// Something around an optimizer that changes what it sees, or what becomes of its steps.
///
/// Wrappers nest as values in an `Optimizer`, the outermost first.
public protocol Wrapper: Sendable {
  /// The name on the command line, `ayla`, which prefixes the keys of its hyper-parameters.
  var name: String { get }

  var hyperparameters: Hyperparameters { get }

  var requiresLoss: Bool { get }

  /// How the wrapper changes what its base declares.
  func amend(_ card: inout Card)

  /// The factor on the gradient; nil for none.
  func gradientFactor<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> N?

  /// Refuses a factor, with the reason, before anything has changed.
  func check(
    factor: Double, context: StepContext<Double>, step: Int
  ) throws(StepError)
}

extension Wrapper {
  public var requiresLoss: Bool { false }
  public func gradientFactor<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> N? { nil }
  public func check(
    factor: Double, context: StepContext<Double>, step: Int
  ) throws(StepError) {}
}
