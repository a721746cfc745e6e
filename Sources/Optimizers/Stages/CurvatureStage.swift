public import Numbers
internal import Properties

extension Key {
  @inlinable static var curvatureDecay: Key { Key("curvatureDecay", 0) }
}

/// Slows a rule down where the gradient changes faster along its way than it used to.
///
/// The curvature is the secant's, `κ_t = ‖g_t − g_{t−1}‖/‖θ_t − θ_{t−1}‖` over all tensors, with the gradients
/// as the wrappers hand them to the stages, and `κ̄` its running mean over the steps before, by `ρ` and
/// corrected. The factor `c_t = min(1, κ̄/κ_t)` is 1 at the first two steps, and where θ did not move. It
/// acts on
/// - the learning rate, `α_t = α·c_t`, where `scalesRate`;
/// - the momentum, `β₁,t = β₁·c_t` with the bias correction `1 − ∏β₁,ᵢ`, where `schedulesMomentum`.
///
/// The AMVT paper names a curvature stage and momentum scheduling (section 3.2, module 3), and gives no
/// formula: these are the specification's, section 3.
public struct CurvatureStage: Sendable {
  public let hyperparameters: Hyperparameters
  public var scalesRate: Bool
  public var schedulesMomentum: Bool

  /// - Parameter decay: `ρ`.
  /// - Precondition: it lies in `[0, 1)`, and the stage acts on something.
  public init(scalesRate: Bool, schedulesMomentum: Bool, decay: Rational = 0.99) {
    precondition(scalesRate || schedulesMomentum, "the stage is to act on the rate or the momentum")
    self.scalesRate = scalesRate
    self.schedulesMomentum = schedulesMomentum
    hyperparameters = ([.curvatureDecay: decay] as Hyperparameters)
      .checked(against: CurvatureStage.hyperparameterCards)
  }

  /// `c_t`, from the norms of what the gradient and the parameters changed by since the step before.
  func factor<N: RuleNumber>(
    gradientChange: N, movement: N, record: CurvatureRecord<N>
  ) throws(N.Failure) -> N {
    let mean = try record.sum / CurvatureStage.nonZero(record.weight)
    let curvature = try gradientChange / CurvatureStage.nonZero(movement)
    let ratio = try mean / CurvatureStage.nonZero(curvature)
    let isSlower = N.select(mean, isLessThan: curvature, then: ratio, else: 1)
    let isKnown = N.select(0, isLessThan: record.weight, then: isSlower, else: 1)
    return .select(0, isLessThan: movement, then: isKnown, else: 1)
  }

  /// Takes `κ_t` into the running mean, where θ moved.
  func advance<N: RuleNumber>(
    _ record: inout CurvatureRecord<N>, gradientChange: N, movement: N,
    hyperparameters: StepScalars<N>
  ) throws(N.Failure) {
    let decay = hyperparameters[.curvatureDecay]
    let curvature = try gradientChange / CurvatureStage.nonZero(movement)
    let sum = decay * record.sum + (1 - decay) * curvature
    let weight = decay * record.weight + (1 - decay)
    record.sum = .select(0, isLessThan: movement, then: sum, else: record.sum)
    record.weight = .select(0, isLessThan: movement, then: weight, else: record.weight)
  }

  /// The hyper-parameters of a rule at a step, and `1 − ∏β₁,ᵢ` where the momentum is scheduled.
  ///
  /// - Parameter history: the rule's, whose last place holds `1 − ∏β₁,ᵢ`, kept by `C ← (1 − β) + βC` from 0.
  func adjust<N: RuleNumber>(
    _ hyperparameters: inout StepScalars<N>, factor: N, history: inout Slots<N>
  ) -> N? {
    if scalesRate { hyperparameters[.learningRate] = factor * hyperparameters[.learningRate] }
    guard schedulesMomentum else { return nil }
    let decay = factor * hyperparameters[.beta1]
    hyperparameters[.beta1] = decay
    history[3] = (1 - decay) + decay * history[3]
    return history[3]
  }

  /// The number, or 1 where it is 0: so that a quotient is defined on both sides of a `select`.
  static func nonZero<N: RuleNumber>(_ x: N) -> N { .select(0, isLessThan: x, then: x, else: 1) }

  static let hyperparameterCards = [
    HyperparameterCard(
      "curvatureDecay", symbol: "ρ_κ", default: 0.99, domain: .decay,
      meaning: "the decay of the mean curvature")
  ]

  func amend(_ card: inout Card) {
    card.hyperparameters += CurvatureStage.hyperparameterCards
    card.traits.formUnion([.curvature, .stageVectors])
    // A shift of θ does shift the run over the reals, but θ_t − θ_{t−1} is rounded as θ is, and a step that
    // vanishes in θ leaves no curvature at all.
    card.traits.subtract([
      .coordinateWise, .linear, .gradientInvariant, .gradientCovariant, .translationInvariant,
    ])
    if schedulesMomentum {
      card.traits.insert(.varyingDecay)
      card.traits.subtract([.boundedStep, .adamRatio])
      card.stepBound = nil
    }
  }

  /// Whether the momentum of a rule can be scheduled: it has a `β₁` that a mean of gradients decays by.
  static func canSchedule(_ rule: any UpdateRule) -> Bool {
    rule.hyperparameters[.beta1] != nil && rule.historyNames.count <= 3
      && rule.card.traits.contains(.firstMoment) && !rule.requiresLoss
  }
}

/// What a curvature stage keeps from step to step, beside the gradients and parameters of the step before.
public struct CurvatureRecord<N: RuleNumber>: Sendable {
  /// `K ← ρK + (1 − ρ)κ`, from 0.
  public internal(set) var sum: N = 0
  /// `1 − ρⁿ` after `n` curvatures.
  public internal(set) var weight: N = 0
}

/// A stage that slows the rate down where the curvature grows: `chain(curvatureScaling(), AMVT())`.
public func curvatureScaling(decay: Rational = 0.99) -> CurvatureStage {
  CurvatureStage(scalesRate: true, schedulesMomentum: false, decay: decay)
}

/// A stage that lowers `β₁` where the curvature grows: `chain(momentumScheduling(), AMVT())`.
public func momentumScheduling(decay: Rational = 0.99) -> CurvatureStage {
  CurvatureStage(scalesRate: false, schedulesMomentum: true, decay: decay)
}

/// A rule behind a curvature stage.
///
/// - Precondition: a momentum to be scheduled is there.
public func chain(_ stage: CurvatureStage, _ rule: any UpdateRule) -> Optimizer {
  chain(stage, Optimizer(rule))
}

/// An optimizer behind a curvature stage; one that has such a stage has both then.
///
/// - Precondition: a momentum to be scheduled is there; the two stages have the same decay.
public func chain(_ stage: CurvatureStage, _ optimizer: Optimizer) -> Optimizer {
  precondition(
    !stage.schedulesMomentum || CurvatureStage.canSchedule(optimizer.rule),
    "\(optimizer.rule.card.name) has no momentum to schedule")
  var chained = optimizer
  if let other = optimizer.curvature {
    precondition(
      other.hyperparameters == stage.hyperparameters, "two curvature stages of different decays")
    chained.curvature?.scalesRate = other.scalesRate || stage.scalesRate
    chained.curvature?.schedulesMomentum = other.schedulesMomentum || stage.schedulesMomentum
  } else {
    chained.curvature = stage
  }
  return chained
}
