public import Numbers

// An option of three ways inside the loop makes it 7.7 times slower; so the choice is made outside it, on
// copies of the rule whose options are literals. All two-way options are made literals as well: together
// they leave the optimiser too many loops to split by itself.

extension AMVT {
  @inlinable
  public func apply(
    to parameters: inout MutableSpan<Float>, gradients: Span<Float>,
    slots first: inout MutableSpan<Float>, _ second: inout MutableSpan<Float>,
    _ third: inout MutableSpan<Float>, _ fourth: inout MutableSpan<Float>,
    step: StepScalars<Float>
  ) {
    applySwitching(&parameters, gradients, &first, &second, &third, &fourth, step)
  }

  @inlinable
  public func apply(
    to parameters: inout MutableSpan<Double>, gradients: Span<Double>,
    slots first: inout MutableSpan<Double>, _ second: inout MutableSpan<Double>,
    _ third: inout MutableSpan<Double>, _ fourth: inout MutableSpan<Double>,
    step: StepScalars<Double>
  ) {
    applySwitching(&parameters, gradients, &first, &second, &third, &fourth, step)
  }

  @inlinable @inline(__always)
  func applySwitching<S: RuleNumber>(
    _ parameters: inout MutableSpan<S>, _ gradients: Span<S>, _ first: inout MutableSpan<S>,
    _ second: inout MutableSpan<S>, _ third: inout MutableSpan<S>, _ fourth: inout MutableSpan<S>,
    _ step: StepScalars<S>
  ) where S.Failure == Never {
    switch varianceCentre {
    case .updatedMean:
      with(.updatedMean)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    case .previousMean:
      with(.previousMean)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    case .correctedMean:
      with(.correctedMean)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    }
  }

  @inlinable @inline(__always)
  func with(_ centre: VarianceCentre) -> AMVT {
    AMVT(copying: self, varianceCentre: centre)
  }

  @inlinable @inline(__always)
  init(copying rule: AMVT, varianceCentre: VarianceCentre) {
    hyperparameters = rule.hyperparameters
    stepMomentum = rule.stepMomentum
    epsilonPlacement = rule.epsilonPlacement
    self.varianceCentre = varianceCentre
    decayForm = rule.decayForm
    variancePenalty = rule.variancePenalty
    hasDecay = rule.hasDecay
  }
}
