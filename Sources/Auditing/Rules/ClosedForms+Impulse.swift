extension ClosedForms {
  /// The change of θ in step `t` of a run whose first gradient is `g`, and all others 0, without decay; nil
  /// where none is known for this family and these conventions.
  var impulseStep: String? {
    guard let g = gradient(decaying: false) else { return nil }
    // Moments after a pulse: what entered first, decayed since.
    func moment(_ name: String, _ value: String) -> String {
      "((1 - \(name))*\(name)^(t - 1)*\(value))"
    }
    func corrected(_ name: String, _ value: String) -> String {
      "(\(moment(name, value))/(1 - \(name)^t))"
    }
    switch base {
    case "sgd":
      guard has("momentum") else { return "-learningRate*if(t < 2, \(g), 0)" }
      let isDampened = has("dampening") && reads("firstDampening", as: "applied")
      let velocity = "(\(isDampened ? "(1 - dampening)*" : "")momentum^(t - 1)*\(g))"
      return isNesterov
        ? "-learningRate*(if(t < 2, \(g), 0) + momentum*\(velocity))" : "-learningRate*\(velocity)"
    case "adam":
      let square = corrected("beta2", "\(g)^2")
      let denominator =
        isInside ? "sqrt(\(square) + epsilon)" : "(sqrt(\(square)) + epsilon)"
      return "-learningRate*\(corrected("beta1", g))/\(denominator)"
    case "amo":
      return "-learningRate*\(moment("beta1", g))/(sqrt(\(moment("beta2", "\(g)^2"))) + epsilon)"
    case "amvt":
      guard let variance = impulseVariance(g) else { return nil }
      let mean = reads("stepMomentum", as: "raw") ? moment("beta1", g) : corrected("beta1", g)
      return "-learningRate*\(mean)*"
        + varianceStep(
          square: corrected("beta2", "\(g)^2"), variance: "(\(variance)/(1 - beta3^t))")
    default: return nil
    }
  }

  /// `s_t` after a pulse: its first term, and a geometric series of the squares of what the mean is since.
  private func impulseVariance(_ g: String) -> String? {
    // Σ of β₃^(t−i)·β₁^(2(i−1)) over i from 2 to t.
    let series = "beta1^2*(beta3^(t - 1) - beta1^(2*(t - 1)))/(beta3 - beta1^2)"
    switch conventions["varianceCentre", default: "updatedMean"] {
    case "updatedMean":
      return
        "((1 - beta3)*\(g)^2*(beta1^2*beta3^(t - 1) + (1 - beta1)^2*\(series)))"
    case "previousMean":
      // The mean before step i is that after step i − 1.
      return
        "((1 - beta3)*\(g)^2*(beta3^(t - 1) + (1 - beta1)^2*\(series)/beta1^2))"
    default: return nil
    }
  }
}
