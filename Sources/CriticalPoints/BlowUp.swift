internal import Formulas
internal import Numbers

/// A proof that an exactly known zero of polynomials is the only one around it, degenerate or not.
///
/// With the zero moved to the origin and `x = t·u`, u on the surface of the unit cube, component i is
/// `t^kᵢ·hᵢ(u, t)` with polynomials hᵢ. Where boxes show that the hᵢ have no common zero for `0 ≤ t ≤ r`, the
/// components have none within distance r but the origin.
enum BlowUp {
  static let boxLimit = 4000

  /// Whether `point` is the only common zero within `radius` of it in the maximum norm.
  static func isOnlyZero(
    of components: [Polynomial], at point: [Rational], radius: Double
  ) -> Bool {
    let n = point.count
    var shifted: [Polynomial] = []
    for component in components where !component.isZero {
      guard let moved = component.shifted(to: point) else { return false }
      shifted.append(moved)
    }
    guard radius.isFinite else { return false }
    for face in 0..<n {
      for end in [-1.0, 1] {
        let programs = shifted.map { program($0, face: face, end: Rational(Int(end))) }
        var start = [Interval](repeating: Interval(-1, 1), count: n)
        // The place of the face's own coordinate, which is fixed, holds t.
        start[face] = Interval(0, radius)
        if !hasNoZero(programs, start) { return false }
      }
    }
    return true
  }

  /// hᵢ on one face, the face's coordinate replaced by its end, with t in its place.
  private static func program(
    _ polynomial: Polynomial, face: Int, end: Rational
  ) -> FormulaProgram {
    let names = (0..<polynomial.variableCount).map { "u\($0)" }
    let least = polynomial.terms.map { $0.exponents.reduce(0, +) }.min() ?? 0
    let arena = FormulaArena()
    let symbols = names.map { arena.symbol($0) }
    var sum: Formula = 0
    for term in polynomial.terms {
      let sign = term.exponents[face].isMultiple(of: 2) ? Rational(1) : end
      var product = Formula(term.coefficient * sign)
      for (place, exponent) in term.exponents.enumerated() where place != face && exponent > 0 {
        product = product * Formula.power(symbols[place], Formula(Rational(exponent)))
      }
      let power = term.exponents.reduce(0, +) - least
      if power > 0 { product = product * Formula.power(symbols[face], Formula(Rational(power))) }
      sum = sum + product
    }
    return FormulaProgram(outputs: [sum], inputs: names)
  }

  private static func hasNoZero(_ programs: [FormulaProgram], _ start: [Interval]) -> Bool {
    var workspaces = programs.map { FormulaProgram.Workspace<Interval>($0) }
    var pending = [start]
    var count = 0
    while let box = pending.popLast() {
      count += 1
      if count > boxLimit { return false }
      var isExcluded = false
      for place in programs.indices {
        let value = programs[place].value(box, workspace: &workspaces[place])
        if value.isDefined, !value.containsZero {
          isExcluded = true
          break
        }
      }
      if isExcluded { continue }
      guard let widest = box.indices.max(by: { box[$0].width < box[$1].width }),
        box[widest].width > 1e-6
      else { return false }
      let (left, right) = box[widest].bisected()
      var (first, second) = (box, box)
      (first[widest], second[widest]) = (left, right)
      pending += [first, second]
    }
    return true
  }
}

extension Polynomial {
  /// The polynomial in the distance from a point.
  func shifted(to point: [Rational]) -> Polynomial? {
    var result = Polynomial(constant: 0, variableCount: variableCount)
    let moved = (0..<variableCount).map {
      Polynomial(variable: $0, variableCount: variableCount)
        + Polynomial(constant: point[$0], variableCount: variableCount)
    }
    for term in terms {
      var product: Polynomial? = Polynomial(
        constant: term.coefficient, variableCount: variableCount)
      for (place, exponent) in term.exponents.enumerated() where exponent > 0 {
        guard let power = moved[place].power(exponent) else { return nil }
        product = product.flatMap { $0.times(power) }
      }
      guard let product else { return nil }
      result = result + product
    }
    return result
  }

  /// The least degree of a term.
  var lowestDegree: Int { terms.map { $0.exponents.reduce(0, +) }.min() ?? 0 }
}
