public import Numbers
public import Properties

/// A stage before a rule that sees the whole gradient, and from its Euclidean norm makes one factor for
/// all coordinates.
///
/// The driver multiplies the factors of all stages into the rule's one pass over memory.
public protocol WholeVectorStage: Sendable {
  var hyperparameters: Hyperparameters { get }

  /// How the stage changes what the rule behind it declares.
  func amend(_ card: inout Card)

  /// The factor on every coordinate, from the norm over the coordinates of all tensors.
  func factor<N: RuleNumber>(
    norm: N, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> N
}
