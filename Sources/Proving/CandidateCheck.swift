import Formulas
import Numbers

/// Decides by exact arithmetic what points say about a claim.
struct CandidateCheck {
  let claim: Claim
  let symbols: [String]

  init(_ claim: Claim) {
    self.claim = claim
    symbols = claim.symbols
  }

  /// Whether the point lies in the domain for certain.
  func isInDomain(_ point: [String: Rational]) -> Bool {
    for name in claim.stepSymbols {
      guard let t = point[name] else { continue }
      guard t.isInteger, t >= 1 else { return false }
    }
    return claim.assumptions.allSatisfy {
      if case .yes = $0.certainty(at: point) { true } else { false }
    }
  }

  /// What fails at a point of the domain for certain; nil where nothing does.
  func refutation(at point: [String: Rational]) -> Refutation? {
    guard isInDomain(point) else { return nil }
    for goal in claim.goals {
      let (left, right) = (goal.left.exactValue(at: point), goal.right.exactValue(at: point))
      switch ExactValue.compare(left, goal.comparison, right) {
      case .yes, .unknown: continue
      case .no:
        return Refutation(
          point: point, goal: goal.description,
          violation: "\(left.shown) \(goal.comparison.rawValue) \(right.shown) is false",
          isUndefined: false)
      case .undefined(let reason):
        return Refutation(
          point: point, goal: goal.description, violation: reason, isUndefined: true)
      }
    }
    return nil
  }

  /// A refutation near a solver's model: its values themselves where they are fractions, else fractions near
  /// them, ever nearer; step counts rounded, and replaced by others if the power of the model is none.
  func refutation(near model: [String: ModelValue]) -> Refutation? {
    for point in points(near: model) {
      if let found = refutation(at: point) { return simplified(found) }
    }
    return nil
  }

  /// A point of the domain near a solver's model.
  func domainPoint(near model: [String: ModelValue]) -> [String: Rational]? {
    points(near: model).first(where: isInDomain)
  }

  private func points(near model: [String: ModelValue]) -> [[String: Rational]] {
    let choices = symbols.map { model[$0]?.approximations ?? [0] }
    let depth = choices.map(\.count).max() ?? 1
    return (0..<max(1, depth)).flatMap { level in
      var point: [String: Rational] = [:]
      for (name, values) in zip(symbols, choices) where !values.isEmpty {
        point[name] = values[min(level, values.count - 1)]
      }
      return point.count == symbols.count ? withWholeSteps(point) : []
    }
  }

  /// The point with whole step counts: those of the model, then others.
  private func withWholeSteps(_ point: [String: Rational]) -> [[String: Rational]] {
    let steps = symbols.filter(claim.stepSymbols.contains)
    guard !steps.isEmpty else { return [point] }
    var counts: [Rational?] = [nil]
    counts += [1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000].map { Rational($0) }
    return counts.map { count in
      var candidate = point
      for name in steps {
        let rounded = Rational(((point[name] ?? 1) + Rational(1, 2)).floor)
        candidate[name] = count ?? Rational.greater(1, rounded)
      }
      return candidate
    }
  }

  /// The same failure at a point of simpler numbers, one symbol after another.
  func simplified(_ refutation: Refutation) -> Refutation {
    var best = refutation
    for name in symbols {
      guard let value = best.point[name] else { continue }
      for candidate in simpler(than: value, isStep: claim.stepSymbols.contains(name)) {
        var point = best.point
        point[name] = candidate
        if let found = self.refutation(at: point), found.isUndefined == best.isUndefined {
          best = found
          break
        }
      }
    }
    return best
  }

  private func simpler(than value: Rational, isStep: Bool) -> [Rational] {
    if isStep { return [1, 2, 3, 10].filter { $0 < value } }
    var found: [Rational] = []
    let sign = Rational(value.signum())
    for digits in [1, 2, 4, 8] {
      let slack = value.magnitude * Rational(1, 4).power(digits)
      found.append(Rational.simplest(from: value - slack, through: value + slack))
    }
    found = [0, 1, sign, 2 * sign, sign * Rational(1, 2)] + found
    let size = value.numerator.bitWidth + value.denominator.bitWidth
    return found.filter {
      $0 != value && $0.numerator.bitWidth + $0.denominator.bitWidth < size
        || $0.isZero && !value.isZero
    }
  }

  // MARK: Points of the domain

  /// Points to begin with: simple numbers within the bounds that single assumptions set, combined in a fixed
  /// order that repeats.
  func simplePoints(count: Int) -> [[String: Rational]] {
    let ranges = symbols.map { candidates(for: $0) }
    var points: [[String: Rational]] = []
    for index in 0..<count {
      var state = UInt64(index) &* 0x9E37_79B9_7F4A_7C15
      var point: [String: Rational] = [:]
      for (name, values) in zip(symbols, ranges) {
        // SplitMix64: spreads the index over all combinations.
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        point[name] = values[index == 0 ? 0 : Int(z % UInt64(values.count))]
      }
      points.append(point)
    }
    return points
  }

  /// Simple numbers for a symbol that no assumption about it alone forbids.
  private func candidates(for name: String) -> [Rational] {
    let numbers: [Rational] =
      claim.stepSymbols.contains(name)
      ? [1, 2, 3, 7, 20]
      : [
        Rational(1, 2), 1, 2, Rational(9, 10), Rational(99, 100), Rational(1, 10), 3, 0, -1,
        Rational(-1, 2), -2, Rational(999, 1000), Rational(1, 1000), 10, Rational(3, 4),
        Rational(1, 4), -10, 100,
      ]
    let own = claim.assumptions.filter { $0.symbols == [name] }
    var ends: [Rational] = []
    for relation in own {
      for side in [relation.left.constantValue, relation.right.constantValue] {
        if let side { ends += [side, side + 1, side - 1] }
      }
    }
    let allowed = (numbers + ends).filter { value in
      own.allSatisfy {
        if case .yes = $0.certainty(at: [name: value]) { true } else { false }
      }
    }
    return allowed.isEmpty ? [0] : allowed
  }
}

extension ExactValue {
  /// The value for a message.
  var shown: String {
    switch self {
    case .rational(let value): value.decimalDescription
    case .enclosed(let interval): "\(interval)"
    case .undefined(let reason): reason
    case .undecided: "a value that is not decided"
    }
  }
}
