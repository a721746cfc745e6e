public import Numbers

extension Key {
  // Special to AYLA's moments, beside `oneMinusBeta1` and `oneMinusBeta2`, which hold the newest weights.

  /// The decays of the first and the second moment at this step.
  @inlinable static var decay1: Key { Key("decay1", 16) }
  @inlinable static var decay2: Key { Key("decay2", 17) }
  /// The factors on the gradient in the first and the second moment.
  @inlinable static var factor1: Key { Key("factor1", 14) }
  @inlinable static var factor2: Key { Key("factor2", 15) }
  /// The weights that `movingDecayOnAdam` puts between Adam's last moments and the gradient.
  @inlinable static var movingWeight1: Key { Key("movingWeight1", 20) }
  @inlinable static var movingWeight2: Key { Key("movingWeight2", 21) }
  /// `w(l)`.
  @inlinable static var lossWeight: Key { Key("lossWeight", 22) }
}

/// Adam with the moments of AYLA's version 1, in every reading of its equations 3 to 7.
///
/// `w = w(l_t)` is the factor of the loss transform. Three exact facts: `rescaled` with `ε` is the reading
/// `gradient` with `ε·w_t`, `rescaledPlain` is Adam with `ε·w_t`, and the correction that unbiases moving
/// decays is `movingDecayProduct`'s.
///
/// Source: the AYLA paper, version 1, section 2.1; the readings are those of the specification, section 1.
public struct AYLAMoments: UpdateRule {
  public enum Reading: String, Sendable, CaseIterable {
    /// Equations 5 and 6 on the moments of `G = w·g`: `m̂ = m/(w(1 − β₁ᵗ))`, `v̂ = v/(w²(1 − β₂ᵗ))`.
    case rescaled
    /// The same corrections of Adam's own moments.
    case rescaledPlain
    /// Equation 7, `m ← (1 − w(1 − β₁))m + w(1 − β₁)g`, `v` alike with `w²`, with equations 5 and 6.
    case movingDecay
    /// Equation 7 with Adam's corrections.
    case movingDecayStandard
    /// Equation 7 with the exact corrections, `1 − ∏(1 − wᵢ(1 − β))`.
    case movingDecayProduct
    /// Equation 7 with `1 − (1 − w(1 − β))ᵗ`.
    case movingDecayPower
    /// Equation 7 without correction.
    case movingDecayUncorrected
    /// Equation 7 applied to Adam's own moments of the step before, with equations 5 and 6.
    case movingDecayOnAdam
    /// Equation 7 for `m`, Adam's `v` of `G`; equation 5 for `m`, Adam's correction for `v`.
    case movingDecayFirstOnly

    /// Whether a decay of this reading depends on `w`, and may leave `[0, 1)`.
    @inlinable
    public var hasMovingDecay: Bool { self != .rescaled && self != .rescaledPlain }
    /// Whether the second moment's does.
    @inlinable
    var movesSecondDecay: Bool { hasMovingDecay && self != .movingDecayFirstOnly }
    /// Whether a correction divides by `w`.
    @inlinable
    public var dividesByWeight: Bool {
      switch self {
      case .movingDecayStandard, .movingDecayProduct, .movingDecayPower, .movingDecayUncorrected:
        false
      default: true
      }
    }
  }

  public let hyperparameters: Hyperparameters
  public let transform: PowerTransform
  public let reading: Reading
  public let epsilonPlacement: EpsilonPlacement
  @usableFromInline let isOnAdam: Bool

  /// - Precondition: each value lies in its domain.
  public init(
    reading: Reading, N1: Rational = 1, N2: Rational = 1, learningRate: Rational = 1e-3,
    beta1: Rational = 0.9, beta2: Rational = 0.999, epsilon: Rational = 1e-8,
    epsilonPlacement: EpsilonPlacement = .outsideRoot
  ) {
    transform = PowerTransform(N1: N1, N2: N2)
    hyperparameters =
      ([
        .learningRate: learningRate, .beta1: beta1, .beta2: beta2, .epsilon: epsilon, .N1: N1,
        .N2: N2,
      ] as Hyperparameters).checked(against: AYLAMoments.hyperparameterCards)
    self.reading = reading
    self.epsilonPlacement = epsilonPlacement
    isOnAdam = reading == .movingDecayOnAdam
  }

  @inlinable public var slotNames: [String] { ["m", "v"] }
  @inlinable public var historyNames: [String] {
    reading == .movingDecayProduct ? ["weightSum1", "weightSum2"] : []
  }
  @inlinable public var requiresLoss: Bool { true }

