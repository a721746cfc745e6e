public import Numbers

extension Adam {
  @inlinable @inline(__always)
  public func applyChoosing<S: RuleNumber>(
    _ parameters: inout MutableSpan<S>, _ gradients: Span<S>, _ first: inout MutableSpan<S>,
    _ second: inout MutableSpan<S>, _ third: inout MutableSpan<S>, _ fourth: inout MutableSpan<S>,
    _ step: StepScalars<S>
  ) where S.Failure == Never {
    if !hasDecay && epsilonPlacement == .outsideRoot {
      with(.outsideRoot, hasDecay: false, .decoupled)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    } else if !hasDecay {
      with(.insideRoot, hasDecay: false, .decoupled)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    } else if decayForm.isCoupled && epsilonPlacement == .outsideRoot {
      with(.outsideRoot, hasDecay: true, .coupled)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    } else if decayForm.isCoupled {
      with(.insideRoot, hasDecay: true, .coupled)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    } else if epsilonPlacement == .outsideRoot {
      with(.outsideRoot, hasDecay: true, .decoupled)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    } else {
      with(.insideRoot, hasDecay: true, .decoupled)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    }
  }

  /// A copy for the loop, to which all forms of decay beside the gradient are one: `prepare` tells them apart.
  @inlinable @inline(__always)
  func with(
    _ epsilonPlacement: EpsilonPlacement, hasDecay: Bool, _ decayForm: DecayForm
  ) -> Adam {
    Adam(
      copying: self, epsilonPlacement: epsilonPlacement, hasDecay: hasDecay, decayForm: decayForm)
  }

  @inlinable @inline(__always)
  init(
    copying rule: Adam, epsilonPlacement: EpsilonPlacement, hasDecay: Bool, decayForm: DecayForm
  ) {
    hyperparameters = rule.hyperparameters
    self.epsilonPlacement = epsilonPlacement
    self.decayForm = decayForm
    self.hasDecay = hasDecay
  }
}
