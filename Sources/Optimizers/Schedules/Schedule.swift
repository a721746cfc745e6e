public import Numbers

/// A learning rate as a function of the step alone: closed form, so that a run resumes at any step.
///
/// Steps are counted from 1, or from 0 with `countsFromZero`, as torch's schedulers do. A unit of the count
/// may be a step or an epoch; that is the caller's.
public struct Schedule: Sendable, Hashable {
  public enum Shape: Sendable, Hashable {
    /// `α₀`.
    case constant
    /// `α₀·t/T_w` for `t ≤ T_w`, then `α₀`.
    case warmup(length: Int)
    /// `α_min + (α₀ − α_min)(1 + cos(πt/T))/2` for `t ≤ T`, then `α_min`.
    case cosine(length: Int, minimum: Rational)
    /// `α₀·γ^⌊t/s⌋`.
    case step(length: Int, factor: Rational)
    /// A warm-up of `T_w` steps, then a cosine of the other `T − T_w`.
    case warmupCosine(warmup: Int, length: Int, minimum: Rational)
    /// Cosines one after the other: the first of `T₀` steps, each next longer by the factor.
    case warmRestarts(length: Int, growth: Int, minimum: Rational)
    /// `α₀/√t`.
    case inverseRoot
    /// `α₀/t`.
    case inverse
    /// `α_end + (α₀ − α_end)(1 − min(t, T)/T)^p`.
    case polynomial(length: Int, end: Rational, power: Rational)
  }

  public let base: Rational
  public let shape: Shape
  public let countsFromZero: Bool

  /// - Parameter base: `α₀`, the rate that the shape scales.
  /// - Precondition: rates are not negative, lengths are not, `growth` and the step length are at least 1.
  public init(_ base: Rational, _ shape: Shape = .constant, countsFromZero: Bool = false) {
    precondition(base >= 0, "a rate must not be negative, got \(base)")
    if let problem = shape.problem { preconditionFailure(problem) }
    self.base = base
    self.shape = shape
    self.countsFromZero = countsFromZero
  }

  /// The rate at a step.
  ///
  /// - Precondition: the step is at least 1, or 0 where the count begins there.
  public func rate(at step: Int) -> Double {
    precondition(
      step >= (countsFromZero ? 0 : 1),
      "steps are counted from \(countsFromZero ? 0 : 1), got \(step)")
    return rate(at: step, as: Double.self)
  }

  /// The rate at a step, in any number type that has the functions it takes.
  ///
  /// - Throws: where the number type has no such value: a cosine has no exact one.
  public func rate<N: ScheduleNumber>(at step: Int, as type: N.Type) throws(N.Failure) -> N {
    let start = N(base)
    switch shape {
    case .constant: return start
    case .warmup(let length):
      return step >= length ? start : try start * N(Rational(step)) / N(Rational(length))
    case .cosine(let length, let minimum):
      return try cosine(from: start, to: N(minimum), step, of: length)
    case .step(let length, let factor):
      return try start * N.power(N(factor), N(Rational(step / length)))
    case .warmupCosine(let warmup, let length, let minimum):
      // At T_w the warm-up is complete, and the cosine at its top, even where it has no length.
      if warmup > 0 && step < warmup { return try start * N(Rational(step)) / N(Rational(warmup)) }
      if warmup > 0 && step == warmup { return start }
      return try cosine(from: start, to: N(minimum), step - warmup, of: max(0, length - warmup))
    case .warmRestarts(let length, let growth, let minimum):
      // The first step, counted from 1, is at the top of the first cosine.
      let (place, period) = Schedule.period(
        containing: countsFromZero ? step : step - 1, first: length, growth: growth)
      return try cosine(from: start, to: N(minimum), place, of: period)
    case .inverseRoot:
      return try start / N.root(N(Rational(fromOne(step))))
    case .inverse:
      return try start / N(Rational(fromOne(step)))
    case .polynomial(let length, let end, let power):
      guard step < length else { return N(end) }
      if step == 0 { return start }
      let left = try N(Rational(length - step)) / N(Rational(length))
      return try N(end) + (start - N(end)) * N.power(left, N(power))
    }
  }

  /// A rate that divides by the step has no value at 0: counted from 0, it takes the next.
  private func fromOne(_ step: Int) -> Int { countsFromZero && step < .max ? step + 1 : step }

  private func cosine<N: ScheduleNumber>(
    from start: N, to end: N, _ step: Int, of length: Int
  ) throws(N.Failure) -> N {
    if step >= length { return end }
    if step <= 0 { return start }
    let wave = try N.cosineOfHalfTurns(N(Rational(step, length)))
    return try end + (start - end) * (1 + wave) / 2
  }

  /// Where in which period of warm restarts a step, counted from 0, lies.
  static func period(containing step: Int, first: Int, growth: Int) -> (place: Int, length: Int) {
    guard first > 0 else { return (0, 0) }
    if growth == 1 { return (step % first, first) }
    var (start, length) = (0, first)
    // At most 62 periods, since each is at least twice as long as the one before.
    while step - start >= length {
      start += length
      let (next, overflows) = length.multipliedReportingOverflow(by: growth)
      guard !overflows else { return (step - start, .max) }
      length = next
    }
    return (step - start, length)
  }
}

extension Schedule.Shape {
  /// What is wrong with the shape, if anything.
  var problem: String? {
    func check(_ name: String, _ value: Int, atLeast least: Int = 0) -> String? {
      value >= least ? nil : "\(name) must be at least \(least), got \(value)"
    }
    func check(_ name: String, _ value: Rational) -> String? {
      value >= 0 ? nil : "\(name) must not be negative, got \(value.decimalDescription)"
    }
    switch self {
    case .constant, .inverseRoot, .inverse: return nil
    case .warmup(let length): return check("warmup", length)
    case .cosine(let length, let minimum): return check("T", length) ?? check("minimum", minimum)
    case .step(let length, let factor):
      return check("stepLength", length, atLeast: 1) ?? check("factor", factor)
    case .warmupCosine(let warmup, let length, let minimum):
      return check("warmup", warmup) ?? check("T", length) ?? check("minimum", minimum)
    case .warmRestarts(let length, let growth, let minimum):
      return check("T", length) ?? check("growth", growth, atLeast: 1)
        ?? check("minimum", minimum)
    case .polynomial(let length, let end, let power):
      return check("T", length) ?? check("end", end) ?? check("power", power)
    }
  }
}

/// A number that a schedule can be evaluated in: one with a cosine.
public protocol ScheduleNumber: RuleNumber {
  /// `cos(πx)` for `x` in `0 ... 1`.
  static func cosineOfHalfTurns(_ x: Self) throws(Failure) -> Self
}
