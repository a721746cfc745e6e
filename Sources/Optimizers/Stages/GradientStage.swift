public import Numbers
public import Properties

/// The numbers that a stage keeps for one coordinate: the first `vectorCount` of them are in use.
public typealias StageVectors<N> = InlineArray<2, N>

/// A stage before a rule: what becomes of the gradient on its way there.
///
/// There are two kinds, `WholeVectorStage` and `CoordinateStage`; this is what the driver sees of either.
public protocol GradientStage: Sendable {
  var hyperparameters: Hyperparameters { get }

  /// How the stage changes what the rule behind it declares.
  func amend(_ card: inout Card)

  /// Whether the stage is one factor on all coordinates, made from the norm of the whole gradient; else it
  /// maps each coordinate on its own.
  var measuresNorm: Bool { get }

  /// The factor of a stage that measures.
  func factor<N: RuleNumber>(
    norm: N, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> N

  /// The names of the numbers that the stage keeps for each coordinate, at most two, all 0 at first.
  var vectorNames: [String] { get }
  /// How many they are.
  var vectorCount: Int { get }
  /// Whether gradients leave the stage as they came.
  var isObserver: Bool { get }

  /// The scalars of one step.
  ///
  /// - Parameter previous: how many gradients the tensor had before; nil for none.
  func prepare<N: RuleNumber>(
    previous: N?, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> StepScalars<N>

  /// A coordinate of the gradient as it leaves the stage; `vectors` are of the steps before. A stage that
  /// keeps vectors is not asked at the first step: it lets the gradient pass.
  func transformed<N: RuleNumber>(
    _ gradient: N, vectors: StageVectors<N>, step: StepScalars<N>
  ) throws(N.Failure) -> N

  /// Takes a coordinate of the gradient, as it came to the stage, into the vectors.
  func advance<N: RuleNumber>(
    _ vectors: inout StageVectors<N>, gradient: N, step: StepScalars<N>
  ) throws(N.Failure)

  // Requirements for the reason that `UpdateRule.apply` is one.

  /// `transformed` on a buffer. A vector that is not in use is of any length.
  func transform(
    _ gradients: inout MutableSpan<Float>, first: Span<Float>, second: Span<Float>,
    step: StepScalars<Float>)
  /// As for `Float`.
  func transform(
    _ gradients: inout MutableSpan<Double>, first: Span<Double>, second: Span<Double>,
    step: StepScalars<Double>)

  /// `advance` on a buffer.
  func advance(
    _ first: inout MutableSpan<Float>, _ second: inout MutableSpan<Float>,
    gradients: Span<Float>, step: StepScalars<Float>)
  /// As for `Float`.
  func advance(
    _ first: inout MutableSpan<Double>, _ second: inout MutableSpan<Double>,
    gradients: Span<Double>, step: StepScalars<Double>)
}

/// A stage that sees the whole gradient, and from its Euclidean norm makes one factor for all coordinates.
///
/// The driver multiplies the factors of neighbouring stages into one.
public protocol WholeVectorStage: GradientStage {}

extension WholeVectorStage {
  @inlinable public var measuresNorm: Bool { true }
  @inlinable public var vectorNames: [String] { [] }
  @inlinable public var vectorCount: Int { 0 }
  @inlinable public var isObserver: Bool { false }
  @inlinable
  public func prepare<N: RuleNumber>(
    previous: N?, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> StepScalars<N> { hyperparameters }
  @inlinable
  public func transformed<N: RuleNumber>(
    _ gradient: N, vectors: StageVectors<N>, step: StepScalars<N>
  ) throws(N.Failure) -> N { gradient }
  @inlinable
  public func advance<N: RuleNumber>(
    _ vectors: inout StageVectors<N>, gradient: N, step: StepScalars<N>
  ) throws(N.Failure) {}
}

/// A stage that maps each coordinate of the gradient on its own, with at most two numbers of its own a
/// coordinate, which hold what came before this step.
///
/// The driver maps a block of coordinates at a time, between two loops of the rule: one pass over memory.
public protocol CoordinateStage: GradientStage {}

extension CoordinateStage {
  @inlinable public var measuresNorm: Bool { false }
  @inlinable public var isObserver: Bool { false }
  @inlinable public var vectorNames: [String] { [] }
  @inlinable public var vectorCount: Int { 0 }
  @inlinable
  public func factor<N: RuleNumber>(
    norm: N, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> N { 1 }
  @inlinable
  public func prepare<N: RuleNumber>(
    previous: N?, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> StepScalars<N> { hyperparameters }
  @inlinable
  public func advance<N: RuleNumber>(
    _ vectors: inout StageVectors<N>, gradient: N, step: StepScalars<N>
  ) throws(N.Failure) {}
}

extension GradientStage {
  @inlinable
  public func transform(
    _ gradients: inout MutableSpan<Float>, first: Span<Float>, second: Span<Float>,
    step: StepScalars<Float>
  ) { transformEach(&gradients, first, second, step) }

  @inlinable
  public func transform(
    _ gradients: inout MutableSpan<Double>, first: Span<Double>, second: Span<Double>,
    step: StepScalars<Double>
  ) { transformEach(&gradients, first, second, step) }

  @inlinable
  public func advance(
    _ first: inout MutableSpan<Float>, _ second: inout MutableSpan<Float>,
    gradients: Span<Float>, step: StepScalars<Float>
  ) { advanceEach(&first, &second, gradients, step) }

  @inlinable
  public func advance(
    _ first: inout MutableSpan<Double>, _ second: inout MutableSpan<Double>,
    gradients: Span<Double>, step: StepScalars<Double>
  ) { advanceEach(&first, &second, gradients, step) }

  @inlinable @inline(__always)
  func transformEach<S: RuleNumber>(
    _ gradients: inout MutableSpan<S>, _ first: Span<S>, _ second: Span<S>,
    _ step: StepScalars<S>
  ) where S.Failure == Never {
    let (count, kept) = (gradients.count, vectorCount)
    precondition((kept < 1 || first.count == count) && (kept < 2 || second.count == count))
    for i in 0..<count {
      var vectors = StageVectors<S>(repeating: 0)
      if kept > 0 { vectors[0] = first[i] }
      if kept > 1 { vectors[1] = second[i] }
      gradients[i] = transformed(gradients[i], vectors: vectors, step: step)
    }
  }

  @inlinable @inline(__always)
  func advanceEach<S: RuleNumber>(
    _ first: inout MutableSpan<S>, _ second: inout MutableSpan<S>, _ gradients: Span<S>,
    _ step: StepScalars<S>
  ) where S.Failure == Never {
    let (count, kept) = (gradients.count, vectorCount)
    precondition((kept < 1 || first.count == count) && (kept < 2 || second.count == count))
    if kept == 0 { return }
    for i in 0..<count {
      var vectors = StageVectors<S>(repeating: 0)
      vectors[0] = first[i]
      if kept > 1 { vectors[1] = second[i] }
      advance(&vectors, gradient: gradients[i], step: step)
      first[i] = vectors[0]
      if kept > 1 { second[i] = vectors[1] }
    }
  }
}
