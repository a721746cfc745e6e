internal import Numbers

/// The largest `m̂²/(v̂ + ŝ)` that any gradients reach at a step, by dynamic programming; without `ŝ`, the
/// largest `m̂²/v̂`.
///
/// At the end, gradient `i` weighs `x·(1 − β₂)` in `v̂` with `x = β₂ᵗ⁻ⁱ/(1 − β₂ᵗ)`, and its distance from the mean
/// `z·(1 − β₃)` in `ŝ`. What has been paid by step `i` for a mean `m` is at least `P·m²`; minimising
/// over the mean before gives the next `P`, in a form that holds the last one once, so that enclosures stay
/// narrow.
struct RatioRecursion<N: RuleNumber> where N.Failure == Never {
  let beta1: Rational
  let beta2: Rational
  /// Nil without a variance.
  let beta3: Rational?

  /// One step's minimum over the mean before: at `share` times the mean after it.
  private struct Stage {
    var cost: N
    var share: N
  }

  /// `1/(1 − βᵗ)` times `(1 − β)βᵗ⁻ⁱ`, for `i` from 1 to `t`.
  private func weights(_ beta: Rational, _ count: Int) -> [N] {
    let base = N(beta)
    let scale = N(1 - beta) / N.oneMinusPower(base, N(Rational(count)))
    var weights: [N] = []
    weights.reserveCapacity(count)
    var power: N = 1
    for _ in 0..<count {
      weights.append(scale * power)
      power = power * base
    }
    return weights.reversed()
  }

  private func stages(_ count: Int) -> [Stage] {
    let (a, rest) = (N(beta1), N(1 - beta1))
    let unit: N = 1 / rest.squared()
    let squares = weights(beta2, count)
    let distances = beta3.map { weights($0, count) }
    var stages: [Stage] = []
    stages.reserveCapacity(count)
    for i in 0..<count {
      let (w2, w3): (N, N) = (squares[i], distances?[i] ?? 0)
      let own = (w2 + w3 * a.squared()) * unit
      guard let before = stages.last?.cost else {
        stages.append(Stage(cost: own, share: 0))
        continue
      }
      let curvature = before + a.squared() * (w2 + w3) * unit
      let pull = a * (w2 + w3 * a) * unit
      stages.append(Stage(cost: own - pull.squared() / curvature, share: pull / curvature))
    }
    return stages
  }

  /// The largest square of the ratio at step `count`.
  func largestSquare(at count: Int) -> N {
    let correction = N.oneMinusPower(N(beta1), N(Rational(count)))
    return 1 / (correction.squared() * (stages(count).last?.cost ?? 1))
  }

  /// Gradients that reach it, the last mean being 1.
  func maximiser(at count: Int) -> [N] {
    var mean: N = 1
    var gradients: [N] = []
    for stage in stages(count).reversed() {
      let before = stage.share * mean
      gradients.append((mean - N(beta1) * before) / N(1 - beta1))
      mean = before
    }
    return gradients.reversed()
  }
}
