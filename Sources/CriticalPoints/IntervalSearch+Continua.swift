internal import Formulas
internal import Numbers
internal import ReferenceNumerics

extension IntervalSearch {
  /// The sets of critical points that boxes were found to hold.
  func continua(_ boxes: [[Interval]]) -> [CriticalSet] {
    let middles = boxes.map { $0.map(\.midpoint) }
    let corners = boxes.map { $0.map(\.lower) } + boxes.map { $0.map(\.upper) }
    let starts = spread(middles + corners, count: 96)
    if let parts { return [squaresContinuum(parts, from: starts)].compactMap(\.self) }
    if let factored, let polynomial { return factorContinua(factored, polynomial, from: starts) }
    return []
  }

  /// The common zeros of fewer squares than variables.
  private func squaresContinuum(_ parts: PartsSystem, from starts: [[Double]]) -> CriticalSet? {
    let samples = spread(distinct(starts.compactMap { parts.sample(from: $0) }), count: 8)
    guard !samples.isEmpty else { return nil }
    let bases = parts.form.parts
    var status: CriticalPoint.Status?
    if let transform {
      let curvature = bases.map { _ in Double(parts.form.sign) }
      status =
        transform.transformed(
          ValueKnowledge(parts.form.constant, order: parts.form.order), eigenvalues: curvature
        ).status
    }
    return CriticalSet(
      equation: bases.map { "\($0.base) = 0" }.joined(separator: ", "),
      dimension: parts.dimension, status: status, statusProvedBy: status.map { _ in .exact },
      samples: samples, variables: variables,
      notes: [
        parts.form.sign > 0
          ? "a sum of squares is least where they all are 0: minima"
          : "a sum of squares subtracted is greatest where they all are 0: maxima"
      ])
  }

  /// The zeros of a factor that all slopes share, one set for each value of the function on them.
  private func factorContinua(
    _ factored: FactoredGradient, _ polynomial: Polynomial, from starts: [[Double]]
  ) -> [CriticalSet] {
    let samples = distinct(starts.compactMap { factored.sample(from: $0) })
    var groups:
      [(value: Double, level: (constant: Rational, part: Formula)?, samples: [[Double]])] = []
    for sample in samples {
      let value = value(sample)
      if let known = groups.firstIndex(where: {
        abs($0.value - value) <= 1e-9 * max(1, abs(value))
      }) {
        groups[known].samples.append(sample)
      } else {
        groups.append((value, factored.level(of: polynomial, near: value), [sample]))
      }
    }
    return groups.map { group in
      let hessian = system.jacobian(group.samples[0].map { Interval($0) }).map {
        $0.map(\.midpoint)
      }
      let eigenvalues = SmallLinearAlgebra.eigensystem(hessian)?.values ?? []
      let largest = eigenvalues.map(\.magnitude).max() ?? 0
      let order = largest > 1e-9 ? 2 : 4
      let status = transform.map { transform in
        let knowledge: ValueKnowledge =
          if let level = group.level {
            ValueKnowledge(level.constant, order: order)
          } else if group.value.magnitude <= 1e-12 {
            .zero(order: order)
          } else {
            .other(group.value)
          }
        return transform.transformed(knowledge, eigenvalues: eigenvalues).status
      }
      let isExact = group.level.map { !$0.constant.isZero || order == 2 } ?? false
      let value = group.level.map { "\($0.constant)" } ?? "\(group.value)"
      return CriticalSet(
        equation: "\(group.level?.part ?? factored.formula) = 0", dimension: variables.count - 1,
        status: status,
        statusProvedBy: status.map { _ in isExact ? .exact : .numeric },
        samples: spread(group.samples, count: 8), variables: variables,
        notes: [
          "a factor that all slopes share; the function is \(value) on it"
            + (group.level == nil ? " (numeric)" : "")
        ])
    }
  }
}

extension ValueKnowledge {
  /// Of an exact value, a zero of the given order.
  init(_ value: Rational, order: Int) {
    if value.isZero {
      self = .zero(order: order)
    } else if value.magnitude == 1 {
      self = .unit(sign: value.signum())
    } else {
      self = .other(Double(value))
    }
  }
}
