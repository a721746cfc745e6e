public import Numbers

extension Key {
  /// The factor on the gradient as it enters the velocity: `1 − τ`, times the rate where the velocity
  /// holds it.
  @inlinable static var newestWeight: Key { Key("newestWeight", 16) }
  /// The factor on the gradient that Nesterov's form adds to the velocity.
  @inlinable static var lookAheadRate: Key { Key("lookAheadRate", 17) }
}

/// Gradient descent, with heavy-ball or Nesterov momentum, in the conventions of torch.
///
/// `b ← μb + (1 − τ)g`, `θ ← θ − αb`; Nesterov's form steps by `g + μb`. At the first step `b` is `g`:
/// torch leaves the dampening `τ` out there.
///
/// Sources: Polyak, *Some methods of speeding up the convergence of iteration methods*, 1964, equation 9;
/// Sutskever et al., *On the importance of initialization and momentum in deep learning*, ICML 2013, for
/// Nesterov's form and the velocity that holds the rate.
public struct SGD: UpdateRule {
  /// Whether the first step is dampened.
  public enum FirstDampening: String, Sendable, CaseIterable {
    /// `b₁ = g₁`, as torch documents it.
    case skipped
    /// `b₁ = (1 − τ)g₁`: the recursion from `b₀ = 0`.
    case applied
  }
  /// Whether the velocity holds the learning rate of the steps that made it.
  public enum RateInVelocity: String, Sendable, CaseIterable {
    /// `θ ← θ − αb` (torch): a changed rate scales the whole velocity.
    case outside
    /// `b ← μb + αg`, `θ ← θ − b` (Sutskever et al., Caffe): a changed rate scales new gradients alone.
    case inside
  }

  public let hyperparameters: Hyperparameters
  public let isNesterov: Bool
  public let firstDampening: FirstDampening
  public let rateInVelocity: RateInVelocity
  @usableFromInline let hasMomentum: Bool
  @usableFromInline let hasDampening: Bool
  @usableFromInline let hasDecay: Bool

  /// - Parameters:
  ///   - momentum: `μ`; without it there is no velocity, and nothing to dampen.
  ///   - dampening: `τ`.
  ///   - weightDecay: `λ`, coupled: `g ← g + λθ`.
  /// - Precondition: each value lies in its domain; `isNesterov` and `dampening` come with a momentum, and
  ///   not together.
  public init(
    learningRate: Rational = 1e-2, momentum: Rational? = nil, dampening: Rational? = nil,
    isNesterov: Bool = false, weightDecay: Rational? = nil,
    firstDampening: FirstDampening = .skipped, rateInVelocity: RateInVelocity = .outside
  ) {
    precondition(
      momentum != nil || !isNesterov && dampening == nil,
      "Nesterov's form and dampening need a momentum")
    precondition(
      !isNesterov || dampening?.isZero ?? true,
      "Nesterov's form takes no dampening, got \(dampening ?? 0)")
    var values: [(Key, Rational)] = [(.learningRate, learningRate)]
    if let momentum { values.append((.momentum, momentum)) }
    if let dampening { values.append((.dampening, dampening)) }
    if let weightDecay { values.append((.weightDecay, weightDecay)) }
    hyperparameters = Hyperparameters(values).checked(against: SGD.hyperparameterCards)
    self.isNesterov = isNesterov
    self.firstDampening = firstDampening
    self.rateInVelocity = rateInVelocity
    hasMomentum = momentum != nil
    hasDampening = dampening != nil
    hasDecay = weightDecay != nil
  }

  @inlinable public var slotNames: [String] { hasMomentum ? ["velocity"] : [] }

  @inlinable
  public func prepare<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>, history: inout Slots<N>
  ) throws(N.Failure) -> StepScalars<N> {
    var step = hyperparameters
    guard hasMomentum else { return step }
    var weight: N = 1
    if hasDampening {
      weight = 1 - step[.dampening]
      if firstDampening == .skipped {
        weight = .select(context.t, isLessThan: 2, then: 1, else: weight)
      }
    }
    switch rateInVelocity {
    case .outside:
      step[.newestWeight] = weight
      step[.lookAheadRate] = 1
      step[.stepRate] = step[.learningRate]
    case .inside:
      step[.newestWeight] = step[.learningRate] * weight
      step[.lookAheadRate] = step[.learningRate]
      step[.stepRate] = 1
    }
    return step
  }

  /// `b ← μb + (1 − τ)g`, `θ ← θ − αb`.
  @inlinable @inline(__always)
  public func update<N: RuleNumber>(
    _ parameter: inout N, gradient: N, slots: inout Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) {
    let gradient = hasDecay ? gradient + step[.weightDecay] * parameter : gradient
    if hasMomentum {
      slots[0] = step[.momentum] * slots[0] + step[.newestWeight] * gradient
      let ahead =
        isNesterov ? step[.lookAheadRate] * gradient + step[.momentum] * slots[0] : slots[0]
      parameter = parameter - step[.stepRate] * ahead
    } else {
      parameter = parameter - step[.learningRate] * gradient
    }
  }
}
