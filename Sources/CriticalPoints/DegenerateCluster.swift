internal import Formulas
internal import Numbers
internal import ReferenceNumerics

/// What is left where Krawczyk's test fails: boxes around a degenerate point, or along a continuum.
struct DegenerateCluster {
  let search: IntervalSearch
  let hull: [Interval]

  enum Answer {
    /// The only critical point of this region lies outside the search box.
    case outside([Interval])
    /// One point, proved.
    case point(IntervalSearch.Located)
    /// Undecided, with the point that seems to be there.
    case suspected(IntervalSearch.Located?)
    case continuum(CriticalSet)
  }

  func resolved() -> Answer {
    if let parts = search.parts, let zero = parts.commonZero(near: hull),
      case .zero = parts.decide(zero.region)
    {
      return search.locate(zero).map { .point($0) } ?? .outside(zero.region)
    }
    let shares = zip(hull, search.box.sides).map { $0.width / $1.enclosure.width }
    let isSmall = shares.allSatisfy { $0 < 1e-4 }
    if isSmall, let exact = search.exactPoint(in: hull) { return decided(exact) }
    if isSmall {
      let point = IntervalSearch.Located(enclosure: hull, exact: nil, isProved: false)
      return .suspected(search.system.domain(hull) == .inside ? point : nil)
    }
    return suspectedContinuum()
  }

  /// A point at which the gradient is exactly 0, and what shows that it is alone in the hull.
  private func decided(_ exact: [Rational]) -> Answer {
    let enclosure = exact.map { Interval($0) }
    // Where f is not smooth, a gradient of 0 says nothing: abs has one at 0.
    guard search.system.domain(enclosure) == .inside else { return .suspected(nil) }
    var point = IntervalSearch.Located(enclosure: enclosure, exact: exact, isProved: false)
    let isInside = zip(exact, search.box.sides).allSatisfy { $1.lower <= $0 && $0 <= $1.upper }
    // The larger the region in which it is alone, the more of the neighbouring boxes it settles.
    for region in regions(around: enclosure) {
      if exact.count == 1 {
        guard let order = orderInOneVariable(exact[0], region) else { continue }
        point.order = order
      } else {
        guard isAlone(exact, in: region) else { continue }
      }
      point.isProved = true
      point.region = region
      return isInside ? .point(point) : .outside(region)
    }
    return isInside ? .suspected(point) : .suspected(nil)
  }

  /// Boxes around the point that hold the hull, the largest first.
  private func regions(around centre: [Interval]) -> [[Interval]] {
    var result: [[Interval]] = []
    for share in [1e-2, 1e-3, 0] {
      result.append(
        centre.indices.map { place in
          let reach = search.box.sides[place].enclosure.width * share
          let side = Interval(centre[place].lower - reach, centre[place].upper + reach)
          return side.hull(hull[place])
        })
    }
    return result
  }

  private func isAlone(_ exact: [Rational], in region: [Interval]) -> Bool {
    guard let polynomial = search.polynomial else { return false }
    let radius = zip(region, exact).map { ($0 - Interval($1)).largestMagnitude }.max() ?? 0
    let components = search.variables.indices.map { polynomial.derivative($0) }
    return BlowUp.isOnlyZero(of: components, at: exact, radius: radius)
  }

  /// The order of the first derivative of f that is not 0 at the point, where that derivative keeps its sign over
  /// the hull: by Taylor's theorem the point is then the only critical one in it.
  private func orderInOneVariable(_ x: Rational, _ region: [Interval]) -> Int? {
    let name = search.variables[0]
    var derivative = search.gradient[0]
    guard search.system.domain(region) == .inside else { return nil }
    for order in 2...12 {
      derivative = partial(derivative, name)
      let value = derivative.value([name: region[0]])
      if value.isDefined, !value.containsZero { return order }
      guard let exact = try? derivative.value([name: x]), exact.isZero else { return nil }
    }
    return nil
  }

  /// Samples of a set on which the gradient seems to be 0, by Newton steps from the hull.
  private func suspectedContinuum() -> Answer {
    let n = search.variables.count
    var starts: [[Double]] = []
    // A lattice of the hull; Newton brings its points to the set.
    let perSide = n == 1 ? 16 : n == 2 ? 6 : 3
    var counters = [Int](repeating: 0, count: n)
    while true {
      starts.append(
        (0..<n).map {
          hull[$0].lower + hull[$0].width * (Double(counters[$0]) + 0.5) / Double(perSide)
        }
      )
      guard let place = counters.lastIndex(where: { $0 < perSide - 1 }) else { break }
      counters[place] += 1
      for later in (place + 1)..<max(n, place + 1) where later < n { counters[later] = 0 }
    }
    let samples = search.spread(
      search.distinct(starts.compactMap { search.descended(from: $0) }), count: 8)
    guard let first = samples.first else { return .suspected(nil) }
    let hessian = search.system.jacobian(first.map { Interval($0) }).map { $0.map(\.midpoint) }
    let values = SmallLinearAlgebra.eigensystem(hessian)?.values.map(\.magnitude) ?? []
    let largest = values.max() ?? 0
    let dimension = values.count { $0 <= 1e-6 * largest }
    if dimension == 0 { return .suspected(nil) }
    var status: CriticalPoint.Status?
    if let transform = search.transform {
      let value = search.value(first)
      let signs = SmallLinearAlgebra.eigensystem(hessian)?.values ?? []
      status =
        value.magnitude <= 1e-12
        ? transform.transformed(.zero(order: 2), eigenvalues: signs).status : .preserved
    }
    return .continuum(
      CriticalSet(
        equation: search.gradient.map { "\($0) = 0" }.joined(separator: ", "),
        dimension: dimension, status: status, statusProvedBy: status.map { _ in .numeric },
        samples: samples, variables: search.variables,
        notes: ["numeric: more boxes stay open than isolated points would leave"]))
  }
}

extension IntervalSearch {
  /// A zero of the gradient near a start, by Newton's method on the well-conditioned directions.
  func descended(from start: [Double]) -> [Double]? {
    var point = start
    for _ in 0..<80 {
      guard point.allSatisfy(\.isFinite) else { return nil }
      let slope = system.values(point.map { Interval($0) }).map(\.midpoint)
      let hessian = system.jacobian(point.map { Interval($0) }).map { $0.map(\.midpoint) }
      guard slope.allSatisfy(\.isFinite), let eigen = SmallLinearAlgebra.eigensystem(hessian) else {
        return nil
      }
      let largest = eigen.values.map(\.magnitude).max() ?? 0
      if largest == 0 { return slope.allSatisfy { $0 == 0 } ? point : nil }
      var step = [Double](repeating: 0, count: point.count)
      for place in point.indices where eigen.values[place].magnitude > 1e-7 * largest {
        let vector = eigen.vectors.column(place)
        let amount = zip(vector, slope).reduce(0) { $0 + $1.0 * $1.1 } / eigen.values[place]
        for row in step.indices { step[row] += amount * vector[row] }
      }
      for row in point.indices { point[row] -= step[row] }
      let size = point.map(\.magnitude).max() ?? 0
      let length = step.map(\.magnitude).max() ?? 0
      if length <= 1e-12 * max(size, 1) {
        guard point.allSatisfy(\.isFinite) else { return nil }
        let rest = system.values(point.map { Interval($0) }).map(\.midpoint.magnitude).max() ?? 0
        return rest <= 1e-9 * max(largest, 1) ? point : nil
      }
    }
    return nil
  }
}
