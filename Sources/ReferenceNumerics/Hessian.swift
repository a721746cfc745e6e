/// A matrix with an estimate of the absolute error of each element.
public struct MatrixEstimate: Hashable, Sendable {
  public let values: Matrix
  /// Estimated absolute errors, truncation and rounding together; estimates, no bounds.
  public let errors: Matrix
}

/// The Hessian of `f` at a point from values of `f`, symmetric.
///
/// Diagonal: second differences `(f(x + h) − 2f(x) + f(x − h))/h²` along each axis. Off it, with
/// `hᵢ` and `hⱼ` the steps of two axes, the mixed difference
/// `(f(+,+) − f(+,−) − f(−,+) + f(−,−))/(4hᵢhⱼ)`. Both have error series in `h²`, so six steps, halved from
/// `0.1·max(|xᵢ|, 1)`, are extrapolated to 0 by Neville's scheme, and the entry with the least error is
/// taken: the sum of the change to its neighbours in the table and of the rounding of the `f` it saw.
///
/// - Throws: ``GSLError`` where the point or an element is not finite.
/// - Source: C. J. F. Ridders, *Accurate computation of F′(x) and F′(x)F″(x)*, Adv. Eng. Software 4
///   (1982), for the choice in the table.
public func hessian(
  of function: ([Double]) -> Double, at point: [Double]
) throws(GSLError) -> MatrixEstimate {
  try checkFinite(point, "coordinate", "hessian")
  let count = point.count
  let centre = function(point)
  var values = Matrix(rows: count, columns: count)
  var errors = Matrix(rows: count, columns: count)
  func value(_ i: Int, _ di: Double, _ j: Int, _ dj: Double) -> Double {
    var moved = point
    moved[i] += di
    if j != i { moved[j] += dj }
    return function(moved)
  }
  for i in 0..<count {
    for j in 0...i {
      let estimate = extrapolated { scale in
        let a = exactStep(0.1 * max(point[i].magnitude, 1) * scale, at: point[i])
        let b = exactStep(0.1 * max(point[j].magnitude, 1) * scale, at: point[j])
        if i == j {
          let (right, left) = (value(i, a, i, 0), value(i, -a, i, 0))
          let size = max(right.magnitude, left.magnitude, centre.magnitude)
          return ((right - 2 * centre + left) / (a * a), 4 * size * .ulpOfOne / (a * a))
        }
        let corners = [
          value(i, a, j, b), value(i, a, j, -b), value(i, -a, j, b), value(i, -a, j, -b),
        ]
        let size = corners.map(\.magnitude).max() ?? 0
        return (
          ((corners[0] - corners[1]) - (corners[2] - corners[3])) / (4 * a * b),
          size * .ulpOfOne / (a * b)
        )
      }
      guard let estimate else {
        throw GSLError("hessian", .notFinite(what: "element (\(i), \(j)) at \(point)"))
      }
      (values[i, j], values[j, i]) = (estimate.value, estimate.value)
      (errors[i, j], errors[j, i]) = (estimate.error, estimate.error)
    }
  }
  return MatrixEstimate(values: values, errors: errors)
}

/// The Hessian as the Jacobian of a gradient, by GSL's central differences, then made symmetric.
///
/// The error of an element covers its two estimates and half their difference.
///
/// - Throws: ``GSLError`` where an element has no finite estimate.
public func hessian(
  ofGradient gradient: ([Double]) -> [Double], at point: [Double]
) throws(GSLError) -> MatrixEstimate {
  let count = point.count
  var raw: [[Estimate]] = []
  for i in 0..<count {
    var row: [Estimate] = []
    for j in 0..<count {
      var moved = point
      row.append(
        try derivative(
          of: { value in
            moved[j] = value
            return gradient(moved)[i]
          }, at: point[j]))
    }
    raw.append(row)
  }
  var values = Matrix(rows: count, columns: count)
  var errors = Matrix(rows: count, columns: count)
  for i in 0..<count {
    for j in 0..<count {
      let (a, b) = (raw[min(i, j)][max(i, j)], raw[max(i, j)][min(i, j)])
      values[i, j] = (a.value + b.value) / 2
      errors[i, j] = max(a.error, b.error) + (a.value - b.value).magnitude / 2
    }
  }
  return MatrixEstimate(values: values, errors: errors)
}

/// A step near `step` for which `x + step` is a number of `Double`.
private func exactStep(_ step: Double, at x: Double) -> Double { (x + step) - x }

/// The limit at scale 0 of a difference with an error series in the squared scale, or nil where no
/// scale gives a finite one.
private func extrapolated(
  _ difference: (_ scale: Double) -> (value: Double, rounding: Double)
) -> Estimate? {
  var best: Estimate?
  var previous: [(value: Double, rounding: Double)] = []
  var scale = 1.0
  for level in 0..<8 {
    let (value, rounding) = difference(scale)
    scale /= 2
    guard value.isFinite, rounding.isFinite else {
      // The stencil left the function's domain: begin again, closer in.
      previous = []
      continue
    }
    var row: [(value: Double, rounding: Double)] = [(value, rounding)]
    for column in previous.indices {
      let factor = Double(sign: .plus, exponent: 2 * (column + 1), significand: 1)
      let (old, new) = (previous[column], row[column])
      let next = new.value + (new.value - old.value) / (factor - 1)
      let carried = (factor * new.rounding + old.rounding) / (factor - 1)
      guard next.isFinite else { break }
      row.append((next, carried))
      let change = max((next - old.value).magnitude, (next - new.value).magnitude)
      let error = change + carried
      if best.map({ error < $0.error }) ?? true { best = Estimate(value: next, error: error) }
    }
    if best == nil, level == 7 { best = Estimate(value: value, error: value.magnitude + rounding) }
    previous = row
  }
  return best
}
