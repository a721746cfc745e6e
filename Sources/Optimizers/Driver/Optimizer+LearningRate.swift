internal import Numbers

extension Optimizer {
  /// Changes the learning rate of one group from the next step on, to a number that a schedule computed.
  ///
  /// As `set`, without a look at the card: fit for every step of a long run.
  ///
  /// - Precondition: the rule has a learning rate; the new one is finite and not negative.
  public func setLearningRate<S>(
    _ rate: Double, group: Int = 0, in state: inout OptimizerState<S>
  ) {
    precondition(rate >= 0 && rate.isFinite, "a rate is finite and not negative, got \(rate)")
    state.groups[group].setLearningRate(rate)
  }
}

extension OptimizerState.Group {
  mutating func setLearningRate(_ rate: Double) {
    guard let exact = Rational(exactly: rate) else { return }
    hyperparameters.set(.learningRate, to: exact)
    scalars[.learningRate] = rate
  }
}
