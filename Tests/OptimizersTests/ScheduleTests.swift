import Diagnostics
import Foundation
import Numbers
import Optimizers
import Testing

@Suite("Schedules")
struct ScheduleTests {
  static let shapes: [Schedule.Shape] = [
    .constant, .warmup(length: 7), .cosine(length: 20, minimum: 0.01),
    .step(length: 6, factor: 0.5), .warmupCosine(warmup: 5, length: 20, minimum: 0.01),
    .warmRestarts(length: 5, growth: 2, minimum: 0.01), .inverseRoot, .inverse,
    .polynomial(length: 20, end: 0.01, power: 2),
  ]

  @Test("rates lie between the least rate and the base, at every t ≤ 4T", arguments: shapes)
  func bounds(shape: Schedule.Shape) {
    for fromZero in [false, true] {
      let schedule = Schedule(0.5, shape, countsFromZero: fromZero)
      for t in (fromZero ? 0 : 1)...80 {
        let rate = schedule.rate(at: t)
        #expect(rate >= 0 && rate <= 0.5, "\(t): \(rate)")
        let enclosure = schedule.rate(at: t, as: Interval.self)
        #expect(enclosure.contains(rate) && enclosure.isDefined, "\(t): \(enclosure)")
        #expect(enclosure.upper - enclosure.lower < 1e-14)
      }
    }
  }

  @Test("the closed form of a cosine is torch's recursion, at every t ≤ 4T")
  func cosineRecursion() {
    let (low, high, length) = (0.01, 0.5, 20)
    let schedule = Schedule(0.5, .cosine(length: length, minimum: 0.01), countsFromZero: true)
    var rate = high
    for t in 0...(4 * length) {
      #expect((schedule.rate(at: t) - rate).magnitude < 1e-14, "\(t)")
      if t < length {
        let (now, next) = (cos(.pi * Double(t) / 20), cos(.pi * Double(t + 1) / 20))
        rate = low + (rate - low) * (1 + next) / (1 + now)
      } else {
        rate = low
      }
    }
  }

  @Test("the closed form of a fall by steps is its recursion, exactly")
  func stepRecursion() throws {
    let schedule = Schedule(0.5, .step(length: 6, factor: 0.3))
    var rate: Rational = 0.5
    for t in 1...24 {
      if t % 6 == 0 { rate = rate * 0.3 }
      #expect(try schedule.rate(at: t, as: Rational.self) == rate)
    }
  }

  @Test("the peak of a warm-up is the rate to the bit, whatever a quotient rounds to")
  func peak() {
    // 0.998·33/33 rounds to another number.
    for length in 1...60 {
      let join = Schedule(0.998, .warmupCosine(warmup: length, length: 100, minimum: 0))
      #expect(join.rate(at: length) == 0.998)
      #expect(Schedule(0.998, .warmup(length: length)).rate(at: length) == 0.998)
    }
  }

  @Test("a polynomial starts at its rate to the bit")
  func start() {
    let shape = Schedule.Shape.polynomial(length: 1, end: 0.373875, power: 1)
    #expect(Schedule(0.997, shape, countsFromZero: true).rate(at: 0) == 0.997)
  }

  @Test("a rate that divides by the step is there at the last step there is")
  func lastStep() {
    for shape: Schedule.Shape in [.inverse, .inverseRoot] {
      for fromZero in [false, true] {
        let rate = Schedule(1, shape, countsFromZero: fromZero).rate(at: .max)
        #expect(rate > 0 && rate < 1e-9)
      }
    }
  }

