internal import Numbers
internal import Optimizers

/// One way in which a rule becomes a simpler one.
struct Reduction: Sendable {
  let name: String
  /// The hyper-parameters that bring it about.
  var fixed: [String: Rational] = [:]
  /// The simpler rule's text.
  let simpler: any TransparentRule
  /// Slots that stay at 0 under it.
  var emptySlots: [String] = []
  /// Compiled optimizers whose runs are the same to the bit: the reduced subject, and the simpler rule.
  var twins: (reduced: Optimizer, simpler: Optimizer)?

  /// Those of a subject's family, at the conventions that it follows.
  static func all(
    of subject: AuditSubject, examining transform: (any LossTransform)? = nil
  ) -> [Reduction] {
    guard let rule = subject.rule, !subject.hasInnerStages else { return [] }
    if let optimizer = subject.optimizer, !optimizer.wrappers.isEmpty {
      let shipped = subject.transform.map { $0 as any LossTransform }
      guard let transform = transform ?? shipped, optimizer.wrappers.count == 1 else { return [] }
      return [withoutTransform(optimizer, transform)]
    }
    // The simpler rules are written for descent.
    guard subject.transform == nil, !subject.maximizes else { return [] }
    let reductions: [Reduction?] =
      switch subject.family {
      case "sgd": [withoutMomentum(subject)]
      case "adam": [withoutMemory(subject)]
      case "amvt": [withoutVariance(subject), withoutPenalty(subject)]
      case "amo": [adamInDisguise(subject)]
      default: []
      }
    return reductions.compactMap(\.self).filter { reduction in
      // Only what the subject lets be set.
      reduction.fixed.keys.allSatisfy { key in
        rule.value(of: key) != nil && (subject.domains[key] != nil || key == "clip")
      }
    }
  }

  /// A rule from the text of one step; the hyper-parameters have the subject's values.
  private static func text(
    _ subject: AuditSubject, state: [String], _ statements: [String]
  ) -> (any TransparentRule)? {
    let names = ["learningRate", "beta1", "beta2", "epsilon"].filter {
      subject.rule?.value(of: $0) != nil
    }
    let values = names.map { "\($0): \(subject.rule?.value(of: $0)?.description ?? "0")" }
    let document = """
      optimizer: simpler
      state: {\(state.map { "\($0): 0" }.joined(separator: ", "))}
      hyperparameters: {\(values.joined(separator: ", "))}
      update:
      \(statements.map { "  - \($0)" }.joined(separator: "\n"))
      """
    return try? FormulaFile(text: document, path: "the simpler rule").rule
  }

  /// Momentum 0: plain gradient descent.
  private static func withoutMomentum(_ subject: AuditSubject) -> Reduction? {
    guard subject.rule?.value(of: "momentum") != nil,
      let simpler = text(subject, state: [], ["theta = theta - learningRate*g"])
    else { return nil }
    var fixed: [String: Rational] = ["momentum": 0]
    if subject.rule?.value(of: "dampening") != nil { fixed["dampening"] = 0 }
    return Reduction(name: "momentum=0", fixed: fixed, simpler: simpler)
  }

  /// β₁ = β₂ = 0: the gradient by its own size.
  private static func withoutMemory(_ subject: AuditSubject) -> Reduction? {
    let isInside = subject.conventions["epsilonPlacement"] == "insideRoot"
    let denominator = isInside ? "sqrt(g^2 + epsilon)" : "(sqrt(g^2) + epsilon)"
    guard
      let simpler = text(subject, state: [], ["theta = theta - learningRate*g/\(denominator)"])
    else { return nil }
    return Reduction(name: "beta1=beta2=0", fixed: ["beta1": 0, "beta2": 0], simpler: simpler)
  }

  /// β₁ = 0: the mean is the gradient, so nothing scatters about it, and the penalty is 1.
  private static func withoutVariance(_ subject: AuditSubject) -> Reduction? {
    guard subject.conventions["varianceCentre"] != "previousMean" else { return nil }
    guard
      let simpler = text(
        subject, state: ["v"],
        [
          "v = beta2*v + (1 - beta2)*g^2",
          "theta = theta - learningRate*g/\(denominator(subject))",
        ])
    else { return nil }
    return Reduction(name: "beta1=0", fixed: ["beta1": 0], simpler: simpler, emptySlots: ["s"])
  }

  /// The variance tracked and not used: Adam.
  private static func withoutPenalty(_ subject: AuditSubject) -> Reduction? {
    guard subject.conventions["variancePenalty"] == "trackedOnly",
      subject.conventions["stepMomentum"] != "raw",
      let simpler = text(
        subject, state: ["m", "v"],
        [
          "m = beta1*m + (1 - beta1)*g", "v = beta2*v + (1 - beta2)*g^2",
          "theta = theta - learningRate*(m/(1 - beta1^t))/\(denominator(subject))",
        ])
    else { return nil }
    var reduction = Reduction(name: "variancePenalty=trackedOnly", simpler: simpler)
    if let optimizer = subject.optimizer, let amvt = optimizer.rule as? AMVT {
      var adam = optimizer
      let values = amvt.hyperparameters
      adam.rule = Adam(
        learningRate: values[.learningRate] ?? 0, beta1: values[.beta1] ?? 0,
        beta2: values[.beta2] ?? 0, epsilon: values[.epsilon] ?? 0,
        epsilonPlacement: amvt.epsilonPlacement,
        weightDecay: values[.weightDecay], decayForm: amvt.decayForm)
      reduction.twins = (optimizer, adam)
    }
    return reduction
  }

  /// AMO without its clip: Adam, the rate and ε rescaled from step to step.
  private static func adamInDisguise(_ subject: AuditSubject) -> Reduction? {
    guard
      let simpler = text(
        subject, state: ["m", "v"],
        [
          "m = beta1*m + (1 - beta1)*g", "v = beta2*v + (1 - beta2)*g^2",
          "rate = learningRate*(1 - beta1^t)/sqrt(1 - beta2^t)",
          "offset = epsilon/sqrt(1 - beta2^t)",
          "theta = theta - rate*(m/(1 - beta1^t))/(sqrt(v/(1 - beta2^t)) + offset)",
        ])
    else { return nil }
    // A clip so far out that no gradient of the card's box meets it.
    let far = Rational(exactly: 0x1p120) ?? 1
    return Reduction(
      name: "adam with another rate and epsilon",
      fixed: subject.rule?.value(of: "clip") == nil ? [:] : ["clip": far], simpler: simpler)
  }

  private static func denominator(_ subject: AuditSubject) -> String {
    subject.conventions["epsilonPlacement"] == "outsideRoot"
      ? "(sqrt(v/(1 - beta2^t)) + epsilon)" : "sqrt(v/(1 - beta2^t) + epsilon)"
  }

  /// N₁ = N₂ = 1: the factor is 1, and the optimizer its base, to the bit.
  private static func withoutTransform(
    _ optimizer: Optimizer, _ transform: any LossTransform
  ) -> Reduction {
    var base = optimizer
    base.wrappers = []
    var reduced = optimizer
    reduced.wrappers = [transform.replacingExponents(1, 1).wrapper]
    return Reduction(
      name: "N1=N2=1", simpler: OptimizerRule(optimizer: base), twins: (reduced, base))
  }
}
