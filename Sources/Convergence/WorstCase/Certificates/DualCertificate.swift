internal import Numbers

/// Multipliers of the constraints that add up to a proof: the metric is at most `bound` times the initial
/// quantity, on every function of the class.
///
/// For multipliers `λ ≥ 0` of the constraints, `τ ≥ 0` of the initial condition and weights `ω` of the
/// metrics, `Σω·metric − bound = Σλ·(constraint − limit) + τ·(initial − 1) − ⟨S, G⟩` as soon as the function
/// values cancel, and no term on the right is positive once `S = Σλ·constraint + τ·initial − Σω·metric ⪰ 0`.
struct DualCertificate: Equatable {
  struct Multiplier: Equatable {
    var constraint: RunConstraint
    var value: Rational
  }

  var multipliers: [Multiplier]
  /// `τ`.
  var initial: Rational
  /// `ω`, one for each metric, which sum to 1.
  var metricWeights: [Rational]
}

/// The first condition that a certificate does not satisfy.
struct CertificateFailure: Error, Equatable {
  let condition: String
}

extension DualCertificate {
  /// `τ + Σλ·limit`.
  func bound(in problem: PerformanceProblem) -> Rational {
    multipliers.reduce(initial) { total, multiplier in
      let limit = problem.limit(of: multiplier.constraint)
      return limit.isZero ? total : total + multiplier.value * limit
    }
  }

  /// The coefficients of the function values in `Σλ·constraint + τ·initial − Σω·metric`.
  func valueCoefficients(in problem: PerformanceProblem) -> [Rational] {
    var totals = [Rational](repeating: 0, count: problem.valueCount)
    func add(_ quantity: RunQuantity, times factor: Rational) {
      for (weight, place) in quantity.values {
        totals[place] = totals[place] + factor * weight
      }
    }
    for multiplier in multipliers where !multiplier.value.isZero {
      if case .pair(let i, let j) = multiplier.constraint {
        if let place = problem.points[i].value { totals[place] = totals[place] - multiplier.value }
        if let place = problem.points[j].value { totals[place] = totals[place] + multiplier.value }
      } else {
        add(problem.quantity(of: multiplier.constraint), times: multiplier.value)
      }
    }
    add(problem.initial, times: initial)
    for (weight, metric) in zip(metricWeights, problem.metrics) { add(metric, times: -weight) }
    return totals
  }

  /// `S`.
  func matrix(in problem: PerformanceProblem) -> SymmetricIntegerMatrix {
    MultiplierMatrix(problem, self).assembled()
  }

  /// Proves the bound, in exact arithmetic and without any solver.
  ///
  /// - Returns: the bound.
  func check(in problem: PerformanceProblem) throws(CertificateFailure) -> Rational {
    try checkSigns(in: problem)
    for (place, coefficient) in valueCoefficients(in: problem).enumerated()
    where !coefficient.isZero {
      throw CertificateFailure(
        condition: "the function value at point \(place) does not cancel: its coefficient is"
          + " \(coefficient.shortened)")
    }
    let matrix = matrix(in: problem)
    if VerifiedCholesky.isFaster(for: matrix), VerifiedCholesky.provesSemidefinite(matrix) {
      return bound(in: problem)
    }
    let elimination = SymmetricElimination(matrix, last: problem.initialBasis)
    switch elimination.outcome {
    case .semidefinite: return bound(in: problem)
    case .negativePivot(let row):
      throw CertificateFailure(
        condition: "S is not positive semidefinite: its pivot in row \(row) is negative")
    case .zeroPivot(let row):
      throw CertificateFailure(
        condition:
          "S is not positive semidefinite: its pivot in row \(row) is 0, and the row is not"
      )
    }
  }

  private func checkSigns(in problem: PerformanceProblem) throws(CertificateFailure) {
    for multiplier in multipliers {
      guard problem.isConstraint(multiplier.constraint) else {
        throw CertificateFailure(
          condition: "the class has no \(multiplier.constraint.name)")
      }
      guard !multiplier.value.isNegative else {
        throw CertificateFailure(
          condition: "the multiplier of the \(multiplier.constraint.name) is negative,"
            + " \(multiplier.value.shortened)")
      }
    }
    guard !initial.isNegative else {
      throw CertificateFailure(condition: "tau is negative, \(initial.shortened)")
    }
    guard metricWeights.count == problem.metrics.count else {
      throw CertificateFailure(
        condition: "\(metricWeights.count) metric weights for \(problem.metrics.count) metrics")
    }
    for weight in metricWeights where weight.isNegative {
      throw CertificateFailure(condition: "a metric weight is negative, \(weight.shortened)")
    }
    let sum = metricWeights.reduce(0) { $0 + $1 }
    guard sum == 1 else {
      throw CertificateFailure(condition: "the metric weights sum to \(sum.shortened), not to 1")
    }
  }
}

extension Rational {
  /// The decimal where it is short, else the nearest `Double`.
  var shortened: String {
    let text = decimalDescription
    return text.utf8.count <= 24 ? text : "about \(Double(self))"
  }
}
