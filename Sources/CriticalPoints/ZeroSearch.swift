internal import Formulas
internal import Numbers
internal import Optimizers

/// The zeros of the function off its critical points, which the transform with N₁ > 1 makes critical.
struct ZeroSearch {
  let search: IntervalSearch
  let transform: PowerTransform
  let critical: [IntervalSearch.Located]

  func run(_ findings: inout SearchFindings, _ undecided: inout [[Interval]]) {
    if transform.smallExponent < 1 {
      findings.notes.append(
        "At regular zeros of l, if there are any, the gradient of L is unbounded.")
    }
    guard transform.smallExponent > 1 else { return }
    if let form = search.parts?.form {
      let l = form.sign > 0 ? "l ≥" : "l ≤"
      if form.constant.signum() == form.sign {
        findings.notes.append(
          "l is a sum of squares and a constant, so it has no zero: no spurious point (exact).")
        return
      }
      if form.constant.isZero {
        findings.notes.append(
          "\(l) 0, being a sum of squares, so l is critical at each of its zeros: no regular zero, "
            + "hence no spurious point and no hypersurface of them (exact).")
        return
      }
    }
    if search.variables.count == 1 {
      onALine(&findings, &undecided)
    } else {
      inSpace(&findings)
    }
  }

  /// In one variable: the isolated zeros, by the same search on l itself.
  private func onALine(_ findings: inout SearchFindings, _ undecided: inout [[Interval]]) {
    let system = SquareSystem(
      equations: [search.function], variables: search.variables, domain: search.function)
    let side = search.box.sides[0]
    let outcome = BranchAndPrune(system: system, box: [side.enclosure], limits: search.limits).run()
    findings.boxCount += outcome.boxCount
    for zero in outcome.zeros {
      guard let point = located(zero, system, side) else { continue }
      if !point.isProved { undecided.append(point.enclosure) }
      let curvature = search.system.jacobian(point.enclosure)[0][0].midpoint
      findings.points.append(
        CriticalPoint(
          at: search.coordinates(point), value: 0, kind: nil, kindProvedBy: nil,
          eigenvalues: [curvature],
          transformedEigenvalues: transform.smallExponent > 2 ? [0] : nil, status: .spurious,
          statusProvedBy: !point.isProved ? .numeric : point.exact == nil ? .interval : .exact,
          isProved: point.isProved, isConfirmedByDifferences: nil,
          notes: point.notes + [spuriousNote]))
    }
    for cluster in outcome.undecided
    where !isMonotoneFromZero(to: cluster.hull[0], undecided) && !undecided.contains(cluster.hull) {
      undecided.append(cluster.hull)
    }
  }

  /// Whether a critical point with the value 0 lies in the part, or beside it with no other critical point
  /// between: the function is then strictly monotone from it on, and has no other zero there.
  private func isMonotoneFromZero(to part: Interval, _ undecided: [[Interval]]) -> Bool {
    critical.contains { point in
      guard point.isProved, search.exactValue(point)?.isZero == true else { return false }
      let way = [point.enclosure[0].hull(part)]
      return search.system.domain(way) == .inside
        && !undecided.contains { search.overlaps($0, way) }
        && critical.allSatisfy {
          $0.enclosure == point.enclosure || !search.overlaps($0.enclosure, way)
        }
    }
  }

  private func located(
    _ zero: SquareSystem.Zero, _ system: SquareSystem, _ side: SearchBox.Side
  ) -> IntervalSearch.Located? {
    let interval = zero.enclosure[0]
    var point = IntervalSearch.Located(enclosure: zero.enclosure, exact: nil, isProved: true)
    if let lower = Rational(exactly: interval.lower), let upper = Rational(exactly: interval.upper)
    {
      var candidates = [side.lower, side.upper].filter { lower <= $0 && $0 <= upper }
      candidates.append(simplestRational(between: lower, and: upper))
      for candidate in candidates where system.exactValues([candidate])?[0].isZero == true {
        point.exact = [candidate]
        return side.lower <= candidate && candidate <= side.upper ? point : nil
      }
    }
    let (lower, upper) = (Interval(side.lower), Interval(side.upper))
    if interval.upper < lower.lower || interval.lower > upper.upper { return nil }
    if interval.lower < lower.upper || interval.upper > upper.lower {
      point.isProved = false
      point.notes.append("too close to the box's edge to tell on which side it lies")
    }
    return point
  }

