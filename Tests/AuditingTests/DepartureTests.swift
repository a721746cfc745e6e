import Numbers
import Optimizers
import Properties
import Testing

@testable import Auditing

@Suite("Comparing a run with a text")
struct DepartureTests {
  private let scenario = Scenario(
    start: [1, -0.37],
    gradients: [[0.37, -2.385], [1e-3, 4], [-0.8, 0], [1e-9, 1e4], [0.37, -2.385]])

  private func rule(_ name: String, _ settings: [TypedSetting] = []) throws -> any TransparentRule {
    try #require(try AuditSubject(builtIn: name, settings: settings).rule)
  }

  /// Gradients so small that ε is seen in `Float` too.
  private let small = Scenario(start: [0, 0], gradients: [[1e-6, 2.385e-7], [1e-8, -1e-6]])

  private func comparison(
    of subject: AuditSubject, _ arithmetic: Arithmetic, with rule: any TransparentRule
  ) throws -> Comparison {
    let executor = try #require(subject.executors.first { $0.arithmetic == arithmetic })
    return compare(try executor.run(scenario), of: scenario, with: rule, in: arithmetic)
  }

  @Test(
    "Code agrees with its own text in both arithmetics", arguments: ["sgd", "adam", "amo", "amvt"])
  func agrees(_ name: String) throws {
    for arithmetic in [Arithmetic.float64, .float32] {
      let comparison = try comparison(
        of: try AuditSubject(builtIn: name), arithmetic, with: try rule(name))
      #expect(comparison.departure == nil)
      #expect(comparison.bounded == 10)
      #expect(comparison.unbounded == 0)
    }
  }

  /// Every parameter after the start moved by some units in the last place, in `Float`.
  private func nudged(_ trajectory: Trajectory<Double>, by units: Int) -> Trajectory<Double> {
    var result = trajectory
    for step in result.parameters.indices {
      result.parameters[step][0][0] = result.parameters[step][0][0].map { value in
        Double(Float(value) + Float(units) * Float(value).ulp)
      }
    }
    return result
  }

  @Test("In Float a unit in the last place passes, a thousand do not")
  func ulp() throws {
    let adam = try AuditSubject(builtIn: "adam")
    let executor = try #require(adam.executors.first { $0.arithmetic == .float32 })
    let run = try executor.run(scenario)
    let rule = try rule("adam")
    for units in [-1, 1] {
      let passing = compare(nudged(run, by: units), of: scenario, with: rule, in: .float32)
      #expect(passing.departure == nil, "\(units): \(passing.departure?.summary ?? "")")
    }
    for units in [-1_000, 1_000] {
      let failing = compare(nudged(run, by: units), of: scenario, with: rule, in: .float32)
      let departure = try #require(failing.departure)
      #expect(departure.place.step == 0)
      #expect(departure.bound > 0)
    }
  }

  @Test("ε moved into the root, swapped decays and another ε are departures")
  func faults() throws {
    let adam = try AuditSubject(builtIn: "adam")
    for settings: [TypedSetting] in [
      [("epsilonPlacement", "insideRoot")], [("beta1", "0.999"), ("beta2", "0.9")],
      [("epsilon", "1e-7")],
    ] {
      for arithmetic in [Arithmetic.float64, .float32] {
        let executor = try #require(adam.executors.first { $0.arithmetic == arithmetic })
        let comparison = compare(
          try executor.run(small), of: small, with: try rule("adam", settings), in: arithmetic)
        let departure = try #require(comparison.departure, "\(settings) \(arithmetic)")
        #expect(!departure.summary.isEmpty)
      }
    }
  }

  @Test("A run that leaves the numbers departs where it does, and is not looked at further")
  func overflow() throws {
    for value in [Double.nan, .infinity, -.infinity] {
      let run = Trajectory<Double>(
        parameters: Array(repeating: [[[value, -0.37]]], count: scenario.steps.count))
      for arithmetic in [Arithmetic.float64, .float32] {
        let comparison = compare(run, of: scenario, with: try rule("adam"), in: arithmetic)
        let departure = try #require(comparison.departure)
        #expect(departure.place == Place(step: 0, group: 0, tensor: 0, coordinate: 0))
      }
    }
  }

  @Test("A file whose run overflows is audited without a trap")
  func overflowingFile() async throws {
    for step in ["lr*1e300*b*1e300", "lr*b/(b - b)", "lr*sqrt(-1 - b*b)", "lr*exp(1e6*abs(b))"] {
      let subject = try subject(momentumFile(step: step))
      let rows = try await rows(of: subject)
      #expect(rows["rule.matches-reference"]?.verdict == .refuted, "\(step)")
    }
  }
}
