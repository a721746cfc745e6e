public import Numbers

extension SGD {
  @inlinable @inline(__always)
  public func applyChoosing<S: RuleNumber>(
    _ parameters: inout MutableSpan<S>, _ gradients: Span<S>, _ first: inout MutableSpan<S>,
    _ second: inout MutableSpan<S>, _ third: inout MutableSpan<S>, _ fourth: inout MutableSpan<S>,
    _ step: StepScalars<S>
  ) where S.Failure == Never {
    if !hasMomentum && !hasDecay {
      with(momentum: false, nesterov: false, decay: false)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    } else if !hasMomentum {
      with(momentum: false, nesterov: false, decay: true)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    } else if isNesterov && hasDecay {
      with(momentum: true, nesterov: true, decay: true)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    } else if isNesterov {
      with(momentum: true, nesterov: true, decay: false)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    } else if hasDecay {
      with(momentum: true, nesterov: false, decay: true)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    } else {
      with(momentum: true, nesterov: false, decay: false)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    }
  }

  @inlinable @inline(__always)
  func with(momentum: Bool, nesterov: Bool, decay: Bool) -> SGD {
    SGD(copying: self, momentum: momentum, nesterov: nesterov, decay: decay)
  }

  @inlinable @inline(__always)
  init(copying rule: SGD, momentum: Bool, nesterov: Bool, decay: Bool) {
    hyperparameters = rule.hyperparameters
    isNesterov = nesterov
    firstDampening = rule.firstDampening
    rateInVelocity = rule.rateInVelocity
    hasMomentum = momentum
    hasDampening = rule.hasDampening
    hasDecay = decay
  }
}
