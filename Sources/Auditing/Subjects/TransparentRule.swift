public import Numbers
public import Optimizers

/// One coordinate under a rule, in any number type.
public struct CoordinateState<N: RuleNumber>: Sendable {
  public var parameter: N
  /// The rule's state of this coordinate, as many numbers as it has slots.
  public var slots: [N]
  /// The scalars that the rule keeps from step to step for all coordinates alike.
  public var history: [N]

  public init(parameter: N, slots: [N], history: [N] = []) {
    self.parameter = parameter
    self.slots = slots
    self.history = history
  }
}

/// A rule whose text Assay holds, and can run at any number type: exactly, in enclosures, on symbols.
///
/// Compiled rules and formula files are such; a process is not. What the audit does with a text it does
/// through this, so that it cannot tell the two apart.
public protocol TransparentRule: Sendable {
  /// The names of the numbers kept for each coordinate.
  var slotNames: [String] { get }
  /// What the slots hold before the first step.
  var slotStart: [Rational] { get }
  /// The hyper-parameters by canonical name, in the order in which `step` takes them, with their values.
  var hyperparameters: [(name: String, value: Rational)] { get }
  /// The hyper-parameters that have no other value than theirs.
  var fixedHyperparameters: Set<String> { get }
  /// Whether a step needs the loss.
  var requiresLoss: Bool { get }
  /// What the step's number counts.
  var stepCounter: StepCounter { get }

  /// The numbers that many coordinates make together before a step, in an order in which each reads only
  /// those before it.
  var reductions: [VectorReduction] { get }

  /// The factor that a step puts on all gradients before the rule sees them: clipping, a loss transform.
  ///
  /// - Parameters:
  ///   - gradients: those of all coordinates of all groups.
  ///   - loss: the batch's, where the rule needs it.
  ///   - hyperparameters: their values, in the order of `hyperparameters`.
  func gradientFactor<N: RuleNumber>(
    gradients: [N], loss: N?, hyperparameters: [N]
  ) throws(N.Failure) -> N

  /// A coordinate before the first step, for values of the hyper-parameters that its slots may start from.
  func start<N: RuleNumber>(at parameter: N, hyperparameters: [N]) -> CoordinateState<N>

  /// One step of one coordinate, on a gradient that bears the factor already.
  ///
  /// - Returns: the numbers within the step that have a name.
  @discardableResult
  func step<N: RuleNumber>(
    _ state: inout CoordinateState<N>, gradient: N, context: StepContext<N>, hyperparameters: [N]
  ) throws(N.Failure) -> [NamedQuantity<N>]

  /// What a coordinate contributes to a reduction, before the step.
  ///
  /// - Parameter reduced: the reductions before it.
  func contribution<N: RuleNumber>(
    to reduction: Int, of state: CoordinateState<N>, gradient: N, context: StepContext<N>,
    hyperparameters: [N], reduced: [N]
  ) throws(N.Failure) -> N

  /// One step of one coordinate, given all reductions. Without them a step is one of a vector of a single
  /// coordinate.
  @discardableResult
  func step<N: RuleNumber>(
    _ state: inout CoordinateState<N>, gradient: N, context: StepContext<N>, hyperparameters: [N],
    reduced: [N]
  ) throws(N.Failure) -> [NamedQuantity<N>]
}

extension TransparentRule {
  public var reductions: [VectorReduction] { [] }

  public func contribution<N: RuleNumber>(
    to reduction: Int, of state: CoordinateState<N>, gradient: N, context: StepContext<N>,
    hyperparameters: [N], reduced: [N]
  ) -> N { 0 }

  @discardableResult
  public func step<N: RuleNumber>(
    _ state: inout CoordinateState<N>, gradient: N, context: StepContext<N>, hyperparameters: [N],
    reduced: [N]
  ) throws(N.Failure) -> [NamedQuantity<N>] {
    try step(&state, gradient: gradient, context: context, hyperparameters: hyperparameters)
  }

  public var fixedHyperparameters: Set<String> { [] }
  public var stepCounter: StepCounter { .perTensor }

  /// A coordinate before the first step.
  public func start<N: RuleNumber>(at parameter: N) -> CoordinateState<N> {
    CoordinateState(
      parameter: parameter, slots: slotStart.map { N($0) },
      history: [N](repeating: 0, count: 4))
  }

  public func start<N: RuleNumber>(at parameter: N, hyperparameters: [N]) -> CoordinateState<N> {
    start(at: parameter)
  }

  /// The value of a hyper-parameter; nil where the rule has none of that name.
  public func value(of name: String) -> Rational? {
    hyperparameters.first { $0.name == name }?.value
  }

  /// The values of the hyper-parameters, some replaced, each rounded once to `N`.
  func values<N: RuleNumber>(as type: N.Type, replacing changes: [String: Rational] = [:]) -> [N] {
    hyperparameters.map { N(changes[$0.name] ?? $0.value) }
  }
}
