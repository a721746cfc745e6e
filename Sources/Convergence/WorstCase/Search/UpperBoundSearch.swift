internal import Numbers

/// Looks for a proof of the worst case: multipliers from a solver, rounded, repaired and checked exactly.
struct UpperBoundSearch {
  /// What came of it.
  struct Result {
    var certificate: DualCertificate?
    /// The bound that the certificate proves.
    var bound: Rational?
    /// The solver's answer, which the search for an instance begins at.
    var answer: LazySolver.Answer?
    /// Whether the solver found that nothing bounds the metric.
    var isUnbounded = false
    /// What went wrong, where something did.
    var trouble: String?
  }

  let lazy: LazySolver
  private var problem: PerformanceProblem { lazy.floating.exact }

  init(_ lazy: LazySolver) { self.lazy = lazy }

  /// - Parameter guess: what the worst case may be near, in units.
  /// - Throws: where the solver cannot be run.
  func search(near guess: Double? = nil) async throws -> Result {
    var result = Result()
    for accuracy in [1e-10, 1e-9, 1e-8] {
      switch try await lazy.solve(
        from: result.answer?.program, near: guess, accuracy: accuracy)
      {
      case .unbounded:
        result.isUnbounded = true
        return result
      case .trouble(let reason): result.trouble = reason
      case .solved(let answer):
        result.answer = answer
        do throws(CertificateFailure) {
          let (certificate, bound) = try certified(answer.program, answer.solution)
          result.certificate = certificate
          result.bound = bound
          return result
        } catch {
          result.trouble = "the multipliers of \(lazy.solver.name) are no proof: \(error.condition)"
        }
      }
    }
    return result
  }

  /// Rounds the multipliers, makes the function values cancel, finds the least `τ`, and checks all of it.
  private func certified(
    _ program: InstanceProgram, _ solution: SemidefiniteSolution
  ) throws(CertificateFailure) -> (DualCertificate, Rational) {
    let multipliers = program.multipliers(solution)
    var certificate = DualCertificate(
      multipliers: zip(program.constraints, multipliers.constraints).map {
        DualCertificate.Multiplier(constraint: $0, value: $1)
      },
      initial: multipliers.initial, metricWeights: Self.weights(multipliers.weights))
    try MultiplierRepair(problem).repair(&certificate)
    certificate.multipliers.removeAll { $0.value.isZero }
    try LeastInitialMultiplier.set(in: &certificate, of: problem)
    return (certificate, try certificate.check(in: problem))
  }

  /// To numbers that sum to 1.
  private static func weights(_ numbers: [Rational]) -> [Rational] {
    var weights = numbers
    guard let largest = weights.indices.max(by: { weights[$0] < weights[$1] }) else { return [] }
    weights[largest] = 0
    weights[largest] = 1 - weights.reduce(0) { $0 + $1 }
    return weights
  }
}

/// Makes the function values cancel exactly: what rounding left over goes to the pairs with the minimiser.
struct MultiplierRepair {
  private let problem: PerformanceProblem

  init(_ problem: PerformanceProblem) { self.problem = problem }

  func repair(_ certificate: inout DualCertificate) throws(CertificateFailure) {
    var places: [RunConstraint: Int] = [:]
    for (place, multiplier) in certificate.multipliers.enumerated() {
      places[multiplier.constraint] = place
    }
    func add(_ amount: Rational, to constraint: RunConstraint, _ all: inout DualCertificate) {
      if let place = places[constraint] {
        all.multipliers[place].value = all.multipliers[place].value + amount
      } else {
        places[constraint] = all.multipliers.count
        all.multipliers.append(.init(constraint: constraint, value: amount))
      }
    }
    var left = certificate.valueCoefficients(in: problem)
    for place in left.indices where !left[place].isZero {
      let point = point(ofValue: place)
      let minimiser = problem.points.firstIndex {
        $0.value == nil && $0.component == problem.points[point].component
      }
      if left[place].isNegative {
        if let minimiser, problem.isConstraint(.pair(minimiser, point)) {
          add(-left[place], to: .pair(minimiser, point), &certificate)
          left[place] = 0
        }
      } else if let minimiser, problem.isConstraint(.pair(point, minimiser)) {
        add(left[place], to: .pair(point, minimiser), &certificate)
        left[place] = 0
      }
    }
    // Without pairs with the minimiser: from point to point, and at the first to the initial condition.
    for place in left.indices where left[place].isNegative {
      if problem.initial.values.first?.place == place { continue }
      let other =
        problem.initial.values.first?.place
        ?? left.indices.max { left[$0] < left[$1] } ?? place
      guard other != place else { continue }
      add(-left[place], to: .pair(point(ofValue: other), point(ofValue: place)), &certificate)
      left[other] = left[other] + left[place]
      left[place] = 0
    }
    for place in left.indices where !left[place].isZero {
      if left[place].isNegative, problem.initial.values.first?.place == place {
        certificate.initial = certificate.initial - left[place]
      } else if !left[place].isNegative, problem.isConstraint(.minimality(point(ofValue: place))) {
        add(left[place], to: .minimality(point(ofValue: place)), &certificate)
      }
    }
  }

  private func point(ofValue place: Int) -> Int {
    problem.points.firstIndex { $0.value == place } ?? 0
  }
}

/// Chooses the least `τ` that makes `S` semidefinite, where the initial quantity is the squared norm of a
/// basis vector: what the Schur complement of that vector's row lacks.
enum LeastInitialMultiplier {
  static func set(
    in certificate: inout DualCertificate, of problem: PerformanceProblem, bits: Int = 56
  ) throws(CertificateFailure) {
    guard let basis = problem.initialBasis else { return }
    var bare = certificate
    bare.initial = 0
    let matrix = bare.matrix(in: problem)
    if VerifiedCholesky.isFaster(for: matrix) {
      // The solver's own τ, and as little more as a factorisation in `Double` needs.
      let found = certificate.initial
      for bits in [36, 33, 30, 27] {
        certificate.initial = found + found * Rational(1, 1 << bits)
        if VerifiedCholesky.provesSemidefinite(certificate.matrix(in: problem)) { return }
      }
    }
    let elimination = SymmetricElimination(matrix, last: basis)
    guard let (numerator, denominator) = elimination.lastComplement else {
      throw CertificateFailure(condition: "S is not positive semidefinite")
    }
    let least = Rational(-numerator, denominator * matrix.denominator)
    guard !least.isNegative else {
      certificate.initial = 0
      return
    }
    let size = least.numerator.bitWidth - least.denominator.bitWidth
    // A short number stays as it is.
    certificate.initial =
      least.denominator.bitWidth <= bits ? least : least.roundedUp(toBits: max(0, bits - size))
  }
}
