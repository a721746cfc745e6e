public import Numbers
public import Properties

/// A stage behind a rule: what becomes of a parameter that was just stepped.
public protocol FinishingStage: Sendable {
  var hyperparameters: Hyperparameters { get }

  /// How the stage changes what the rule before it declares.
  func amend(_ card: inout Card)

  /// Whether `finish` looks at the parameter before the step.
  var readsStart: Bool { get }

  /// Changes a parameter that was just stepped.
  ///
  /// - Parameter start: the parameter before the step; anything where `readsStart` is false.
  func finish<N: RuleNumber>(
    _ parameter: inout N, from start: N, hyperparameters: StepScalars<N>
  ) throws(N.Failure)

  /// `finish` on every coordinate of a buffer. A requirement for the reason that `UpdateRule.apply` is one.
  func finish(
    _ parameters: inout MutableSpan<Float>, from starts: Span<Float>,
    hyperparameters: StepScalars<Float>)

  /// As for `Float`.
  func finish(
    _ parameters: inout MutableSpan<Double>, from starts: Span<Double>,
    hyperparameters: StepScalars<Double>)
}

extension FinishingStage {
  @inlinable public var readsStart: Bool { false }

  @inlinable
  public func finish(
    _ parameters: inout MutableSpan<Float>, from starts: Span<Float>,
    hyperparameters: StepScalars<Float>
  ) { finishEach(&parameters, starts, hyperparameters) }

  @inlinable
  public func finish(
    _ parameters: inout MutableSpan<Double>, from starts: Span<Double>,
    hyperparameters: StepScalars<Double>
  ) { finishEach(&parameters, starts, hyperparameters) }

  @inlinable @inline(__always)
  func finishEach<S: RuleNumber>(
    _ parameters: inout MutableSpan<S>, _ starts: Span<S>, _ hyperparameters: StepScalars<S>
  ) where S.Failure == Never {
    guard readsStart else {
      for i in parameters.indices {
        finish(&parameters[i], from: 0, hyperparameters: hyperparameters)
      }
      return
    }
    precondition(starts.count == parameters.count, "\(starts.count) for \(parameters.count)")
    for i in parameters.indices {
      finish(&parameters[i], from: starts[i], hyperparameters: hyperparameters)
    }
  }
}
