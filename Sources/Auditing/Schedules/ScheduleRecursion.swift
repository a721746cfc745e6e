internal import Numbers
internal import Optimizers

/// A schedule from each rate to the next, the way in which a training loop would keep it: nothing of it is
/// the closed form's.
///
/// - warm-up: `r + α₀/T_w`, up to `α₀`;
/// - cosine: `(c, s)` turned by `π/T` at every step, `α_min + (α₀ − α_min)(1 + c)/2`;
/// - steps: times `γ` where `s` divides `t`;
/// - inverse, inverse root: times `(t − 1)/t`, or its root;
/// - polynomial: what is above `α_end` times `((T − t)/(T − t + 1))^p`.
struct ScheduleRecursion<N: ScheduleNumber> {
  private let schedule: Schedule
  private var step: Int
  private var rate: N
  /// A cosine under way: where its hand points, by how much it turns, and when it is at its end.
  private var wave: Wave?

  private struct Wave {
    var (cosine, sine): (N, N)
    let (turnCosine, turnSine): (N, N)
    var place = 0
    let length: Int

    init(length: Int) throws(N.Failure) {
      self.length = length
      (cosine, sine) = (1, 0)
      guard length > 0 else {
        (turnCosine, turnSine) = (1, 0)
        return
      }
      turnCosine = try N.cosineOfHalfTurns(N(Rational(1, length)))
      // sin(πx) = cos(π(½ − x)), and is 0 at the half turn that a length of 1 makes.
      turnSine =
        length == 1 ? 0 : try N.cosineOfHalfTurns(N(Rational(1, 2) - Rational(1, length)))
    }

    mutating func turn() {
      let turned = (
        cosine * turnCosine - sine * turnSine, sine * turnCosine + cosine * turnSine
      )
      (cosine, sine) = turned
      place += 1
    }

    /// Between `start` and `end`.
    func value(from start: N, to end: N) throws(N.Failure) -> N {
      place >= length ? end : try end + (start - end) * (1 + cosine) / 2
    }
  }

  /// Stands at the first step.
  init(_ schedule: Schedule) throws(N.Failure) {
    self.schedule = schedule
    step = schedule.firstStep
    rate = N(schedule.base)
    let first = step
    switch schedule.shape {
    case .constant: break
    case .warmup(let length):
      if length > first {
        rate = first == 0 ? 0 : try N(schedule.base) / N(Rational(length))
      }
    case .cosine(let length, let minimum):
      var wave = try Wave(length: length)
      if first == 1 { wave.turn() }
      rate = try wave.value(from: N(schedule.base), to: N(minimum))
      self.wave = wave
    case .step(let length, let factor):
      if first == length { rate = rate * N(factor) }
    case .warmupCosine(let warmup, let length, let minimum):
      var wave = try Wave(length: max(0, length - warmup))
      if warmup > 0 && first <= warmup {
        rate = first == 0 ? 0 : try N(schedule.base) / N(Rational(warmup))
      } else {
        if first == 1 { wave.turn() }
        rate = try wave.value(from: N(schedule.base), to: N(minimum))
      }
      self.wave = wave
    case .warmRestarts(let length, _, let minimum):
      let wave = try Wave(length: length)
      rate = try wave.value(from: N(schedule.base), to: N(minimum))
      self.wave = wave
    case .inverseRoot, .inverse: break
    case .polynomial(let length, let end, let power):
      if length <= first {
        rate = N(end)
      } else if first == 1 {
        rate = try lower(rate, towards: end, power, left: length - 1)
      }
    }
  }

  /// The rate at the step where it stands.
  var current: N { rate }

  /// Goes on by one step.
  mutating func advance() throws(N.Failure) {
    step += 1
    let start = N(schedule.base)
    switch schedule.shape {
    case .constant: break
    case .warmup(let length):
      rate = step >= length ? start : try rate + start / N(Rational(length))
    case .cosine(_, let minimum):
      wave?.turn()
      if let wave { rate = try wave.value(from: start, to: N(minimum)) }
    case .step(let length, let factor):
      if step.isMultiple(of: length) { rate = rate * N(factor) }
    case .warmupCosine(let warmup, _, let minimum):
      if step < warmup {
        rate = try rate + start / N(Rational(warmup))
      } else if step == warmup {
        rate = start
      } else {
        wave?.turn()
        if let wave { rate = try wave.value(from: start, to: N(minimum)) }
      }
    case .warmRestarts(_, let growth, let minimum):
      wave?.turn()
      if let ended = wave, ended.place >= ended.length, ended.length > 0 {
        let (next, overflows) = ended.length.multipliedReportingOverflow(by: growth)
        wave = try Wave(length: overflows ? .max : next)
      }
      if let wave { rate = try wave.value(from: start, to: N(minimum)) }
    case .inverseRoot, .inverse:
      // The count that divides is from 1.
      let count = schedule.countsFromZero ? step + 1 : step
      let ratio = try N(Rational(count - 1)) / N(Rational(count))
      let isRoot = schedule.shape == .inverseRoot
      rate = isRoot ? try rate * N.root(ratio) : rate * ratio
    case .polynomial(let length, let end, let power):
      rate = step >= length ? N(end) : try lower(rate, towards: end, power, left: length - step)
    }
  }

  /// A polynomial's next rate, `left` steps before its end.
  private func lower(
    _ rate: N, towards end: Rational, _ power: Rational, left: Int
  ) throws(N.Failure) -> N {
    let ratio = try N(Rational(left)) / N(Rational(left + 1))
    return try N(end) + (rate - N(end)) * N.power(ratio, N(power))
  }
}
