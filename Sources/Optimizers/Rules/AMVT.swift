public import Numbers

/// Adaptive momentum with variance tracking: Adam whose step shrinks where gradients scatter.
///
/// `m ← β₁m + (1 − β₁)g`, `v ← β₂v + (1 − β₂)g²`, `s ← β₃s + (1 − β₃)(g − m)²`, each corrected by
/// `1/(1 − βᵗ)`; `penalty = (1 + ŝ/(v̂ + ε))^(−1/2)`, `θ ← θ − α·penalty/√(v̂ + ε)·m̂`.
///
/// Source: the AMVT paper, section 3.2 and Algorithm 1, which contradict each other in places; the options
/// name the readings.
public struct AMVT: UpdateRule {
  /// The momentum that the step is made with.
  public enum StepMomentum: String, Sendable, CaseIterable {
    /// `m̂`: step 7, and what the convergence proof needs.
    case corrected
    /// `m`: Algorithm 1, line i.
    case raw
  }
  /// What the tracked variance is taken about.
  public enum VarianceCentre: String, Sendable, CaseIterable {
    /// `m_t`, the mean just updated.
    case updatedMean
    /// `m_{t−1}`, the mean before the update.
    case previousMean
    /// `m̂_t`.
    case correctedMean
  }
  /// Whether the variance that is tracked shrinks the step.
  public enum VariancePenalty: String, Sendable, CaseIterable {
    case applied
    /// The penalty is 1: Adam bit for bit, with `ε` in the same place, for ablations.
    case trackedOnly
  }

  /// The order of operations of the step.
  public enum Evaluation: String, Sendable, CaseIterable {
    /// As the paper has it: three divisions and two roots a coordinate.
    case printed
    /// `θ ← θ − α·m̂/√(v̂ + ŝ + ε)`, equal over the reals where `ε` is inside the root and the penalty is
    /// applied: one division, one root. Elsewhere the step is the printed one.
    case oneDivision
  }

  public let hyperparameters: Hyperparameters
  public let stepMomentum: StepMomentum
  public let epsilonPlacement: EpsilonPlacement
  public let varianceCentre: VarianceCentre
  public let variancePenalty: VariancePenalty
  public let evaluation: Evaluation
  @usableFromInline let decay: Decay

  /// - Parameters:
  ///   - weightDecay: `λ`; nil for none.
  ///   - decayForm: how `weightDecay` acts, where there is one.
  /// - Precondition: each value lies in its domain, and `decayForm` is `decoupled` or `paper`.
  public init(
    learningRate: Rational = 1e-3, beta1: Rational = 0.9, beta2: Rational = 0.999,
    beta3: Rational = 0.99, epsilon: Rational = 1e-8, weightDecay: Rational? = nil,
    stepMomentum: StepMomentum = .corrected, epsilonPlacement: EpsilonPlacement = .insideRoot,
    varianceCentre: VarianceCentre = .updatedMean, decayForm: DecayForm = .decoupled,
    variancePenalty: VariancePenalty = .applied, evaluation: Evaluation = .printed
  ) {
    precondition(
      AMVT.decayForms.contains(decayForm),
      "AMVT's decay is \(AMVT.decayForms.map(\.rawValue)), got \(decayForm.rawValue)")
    hyperparameters = Hyperparameters(
      [
        (.learningRate, learningRate), (.beta1, beta1), (.beta2, beta2), (.beta3, beta3),
        (.epsilon, epsilon),
      ], weightDecay: weightDecay
    ).checked(against: AMVT.hyperparameterCards)
    self.stepMomentum = stepMomentum
    self.epsilonPlacement = epsilonPlacement
    self.varianceCentre = varianceCentre
    self.variancePenalty = variancePenalty
    self.evaluation = evaluation
    decay = Decay(isPresent: weightDecay != nil, form: decayForm)
  }

  public var definition: (any UpdateRule)? {
    evaluation == .oneDivision ? evaluated(.printed) : nil
  }

  static let decayForms: [DecayForm] = [.decoupled, .paper]

  public var decayForm: DecayForm { decay.form }

  @inlinable public var slotNames: [String] { ["m", "v", "s"] }

