internal import Numbers
internal import Optimizers

/// What is known of a function's value at one of its critical points.
enum ValueKnowledge {
  /// Zero, of this order along some line: 2 where the Hessian is not zero.
  case zero(order: Int)
  /// 1 or −1.
  case unit(sign: Int)
  case other(Double)
}

/// What the transform makes of a critical point.
struct TransformedPoint {
  var status: CriticalPoint.Status
  /// In the order of the function's eigenvalues.
  var eigenvalues: [Double]?
  var note: String?
}

extension PowerTransform {
  /// The fate of a critical point of l (see `specification.md` §1 and `properties.md`,
  /// transform.critical-points).
  ///
  /// - Parameters:
  ///   - eigenvalues: of l's Hessian.
  ///   - leading: in one variable c of `l ≈ c·xᵏ` at a zero, nil where it is not known.
  func transformed(
    _ value: ValueKnowledge, eigenvalues: [Double], leading: Double? = nil
  ) -> TransformedPoint {
    switch value {
    case .other(let l):
      let factor = weight(at: l)
      return TransformedPoint(
        status: .preserved, eigenvalues: eigenvalues.map { $0 == 0 ? 0 : factor * $0 })
    case .unit(let sign):
      // Along an eigenvector |l| grows or shrinks with the sign of the curvature.
      let below = Double(smallExponent)
      let above = Double(largeExponent)
      let hasBothSides =
        below != above && eigenvalues.contains { $0 > 0 } && eigenvalues.contains { $0 < 0 }
      return TransformedPoint(
        status: .preserved,
        eigenvalues: eigenvalues.map { $0 * Double(sign) > 0 ? above * $0 : below * $0 },
        note: hasBothSides
          ? "|l| = 1: L's second derivatives are one-sided, each along its eigenvector"
          : "|l| = 1: L's Hessian is that of the side on which l lies around the point")
    case .zero(let order):
      return atZero(order: order, eigenvalues: eigenvalues, leading: leading)
    }
  }

  private func atZero(order: Int, eigenvalues: [Double], leading: Double?) -> TransformedPoint {
    let n = smallExponent
    let growth = Rational(order) * n
    if n == 1 { return TransformedPoint(status: .preserved, eigenvalues: eigenvalues) }
    if growth <= 1 {
      return TransformedPoint(
        status: .lost,
        note: growth == 1
          ? "l = 0 of order \(order): L's gradient stays away from 0 around it"
          : "l = 0 of order \(order): L's gradient is unbounded around it")
    }
    if growth > 2 {
      // L's Hessian is 0.
      let isFlattened = order == 2
      return TransformedPoint(
        status: isFlattened ? .flattened : .preserved, eigenvalues: eigenvalues.map { _ in 0 },
        note: isFlattened ? "l = 0: L's Hessian is zero" : nil)
    }
    // What is left is order 2 with N₁ < 1, or a higher order with a Hessian of L that is not 0.
    let isDefinite =
      !eigenvalues.isEmpty
      && (eigenvalues.allSatisfy { $0 > 0 } || eigenvalues.allSatisfy { $0 < 0 })
    if order == 2, isDefinite {
      return TransformedPoint(
        status: .sharpened,
        eigenvalues: eigenvalues.map { $0 > 0 ? .infinity : -.infinity },
        note: "l = 0: L's Hessian is infinite")
    }
    if eigenvalues.count == 1, order.isMultiple(of: 2), let leading {
      let curvature =
        growth == 2 ? 2 * Double.power(leading.magnitude, Double(n)) : Double.infinity
      return TransformedPoint(
        status: .sharpened, eigenvalues: [leading > 0 ? curvature : -curvature],
        note: "l = 0 of order \(order): L's Hessian is \(growth == 2 ? "regular" : "infinite")")
    }
    return TransformedPoint(
      status: .sharpened, note: "l = 0 of order \(order): L's Hessian has no two-sided value")
  }
}
