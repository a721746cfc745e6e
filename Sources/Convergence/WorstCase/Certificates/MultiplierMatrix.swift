internal import Numbers

/// Assembles `S` of a certificate.
///
/// The pairs' part is `PᵀMP`: `M` is small in its entries' number, a few of each pair among the positions and
/// gradients of the points, and the rows of `P` are those vectors on the basis.
struct MultiplierMatrix {
  private let problem: PerformanceProblem
  private let certificate: DualCertificate
  private let vectors: CommonDenominator

  init(_ problem: PerformanceProblem, _ certificate: DualCertificate) {
    self.problem = problem
    self.certificate = certificate
    var vectors = CommonDenominator()
    for point in problem.points {
      vectors.include(point.position)
      vectors.include(point.gradient)
    }
    for vector in problem.noiseVectors { vectors.include(vector) }
    for quantity in problem.metrics + [problem.initial] {
      for square in quantity.squares { vectors.include(square.vector) }
    }
    self.vectors = vectors
  }

  func assembled() -> SymmetricIntegerMatrix {
    let squares = squares
    let (pairs, pairDenominator) = pairPart
    let weights = CommonDenominator(squares.map(\.weight) + [Rational(1, pairDenominator)])
    let square = vectors.value * vectors.value
    var matrix = SymmetricIntegerMatrix(
      order: problem.basisCount, denominator: weights.value * square)
    let factor = weights.value / pairDenominator
    for row in 0..<problem.basisCount {
      for column in 0...row where !pairs[row][column].isZero {
        matrix[row, column] = pairs[row][column] * factor
      }
    }
    for (weight, vector) in squares {
      let scale = weights.numerator(of: weight)
      let numerators = vectors.numerators(of: vector)
      for row in numerators.indices where !numerators[row].isZero {
        let scaled = scale * numerators[row]
        for column in 0...row where !numerators[column].isZero {
          matrix[row, column] += scaled * numerators[column]
        }
      }
    }
    return matrix
  }

  /// The terms that are squares of vectors.
  private var squares: [(weight: Rational, vector: [Rational])] {
    var all: [(weight: Rational, vector: [Rational])] = []
    func add(_ quantity: RunQuantity, times factor: Rational) {
      guard !factor.isZero else { return }
      all += quantity.squares.map { (factor * $0.weight, $0.vector) }
    }
    for multiplier in certificate.multipliers {
      if case .pair = multiplier.constraint { continue }
      add(problem.quantity(of: multiplier.constraint), times: multiplier.value)
    }
    add(problem.initial, times: certificate.initial)
    for (weight, metric) in zip(certificate.metricWeights, problem.metrics) {
      add(metric, times: -weight)
    }
    return all
  }

  /// The pairs' part over `pairDenominator · vectors²`, its lower triangle.
  private var pairPart: ([[BigInteger]], BigInteger) {
    let pairs = certificate.multipliers.compactMap { multiplier -> (Int, Int, Rational)? in
      guard case .pair(let i, let j) = multiplier.constraint, !multiplier.value.isZero else {
        return nil
      }
      return (i, j, multiplier.value)
    }
    let multipliers = CommonDenominator(pairs.map(\.2))
    let terms = PairTerms(problem.pairCoefficients)
    // Twice M, so that halves are whole. Row 2k is the position of point k, row 2k + 1 its gradient.
    let count = 2 * problem.points.count
    var middle = [BigInteger](repeating: 0, count: count * count)
    for (i, j, value) in pairs {
      let scale = multipliers.numerator(of: value)
      for (row, column, coefficient) in terms.terms(i, j) {
        let term = scale * coefficient
        middle[row * count + column] += term
        middle[column * count + row] += term
      }
    }
    let rows = problem.points.flatMap { point in
      [vectors.numerators(of: point.position), vectors.numerators(of: point.gradient)]
    }
    let order = problem.basisCount
    var result = (0..<order).map { [BigInteger](repeating: 0, count: $0 + 1) }
    for row in 0..<count where !rows[row].isEmpty {
      // One row of M·P.
      var product = [BigInteger](repeating: 0, count: order)
      var isZero = true
      for column in 0..<count where !middle[row * count + column].isZero {
        isZero = false
        let factor = middle[row * count + column]
        for (place, entry) in rows[column].enumerated() where !entry.isZero {
          product[place] += factor * entry
        }
      }
      if isZero { continue }
      for (place, entry) in rows[row].enumerated() where !entry.isZero {
        for column in 0...place where !product[column].isZero {
          result[place][column] += entry * product[column]
        }
      }
    }
    return (result, 2 * multipliers.value * terms.denominator)
  }
}

/// The terms of the pair inequality among the vectors of its two points, as whole numbers.
struct PairTerms {
  let denominator: BigInteger
  private let gradients: BigInteger
  private let positions: BigInteger
  private let mixed: BigInteger

  init(_ coefficients: PerformanceProblem.PairCoefficients) {
    let common = CommonDenominator([
      coefficients.gradients, coefficients.positions, coefficients.mixed,
    ])
    denominator = common.value
    gradients = common.numerator(of: coefficients.gradients)
    positions = common.numerator(of: coefficients.positions)
    mixed = common.numerator(of: coefficients.mixed)
  }

  /// Products of vectors with coefficients; `2k` is the position of point `k`, `2k + 1` its gradient.
  func terms(_ i: Int, _ j: Int) -> [(Int, Int, BigInteger)] {
    let (xi, gi, xj, gj) = (2 * i, 2 * i + 1, 2 * j, 2 * j + 1)
    let double = 2 * mixed
    var all: [(Int, Int, BigInteger)] = [
      (gj, xi, denominator + double), (gj, xj, -denominator - double),
    ]
    if !mixed.isZero { all += [(gi, xi, -double), (gi, xj, double)] }
    if !gradients.isZero {
      all += [(gi, gi, gradients), (gj, gj, gradients), (gi, gj, -2 * gradients)]
    }
    if !positions.isZero {
      all += [(xi, xi, positions), (xj, xj, positions), (xi, xj, -2 * positions)]
    }
    return all
  }
}