  /// `history` holds the sums of the weights, `1 − ∏(1 − wᵢ(1 − β))`, of `movingDecayProduct`. They are
  /// kept by `C ← k + (1 − k)·C` with `k = w(1 − β)`, from 0: only positive terms, so nothing cancels, and
  /// it has a value in every number type.
  @inlinable
  public func prepare<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>, history: inout Slots<N>
  ) throws(N.Failure) -> StepScalars<N> {
    var step = hyperparameters
    let w = try PowerTransform.weight(at: context.requiredLoss, N1: step[.N1], N2: step[.N2])
    let (keep1, keep2) = (1 - step[.beta1], 1 - step[.beta2])
    let (moving1, moving2) = (w * keep1, w.squared() * keep2)
    step[.lossWeight] = w
    (step[.factor1], step[.factor2]) = (1, 1)
    (step[.decay1], step[.oneMinusBeta1]) = (step[.beta1], keep1)
    (step[.decay2], step[.oneMinusBeta2]) = (step[.beta2], keep2)
    (step[.movingWeight1], step[.movingWeight2]) = (moving1, moving2)
    switch reading {
    case .rescaled: (step[.factor1], step[.factor2]) = (w, w)
    case .rescaledPlain, .movingDecayOnAdam: break
    case .movingDecayFirstOnly:
      (step[.decay1], step[.oneMinusBeta1]) = (1 - moving1, moving1)
      step[.factor2] = w
    case .movingDecay, .movingDecayStandard, .movingDecayProduct, .movingDecayPower,
      .movingDecayUncorrected:
      (step[.decay1], step[.oneMinusBeta1]) = (1 - moving1, moving1)
      (step[.decay2], step[.oneMinusBeta2]) = (1 - moving2, moving2)
    }
    let t = context.t
    switch reading {
    case .rescaled, .rescaledPlain, .movingDecay, .movingDecayOnAdam:
      step[.biasCorrection1] = try 1 / (w * N.oneMinusPower(step[.beta1], t))
      step[.biasCorrection2] = try 1 / (w.squared() * N.oneMinusPower(step[.beta2], t))
    case .movingDecayFirstOnly:
      step[.biasCorrection1] = try 1 / (w * N.oneMinusPower(step[.beta1], t))
      step[.biasCorrection2] = try 1 / N.oneMinusPower(step[.beta2], t)
    case .movingDecayStandard:
      step[.biasCorrection1] = try 1 / N.oneMinusPower(step[.beta1], t)
      step[.biasCorrection2] = try 1 / N.oneMinusPower(step[.beta2], t)
    case .movingDecayProduct:
      history[0] = moving1 + (1 - moving1) * history[0]
      history[1] = moving2 + (1 - moving2) * history[1]
      step[.biasCorrection1] = try 1 / history[0]
      step[.biasCorrection2] = try 1 / history[1]
    case .movingDecayPower:
      step[.biasCorrection1] = try 1 / N.oneMinusPower(step[.decay1], t)
      step[.biasCorrection2] = try 1 / N.oneMinusPower(step[.decay2], t)
    case .movingDecayUncorrected:
      (step[.biasCorrection1], step[.biasCorrection2]) = (1, 1)
    }
    return step
  }

  /// Adam's update, with this step's decays, weights and corrections.
  @inlinable @inline(__always)
  public func update<N: RuleNumber>(
    _ parameter: inout N, gradient: N, slots: inout Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) {
    let (previousMean, previousSquare) = (slots[0], slots[1])
    let (first, second) = (step[.factor1] * gradient, step[.factor2] * gradient)
    slots[0] = step[.decay1] * slots[0] + step[.oneMinusBeta1] * first
    slots[1] = step[.decay2] * slots[1] + step[.oneMinusBeta2] * second.squared()
    var (mean, square) = (slots[0], slots[1])
    if isOnAdam {
      mean = (1 - step[.movingWeight1]) * previousMean + step[.movingWeight1] * first
      square =
        (1 - step[.movingWeight2]) * previousSquare + step[.movingWeight2] * second.squared()
    }
    let corrected = step[.biasCorrection2] * square
    let root =
      epsilonPlacement == .insideRoot
      ? try N.root(corrected + step[.epsilon]) : try N.root(corrected) + step[.epsilon]
    parameter = try parameter - step[.learningRate] * (step[.biasCorrection1] * mean) / root
  }

  @inlinable
  public func quantities<N: RuleNumber>(
    slots: Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) -> [NamedQuantity<N>] {
    [
      NamedQuantity("lossWeight", step[.lossWeight]),
      NamedQuantity("decay1", isOnAdam ? 1 - step[.movingWeight1] : step[.decay1]),
      NamedQuantity("decay2", isOnAdam ? 1 - step[.movingWeight2] : step[.decay2]),
      NamedQuantity("correction1", step[.biasCorrection1]),
      NamedQuantity("correction2", step[.biasCorrection2]),
    ]
  }

  public func admits(
    _ step: StepScalars<Double>, context: StepContext<Double>
  ) throws(StepError) -> Bool {
    let (loss, w, t) = (context.requiredLoss, step[.lossWeight], Int(context.t))
    try StepError.check(weight: w, of: transform, loss: loss, step: t)
    // Nothing to divide by: the step is 0.
    if w == 0 && (reading.dividesByWeight || reading.hasMovingDecay) { return false }
    func check(_ moment: String, weight: Double, moves: Bool) throws(StepError) {
      guard moves && !(0..<1 ~= 1 - weight) else { return }
      throw .decayOutsideDomain(
        moment: moment, decay: 1 - weight, loss: loss, exponent: transform.exponent(at: loss),
        weight: w, step: t)
    }
    try check("first", weight: step[.movingWeight1], moves: reading.hasMovingDecay)
    try check("second", weight: step[.movingWeight2], moves: reading.movesSecondDecay)
    return true
  }
}
