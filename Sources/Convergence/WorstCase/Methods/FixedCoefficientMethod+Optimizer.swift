internal import Numbers
public import Optimizers

extension FixedCoefficientMethod {
  /// Traces an optimizer: its own text, wrappers included, run on unknown gradients.
  ///
  /// Weight decay `λ` is a part of the objective, `F(θ) = f(θ) + (λ/2)‖θ‖²`: the gradients are those of `F`,
  /// and the optimizer, which adds `λθ` itself, is given `∇F(θ) − λθ`.
  ///
  /// - Throws: where a step is no affine map of the gradients, with the reason.
  /// - Precondition: the number of steps is not negative.
  public init(tracing optimizer: Optimizer, steps: Int) throws(NotFixedCoefficient) {
    precondition(steps >= 0, "steps are counted, got \(steps)")
    guard !optimizer.requiresLoss else {
      throw NotFixedCoefficient("a step depends on the loss")
    }
    var run = OptimizerRun<AffineNumber>(optimizer, parameters: [.basis(0)])
    let decay = AffineNumber(optimizer.weightDecay)
    var evaluations: [[Rational]] = []
    var iterates: [[Rational]] = [run.parameters[0].coefficients]
    var isRounded = false
    for step in 0..<steps {
      evaluations.append(iterates[step])
      try run.advance(gradients: [.basis(step + 1) - decay * run.parameters[0]])
      if let refusal = run.parameters[0].refusal { throw refusal }
      isRounded = isRounded || run.parameters[0].isRounded
      iterates.append(run.parameters[0].coefficients)
    }
    // The position is seen from x*: a rule that takes a part of it off says where the origin is.
    for iterate in iterates where iterate.first != 1 {
      throw NotFixedCoefficient(
        "weight decay beside the momentum draws to the origin, which is not where the minimiser is")
    }
    var average: [Rational]?
    if let place = optimizer.wrappers.lastIndex(where: {
      $0.vectorName?.hasSuffix("Average") == true
    }) {
      average = run.vectors[place][0].coefficients
    }
    self.init(
      evaluations: evaluations, iterates: iterates, average: average, isRounded: isRounded)
  }
}

extension Optimizer {
  /// `λ` of its rule; 0 where it has none.
  var weightDecay: Rational { rule.hyperparameters[.weightDecay] ?? 0 }
}