  /// In several variables: whether there is a hypersurface of zeros, and points on it.
  private func inSpace(_ findings: inout SearchFindings) {
    let sides = search.box.sides.map(\.enclosure)
    var pending = [sides]
    var open: [[Interval]] = []
    var above: [[Double]] = []
    var below: [[Double]] = []
    let basins = critical.compactMap { basin(of: $0) }
    var isSmooth = search.system.domain(sides) == .inside
    var count = 0
    // Breadth first, so that what is left is even over the box.
    while count < pending.count, count < 6000 {
      let part = pending[count]
      count += 1
      let domain = search.system.domain(part)
      if domain == .outside { continue }
      let value = search.value(part)
      if value.isDefined, !value.containsZero { continue }
      if domain == .inside, !search.centred(part).containsZero { continue }
      if basins.contains(where: { zip(part, $0).allSatisfy { $0.isSubset(of: $1) } }) { continue }
      let middle = part.map(\.midpoint)
      let point = search.value(middle.map { Interval($0) })
      if point.isDefined, point.lower > 0 { above.append(middle) }
      if point.isDefined, point.upper < 0 { below.append(middle) }
      let shares = part.indices.map { part[$0].width / sides[$0].width }
      guard let widest = shares.indices.max(by: { shares[$0] < shares[$1] }) else { continue }
      if shares[widest] < 1e-4 {
        open.append(part)
        continue
      }
      let (left, right) = part[widest].bisected()
      var (first, second) = (part, part)
      (first[widest], second[widest]) = (left, right)
      pending += [first, second]
    }
    findings.boxCount += count
    let isExhausted = count == pending.count
    if isExhausted, open.isEmpty {
      findings.notes.append(
        basins.isEmpty
          ? "l has no zero in the box: no spurious point (interval)."
          : "l is 0 at critical points only: no regular zero, hence no spurious point (interval).")
      return
    }
    if above.isEmpty || below.isEmpty {
      // The corners see what the midpoints may miss.
      for corner in corners(sides) {
        let value = search.value(corner.map { Interval($0) })
        guard value.isDefined else { continue }
        if value.lower > 0 { above.append(corner) }
        if value.upper < 0 { below.append(corner) }
      }
    }
    if above.isEmpty || below.isEmpty {
      findings.notes.append(
        "No change of sign of l was seen, so no spurious hypersurface l = 0 was found; that there is "
          + "none is not proved.")
      return
    }
    let samples = search.spread(search.distinct(crossings(above, below)), count: 8)
    isSmooth = isSmooth && !samples.isEmpty
    findings.sets.append(
      CriticalSet(
        equation: "\(search.function) = 0", dimension: search.variables.count - 1,
        status: .spurious, statusProvedBy: isSmooth ? .interval : .numeric, samples: samples,
        variables: search.variables,
        notes: [
          isSmooth
            ? "l changes its sign in the box and is continuous there (interval); " + spuriousNote
            : "l changes its sign between points of the box (numeric); " + spuriousNote
        ]))
  }

  /// A box around an extremum with value 0 over which the Hessian is definite: l has no other zero in it.
  private func basin(of point: IntervalSearch.Located) -> [Interval]? {
    guard point.isProved, search.exactValue(point)?.isZero == true else { return nil }
    var share = 0.25
    while share > 1e-4 {
      let candidate = zip(point.enclosure, search.box.sides).map { part, side in
        let reach = Double(side.upper - side.lower) * share
        return Interval(part.lower - reach, part.upper + reach)
      }
      if search.system.domain(candidate) == .inside,
        let inertia = SmallLinearAlgebra.inertia(search.system.jacobian(candidate)),
        inertia.positive == candidate.count || inertia.negative == candidate.count
      {
        return candidate
      }
      share /= 2
    }
    return nil
  }

  private func corners(_ sides: [Interval]) -> [[Double]] {
    (0..<(1 << sides.count)).map { mask in
      sides.indices.map { mask >> $0 & 1 == 1 ? sides[$0].upper : sides[$0].lower }
    }
  }

  /// Points of l = 0 on lines between points of either sign.
  private func crossings(_ above: [[Double]], _ below: [[Double]]) -> [[Double]] {
    let (high, low) = (search.spread(above, count: 6), search.spread(below, count: 6))
    var found: [[Double]] = []
    for start in high {
      for end in low {
        var (a, b) = (start, end)
        for _ in 0..<200 {
          let middle = zip(a, b).map { 0.5 * $0 + 0.5 * $1 }
          if middle == a || middle == b { break }
          let value = search.value(middle)
          if value.isNaN { break }
          if value == 0 {
            (a, b) = (middle, middle)
            break
          }
          if value > 0 { a = middle } else { b = middle }
        }
        if search.value(a).magnitude <= 1e-9 * max(1, search.value(start).magnitude) {
          found.append(a)
        }
      }
    }
    return found
  }
}
