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

  /// The name of the one number that the wrapper keeps for each coordinate, which starts as the parameter;
  /// nil for none.
  var vectorName: String? { get }

  /// What becomes of a coordinate after the base's step number `count`.
  ///
  /// - Returns: the scalars for `finish`; nil where the wrapper does nothing at this step.
  func prepareFinish<N: RuleNumber>(
    count: Int, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> StepScalars<N>?

  /// Changes a parameter that was just stepped, or the wrapper's own number for it.
  func finish<N: RuleNumber>(
    _ parameter: inout N, vector: inout N, step: StepScalars<N>
  ) throws(N.Failure)

  /// `finish` on every coordinate of a buffer. A requirement for the reason that `UpdateRule.apply` is one.
  func finish(
    _ parameters: inout MutableSpan<Float>, vector: inout MutableSpan<Float>,
    step: StepScalars<Float>)

  /// As for `Float`.
  func finish(
    _ parameters: inout MutableSpan<Double>, vector: inout MutableSpan<Double>,
    step: StepScalars<Double>)

  /// How many calls with gradients the wrapper gathers into one step.
  var microBatches: Int { get }

  /// How the wrapper scales the loss, if it does.
  var lossScaling: LossScaling? { get }

  /// Refuses a factor, with the reason, before anything has changed.
  func check(
    factor: Double, context: StepContext<Double>, step: Int
  ) throws(StepError)
}

extension Wrapper {
  public var requiresLoss: Bool { false }
  public var microBatches: Int { 1 }
  public var lossScaling: LossScaling? { nil }
  public func gradientFactor<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> N? { nil }
  public func check(
    factor: Double, context: StepContext<Double>, step: Int
  ) throws(StepError) {}

  public var vectorName: String? { nil }
  public func prepareFinish<N: RuleNumber>(
    count: Int, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> StepScalars<N>? { nil }
  public func finish<N: RuleNumber>(
    _ parameter: inout N, vector: inout N, step: StepScalars<N>
  ) throws(N.Failure) {}

  @inlinable
  public func finish(
    _ parameters: inout MutableSpan<Float>, vector: inout MutableSpan<Float>,
    step: StepScalars<Float>
  ) {
    precondition(vector.count == parameters.count, "\(vector.count) for \(parameters.count)")
    for i in parameters.indices { finish(&parameters[i], vector: &vector[i], step: step) }
  }

  @inlinable
  public func finish(
    _ parameters: inout MutableSpan<Double>, vector: inout MutableSpan<Double>,
    step: StepScalars<Double>
  ) {
    precondition(vector.count == parameters.count, "\(vector.count) for \(parameters.count)")
    for i in parameters.indices { finish(&parameters[i], vector: &vector[i], step: step) }
  }
}