  @Test("ends, joins and the peak of the warm-up are exact")
  func joins() throws {
    let join = Schedule(0.3, .warmupCosine(warmup: 5, length: 25, minimum: 0.01))
    #expect(join.rate(at: 5) == 0.3 && join.rate(at: 1) == 0.3 / 5)
    #expect(join.rate(at: 25) == 0.01 && join.rate(at: 100) == 0.01)
    #expect(join.rate(at: 6) < 0.3 && join.rate(at: 6) > 0.29)
    // Halfway: the mean, exactly.
    #expect(try join.rate(at: 15, as: Rational.self) == 0.155)
    let cosine = Schedule(0.3, .cosine(length: 10, minimum: 0.01))
    #expect(cosine.rate(at: 10) == 0.01 && cosine.rate(at: 11) == 0.01)
    #expect(try cosine.rate(at: 5, as: Rational.self) == 0.155)
    let restarts = Schedule(0.3, .warmRestarts(length: 4, growth: 2, minimum: 0))
    // Periods of 4, 8 and 16 steps begin at steps 1, 5, 13 and 29.
    for t in [1, 5, 13, 29] { #expect(restarts.rate(at: t) == 0.3) }
    for t in [4, 12, 28] { #expect(restarts.rate(at: t) < 0.06) }
    #expect(try restarts.rate(at: 9, as: Rational.self) == 0.15)
    let polynomial = Schedule(0.5, .polynomial(length: 10, end: 0.1, power: 2))
    #expect(try polynomial.rate(at: 5, as: Rational.self) == 0.2)
    #expect(polynomial.rate(at: 10) == 0.1)
    #expect(Schedule(0.5, .inverseRoot).rate(at: 4) == 0.25)
    #expect(Schedule(0.5, .inverse).rate(at: 4) == 0.125)
    #expect(Schedule(0.5, .inverse, countsFromZero: true).rate(at: 0) == 0.5)
  }

  @Test("degenerate lengths are finite, and a length of 0 is the least rate", arguments: [0, 1])
  func degenerate(length: Int) {
    for shape: Schedule.Shape in [
      .warmup(length: length), .cosine(length: length, minimum: 0.01),
      .warmupCosine(warmup: 0, length: length, minimum: 0.01),
      .warmupCosine(warmup: length, length: length, minimum: 0.01),
      .warmupCosine(warmup: 3, length: length, minimum: 0.01),
      .warmRestarts(length: length, growth: 3, minimum: 0.01),
      .polynomial(length: length, end: 0.01, power: 2),
    ] {
      let schedule = Schedule(0.5, shape, countsFromZero: true)
      for t in [0, 1, 2, 3, 1_000_000, .max] {
        // A warm-up begins at 0.
        let least = t == 0 ? 0 : 0.01
        #expect((least...0.5).contains(schedule.rate(at: t)), "\(shape) at \(t)")
      }
    }
    #expect(Schedule(0.5, .cosine(length: 0, minimum: 0.01)).rate(at: 1) == 0.01)
    #expect(Schedule(0.5, .warmup(length: 0)).rate(at: 1) == 0.5)
  }

  @Test("a rate far out is found at once")
  func farOut() {
    let restarts = Schedule(0.5, .warmRestarts(length: 3, growth: 2, minimum: 0))
    #expect(restarts.rate(at: .max) >= 0)
    #expect(Schedule(0.5, .warmRestarts(length: 3, growth: 1, minimum: 0)).rate(at: .max) >= 0)
  }

  @Test(
    "every name makes its schedule, and what is wrong is said",
    arguments: [
      ("cosin", [:], "did you mean 'cosine'"),
      ("cosine", ["T": "-1"], "T must lie in [0, inf), got -1"),
      ("cosine", ["T": "2.5"], "it counts steps"),
      ("cosine", ["T": "1e30"], "it counts steps"),
      ("warmup", ["warmup": "-3"], "warmup must lie in [0, inf), got -3"),
      ("warmup", ["T": "3"], "no hyper-parameter 'T'"),
      ("step", ["stepLength": "0"], "stepLength must lie in [1, inf), got 0"),
      ("warm-restarts", ["growth": "0"], "growth must lie in [1, inf), got 0"),
      ("polynomial", ["power": "0"], "power must lie in (0, inf), got 0"),
      ("constant", ["lr": "nan"], "'nan' is no finite number"),
      ("constant", ["lr": "-1"], "learningRate must lie in [0, inf), got -1"),
    ] as [(String, [String: String], String)])
  func names(name: String, settings: [String: String], message: String) throws {
    for built in Schedule.builtIns {
      #expect(try Schedule(named: built.name, settings: ["lr": "0.5"]).rate(at: 1) <= 0.5)
    }
    let error = #expect(throws: SettingError.self) {
      _ = try Schedule(named: name, settings: settings)
    }
    #expect(error?.diagnosis.contains(message) == true, "\(error?.diagnosis ?? "")")
  }
}
