public import Numbers
public import Properties

/// What a rule is told about a step, beside its hyper-parameters.
public struct StepContext<N: RuleNumber>: Sendable {
  /// The step, counted from 1.
  public var t: N
  /// The mean loss of the batch at the parameters that the gradients were taken at, where there is one.
  public var loss: N?
  /// `1 − ∏β₁,ᵢ`, where a stage schedules `β₁`; nil where it is constant.
  public var momentumWeight: N?

  @inlinable
  public init(t: N, loss: N? = nil, momentumWeight: N? = nil) {
    self.t = t
    self.loss = loss
    self.momentumWeight = momentumWeight
  }

  /// What a mean that decays by `β₁` has taken in by now: `1 − β₁ᵗ`, or `1 − ∏β₁,ᵢ`.
  @inlinable
  public func weight(beta1: N) throws(N.Failure) -> N {
    if let momentumWeight { return momentumWeight }
    return try N.oneMinusPower(beta1, t)
  }

  /// The loss of a rule that needs it.
  ///
  /// - Precondition: there is one; the driver throws `StepError.lossIsMissing` before it comes to this.
  @inlinable
  public var requiredLoss: N {
    guard let loss else { preconditionFailure("this rule needs the loss at every step") }
    return loss
  }
}

/// A number that occurs within a step, with the paper's name for it.
public struct NamedQuantity<N: RuleNumber>: Sendable {
  public let name: String
  public let value: N

  @inlinable
  public init(_ name: String, _ value: N) {
    self.name = name
    self.value = value
  }
}

/// An optimizer's update rule, written once for every `RuleNumber`.
///
/// A rule is a file: the names of its slots, its hyper-parameters, `prepare` for what a step shares,
/// `update` for one coordinate. The loop over memory comes with the protocol.
///
/// Everything on the way from `apply` to the arithmetic is `@inlinable`, and `update` is
/// `@inline(__always)` too; a rule that leaves this out is right, and 400 times slower.
public protocol UpdateRule: Sendable {
  /// The paper's names for the state of one coordinate, at most four.
  var slotNames: [String] { get }

  /// The names of the numbers that `prepare` keeps in its history, at most four.
  var historyNames: [String] { get }

  /// The hyper-parameters in the order of the paper, with the values that this rule has.
  var hyperparameters: Hyperparameters { get }

  /// Whether a step needs the loss.
  var requiresLoss: Bool { get }

  /// What this rule is and declares of itself.
  var card: Card { get }

  /// The rule as its paper defines it, where this value's text is another, equal over the reals; nil where
  /// it is the definition.
  var definition: (any UpdateRule)? { get }

  /// The slots before the first step; all 0 unless the rule says otherwise.
  func initialSlots<N: RuleNumber>(hyperparameters: StepScalars<N>) -> Slots<N>

