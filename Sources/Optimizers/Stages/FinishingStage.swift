public import Numbers
public import Properties

/// A stage behind a rule: what becomes of a parameter that was just stepped.
public protocol FinishingStage: Sendable {
  var hyperparameters: Hyperparameters { get }

  /// How the stage changes what the rule before it declares.
  func amend(_ card: inout Card)

  func finish<N: RuleNumber>(
    _ parameter: inout N, hyperparameters: StepScalars<N>
  ) throws(N.Failure)

  /// `finish` on every coordinate of a buffer. A requirement for the reason that `UpdateRule.apply` is one.
  func finish(_ parameters: inout MutableSpan<Float>, hyperparameters: StepScalars<Float>)

  /// As for `Float`.
  func finish(_ parameters: inout MutableSpan<Double>, hyperparameters: StepScalars<Double>)
}

extension FinishingStage {
  @inlinable
  public func finish(
    _ parameters: inout MutableSpan<Float>, hyperparameters: StepScalars<Float>
  ) {
    for i in parameters.indices { finish(&parameters[i], hyperparameters: hyperparameters) }
  }

  @inlinable
  public func finish(
    _ parameters: inout MutableSpan<Double>, hyperparameters: StepScalars<Double>
  ) {
    for i in parameters.indices { finish(&parameters[i], hyperparameters: hyperparameters) }
  }
}
