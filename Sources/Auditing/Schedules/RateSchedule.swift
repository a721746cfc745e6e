public import Numbers
public import Optimizers

/// A schedule as the checks see it: what it is declared to be, and the rates that it gives.
///
/// The optimizers' own `Schedule` is one; a wrong one can stand in its place, to be caught.
public protocol RateSchedule: Sendable {
  /// What it is declared to be.
  var declared: Schedule { get }
  /// The same code with other settings.
  func replacing(_ declared: Schedule) -> Self
  /// The rate at a step.
  func rate<N: ScheduleNumber>(at step: Int, as type: N.Type) throws(N.Failure) -> N
}

extension Schedule: RateSchedule {
  public var declared: Schedule { self }
  public func replacing(_ declared: Schedule) -> Schedule { declared }
}

extension Schedule {
  /// The first step: schedules count from 1, or from 0 as torch's do.
  var firstStep: Int { countsFromZero ? 0 : 1 }

  /// How many steps it takes until it rests or repeats itself in other sizes: `T`, with the warm-up in it.
  var span: Int {
    switch shape {
    case .constant, .inverseRoot, .inverse: 25
    case .warmup(let length): length
    case .cosine(let length, _), .warmRestarts(let length, _, _), .polynomial(let length, _, _):
      length
    case .step(let length, _): length
    case .warmupCosine(let warmup, let length, _): max(warmup, length)
    }
  }

  /// The steps looked at: those up to `4T` and one more, but no more than `limit` of them.
  func steps(atMost limit: Int) -> ClosedRange<Int> {
    let (last, overflows) = span.multipliedReportingOverflow(by: 4)
    return firstStep...min(overflows ? limit : last + 1, firstStep + limit - 1)
  }

  /// Whether `steps(atMost:)` are all up to `4T`.
  func covers(atMost limit: Int) -> Bool {
    let (last, overflows) = span.multipliedReportingOverflow(by: 4)
    return !overflows && last + 1 <= firstStep + limit - 1
  }

  /// The settings in one line: `schedule:cosine learningRate=0.001 T=100 minimum=0`.
  var text: String {
    (["schedule:\(name)"] + settings.map { "\($0.key)=\($0.value.decimalDescription)" }
      + (countsFromZero ? ["countsFromZero=true"] : [])).joined(separator: " ")
  }
}