  /// What the coordinates share in a step: bias corrections and the like.
  ///
  /// Called in `Double` for a run on floating-point memory, and narrowed after.
  ///
  /// - Parameters:
  ///   - context: the step's number and loss.
  ///   - hyperparameters: their values at this step.
  ///   - history: numbers that the rule keeps from step to step, all 0 at first.
  /// - Returns: `hyperparameters`, with the scalars of this step beside them.
  func prepare<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>, history: inout Slots<N>
  ) throws(N.Failure) -> StepScalars<N>

  /// One step of one coordinate.
  func update<N: RuleNumber>(
    _ parameter: inout N, gradient: N, slots: inout Slots<N>, step: StepScalars<N>
  ) throws(N.Failure)

  /// The named intermediate numbers of the step that `update` just made, from the slots it left, through
  /// the functions that `update` itself calls.
  func quantities<N: RuleNumber>(
    slots: Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) -> [NamedQuantity<N>]

  /// What the step that `update` just made multiplied its mean gradient by: `α/(√v̂ + ε)` for Adam. The
  /// learning rate unless the rule says otherwise.
  func effectiveRate<N: RuleNumber>(
    slots: Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) -> N

  /// `m̂²/(ŝ + ε)` after the step that `update` just made; nil where no variance is tracked.
  func signalToNoise<N: RuleNumber>(
    slots: Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) -> N?

  /// Refuses a step whose scalars lie outside what the rule's formulas allow. Nothing has changed yet
  /// when this is called.
  ///
  /// - Returns: whether the step is to be made; false skips it and counts it.
  func admits(
    _ step: StepScalars<Double>, context: StepContext<Double>
  ) throws(StepError) -> Bool

  /// What both of `apply` do. A rule with options implements it by choosing among copies of itself whose
  /// options are literals, and calling `applyEverywhere` on the one that it is: options that are read inside
  /// the loop cost it 10 % each, or 7 times for one of three ways.
  ///
  /// - Precondition: the gradients, and as many slots as the rule has, are as many as the parameters.
  func applyChoosing<S: RuleNumber>(
    _ parameters: inout MutableSpan<S>, _ gradients: Span<S>, _ first: inout MutableSpan<S>,
    _ second: inout MutableSpan<S>, _ third: inout MutableSpan<S>, _ fourth: inout MutableSpan<S>,
    _ step: StepScalars<S>
  ) where S.Failure == Never

  // The five below are requirements for one reason: a default is then compiled for the conforming type
  // in that type's module, and `any UpdateRule` calls that code. What is generic over a rule has no such
  // code, and would be 400 times slower.

  /// `prepare` in `Double`.
  func scalars(
    _ context: StepContext<Double>, hyperparameters: StepScalars<Double>,
    history: inout Slots<Double>
  ) -> StepScalars<Double>

  /// One step of every coordinate of a buffer: gradients are multiplied by `step[.gradientScale]`.
  ///
  /// - Precondition: the gradients, and as many slots as the rule has, are as many as the parameters.
  func apply(
    to parameters: inout MutableSpan<Float>, gradients: Span<Float>,
    slots first: inout MutableSpan<Float>, _ second: inout MutableSpan<Float>,
    _ third: inout MutableSpan<Float>, _ fourth: inout MutableSpan<Float>,
    step: StepScalars<Float>)

  /// As for `Float`.
  func apply(
    to parameters: inout MutableSpan<Double>, gradients: Span<Double>,
    slots first: inout MutableSpan<Double>, _ second: inout MutableSpan<Double>,
    _ third: inout MutableSpan<Double>, _ fourth: inout MutableSpan<Double>,
    step: StepScalars<Double>)

  /// What a record needs of the coordinates of a buffer that were just stepped.
  func recordSums(
    before: Span<Float>, after: Span<Float>, slots first: Span<Float>, _ second: Span<Float>,
    _ third: Span<Float>, _ fourth: Span<Float>, step: StepScalars<Float>
  ) -> RecordSums

  /// As for `Float`.
  func recordSums(
    before: Span<Double>, after: Span<Double>, slots first: Span<Double>, _ second: Span<Double>,
    _ third: Span<Double>, _ fourth: Span<Double>, step: StepScalars<Double>
  ) -> RecordSums
}

extension UpdateRule {
  @inlinable public var historyNames: [String] { [] }
  @inlinable public var requiresLoss: Bool { false }
  public var definition: (any UpdateRule)? { nil }

  @inlinable
  public func initialSlots<N: RuleNumber>(hyperparameters: StepScalars<N>) -> Slots<N> {
    Slots(repeating: 0)
  }

  @inlinable
  public func quantities<N: RuleNumber>(
    slots: Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) -> [NamedQuantity<N>] { [] }

  @inlinable
  public func effectiveRate<N: RuleNumber>(
    slots: Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) -> N { step[.learningRate] }

  @inlinable
  public func signalToNoise<N: RuleNumber>(
    slots: Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) -> N? { nil }

  @inlinable
  public func recordSums(
    before: Span<Float>, after: Span<Float>, slots first: Span<Float>, _ second: Span<Float>,
    _ third: Span<Float>, _ fourth: Span<Float>, step: StepScalars<Float>
  ) -> RecordSums {
    recordSumsInOrder(
      before: before, after: after, slots: first, second, third, fourth, step: step)
  }

  @inlinable
  public func recordSums(
    before: Span<Double>, after: Span<Double>, slots first: Span<Double>, _ second: Span<Double>,
    _ third: Span<Double>, _ fourth: Span<Double>, step: StepScalars<Double>
  ) -> RecordSums {
    recordSumsInOrder(
      before: before, after: after, slots: first, second, third, fourth, step: step)
  }

  @inlinable
  public func admits(
    _ step: StepScalars<Double>, context: StepContext<Double>
  ) throws(StepError) -> Bool { true }

  @inlinable
  public func scalars(
    _ context: StepContext<Double>, hyperparameters: StepScalars<Double>,
    history: inout Slots<Double>
  ) -> StepScalars<Double> {
    prepare(context, hyperparameters: hyperparameters, history: &history)
  }
}
