public import Numbers
public import Parallelism
public import Properties

/// What to do about a gradient that is NaN or infinite.
public enum NonFinitePolicy: String, Sendable, CaseIterable {
  /// It takes its course, as in torch.
  case propagate
  /// The step leaves everything as it was, and is counted.
  case skip
  /// The step is an error that names the step, the tensor and the coordinate.
  case `throw`
}

/// What the step `t` of the bias corrections counts.
public enum StepCounter: String, Sendable, CaseIterable {
  /// The gradients that a tensor has had (torch).
  case perTensor
  /// The steps of its group (Keras, optax).
  case perGroup
}

/// A rule with the stages and wrappers around it: a value that says what a step is, and holds no state.
///
/// ```swift
/// let optimizer = chain(AYLA(N1: 1.5), chain(clip(1), AMVT()))
/// var state = optimizer.makeState(of: Float.self, counts: [theta.count])
/// try optimizer.step(&theta, gradients: gradients, loss: loss, state: &state)
/// ```
///
/// A gradient passes the wrappers, outermost first, then the stages in order, then the rule; a parameter
/// passes the finishing stages after. Micro-batches are gathered before all of that.
public struct Optimizer: Sendable {
  /// The outermost first.
  public var wrappers: [any Wrapper]
  public var stages: [any GradientStage]
  public var rule: any UpdateRule
  public var finishers: [any FinishingStage]
  /// What slows the rule down where the loss curves.
  public var curvature: CurvatureStage?
  /// Whether the steps climb: every gradient is negated.
  public var maximizes: Bool
  public var nonFinitePolicy: NonFinitePolicy
  public var stepCounter: StepCounter
  /// On how many threads large tensors are stepped. The results do not depend on it.
  public var threads = Threads.one
  /// Whether each step leaves a `StepRecord` of every tensor in the state. The results do not depend on it.
  public var recordsSteps = false

  public init(
    _ rule: any UpdateRule, stages: [any GradientStage] = [], wrappers: [any Wrapper] = [],
    finishers: [any FinishingStage] = [], maximizes: Bool = false,
    nonFinitePolicy: NonFinitePolicy = .propagate, stepCounter: StepCounter = .perTensor
  ) {
    self.rule = rule
    self.stages = stages
    self.wrappers = wrappers
    self.finishers = finishers
    self.maximizes = maximizes
    self.nonFinitePolicy = nonFinitePolicy
    self.stepCounter = stepCounter
  }

  /// Whether a step needs the loss.
  public var requiresLoss: Bool { rule.requiresLoss || wrappers.contains { $0.requiresLoss } }

  /// The name on the command line: `ayla:amvt`.
  public var name: String { (wrappers.map(\.name) + [rule.card.name]).joined(separator: ":") }

  /// What the whole is and declares of itself.
  public var card: Card {
    var card = rule.card
    for stage in stages { stage.amend(&card) }
    curvature?.amend(&card)
    for finisher in finishers { finisher.amend(&card) }
    for wrapper in wrappers.reversed() { wrapper.amend(&card) }
    card.name = name
    return card
  }

  /// The values of all parts' hyper-parameters, the rule's first.
  public var hyperparameters: [(key: String, value: Rational)] {
    parts.flatMap { $0.map { ($0.key.name, $0.value) } }
  }

  /// The hyper-parameters of each part: the rule, the stages, the finishing stages, the wrappers, the
  /// curvature stage if there is one.
  public var parts: [Hyperparameters] {
    [rule.hyperparameters] + stages.map(\.hyperparameters) + finishers.map(\.hyperparameters)
      + wrappers.map(\.hyperparameters) + (curvature.map { [$0.hyperparameters] } ?? [])
  }
}

/// A rule that sees its gradients through a stage.
public func chain(_ stage: any GradientStage, _ rule: any UpdateRule) -> Optimizer {
  Optimizer(rule, stages: [stage])
}

/// An optimizer that sees its gradients through one more stage, before its others.
public func chain(_ stage: any GradientStage, _ optimizer: Optimizer) -> Optimizer {
  var chained = optimizer
  chained.stages.insert(stage, at: 0)
  return chained
}

/// A rule within a wrapper.
public func chain(_ wrapper: any Wrapper, _ rule: any UpdateRule) -> Optimizer {
  Optimizer(rule, wrappers: [wrapper])
}

/// An optimizer within one more wrapper, around its others.
public func chain(_ wrapper: any Wrapper, _ optimizer: Optimizer) -> Optimizer {
  var chained = optimizer
  chained.wrappers.insert(wrapper, at: 0)
  return chained
}

/// An optimizer whose parameters pass one more stage after each step.
public func chain(_ optimizer: Optimizer, _ finisher: any FinishingStage) -> Optimizer {
  var chained = optimizer
  chained.finishers.append(finisher)
  return chained
}
