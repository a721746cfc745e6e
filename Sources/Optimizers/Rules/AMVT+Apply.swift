public import Numbers

// The default options are all literals; of the others the one of three ways is.

extension AMVT {
  @inlinable @inline(__always)
  public func applyChoosing<S: RuleNumber>(
    _ parameters: inout MutableSpan<S>, _ gradients: Span<S>, _ first: inout MutableSpan<S>,
    _ second: inout MutableSpan<S>, _ third: inout MutableSpan<S>, _ fourth: inout MutableSpan<S>,
    _ step: StepScalars<S>
  ) where S.Failure == Never {
    let isDefault =
      varianceCentre == .updatedMean && epsilonPlacement == .insideRoot
      && variancePenalty == .applied && !hasDecay
    if isDefault && evaluation == .printed {
      with(.updatedMean, .insideRoot, .applied, .printed, hasDecay: false)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    } else if isDefault {
      with(.updatedMean, .insideRoot, .applied, .oneDivision, hasDecay: false)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    } else if varianceCentre == .updatedMean {
      with(.updatedMean, epsilonPlacement, variancePenalty, evaluation, hasDecay: hasDecay)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    } else if varianceCentre == .previousMean {
      with(.previousMean, epsilonPlacement, variancePenalty, evaluation, hasDecay: hasDecay)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    } else {
      with(.correctedMean, epsilonPlacement, variancePenalty, evaluation, hasDecay: hasDecay)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    }
  }

  @inlinable @inline(__always)
  func with(
    _ varianceCentre: VarianceCentre, _ epsilonPlacement: EpsilonPlacement,
    _ variancePenalty: VariancePenalty, _ evaluation: Evaluation, hasDecay: Bool
  ) -> AMVT {
    AMVT(
      copying: self, varianceCentre: varianceCentre, epsilonPlacement: epsilonPlacement,
      variancePenalty: variancePenalty, evaluation: evaluation, hasDecay: hasDecay)
  }

  @inlinable @inline(__always)
  init(
    copying rule: AMVT, varianceCentre: VarianceCentre, epsilonPlacement: EpsilonPlacement,
    variancePenalty: VariancePenalty, evaluation: Evaluation, hasDecay: Bool
  ) {
    hyperparameters = rule.hyperparameters
    stepMomentum = rule.stepMomentum
    self.epsilonPlacement = epsilonPlacement
    self.varianceCentre = varianceCentre
    decayForm = rule.decayForm
    self.variancePenalty = variancePenalty
    self.evaluation = evaluation
    self.hasDecay = hasDecay
  }
}
