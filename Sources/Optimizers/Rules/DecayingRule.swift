public import Numbers

/// The weight decay of a rule that has any of its forms.
@usableFromInline
struct Decay: Sendable, Hashable {
  @usableFromInline let isPresent: Bool
  @usableFromInline let form: DecayForm

  @inlinable static var none: Decay { Decay(isPresent: false, form: .decoupled) }

  @inlinable
  init(isPresent: Bool, form: DecayForm) {
    self.isPresent = isPresent
    self.form = form
  }

  /// Puts `1 − αλ`, or `1 − λ`, into the step.
  @inlinable
  func prepare<N: RuleNumber>(_ step: inout StepScalars<N>) {
    guard isPresent && !form.isCoupled else { return }
    step[.decayFactor] =
      form.isScaledByRate
      ? 1 - step[.learningRate] * step[.weightDecay] : 1 - step[.weightDecay]
  }

  /// The gradient that the moments see: `g + λθ` where the decay is coupled.
  @inlinable @inline(__always)
  func gradient<N: RuleNumber>(_ gradient: N, at parameter: N, _ step: StepScalars<N>) -> N {
    isPresent && form.isCoupled ? gradient + step[.weightDecay] * parameter : gradient
  }

  /// What is left of the parameter: `(1 − αλ)θ` where the decay is beside the gradient.
  @inlinable @inline(__always)
  func kept<N: RuleNumber>(_ parameter: N, _ step: StepScalars<N>) -> N {
    isPresent && !form.isCoupled ? step[.decayFactor] * parameter : parameter
  }
}

/// A rule with weight decay, whose form is chosen outside the loop.
@usableFromInline
protocol DecayingRule: UpdateRule {
  var decay: Decay { get set }
}

extension DecayingRule {
  @inlinable @inline(__always)
  public func applyChoosing<S: RuleNumber>(
    _ parameters: inout MutableSpan<S>, _ gradients: Span<S>, _ first: inout MutableSpan<S>,
    _ second: inout MutableSpan<S>, _ third: inout MutableSpan<S>, _ fourth: inout MutableSpan<S>,
    _ step: StepScalars<S>
  ) where S.Failure == Never {
    var rule = self
    if !decay.isPresent {
      rule.decay = .none
      rule.applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    } else if decay.form.isCoupled {
      rule.decay = Decay(isPresent: true, form: .coupled)
      rule.applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    } else {
      rule.decay = Decay(isPresent: true, form: .decoupled)
      rule.applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    }
  }
}

extension StepScalars {
  /// Puts the weights of the newest terms, and the bias corrections, of two moments into the step.
  @inlinable
  mutating func prepareMoments(_ context: StepContext<N>) throws(N.Failure) {
    self[.oneMinusBeta1] = 1 - self[.beta1]
    self[.oneMinusBeta2] = 1 - self[.beta2]
    self[.biasCorrection1] = try 1 / context.weight(beta1: self[.beta1])
    self[.biasCorrection2] = try 1 / N.oneMinusPower(self[.beta2], context.t)
  }
}

extension EpsilonPlacement {
  /// `√x + ε`, or `√(x + ε)`.
  @inlinable @inline(__always)
  func root<N: RuleNumber>(_ square: N, _ step: StepScalars<N>) throws(N.Failure) -> N {
    self == .insideRoot
      ? try N.root(square + step[.epsilon]) : try N.root(square) + step[.epsilon]
  }
}
