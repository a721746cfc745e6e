internal import Numbers

/// A run on some function of the class: exact numbers for the basis' vectors and the function values.
///
/// `G = Σ_r weight_r · v_r v_rᵀ` with coordinates `v` of the basis' vectors, so that it is positive semidefinite
/// by its form; where every inequality holds, the interpolation theorem gives a function with this run.
struct RunInstance: Equatable {
  /// One for each dimension, none of them negative.
  var weights: [Rational]
  /// The coordinates of each basis vector, one row a vector.
  var vectors: [[Rational]]
  /// The function values in the order of the problem.
  var values: [Rational]

  /// Proves that a function of the class has this run, in exact arithmetic.
  ///
  /// - Returns: the metric, which the worst case is therefore not below.
  func check(in problem: PerformanceProblem) throws(CertificateFailure) -> Rational {
    try checkShape(in: problem)
    let run = ScaledRun(problem, self)
    let initial = run.value(of: problem.initial)
    guard initial <= 1 else {
      throw CertificateFailure(
        condition: "the instance's initial quantity is \(initial.shortened), above 1")
    }
    for constraint in problem.singleConstraints {
      guard run.value(of: problem.quantity(of: constraint)) <= problem.limit(of: constraint) else {
        throw CertificateFailure(condition: "the instance violates the \(constraint.name)")
      }
    }
    for constraint in problem.constraints {
      guard case .pair(let i, let j) = constraint else { continue }
      guard run.satisfiesPair(i, j) else {
        throw CertificateFailure(condition: "the instance violates the \(constraint.name)")
      }
    }
    let values = problem.metrics.map { run.value(of: $0) }
    return values.min() ?? 0
  }

  private func checkShape(in problem: PerformanceProblem) throws(CertificateFailure) {
    guard vectors.count == problem.basisCount, values.count == problem.valueCount,
      vectors.allSatisfy({ $0.count == weights.count })
    else {
      throw CertificateFailure(condition: "the instance's shape is not that of the problem")
    }
    for weight in weights where weight.isNegative {
      throw CertificateFailure(
        condition: "a weight of the instance is negative, \(weight.shortened)")
    }
  }
}

/// An instance in whole numbers over common denominators.
private struct ScaledRun {
  private let problem: PerformanceProblem
  private let instance: RunInstance
  private let weights: CommonDenominator
  private let scaledWeights: [BigInteger]
  private let coordinates: CommonDenominator
  private let basis: [[BigInteger]]
  private let combinations: CommonDenominator
  /// The products of the points' positions and gradients, rows 2k and 2k + 1: a lower triangle.
  private let products: [[BigInteger]]
  /// Products of rows are over this.
  private let denominator: BigInteger
  private let values: [BigInteger]
  private let valueFactor: BigInteger
  private let productFactor: BigInteger
  private let terms: PairTerms

  init(_ problem: PerformanceProblem, _ instance: RunInstance) {
    self.problem = problem
    self.instance = instance
    let weights = CommonDenominator(instance.weights)
    let scaledWeights = weights.numerators(of: instance.weights)
    let coordinates = CommonDenominator(instance.vectors.joined())
    let basis = instance.vectors.map { coordinates.numerators(of: $0) }
    var combinations = CommonDenominator()
    for point in problem.points {
      combinations.include(point.position)
      combinations.include(point.gradient)
    }
    let rows = problem.points.flatMap { point in
      [point.position, point.gradient].map { vector in
        Self.combined(combinations.numerators(of: vector), basis, count: scaledWeights.count)
      }
    }
    let root = coordinates.value * combinations.value
    let denominator = root * root * weights.value
    let common = CommonDenominator(instance.values + [Rational(1, denominator)])
    self.weights = weights
    self.scaledWeights = scaledWeights
    self.coordinates = coordinates
    self.basis = basis
    self.combinations = combinations
    products = rows.enumerated().map { place, row in
      let weighted = zip(row, scaledWeights).map { $0 * $1 }
      return rows[...place].map { other in
        var total: BigInteger = 0
        for r in other.indices where !weighted[r].isZero && !other[r].isZero {
          total += weighted[r] * other[r]
        }
        return total
      }
    }
    self.denominator = denominator
    let terms = PairTerms(problem.pairCoefficients)
    values = common.numerators(of: instance.values)
    valueFactor = terms.denominator
    productFactor = common.value / denominator
    self.terms = terms
  }

  private static func combined(
    _ coefficients: [BigInteger], _ basis: [[BigInteger]], count: Int
  ) -> [BigInteger] {
    var total = [BigInteger](repeating: 0, count: count)
    for (place, coefficient) in coefficients.enumerated() where !coefficient.isZero {
      for r in 0..<count where !basis[place][r].isZero {
        total[r] += coefficient * basis[place][r]
      }
    }
    return total
  }

  private func product(_ first: Int, _ second: Int) -> BigInteger {
    products[max(first, second)][min(first, second)]
  }

  func satisfiesPair(_ i: Int, _ j: Int) -> Bool {
    var total: BigInteger = 0
    for (first, second, coefficient) in terms.terms(i, j) {
      total += coefficient * product(first, second)
    }
    total *= productFactor
    if let place = problem.points[j].value { total += valueFactor * values[place] }
    if let place = problem.points[i].value { total -= valueFactor * values[place] }
    return total.signum() <= 0
  }

  func value(of quantity: RunQuantity) -> Rational {
    var total: Rational = 0
    for (weight, vector) in quantity.squares {
      let common = CommonDenominator(vector)
      let row = Self.combined(
        common.numerators(of: vector), basis, count: scaledWeights.count)
      var norm: BigInteger = 0
      for (entry, weight) in zip(row, scaledWeights) { norm += entry * entry * weight }
      let root = coordinates.value * common.value
      total = total + weight * Rational(norm, root * root * weights.value)
    }
    for (weight, place) in quantity.values { total = total + weight * instance.values[place] }
    return total
  }
}
