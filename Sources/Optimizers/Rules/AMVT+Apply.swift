public import Numbers

// All options are literals but the decay, a way of two, and the rare ones.

extension AMVT {
  @inlinable @inline(__always)
  public func applyChoosing<S: RuleNumber>(
    _ parameters: inout MutableSpan<S>, _ gradients: Span<S>, _ first: inout MutableSpan<S>,
    _ second: inout MutableSpan<S>, _ third: inout MutableSpan<S>, _ fourth: inout MutableSpan<S>,
    _ step: StepScalars<S>
  ) where S.Failure == Never {
    // A coupled decay is none of AMVT's: the loop need not ask.
    let decay = Decay(isPresent: self.decay.isPresent, form: .decoupled)
    if epsilonPlacement != .insideRoot || variancePenalty != .applied {
      // Ablations, and a placement that is not the paper's.
      switch varianceCentre {
      case .updatedMean:
        with(.updatedMean, epsilonPlacement, variancePenalty, .printed, decay)
          .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
      case .previousMean:
        with(.previousMean, epsilonPlacement, variancePenalty, .printed, decay)
          .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
      case .correctedMean:
        with(.correctedMean, epsilonPlacement, variancePenalty, .printed, decay)
          .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
      }
      return
    }
    switch (varianceCentre, evaluation) {
    case (.updatedMean, .printed):
      with(.updatedMean, .insideRoot, .applied, .printed, decay)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    case (.updatedMean, .oneDivision):
      with(.updatedMean, .insideRoot, .applied, .oneDivision, decay)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    case (.previousMean, .printed):
      with(.previousMean, .insideRoot, .applied, .printed, decay)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    case (.previousMean, .oneDivision):
      with(.previousMean, .insideRoot, .applied, .oneDivision, decay)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    case (.correctedMean, .printed):
      with(.correctedMean, .insideRoot, .applied, .printed, decay)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    case (.correctedMean, .oneDivision):
      with(.correctedMean, .insideRoot, .applied, .oneDivision, decay)
        .applyEverywhere(&parameters, gradients, &first, &second, &third, &fourth, step)
    }
  }

  /// The same rule by another order of operations.
  public func evaluated(_ evaluation: Evaluation) -> AMVT {
    with(varianceCentre, epsilonPlacement, variancePenalty, evaluation, decay)
  }

  @inlinable @inline(__always)
  func with(
    _ varianceCentre: VarianceCentre, _ epsilonPlacement: EpsilonPlacement,
    _ variancePenalty: VariancePenalty, _ evaluation: Evaluation, _ decay: Decay
  ) -> AMVT {
    AMVT(
      copying: self, varianceCentre: varianceCentre, epsilonPlacement: epsilonPlacement,
      variancePenalty: variancePenalty, evaluation: evaluation, decay: decay)
  }

  @inlinable @inline(__always)
  init(
    copying rule: AMVT, varianceCentre: VarianceCentre, epsilonPlacement: EpsilonPlacement,
    variancePenalty: VariancePenalty, evaluation: Evaluation, decay: Decay
  ) {
    hyperparameters = rule.hyperparameters
    stepMomentum = rule.stepMomentum
    self.epsilonPlacement = epsilonPlacement
    self.varianceCentre = varianceCentre
    self.variancePenalty = variancePenalty
    self.evaluation = evaluation
    self.decay = decay
  }
}
