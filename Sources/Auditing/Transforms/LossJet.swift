internal import Formulas
internal import Numbers

/// A loss to second order around a point, `c + pᵀx + xᵀHx/2` in two variables, with every coefficient a
/// symbol.
///
/// An entry of a Hessian depends on two variables and on derivatives up to the second, so what holds of
/// this loss holds of every one that is twice differentiable, in any number of variables.
struct LossJet {
  private let arena = FormulaArena()
  private let program: FormulaProgram

  /// The Hessian of `L`, and the derivatives of `w·∇l`, at the point.
  struct Derivatives {
    var hessian: [[PowerSum]]
    var weightedGradientSlopes: [[PowerSum]]
    var weight: PowerSum
    var curvature: PowerSum
    var gradient: [PowerSum]
    var lossHessian: [[PowerSum]]
  }

  init(under transform: any LossTransform) {
    let (x, y) = (arena.symbol("x"), arena.symbol("y"))
    let (a, b, d) = (arena.symbol("a"), arena.symbol("b"), arena.symbol("d"))
    let linear = arena.symbol("c") + arena.symbol("p") * x + arena.symbol("q") * y
    let half = Formula(Rational(1, 2))
    let loss = linear + half * a * x * x + b * x * y + half * d * y * y
    let variables = ["x", "y"]
    let weight = transform.weight(at: loss)
    let weighted = loss.gradient(withRespectTo: variables).map { weight * $0 }
    program = FormulaProgram(
      outputs: transform.value(at: loss).hessian(withRespectTo: variables).flatMap(\.self)
        + weighted.flatMap { $0.gradient(withRespectTo: variables) }
        + [weight, transform.curvature(at: loss)],
      inputs: ["x", "y", "c", "p", "q", "a", "b", "d"])
  }

  /// The derivatives at losses of a region.
  ///
  /// - Parameter isCritical: whether the gradient of `l` is 0 at the point.
  func derivatives(
    in region: LossRegion, isCritical: Bool
  ) throws(PowerSum.Failure) -> Derivatives {
    let gradient: [PowerSum] = isCritical ? [0, 0] : [.symbol(1), .symbol(2)]
    let (a, b, d) = (PowerSum.symbol(3), PowerSum.symbol(4), PowerSum.symbol(5))
    let results = try program.run([0, 0, region.loss] + gradient + [a, b, d])
    return Derivatives(
      hessian: [[results[0], results[1]], [results[2], results[3]]],
      weightedGradientSlopes: [[results[4], results[5]], [results[6], results[7]]],
      weight: results[8], curvature: results[9], gradient: gradient,
      lossHessian: [[a, b], [b, d]])
  }
}
