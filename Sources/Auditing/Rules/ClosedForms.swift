/// The steps that a family's paper implies in closed form, as formulas of `g`, `theta`, `t`, `loss` and the
/// hyper-parameters: an oracle that knows nothing of the rules' code.
///
/// The formulas were derived by hand from the papers' algorithms, for a run that starts from zero state.
struct ClosedForms {
  /// The convention that a subject follows in a disputed question, by the question's key.
  let conventions: [String: String]
  /// The hyper-parameters that the subject has.
  let hyperparameters: Set<String>
  let family: String
  /// Whether the steps climb: every gradient is negated first.
  var maximizes = false

  func has(_ name: String) -> Bool { hyperparameters.contains(name) }
  func reads(_ key: String, as value: String) -> Bool { conventions[key] == value }

  /// The gradient as the rule sees it: behind a loss transform, a clip of one coordinate, coupled decay.
  func gradient(decaying: Bool) -> String? {
    var g = maximizes ? "(-g)" : "g"
    if has("ayla.N1") {
      guard !conventions.keys.contains("ayla.reading") || reads("ayla.reading", as: "gradient")
      else { return nil }
      // Where the loss is 0 the factor is 1; the inner `if` keeps the power defined there.
      let size = "if(0 < abs(loss), abs(loss), 1)"
      g =
        "(if(\(size) < 1, N1*\(size)^(N1 - 1), if(1 < \(size), N2*\(size)^(N2 - 1), 1))*g)"
    }
    if has("clip") { g = "(\(g)*clip/max(clip, abs(\(g))))" }
    if decaying, has("weightDecay"), isCoupled { g = "(\(g) + weightDecay*theta)" }
    return g
  }

  /// SGD's decay is always coupled; elsewhere the convention says.
  private var isCoupled: Bool {
    base == "sgd" || rule == "adam-l2" || reads("decayForm", as: "coupled")
  }

  /// The rule under the wrappers.
  private var rule: String { family.split(separator: ":").last.map(String.init) ?? family }

  /// The rule, Adam's by whichever decay it goes.
  var base: String { ["adamw", "adam-l2"].contains(rule) ? "adam" : rule }

  /// The decay beside the step.
  private var decay: String {
    guard has("weightDecay"), !isCoupled else { return "" }
    let isScaled = conventions["decayForm", default: "decoupled"] == "decoupled"
    return isScaled ? " - learningRate*weightDecay*theta" : " - weightDecay*theta"
  }

  /// The change of θ in the first step; nil where none is known for this family and these conventions.
  var firstStep: String? {
    guard let g = gradient(decaying: true) else { return nil }
    switch base {
    case "sgd":
      guard has("momentum") else { return "-learningRate*\(g)" }
      let isDampened = has("dampening") && reads("firstDampening", as: "applied")
      let velocity = isDampened ? "((1 - dampening)*\(g))" : g
      return isNesterov
        ? "-learningRate*(\(g) + momentum*\(velocity))" : "-learningRate*\(velocity)"
    case "adam":
      let denominator = isInside ? "sqrt(\(g)^2 + epsilon)" : "(abs(\(g)) + epsilon)"
      return "-learningRate*\(g)/\(denominator)\(decay)"
    case "amo":
      return "-learningRate*(1 - beta1)*\(g)/(sqrt(1 - beta2)*abs(\(g)) + epsilon)\(decay)"
    case "amvt":
      guard let share = firstVarianceShare else { return nil }
      let mean = reads("stepMomentum", as: "raw") ? "((1 - beta1)*\(g))" : g
      return
        "-learningRate*\(mean)*\(varianceStep(square: "\(g)^2", variance: "(\(share)*\(g)^2)"))"
        + decay
    default: return nil
    }
  }

  /// The change of θ in step `t` of a run whose gradients are all `g`, without decay.
  var constantGradientStep: String? {
    guard let g = gradient(decaying: false) else { return nil }
    switch base {
    case "sgd":
      guard has("momentum") else { return "-learningRate*\(g)" }
      // Σμⁱ from the steps after the first, and the first gradient μᵗ⁻¹ times.
      let kept = has("dampening") ? "(1 - dampening)" : "1"
      let first = has("dampening") && reads("firstDampening", as: "applied") ? kept : "1"
      let velocity =
        "(\(g)*(\(first)*momentum^(t - 1) + \(kept)*(1 - momentum^(t - 1))/(1 - momentum)))"
      return isNesterov
        ? "-learningRate*(\(g) + momentum*\(velocity))" : "-learningRate*\(velocity)"
    case "adam":
      let denominator = isInside ? "sqrt(\(g)^2 + epsilon)" : "(abs(\(g)) + epsilon)"
      return "-learningRate*\(g)/\(denominator)"
    case "amo":
      return "-learningRate*(1 - beta1^t)*\(g)/(sqrt(1 - beta2^t)*abs(\(g)) + epsilon)"
    case "amvt":
      guard let share = constantVarianceShare else { return nil }
      let mean = reads("stepMomentum", as: "raw") ? "((1 - beta1^t)*\(g))" : g
      return
        "-learningRate*\(mean)*\(varianceStep(square: "\(g)^2", variance: "(\(share)*\(g)^2)"))"
    default: return nil
    }
  }

  var isNesterov: Bool { reads("nesterov", as: "true") }
  var isInside: Bool { reads("epsilonPlacement", as: "insideRoot") }

  /// AMVT's `penalty/√(v̂ + ε)` from `v̂` and `ŝ`.
  func varianceStep(square: String, variance: String) -> String {
    if reads("variancePenalty", as: "trackedOnly") {
      return reads("epsilonPlacement", as: "outsideRoot")
        ? "(1/(sqrt(\(square)) + epsilon))" : "(1/sqrt(\(square) + epsilon))"
    }
    if reads("epsilonPlacement", as: "outsideRoot") {
      return "(1/(sqrt(1 + \(variance)/(\(square) + epsilon))*(sqrt(\(square)) + epsilon)))"
    }
    return "(1/sqrt(\(square) + \(variance) + epsilon))"
  }

  /// `ŝ₁/g²`: the newest mean is `(1 − β₁)g`.
  private var firstVarianceShare: String? {
    switch conventions["varianceCentre", default: "updatedMean"] {
    case "updatedMean": "beta1^2"
    case "previousMean": "1"
    case "correctedMean": "0"
    default: nil
    }
  }

  /// `ŝₜ/g²` under a constant gradient, whose mean is `(1 − β₁ᵗ)g`: a geometric series of β₁²ⁱβ₃ᵗ⁻ⁱ.
  private var constantVarianceShare: String? {
    let series = "(1 - beta3)*(beta3^t - beta1^(2*t))/((beta3 - beta1^2)*(1 - beta3^t))"
    switch conventions["varianceCentre", default: "updatedMean"] {
    case "updatedMean": return "(beta1^2*\(series))"
    case "previousMean": return "(\(series))"
    case "correctedMean": return "0"
    default: return nil
    }
  }
}