  @inlinable
  public func prepare<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>, history: inout Slots<N>
  ) throws(N.Failure) -> StepScalars<N> {
    var step = hyperparameters
    try step.prepareMoments(context)
    decay.prepare(&step)
    step[.oneMinusBeta3] = 1 - step[.beta3]
    step[.biasCorrection3] = try 1 / N.oneMinusPower(step[.beta3], context.t)
    step[.stepRate] =
      stepMomentum == .corrected
      ? step[.learningRate] * step[.biasCorrection1] : step[.learningRate]
    return step
  }

  /// `m ← β₁m + (1 − β₁)g`, `v ← β₂v + (1 − β₂)g²`, `s ← β₃s + (1 − β₃)(g − m)²`,
  /// `θ ← θ − α·penalty·m̂/√(v̂ + ε)`.
  @inlinable @inline(__always)
  public func update<N: RuleNumber>(
    _ parameter: inout N, gradient: N, slots: inout Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) {
    let previous = slots[0]
    slots[0] = step[.beta1] * slots[0] + step[.oneMinusBeta1] * gradient
    slots[1] = step[.beta2] * slots[1] + step[.oneMinusBeta2] * gradient.squared()
    let centre =
      switch varianceCentre {
      case .updatedMean: slots[0]
      case .previousMean: previous
      case .correctedMean: correctedMean(slots, step)
      }
    slots[2] = step[.beta3] * slots[2] + step[.oneMinusBeta3] * (gradient - centre).squared()
    let kept = decay.kept(parameter, step)
    if evaluation == .oneDivision, epsilonPlacement == .insideRoot, variancePenalty == .applied {
      let sum = correctedSquare(slots, step) + correctedVariance(slots, step) + step[.epsilon]
      parameter = try kept - step[.stepRate] * slots[0] / N.root(sum)
      return
    }
    let rate =
      variancePenalty == .applied
      ? try step[.stepRate] * penalty(slots, step) : step[.stepRate]
    parameter = try kept - rate * slots[0] / root(slots, step)
  }

  /// `m̂ = m/(1 − β₁ᵗ)`.
  @inlinable @inline(__always)
  func correctedMean<N: RuleNumber>(_ slots: Slots<N>, _ step: StepScalars<N>) -> N {
    step[.biasCorrection1] * slots[0]
  }

  /// `v̂ = v/(1 − β₂ᵗ)`.
  @inlinable @inline(__always)
  func correctedSquare<N: RuleNumber>(_ slots: Slots<N>, _ step: StepScalars<N>) -> N {
    step[.biasCorrection2] * slots[1]
  }

  /// `ŝ = s/(1 − β₃ᵗ)`.
  @inlinable @inline(__always)
  func correctedVariance<N: RuleNumber>(_ slots: Slots<N>, _ step: StepScalars<N>) -> N {
    step[.biasCorrection3] * slots[2]
  }

  /// `√(v̂ + ε)`, or `√v̂ + ε`.
  @inlinable @inline(__always)
  func root<N: RuleNumber>(_ slots: Slots<N>, _ step: StepScalars<N>) throws(N.Failure) -> N {
    try epsilonPlacement.root(correctedSquare(slots, step), step)
  }

  /// `(1 + ŝ/(v̂ + ε))^(−1/2)`, by which the step shrinks.
  @inlinable @inline(__always)
  func penalty<N: RuleNumber>(_ slots: Slots<N>, _ step: StepScalars<N>) throws(N.Failure) -> N {
    let square = correctedSquare(slots, step)
    return try 1 / N.root(1 + correctedVariance(slots, step) / (square + step[.epsilon]))
  }

  /// `α_t = α₀·penalty/√(v̂ + ε)`.
  @inlinable @inline(__always)
  public func effectiveRate<N: RuleNumber>(
    slots: Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) -> N {
    let rate =
      variancePenalty == .applied
      ? try step[.learningRate] * penalty(slots, step) : step[.learningRate]
    return try rate / root(slots, step)
  }

  /// `m̂²/(ŝ + ε)`.
  @inlinable @inline(__always)
  public func signalToNoise<N: RuleNumber>(
    slots: Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) -> N? {
    try correctedMean(slots, step).squared()
      / (correctedVariance(slots, step) + step[.epsilon])
  }

  @inlinable
  public func quantities<N: RuleNumber>(
    slots: Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) -> [NamedQuantity<N>] {
    [
      NamedQuantity("correctedMean", correctedMean(slots, step)),
      NamedQuantity("correctedSquare", correctedSquare(slots, step)),
      NamedQuantity("correctedVariance", correctedVariance(slots, step)),
      NamedQuantity("penalty", try penalty(slots, step)),
      NamedQuantity("denominator", try root(slots, step)),
    ]
  }
}
