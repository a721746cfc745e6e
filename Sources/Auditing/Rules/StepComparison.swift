internal import Diagnostics
internal import Numbers
internal import Properties

/// Holds every step of one coordinate to an enclosure of what it should be, up to the roundings that a right
/// program makes.
struct StepComparison {
  private let unit: Double
  private let smallestNormal: Double
  private let rounds: Double

  /// - Parameter decays: `1 − β` of each decay, whose rounding is relative to it.
  init(_ executor: any SubjectExecutor, decays: [Double]) {
    let unit = executor.arithmetic.unitRoundoff
    self.unit = unit
    smallestNormal = executor.arithmetic.smallestNormal
    // Fewer than 64 roundings a step, those of weights 1 − β relative to them, and of the averages' sums.
    rounds = decays.reduce(64) { $0 + 4 / max($1, unit) }
  }

  /// How far from an enclosed change a right program may be.
  ///
  /// - Parameters:
  ///   - size: the magnitude that the step's roundings are relative to, where that is not the change's own:
  ///     terms may cancel.
  func allowance(
    change: Interval, size: Double = 0, from previous: Double, to computed: Double
  ) -> Double {
    rounds * unit * max(change.largestMagnitude, size)
      + unit * (previous.magnitude + computed.magnitude) + smallestNormal
  }

  /// Compares step by step.
  ///
  /// - Parameters:
  ///   - what: what gives the change, for the message.
  ///   - change: the enclosed change of a step, in order from 0.
  func hold(
    _ trajectory: Trajectory<Double>, of scenario: Scenario, _ what: String,
    size: Double = 0, change: (Int) throws -> Interval
  ) rethrows -> Examination {
    var lines: [String] = []
    // By step, group, tensor, coordinate.
    var expected: [JSONValue] = []
    var previous = scenario.groups[0].parameters[0][0]
    var comparisons = 0
    for step in trajectory.parameters.indices {
      guard previous.isFinite else { break }
      let change = try change(step)
      let computed = trajectory.parameters[step][0][0][0]
      let exact = change + Interval(previous)
      let allowance = allowance(change: change, size: size, from: previous, to: computed)
      if exact.isBounded, exact.isDefined, allowance.isFinite {
        comparisons += 1
        lines.append("step \(step + 1): subject \(computed); \(what) \(exact)")
        expected.append([[[JSONValue([exact.lower, exact.upper])]]])
        let isHeld =
          (exact.lower - allowance).nextDown <= computed
          && computed <= (exact.upper + allowance).nextUp
        if !isHeld {
          return Examination(
            holds: false,
            summary:
              "step \(step + 1): \(computed), where \(what) gives \(exact); rounding explains a distance of"
              + " \(shortened(allowance)), not one of"
              + " \(shortened(max(exact.lower - computed, computed - exact.upper)))",
            lines: lines,
            trajectories: [
              "subject": trajectory.json, "expected": .array(expected),
            ])
        }
      }
      previous = computed
    }
    guard comparisons > 0 else { return .outsidePremise("no step has a bound here") }
    return Examination(holds: true, summary: "every step is as \(what) gives it", lines: lines)
  }
}

extension Scenario {
  /// `1 − β` of each of a subject's decays in this run.
  func decays(of subject: AuditSubject) -> [Double] {
    ["beta1", "beta2", "beta3", "momentum"].compactMap { name in
      (groups[0].hyperparameters[name] ?? subject.value(of: name)).map { Double(1 - $0) }
    }
  }
}
