internal import Formulas
internal import Numbers
internal import ReferenceNumerics

extension IntervalSearch {
  /// The point with its kind, its eigenvalues and its fate under the transform.
  func classified(_ point: Located) -> CriticalPoint {
    let coordinates = coordinates(point)
    let middle = coordinates.map(\.value)
    let enclosed = system.jacobian(point.enclosure)
    let hessian = system.jacobian(middle.map { Interval($0) }).map { $0.map(\.midpoint) }
    let eigensystem = SmallLinearAlgebra.eigensystem(hessian)
    var eigenvalues = eigensystem?.values ?? variables.map { _ in Double.nan }
    let exactHessian = point.exact.flatMap { self.exactHessian($0) }
    let exactValue = exactValue(point)
    let value = exactValue.map { Double($0) } ?? self.value(middle)
    var notes = point.notes
    if !point.isProved { notes.append("not proved to be one point") }

    var inertia: SmallLinearAlgebra.Inertia?
    var kind: CriticalPoint.Kind
    var proof: CriticalPoint.KindProof
    if let exactHessian {
      let found = SmallLinearAlgebra.inertia(exactHessian)
      (inertia, kind, proof) = (found, self.kind(found), .exact)
    } else if let found = SmallLinearAlgebra.inertia(enclosed) {
      (inertia, kind, proof) = (found, self.kind(found), .interval)
    } else {
      let found = numericInertia(eigensystem, enclosed)
      (inertia, kind, proof) = (found, self.kind(found), .gsl)
    }
    if let inertia, let system = eigensystem {
      // Eigenvalues that are proved to be 0 are shown as 0, rounding as it may.
      let zeros = Set(
        system.values.indices.sorted { system.values[$0].magnitude < system.values[$1].magnitude }
          .prefix(proof == .exact ? inertia.zero : 0))
      for place in zeros { eigenvalues[place] = 0 }
    }
    if kind == .degenerate {
      if let order = point.order, variables.count == 1 {
        // The first derivative that is not 0 decides in one variable.
        (kind, proof) = orderedKind(order, at: point)
        notes.append("the first derivative that is not 0 is the \(ordinal(order))")
      } else if let exactValue, let form = parts?.form, exactValue == form.constant,
        isCommonZero(point)
      {
        (kind, proof) = (form.sign > 0 ? .minimum : .maximum, .exact)
        notes.append("the Hessian is singular; a sum of squares is extreme where all are 0")
      }
    }
    var changed: TransformedPoint?
    var statusProof: CriticalPoint.StatusProof?
    if let transform {
      let (knowledge, knownBy) = knowledge(of: point, exactValue, eigenvalues: eigenvalues)
      changed = transform.transformed(knowledge, eigenvalues: eigenvalues)
      statusProof = knownBy
      if let note = changed?.note { notes.append(note) }
    }
    return CriticalPoint(
      at: coordinates, value: value, kind: kind, kindProvedBy: proof, eigenvalues: eigenvalues,
      transformedEigenvalues: changed?.eigenvalues, status: changed?.status,
      statusProvedBy: statusProof, isProved: point.isProved,
      isConfirmedByDifferences: DifferenceWitness.agrees(
        at: middle, value: { self.value($0) }, gradient: { self.gradient(at: $0) },
        hessian: hessian), notes: notes)
  }

  private func kind(_ inertia: SmallLinearAlgebra.Inertia) -> CriticalPoint.Kind {
    if inertia.zero > 0 { return .degenerate }
    if inertia.negative == 0 { return .minimum }
    return inertia.positive == 0 ? .maximum : .saddle
  }

  /// Signs of GSL's eigenvalues beyond their residuals and the Hessian's own uncertainty (Weyl).
  private func numericInertia(
    _ system: SymmetricEigensystem?, _ enclosed: [[Interval]]
  ) -> SmallLinearAlgebra.Inertia {
    var inertia = SmallLinearAlgebra.Inertia()
    guard let system else {
      inertia.zero = variables.count
      return inertia
    }
    let spread = enclosed.reduce(0.0) { sum, row in
      row.reduce(sum) { $0 + $1.radius * $1.radius }
    }.squareRoot()
    let largest = system.values.map(\.magnitude).max() ?? 0
    for (value, residual) in zip(system.values, system.residuals) {
      // An unproved point is uncertain beyond its enclosure: a millionth of the largest is no sign.
      let threshold = residual + (spread.isFinite ? spread : 0) + 1e-6 * largest
      if value > threshold {
        inertia.positive += 1
      } else if value < -threshold {
        inertia.negative += 1
      } else {
        inertia.zero += 1
      }
    }
    return inertia
  }

  func exactHessian(_ point: [Rational]) -> [[Rational]]? {
    system.exactJacobian(point)
  }

  private func orderedKind(
    _ order: Int, at point: Located
  ) -> (CriticalPoint.Kind, CriticalPoint.KindProof) {
    guard order.isMultiple(of: 2) else { return (.degenerate, .exact) }
    var derivative = function
    for _ in 0..<order { derivative = partial(derivative, variables[0]) }
    let sign = derivative.value([variables[0]: point.enclosure[0]])
    if sign.lower > 0 { return (.minimum, .exact) }
    if sign.upper < 0 { return (.maximum, .exact) }
    return (.degenerate, .gsl)
  }

  /// What is known of the function's value, and how.
  private func knowledge(
    of point: Located, _ exact: Rational?, eigenvalues: [Double]
  ) -> (ValueKnowledge, CriticalPoint.StatusProof) {
    if let exact {
      if exact.isZero { return zeroKnowledge(point, eigenvalues, .exact) }
      if exact.magnitude == 1 { return (.unit(sign: exact.signum()), .exact) }
      return (.other(onItsSide(Double(exact), exact.magnitude < 1)), .exact)
    }
    let enclosure = value(point.enclosure)
    let middle = value(coordinates(point).map(\.value))
    if enclosure.containsZero { return zeroKnowledge(point, eigenvalues, .numeric) }
    let magnitude = enclosure.magnitude
    if magnitude.contains(1.0) { return (.unit(sign: middle < 0 ? -1 : 1), .numeric) }
    let proof: CriticalPoint.StatusProof =
      enclosure.isDefined && point.isProved ? .interval : .numeric
    return (.other(onItsSide(middle, magnitude.upper < 1)), proof)
  }

  private func onItsSide(_ value: Double, _ isBelowOne: Bool) -> Double {
    let magnitude =
      isBelowOne ? min(value.magnitude, 1.0.nextDown) : max(value.magnitude, 1.0.nextUp)
    return value < 0 ? -magnitude : magnitude
  }

  private func zeroKnowledge(
    _ point: Located, _ eigenvalues: [Double], _ proof: CriticalPoint.StatusProof
  ) -> (ValueKnowledge, CriticalPoint.StatusProof) {
    if let order = point.order { return (.zero(order: order), proof) }
    if let exact = point.exact, let polynomial, let moved = polynomial.shifted(to: exact) {
      return (.zero(order: max(2, moved.lowestDegree)), proof)
    }
    let largest = eigenvalues.map(\.magnitude).max() ?? 0
    if largest > 0, SmallLinearAlgebra.inertia(system.jacobian(point.enclosure)) != nil {
      return (.zero(order: 2), proof)
    }
    // The order of a singular zero is not proved.
    let scale = max(1, point.enclosure.map(\.largestMagnitude).max() ?? 1)
    return (.zero(order: largest > 1e-6 * scale ? 2 : 4), .numeric)
  }
}
